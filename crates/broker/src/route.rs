//! The broker's listener: SFMC's token route for consumers, our own API for people.

mod activity;
mod admin_api;
mod caller;
mod consent;
mod reject;
mod request_token;
mod sent;
mod token;

use crate::admin::{Admin, AdminError};
use crate::consumer::Registry;
use crate::metrics::Metrics;
use crate::passage::Passage;
use crate::problem::Problem;
use crate::token_paths;
use crate::token_request::BODY_BYTES_MAX;
use crate::vend::Vendor;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::{any, get, post};
use ring::digest::{SHA256, digest};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// What handlers share.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    admin: Arc<Admin>,
    vendor: Arc<Vendor>,
    registry: Arc<Registry>,
    metrics: Arc<Metrics>,
    passage: Passage,
    /// SHA-256 of the bearer that admits people's commands.
    token_hash: [u8; 32],
    /// Numbers requests, to spread `Retry-After`.
    requests: AtomicU64,
    jitter_key: countersign_refresh::JitterKey,
    public_url: Option<String>,
}

/// What an [`App`] is made of.
pub struct AppParts {
    /// The operations.
    pub admin: Arc<Admin>,
    /// Readers' side.
    pub vendor: Arc<Vendor>,
    /// The consumers.
    pub registry: Arc<Registry>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// What a gateway asks.
    pub passage: Passage,
    /// The bearer that admits people's commands.
    pub token: String,
    /// Spreads `Retry-After`.
    pub jitter_key: countersign_refresh::JitterKey,
    /// Base URL under which clients reach this broker; `None`: as each reached it.
    pub public_url: Option<String>,
}

impl App {
    /// Composes it.
    #[must_use]
    pub fn new(parts: AppParts) -> App {
        App(Arc::new(Shared {
            admin: parts.admin,
            vendor: parts.vendor,
            registry: parts.registry,
            metrics: parts.metrics,
            passage: parts.passage,
            token_hash: hash(parts.token.as_bytes()),
            requests: AtomicU64::new(0),
            jitter_key: parts.jitter_key,
            public_url: parts.public_url,
        }))
    }

    /// What a gateway asks.
    #[must_use]
    pub fn passage(&self) -> &Passage {
        &self.0.passage
    }

    /// The operations.
    #[must_use]
    pub fn admin(&self) -> &Arc<Admin> {
        &self.0.admin
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes)
        .as_ref()
        .try_into()
        .expect("SHA-256 has 32 bytes")
}

/// All routes of the broker's listener. `rest` takes every other path: the gateway, if there is one.
pub fn router(app: App, rest: Option<Router>) -> Router {
    let rest = rest.unwrap_or_else(|| Router::new().fallback(any(unknown)));
    let small = Router::new()
        .route("/v2/token", post(token::vend))
        .route("/v1/requestToken", post(request_token::vend))
        .route("/api/v1/slots/{id}/reject", post(reject::reject))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    let admin = admin_api::router()
        .merge(consent::router())
        .layer(from_fn(sent::unkept));
    let tokens = small
        .clone()
        .layer(from_fn(sent::brisk))
        .layer(from_fn(sent::shape))
        .with_state(app.clone());
    Router::new()
        .merge(small)
        .nest("/admin/api/v1", admin)
        .route("/oauth/callback", get(consent::callback))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .layer(DefaultBodyLimit::max(8 * 1024 * 1024))
        .layer(from_fn(sent::brisk))
        .layer(from_fn(sent::shape))
        .with_state(app)
        .fallback_service(token_paths::before(rest, tokens))
}

/// The process answers, and says which plane it is, for commands that were given an address.
async fn healthz() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("x-countersign-plane", "broker")], "ok\n")
}

/// Slots are restored before there is a router; what is left is that somebody renews them.
async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    if app.0.vendor.is_driven() {
        return Ok("ready\n");
    }
    let detail = "The broker's driver does not run: live tokens are served and none is renewed.";
    let problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "broker_not_running",
        detail,
    );
    Err(problem.retry_after(5))
}

async fn metrics(State(app): State<App>) -> String {
    let now = app.0.vendor.clock().now();
    app.0.metrics.text(&app.0.vendor.cells(), now)
}

async fn unknown() -> Problem {
    let detail = "This is the broker. Tokens: POST /v2/token. Pages: the dashboard's address.";
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Problem {
        let detail = error.to_string();
        match error {
            AdminError::EstateFaulty(faults) => {
                let lines: Vec<String> = faults
                    .iter()
                    .map(|fault| format!("{}: {}; {}", fault.path, fault.message, fault.fix))
                    .collect();
                Problem::new(StatusCode::BAD_REQUEST, "estate_faulty", lines.join("\n"))
            }
            AdminError::EstateChanged => {
                Problem::new(StatusCode::PRECONDITION_FAILED, "estate_changed", detail)
            }
            AdminError::EstateUnconditional => Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "precondition_required",
                detail,
            ),
            AdminError::NoEstate => Problem::new(StatusCode::CONFLICT, "no_estate", detail),
            AdminError::Unknown { .. } => {
                Problem::new(StatusCode::NOT_FOUND, "unknown_object", detail)
            }
            AdminError::Observed { .. } => {
                Problem::new(StatusCode::FORBIDDEN, "observed_credential", detail)
            }
            AdminError::NoSlot { .. } => Problem::new(StatusCode::CONFLICT, "no_slot", detail),
            AdminError::Field { .. } => Problem::new(StatusCode::BAD_REQUEST, "bad_field", detail),
            AdminError::NoToken { retry_after_s, .. } => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no_usable_token", detail)
                    .retry_after(retry_after_s.max(1))
            }
            AdminError::Held { .. } => {
                Problem::new(StatusCode::CONFLICT, "credential_locked", detail)
            }
            AdminError::NoConsent { .. } => {
                Problem::new(StatusCode::CONFLICT, "no_consent", detail)
            }
            AdminError::NoClientSecret { .. } => {
                Problem::new(StatusCode::CONFLICT, "no_client_secret", detail)
            }
            AdminError::NotInDoubt { .. } => {
                Problem::new(StatusCode::CONFLICT, "not_in_doubt", detail)
            }
            AdminError::Quarantined { .. } => {
                Problem::new(StatusCode::CONFLICT, "grant_quarantined", detail)
            }
            AdminError::NotRunning => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "broker_not_running",
                detail,
            ),
            AdminError::Books(source) => Problem::internal(&source),
        }
    }
}
