//! `POST /v1/traces`, `POST /v1/logs`: OpenTelemetry over HTTP, taken as outcome lines.
//!
//! Answers are those of the protocol: success, partial success with a count and a word why, a
//! `google.rpc.Status` for what cannot be read, and 503 where sending again helps.

use crate::api::body;
use crate::app::{App, IngestReport, IngestScope, PortError};
use crate::problem::{Code, Problem};
use axum::Extension;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use countersign_feed::otlp::{self, Encoding, Signal};

type Body = Result<Bytes, BytesRejection>;

/// Spans of HTTP clients.
pub(crate) async fn traces_post(
    State(app): State<App>,
    Extension(scope): Extension<IngestScope>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    take(&app, scope, Signal::Traces, &headers, body).await
}

/// Log records.
pub(crate) async fn logs_post(
    State(app): State<App>,
    Extension(scope): Extension<IngestScope>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    take(&app, scope, Signal::Logs, &headers, body).await
}

async fn take(
    app: &App,
    scope: IngestScope,
    signal: Signal,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let encoding = encoding(headers)?;
    let body = body::inflated(headers, body::read(body)?)?;
    let only = match &scope {
        IngestScope::Only(ids) if ids.len() == 1 => ids.first(),
        _ => None,
    };
    let mapped = match otlp::decode(signal, encoding, &body, only) {
        Ok(mapped) => mapped,
        Err(fault) => {
            let why = otlp::refusal(encoding, &fault.to_string());
            return Ok(answer(StatusCode::BAD_REQUEST, encoding, why));
        }
    };
    let report = match mapped.n_lines {
        0 => IngestReport::default(),
        _ => accepted(app.ingest.accept(mapped.lines.into(), scope).await)?,
    };
    app.metrics.outcomes(&report);
    let answered = otlp::answer(signal, encoding, report.rejected, &why(&report));
    Ok(answer(StatusCode::OK, encoding, answered))
}

/// An exporter drops what is answered with another status than 429, 502, 503 or 504.
fn accepted(accepted: Result<IngestReport, PortError>) -> Result<IngestReport, Problem> {
    accepted.map_err(|error| match error {
        PortError::Refused { reason } | PortError::Changed { reason } => {
            Problem::new(Code::OutcomesRefused, reason)
        }
        PortError::Busy => busy(),
        PortError::Failed { source } => {
            // It goes to the log here; the exporter is told to come back.
            drop(Problem::internal(&*source));
            busy()
        }
    })
}

fn busy() -> Problem {
    Problem::new(Code::Unavailable, "Nothing was kept; send it again.")
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, Problem> {
    match body::media_type(headers).as_str() {
        "application/x-protobuf" | "application/protobuf" => Ok(Encoding::Protobuf),
        "application/json" => Ok(Encoding::Json),
        _ => {
            let detail = "OTLP is sent as application/x-protobuf or application/json.";
            Err(Problem::new(Code::MediaType, detail))
        }
    }
}

/// Why not all was taken, from the first that was not.
fn why(report: &IngestReport) -> String {
    let first = report.rejects.first();
    first.map_or(String::new(), |first| {
        format!(
            "{} of the calls were not taken; the first: {}",
            report.rejected, first.reason
        )
    })
}

fn answer(status: StatusCode, encoding: Encoding, body: Vec<u8>) -> Response {
    let kind = match encoding {
        Encoding::Protobuf => "application/x-protobuf",
        Encoding::Json => "application/json",
    };
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}
