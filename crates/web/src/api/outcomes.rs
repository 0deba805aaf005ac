//! `POST /api/v1/outcomes`.

use crate::api::body::{self, port_problem};
use crate::app::{App, IngestReport, IngestScope};
use crate::problem::{Code, Problem};
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::{Extension, Json};
use bytes::Bytes;

/// Takes a batch of outcome lines. A bad line is reported with its number and stops nothing; the
/// answer means that every accepted line is durable. The batch may come compressed with gzip.
pub(crate) async fn outcomes_post(
    State(app): State<App>,
    Extension(scope): Extension<IngestScope>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<IngestReport>, Problem> {
    let kind = body::media_type(&headers);
    let known = [
        "",
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
    ];
    let plain = ["application/json", "text/plain", "application/octet-stream"];
    if !known.contains(&kind.as_str()) && !plain.contains(&kind.as_str()) {
        let detail = "Outcomes are sent as application/x-ndjson, one JSON object a line.";
        return Err(Problem::new(Code::MediaType, detail));
    }
    let lines = body::inflated(&headers, body::read(body)?)?;
    let accepted = app.ingest.accept(lines, scope).await;
    let report = accepted.map_err(|error| port_problem(error, Code::OutcomesRefused))?;
    app.metrics.outcomes(&report);
    Ok(Json(report))
}
