//! Consents: begun by an operator's command, ended by a person's browser on `/oauth/callback`.

use super::App;
use super::admin_api::{ACTOR, Operator};
use super::caller::Caller;
use super::sent::{Named, Sent};
use crate::admin::ConsentError;
use crate::problem::Problem;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use countersign_model::id::CredentialId;
use countersign_secret::TokenBytes;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/credentials/{id}/authorize", post(authorize))
        .route("/credentials/{id}/refresh-token", post(refresh_token_put))
        .route("/credentials/{id}/replay-once", post(replay_once))
}

async fn authorize(
    _: Operator,
    State(app): State<App>,
    Named(credential): Named<CredentialId>,
    caller: Caller,
) -> Result<Json<Value>, Problem> {
    // Where the operator reached this broker, unless the house has a name of its own.
    let base = app.0.public_url.clone().or_else(|| caller.base_url());
    let base = base.ok_or_else(|| {
        let detail = "Say where the broker is reached: a Host header, or public_url.";
        Problem::new(StatusCode::BAD_REQUEST, "bad_field", detail)
    })?;
    let begun = app.admin().authorize(&credential, &base, ACTOR).await?;
    Ok(Json(json!({
        "credential": credential,
        "url": begun.url,
        "redirect_uri": begun.redirect_uri,
        "ends_at": begun.ends_at,
    })))
}

/// A body with a refresh token: no `Debug`, and its text goes straight into a type that hides it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefreshBody {
    refresh_token: String,
}

async fn refresh_token_put(
    _: Operator,
    State(app): State<App>,
    Named(credential): Named<CredentialId>,
    Sent(sent): Sent<RefreshBody>,
) -> Result<Json<Value>, Problem> {
    let token = TokenBytes::from(sent.refresh_token);
    app.admin()
        .refresh_token_put(&credential, token, ACTOR)
        .await?;
    Ok(Json(
        json!({ "credential": credential, "done": "authorized" }),
    ))
}

async fn replay_once(
    _: Operator,
    State(app): State<App>,
    Named(credential): Named<CredentialId>,
) -> Result<Json<Value>, Problem> {
    app.admin().replay_once(&credential, ACTOR).await?;
    Ok(Json(
        json!({ "credential": credential, "done": "replayed" }),
    ))
}

/// What the provider sends a browser back with.
#[derive(Deserialize)]
pub(super) struct Came {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
}

/// The end of a consent, for a person.
pub(super) async fn callback(
    State(app): State<App>,
    came: Result<Query<Came>, QueryRejection>,
) -> Response {
    let Ok(Query(came)) = came else {
        return page(Err((ConsentError::UnknownState, None)));
    };
    let ended = match (came.code, came.error) {
        (Some(code), None) => {
            let code = TokenBytes::from(code);
            app.admin().consent_given(&came.state, code).await
        }
        (_, error) => {
            let error = error.unwrap_or_default();
            Err(app.admin().consent_denied(&came.state, &error))
        }
    };
    page(ended)
}

fn page(ended: Result<CredentialId, (ConsentError, Option<CredentialId>)>) -> Response {
    let (status, title, lines) = match ended {
        Ok(id) => {
            let lines = vec![
                format!("{id} is authorized. Its refresh token is sealed in the vault."),
                "You may close this page.".to_owned(),
            ];
            (StatusCode::OK, "Done", lines)
        }
        Err((error, id)) => {
            tracing::warn!(credential = ?id, error = %error, "a consent brought nothing");
            let name = id.map_or("CREDENTIAL".to_owned(), |id| id.to_string());
            let lines = vec![
                format!("Nothing was stored: {error}."),
                fix(&error),
                format!("Start again with: countersign credential authorize {name}"),
            ];
            (StatusCode::BAD_REQUEST, "This did not work", lines)
        }
    };
    let lines: Vec<String> = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| format!("<p>{}</p>", escaped(line)))
        .collect();
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title} · Countersign</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><h1>{title}</h1>{}</html>",
        lines.concat()
    );
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// What to change before the next try, in plain words.
fn fix(error: &ConsentError) -> String {
    match error {
        ConsentError::UnknownState => {
            "An address works once, within ten minutes, at the broker that gave it out.".to_owned()
        }
        ConsentError::Denied { code } if code == "access_denied" => {
            "The person who was asked said no, or may not use this package: license the user for it."
                .to_owned()
        }
        ConsentError::Denied { .. } => {
            "Compare client id, scopes and redirect URI with the package.".to_owned()
        }
        ConsentError::Refused { code } if code == "invalid_client" => {
            "The client secret is wrong: put in the present one with countersign credential add."
                .to_owned()
        }
        ConsentError::Refused { .. } => {
            "Codes end within minutes, and the redirect URI must be registered to the letter."
                .to_owned()
        }
        ConsentError::Unreached => "Look whether this machine reaches the token endpoint.".to_owned(),
        ConsentError::NoAnswer => {
            "The code may be used up: a new consent gives a new one.".to_owned()
        }
        ConsentError::NoRefreshToken => {
            "Add the scope offline (Marketing Cloud) or refresh_token (Salesforce) to the package and \
             to the credential."
                .to_owned()
        }
        ConsentError::Admin(_) => String::new(),
    }
}
