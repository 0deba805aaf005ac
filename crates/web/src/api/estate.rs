//! `GET` and `PUT /api/v1/estate`.

use crate::api::body::{self, port_problem};
use crate::app::App;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderName, header};
use bytes::Bytes;
use countersign_feed::estate::{Finding, Format, Plan, Severity, decode, lint, plan};
use countersign_host::entity_tag::{Conditions, Unmet, tag};
use countersign_host::task::to_the_end;
use countersign_model::estate::Estate;
use serde::Serialize;

/// Said of a change that could write over one that its maker never saw.
const UNNAMED: &str = "An estate is in force, and this change does not say that it was made from it. Nothing \
                       was changed.";
/// Said of a change that comes too late.
const OTHER: &str =
    "The estate is not the one that this change was made from. Nothing was changed.";

/// What applying an estate did.
#[derive(Debug, Serialize)]
pub(crate) struct Applied {
    /// What changed.
    plan: Plan,
    /// Weaknesses worth a look; none of them stopped it.
    findings: Vec<Finding>,
}

/// Tells the estate in force.
pub(crate) async fn estate_get(
    State(app): State<App>,
) -> Result<([(HeaderName, String); 1], Json<Estate>), Problem> {
    let estate = app.store.estate_get().await?;
    let none = || Problem::new(Code::NoEstate, "No estate has been applied here.");
    let estate = estate.ok_or_else(none)?;
    Ok(([(header::ETAG, tag(&estate))], Json(estate)))
}

/// Replaces the estate, whole or not at all, if it is what the request's conditions say.
pub(crate) async fn estate_put(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<([(HeaderName, String); 1], Json<Applied>), Problem> {
    let format = format_of(&body::media_type(&headers))?;
    let body = body::read(body)?;
    let text = std::str::from_utf8(&body)
        .map_err(|_| Problem::new(Code::MalformedBody, "The body is not UTF-8."))?;
    let estate = decode(text, format).map_err(|faults| {
        let detail = format!(
            "It has {} that keep it from being read.",
            faults_word(faults.len())
        );
        Problem::new(Code::EstateInvalid, detail).with_faults(faults)
    })?;
    let findings = lint(&estate);
    let errors: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    if !errors.is_empty() {
        let detail = format!("It contradicts itself: {}.", faults_word(errors.len()));
        return Err(Problem::new(Code::EstateInvalid, detail).with_faults(errors));
    }
    let tag = tag(&estate);
    let plan = to_the_end(replace(app, Conditions::of(&headers), estate)).await?;
    Ok(([(header::ETAG, tag)], Json(Applied { plan, findings })))
}

/// Puts the estate in force, if what is there is what it was made from; what it changes.
async fn replace(app: App, conditions: Conditions, next: Estate) -> Result<Plan, Problem> {
    let _turn = app.estate_turn.lock().await;
    let before = app.store.estate_get().await?;
    let allowed = conditions.allow(before.as_ref(), &next);
    allowed.map_err(|unmet| match unmet {
        Unmet::Missing => Problem::new(Code::PreconditionRequired, UNNAMED),
        Unmet::Changed => Problem::new(Code::EstateChanged, OTHER),
    })?;
    let plan = plan(&before.clone().unwrap_or_default(), &next);
    let replaced = app.estate.replace(before, next).await;
    replaced.map_err(|error| port_problem(error, Code::EstateRefused))?;
    app.live.reset();
    Ok(plan)
}

fn format_of(media_type: &str) -> Result<Format, Problem> {
    match media_type {
        "application/json" => Ok(Format::Json),
        "application/yaml" | "application/x-yaml" | "text/yaml" => Ok(Format::Yaml),
        _ => Err(Problem::new(
            Code::MediaType,
            "An estate is sent as application/json or application/yaml.",
        )),
    }
}

fn faults_word(n: usize) -> String {
    if n == 1 {
        "1 fault".to_owned()
    } else {
        format!("{n} faults")
    }
}
