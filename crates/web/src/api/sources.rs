//! `GET` and `POST /api/v1/sources`, `DELETE /api/v1/sources/{name}`: ingest keys of producers.

use crate::access::{Caller, token_hash};
use crate::api::body;
use crate::app::App;
use crate::problem::{Code, Problem};
use crate::sign_in::new_token;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use bytes::Bytes;
use countersign_model::Timestamp;
use countersign_model::id::{ConsumerId, IntegrationId};
use countersign_store::Source;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a new source is to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSource {
    name: String,
    /// A broker: it may speak for every integration.
    #[serde(default)]
    broker: bool,
    /// The integrations that any other source may speak for.
    #[serde(default)]
    integrations: BTreeSet<IntegrationId>,
    /// Its key only pings, for one integration.
    #[serde(default)]
    ping: bool,
}

/// A source as a list shows it.
#[derive(Serialize)]
pub(crate) struct SourceRow {
    name: String,
    /// It may speak for all.
    broker: bool,
    integrations: BTreeSet<IntegrationId>,
    /// Its key only pings.
    ping: bool,
    added_at: Timestamp,
}

/// A new source with its key, shown once.
#[derive(Serialize)]
pub(crate) struct SourceAdded {
    #[serde(flatten)]
    row: SourceRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    ingest_key: Option<String>,
    /// What the job asks for with curl.
    #[serde(skip_serializing_if = "Option::is_none")]
    ping_url: Option<String>,
}

impl From<Source> for SourceRow {
    fn from(source: Source) -> SourceRow {
        SourceRow {
            name: source.name,
            broker: source.integrations.is_none(),
            integrations: source.integrations.unwrap_or_default(),
            ping: source.ping,
            added_at: source.added_at,
        }
    }
}

/// All sources, without their keys.
pub(crate) async fn source_list(State(app): State<App>) -> Result<Json<Vec<SourceRow>>, Problem> {
    let sources = app.store.source_list().await?;
    Ok(Json(sources.into_iter().map(SourceRow::from).collect()))
}

/// Adds a source and makes its key, of which the store keeps the hash. A session cannot: a stolen one
/// would outlive itself.
pub(crate) async fn source_add(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<SourceAdded>), Problem> {
    by_token(&caller)?;
    let new: NewSource = body::json(&body::read(body)?)?;
    // Names follow the rule of every id, so that they can stand in a URL and in a log line.
    let name = ConsumerId::new(&new.name)
        .map_err(|error| Problem::new(Code::BadField, format!("name: {error}")))?;
    let integrations = allowed(&app, &new).await?;
    let source = Source {
        name: name.to_string(),
        integrations,
        ping: new.ping,
        added_at: (app.wall)(),
    };
    let key = new_token(&app);
    let kept = app.store.source_add(token_hash(&key), &source).await?;
    if !kept {
        let detail = format!("name: {name} is taken; revoke it first, or choose another.");
        return Err(Problem::new(Code::BadField, detail));
    }
    tracing::info!(source = %name, ping = source.ping, "a source's key was made");
    let (ingest_key, ping_url) = match source.ping {
        true => (None, Some(format!("{}/ping/{key}", app.base_url))),
        false => (Some(key), None),
    };
    let added = SourceAdded {
        row: SourceRow::from(source),
        ingest_key,
        ping_url,
    };
    Ok((StatusCode::CREATED, Json(added)))
}

/// Whom it may speak for: a broker for all, anybody else for integrations of the estate.
async fn allowed(app: &App, new: &NewSource) -> Result<Option<BTreeSet<IntegrationId>>, Problem> {
    match (new.broker, new.integrations.is_empty()) {
        (true, true) if !new.ping => return Ok(None),
        (false, false) => {}
        _ => {
            let detail = "integrations: name at least one, or say that it is a broker, not both.";
            return Err(Problem::new(Code::BadField, detail));
        }
    }
    if new.ping && new.integrations.len() != 1 {
        let detail = "integrations: a ping key is for exactly one.";
        return Err(Problem::new(Code::BadField, detail));
    }
    let estate = app.store.estate_get().await?.unwrap_or_default();
    match new
        .integrations
        .iter()
        .find(|id| estate.integration(id).is_none())
    {
        None => Ok(Some(new.integrations.clone())),
        Some(id) => {
            let detail = format!("integrations: {id} is not in the estate.");
            Err(Problem::new(Code::UnknownObject, detail))
        }
    }
}

/// Revokes a source: its next batch is refused.
pub(crate) async fn source_revoke(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    by_token(&caller)?;
    if !app.store.source_revoke(name.clone()).await? {
        let detail = "No source has that name.";
        return Err(Problem::new(Code::UnknownObject, detail));
    }
    tracing::info!(source = name, "an ingest key was revoked");
    Ok(StatusCode::NO_CONTENT)
}

fn by_token(caller: &Caller) -> Result<(), Problem> {
    if caller.is_token() {
        return Ok(());
    }
    let detail = "A browser's session cannot make or revoke keys.";
    Err(Problem::new(Code::TokenNeeded, detail))
}
