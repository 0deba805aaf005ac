//! `POST /api/v1/incidents/{id}/acknowledge` and `POST /api/v1/incidents/{id}/steps/{step}/done`.

use crate::api::body::{json, port_problem, read};
use crate::api::incidents::find;
use crate::app::App;
use crate::problem::{Code, Problem};
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use bytes::Bytes;
use countersign_incident::BY_HAND;
use countersign_model::response::{Deed, FoundBy};
use serde::Deserialize;

/// What may be said when an incident is taken on. Who it was is not kept: teams own incidents.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TakenOn {
    /// Who found the failure; default: the system.
    found_by: FoundBy,
}

/// Notes that somebody took an incident on; the first time counts.
///
/// 202: it is durable, and on the incident a moment later.
pub(crate) async fn acknowledge_post(
    State(app): State<App>,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let body = read(body)?;
    let taken: TakenOn = match body.is_empty() {
        true => TakenOn::default(),
        false => json(&body)?,
    };
    note(&app, &id, Deed::Acknowledged(taken.found_by)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Notes that a step was done; only steps that no data can see may be marked.
pub(crate) async fn step_done_post(
    State(app): State<App>,
    Path((id, step)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    note(&app, &id, Deed::StepDone(step)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Hands a deed to the watch, if it fits the incident.
pub(crate) async fn note(app: &App, id: &str, deed: Deed) -> Result<(), Problem> {
    let incident = find(app, id).await?;
    if incident.opened_at.is_none() {
        let why = "id: this is a suspicion; there is nothing to take on until it opens.";
        return Err(Problem::new(Code::BadField, why));
    }
    if let Deed::StepDone(name) = &deed
        && !BY_HAND.contains(&name.as_str())
    {
        let why = format!("step: only {} can be marked by hand.", BY_HAND.join(", "));
        return Err(Problem::new(Code::BadField, why));
    }
    let noted = app.response.note(incident.id, deed).await;
    noted.map_err(|error| port_problem(error, Code::BadField))
}
