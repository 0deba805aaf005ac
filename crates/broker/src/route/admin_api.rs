//! `/admin/api/v1`: what people's commands call. Admitted by the bearer of `run.json`; secrets are
//! taken here and never given back.

use super::App;
use super::sent::{Named, Sent};
use crate::admin::{CredentialRow, NewConsumer, SlotRow};
use crate::consumer::Consumer;
use crate::problem::Problem;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use countersign_host::entity_tag::{Conditions, tag};
use countersign_host::listen::Guest;
use countersign_host::task::to_the_end;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::id::{ConsumerId, CredentialId, IntegrationId};
use countersign_secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/estate", get(estate).put(estate_put))
        .route("/credentials", get(credentials))
        .route("/credentials/{id}/secret", post(secret_put))
        .route("/credentials/{id}/disable", post(disable))
        .route("/credentials/{id}/enable", post(enable))
        .route("/consumers", get(consumers).post(consumer_add))
        .route("/consumers/{id}", delete(consumer_revoke))
        .route("/integrations/{id}/token", post(token))
        .route("/integrations/{id}/renew", post(renew))
        .route("/slots", get(slots))
        .route("/audit/verify", get(audit_verify))
        .route("/consumers/activity", get(super::activity::activity))
}

/// A caller with the run's bearer. Until people have accounts here, it is one operator.
pub(super) struct Operator;

/// How the operator is named in the audit chain.
pub(super) const ACTOR: &str = "operator";

impl FromRequestParts<App> for Operator {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Operator, Problem> {
        let bearer = parts
            .headers
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        // Hashes are compared, so that how long it takes tells nothing about the token.
        if super::hash(bearer.as_bytes()) == app.0.token_hash {
            if let Some(guest) = parts.extensions.get::<Guest>() {
                guest.is_known();
            }
            return Ok(Operator);
        }
        let detail = "Send the broker's token: Authorization: Bearer …; commands read run.json.";
        Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            detail,
        ))
    }
}

async fn estate(
    _: Operator,
    State(app): State<App>,
) -> Result<([(HeaderName, String); 1], Json<Estate>), Problem> {
    let estate = app.admin().estate().await?;
    Ok(([(header::ETAG, tag(&estate))], Json(estate)))
}

async fn estate_put(
    _: Operator,
    State(app): State<App>,
    headers: HeaderMap,
    Sent(next): Sent<Estate>,
) -> Result<(StatusCode, [(HeaderName, String); 1]), Problem> {
    let tag = tag(&next);
    let (admin, conditions) = (Arc::clone(app.admin()), Conditions::of(&headers));
    let put = async move { admin.estate_put_if(&conditions, &next, ACTOR).await };
    to_the_end(put).await?;
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, tag)]))
}

async fn credentials(
    _: Operator,
    State(app): State<App>,
) -> Result<Json<Vec<CredentialRow>>, Problem> {
    Ok(Json(app.admin().credentials().await?))
}

/// A body with a secret: no `Debug`, and its text goes straight into a type that hides it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretBody {
    client_secret: String,
}

async fn secret_put(
    _: Operator,
    State(app): State<App>,
    Named(credential): Named<CredentialId>,
    Sent(sent): Sent<SecretBody>,
) -> Result<Json<Value>, Problem> {
    let secret = Secret::from(sent.client_secret);
    let version = app.admin().secret_put(&credential, secret, ACTOR).await?;
    Ok(Json(
        json!({ "credential": credential, "secret_version": version }),
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonBody {
    reason: String,
}

async fn disable(
    _: Operator,
    State(app): State<App>,
    Named(id): Named<CredentialId>,
    Sent(sent): Sent<ReasonBody>,
) -> Result<StatusCode, Problem> {
    app.admin().disable(&id, &sent.reason, ACTOR).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn enable(
    _: Operator,
    State(app): State<App>,
    Named(id): Named<CredentialId>,
    Sent(sent): Sent<ReasonBody>,
) -> Result<StatusCode, Problem> {
    app.admin().enable(&id, &sent.reason, ACTOR).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn consumers(_: Operator, State(app): State<App>) -> Result<Json<Vec<Consumer>>, Problem> {
    Ok(Json(app.admin().consumers().await?))
}

async fn consumer_add(
    _: Operator,
    State(app): State<App>,
    Sent(new): Sent<NewConsumer>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let shown = app.admin().consumer_add(new, ACTOR).await?;
    let answer = json!({
        "client_id": shown.consumer.id,
        "client_secret": shown.key.as_str(),
        "integration": shown.consumer.integration,
        "account_id": shown.consumer.default_mid,
        "ends_at": shown.consumer.ends_at,
        "vend": shown.consumer.vend,
        "read_only": shown.consumer.read_only,
    });
    Ok((StatusCode::CREATED, Json(answer)))
}

async fn consumer_revoke(
    _: Operator,
    State(app): State<App>,
    Named(id): Named<ConsumerId>,
) -> Result<StatusCode, Problem> {
    app.admin().consumer_revoke(&id, ACTOR).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct TokenQuery {
    #[serde(default)]
    min_ttl: u64,
}

/// A token for a command line, with everything its output formats need.
#[derive(Serialize)]
struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    /// Seconds of the wall to the line by which it is to be replaced.
    expires_in: u64,
    /// Seconds of the wall to its end.
    valid_for: u64,
    /// Seconds of the wall it had when it was new.
    lifetime: u64,
    /// Set when it will not last: renewal fails, or it is shorter than asked for.
    will_not_last: bool,
    expires_at: Timestamp,
    generation: u64,
    fingerprint: String,
    scope: String,
    rest_instance_url: Option<String>,
    soap_instance_url: Option<String>,
}

async fn token(
    _: Operator,
    State(app): State<App>,
    Named(integration): Named<IntegrationId>,
    query: Result<Query<TokenQuery>, QueryRejection>,
) -> Result<Json<TokenAnswer>, Problem> {
    let Query(query) = query.map_err(|_| {
        let detail = "min_ttl: write a whole number of seconds, as in ?min_ttl=400";
        Problem::new(StatusCode::BAD_REQUEST, "bad_field", detail)
    })?;
    let handed = app
        .admin()
        .token(&integration, query.min_ttl, ACTOR)
        .await?;
    let clock = app.0.vendor.clock();
    let left = handed
        .facts
        .expires_at
        .duration_since(clock.now())
        .as_secs();
    let wall = |seconds: u64| super::token::wall_s(seconds, clock.speed());
    let access_token = handed
        .live
        .token
        .expose(|bytes| String::from_utf8_lossy(bytes).into_owned());
    Ok(Json(TokenAnswer {
        access_token,
        token_type: "Bearer",
        expires_in: wall(handed.expires_in_s),
        valid_for: wall(u64::try_from(left).unwrap_or(0)),
        lifetime: wall(handed.facts.lifetime_ms / 1_000),
        will_not_last: handed.flag.is_some(),
        expires_at: handed.facts.expires_at,
        generation: handed.facts.generation.0,
        fingerprint: handed.facts.fingerprint,
        scope: handed
            .facts
            .scope
            .map(|scope| scope.join(" "))
            .unwrap_or_default(),
        rest_instance_url: handed.live.rest_url,
        soap_instance_url: handed.live.soap_url,
    }))
}

async fn renew(
    _: Operator,
    State(app): State<App>,
    Named(integration): Named<IntegrationId>,
) -> Result<Json<Value>, Problem> {
    let handed = app.admin().renew(&integration, ACTOR).await?;
    Ok(Json(json!({
        "integration": integration,
        "slot": handed.slot,
        "generation": handed.facts.generation.0,
        "expires_at": handed.facts.expires_at,
    })))
}

async fn slots(_: Operator, State(app): State<App>) -> Json<Vec<SlotRow>> {
    Json(app.admin().slots())
}

async fn audit_verify(_: Operator, State(app): State<App>) -> Result<Json<Value>, Problem> {
    Ok(Json(app.admin().audit_verify().await?))
}
