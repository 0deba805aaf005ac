//! All routes of the dashboard listener, and what each must pass.

use crate::access::{require_api, require_ingest, require_page};
use crate::app::App;
use crate::{api, assets, guard, health, metrics, page, sign_in};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post};
use tower_http::catch_panic::CatchPanicLayer;

/// Largest body taken, in bytes: 8 MiB.
pub(crate) const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Builds the dashboard listener: pages, API, ingest, stream, health and metrics.
///
/// Serve it as it is; it needs no connection info. Call [`Live::close`](crate::Live::close) before
/// waiting for its connections to end.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(open_routes())
        .merge(page_routes().route_layer(from_fn_with_state(app.clone(), require_page)))
        .merge(ingest_routes().route_layer(from_fn_with_state(app.clone(), require_ingest)))
        .merge(api_routes().route_layer(from_fn_with_state(app.clone(), require_api)))
        .fallback(page::fallback)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn(guard::shape))
        .layer(from_fn(guard::time_limit))
        .layer(CatchPanicLayer::custom(guard::caught))
        .layer(from_fn_with_state(app.clone(), guard::seal))
        .with_state(app)
}

/// For everybody.
fn open_routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(sign_in::explain))
        .route("/sign-in/{token}", get(sign_in::offer).post(sign_in::take))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/assets/{name}", get(assets::asset))
        .route("/problems/{code}", get(assets::problem_page))
        .route("/ping/{key}", get(api::ping::ping).post(api::ping::ping))
        .route(
            "/ping/{key}/{state}",
            get(api::ping::ping_state).post(api::ping::ping_state),
        )
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
}

/// For people who signed in; others are led to the sign-in page.
fn page_routes() -> Router<App> {
    Router::new()
        .route("/", get(page::today::today_page))
        .route("/incidents", get(page::incidents::incidents_page))
        .route("/incidents/{id}", get(page::incident::incident_page))
        .route("/incidents/{id}/acknowledge", post(page::incident::take_on))
        .route("/incidents/{id}/expected", post(page::incident::expect))
        .route(
            "/incidents/{id}/steps/{step}",
            post(page::incident::mark_done),
        )
}

/// For producers of outcomes.
fn ingest_routes() -> Router<App> {
    Router::new()
        .route("/api/v1/outcomes", post(api::outcomes::outcomes_post))
        .route("/v1/traces", post(api::otlp::traces_post))
        .route("/v1/logs", post(api::otlp::logs_post))
}

/// For programs with a token and for our own pages.
fn api_routes() -> Router<App> {
    Router::new()
        .route("/api/v1/incidents", get(api::incidents::incident_list))
        .route("/api/v1/incidents/{id}", get(api::incidents::incident_get))
        .route("/api/v1/findings", get(api::findings::finding_list))
        .route(
            "/api/v1/incidents/{id}/acknowledge",
            post(api::response::acknowledge_post),
        )
        .route(
            "/api/v1/incidents/{id}/expected",
            post(api::expected::expected_post).delete(api::expected::expected_delete),
        )
        .route("/api/v1/expectations", get(api::expected::expectation_list))
        .route(
            "/api/v1/incidents/{id}/steps/{step}/done",
            post(api::response::step_done_post),
        )
        .route(
            "/api/v1/incidents/{id}/report.md",
            get(api::incidents::report_markdown),
        )
        .route(
            "/api/v1/incidents/{id}/report.html",
            get(page::incident::report_page),
        )
        .route("/api/v1/status", get(api::status::status_get))
        .route(
            "/api/v1/integrations/{id}",
            get(api::integrations::integration_get),
        )
        .route(
            "/api/v1/integrations/{id}/history",
            get(api::history::history_get),
        )
        .route("/api/v1/objectives", get(api::objectives::objectives_get))
        .route(
            "/api/v1/estate",
            get(api::estate::estate_get).put(api::estate::estate_put),
        )
        .route(
            "/api/v1/sources",
            get(api::sources::source_list).post(api::sources::source_add),
        )
        .route(
            "/api/v1/sources/{name}",
            delete(api::sources::source_revoke),
        )
        .route("/api/v1/tails", get(api::tails::tail_list))
        .route(
            "/api/v1/sign-in-links",
            post(api::sign_in_links::sign_in_link_post),
        )
        .route("/api/v1/stream", get(api::stream::stream_get))
}
