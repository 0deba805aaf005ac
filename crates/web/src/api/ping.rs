//! `/ping/{key}`, `/ping/{key}/start`, `/fail`, `/CODE`: a job says with curl alone that it began,
//! ended or failed.

use crate::access::token_hash;
use crate::api::body::port_problem;
use crate::app::{App, IngestScope};
use crate::problem::{Code, Problem};
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use countersign_feed::ping::{self, Numbers};
use countersign_model::id::IntegrationId;
use countersign_store::Source;
use std::collections::BTreeSet;

/// Most bytes of a body that are read; a job may send its output, which is not kept.
const BODY_BYTES_MAX: usize = 10 * 1024;

type Words = Query<Vec<(String, String)>>;

/// The job ended well.
pub(crate) async fn ping(
    State(app): State<App>,
    Path(key): Path<String>,
    Query(query): Words,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    take(&app, &key, None, &query, body).await
}

/// The job began, failed, or ended with a code.
pub(crate) async fn ping_state(
    State(app): State<App>,
    Path((key, state)): Path<(String, String)>,
    Query(query): Words,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    take(&app, &key, Some(&state), &query, body).await
}

async fn take(
    app: &App,
    key: &str,
    state: Option<&str>,
    query: &[(String, String)],
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let hash = token_hash(key);
    if !app.pings.admits((app.wall)(), hash) {
        return Ok((
            StatusCode::TOO_MANY_REQUESTS,
            [("retry-after", "10")],
            "too often\n",
        )
            .into_response());
    }
    let Some((source, integration)) = speaker(app.store.source_find(hash).await?) else {
        app.pings.forget(hash);
        return Err(Problem::new(Code::UnknownObject, "No job has this key."));
    };
    let Some(state) = ping::State::of(state) else {
        let detail = "state: write start, fail or an exit code from 0 to 255, or nothing.";
        return Err(Problem::new(Code::BadField, detail));
    };
    let body = body.unwrap_or_default();
    let body = &body[..body.len().min(BODY_BYTES_MAX)];
    let numbers = numbers(query).or(Numbers::of_body(body));
    let line = ping::line(app.clock.now(), &source, &integration, state, numbers);
    let scope = IngestScope::Only(BTreeSet::from([integration]));
    let report = app.ingest.accept(line.into(), scope).await;
    let report = report.map_err(|error| port_problem(error, Code::OutcomesRefused))?;
    app.metrics.outcomes(&report);
    match report.rejects.first() {
        None => Ok("OK\n".into_response()),
        Some(reject) => Err(Problem::new(Code::OutcomesRefused, reject.reason.clone())),
    }
}

/// A ping key speaks for one integration.
fn speaker(source: Option<Source>) -> Option<(String, IntegrationId)> {
    let source = source.filter(|source| source.ping)?;
    let integration = source.integrations?.into_iter().next()?;
    Some((source.name, integration))
}

fn numbers(query: &[(String, String)]) -> Numbers {
    let of = |name: &str| {
        let found = query.iter().find(|(given, _)| given == name);
        found.and_then(|(_, value)| value.parse().ok())
    };
    Numbers {
        rows: of("rows"),
        duration_ms: of("duration_ms"),
    }
}
