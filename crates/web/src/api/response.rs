//! `POST /api/v1/incidents/{id}/acknowledge` and `POST /api/v1/incidents/{id}/steps/{step}/done`.

use crate::access::Caller;
use crate::api::body::{json, port_problem, read};
use crate::api::incidents::find;
use crate::app::App;
use crate::problem::{Code, Problem};
use axum::Extension;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use bytes::Bytes;
use countersign_incident::BY_HAND;
use countersign_model::response::{Deed, FoundBy};
use serde::Deserialize;

/// Longest name of a team, in characters.
const TEAM_CHARS_MAX: usize = 80;

/// What may be said when an incident is taken on.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TakenOn {
    /// Who found the failure; default: the system.
    found_by: FoundBy,
    /// The team that takes it on; default: how the caller was recognised.
    by: Option<String>,
}

impl TakenOn {
    /// The deed, done by the team that is named or else by the caller.
    pub(crate) fn deed(self, caller: &Caller) -> Result<Deed, Problem> {
        Ok(Deed::Acknowledged {
            found_by: self.found_by,
            by: Some(team(self.by, caller)?),
        })
    }
}

/// The team that is named, or how the caller was recognised.
pub(crate) fn team(named: Option<String>, caller: &Caller) -> Result<String, Problem> {
    let named = named.map(|name| name.trim().to_owned());
    let named = named.filter(|name| !name.is_empty());
    let Some(name) = named else {
        return Ok(caller.principal());
    };
    if name.chars().count() > TEAM_CHARS_MAX || name.chars().any(char::is_control) {
        let why = format!("by: name a team, on one line of at most {TEAM_CHARS_MAX} characters.");
        return Err(Problem::new(Code::BadField, why));
    }
    Ok(name)
}

/// Notes that somebody took an incident on; the first time counts.
///
/// 202: it is durable, and on the incident a moment later.
pub(crate) async fn acknowledge_post(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let body = read(body)?;
    let taken: TakenOn = match body.is_empty() {
        true => TakenOn::default(),
        false => json(&body)?,
    };
    note(&app, &id, taken.deed(&caller)?).await?;
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
        let why = "id: this is a suspicion; it is to be acted on once it opens, and ends by itself \
                   if it comes to nothing.";
        return Err(Problem::new(Code::BadField, why));
    }
    if let (Deed::Acknowledged { .. }, Some(ended)) = (&deed, incident.resolved_at) {
        let at = ended.strftime("%Y-%m-%d %H:%M UTC");
        let why = format!("It ended at {at}; there is nothing to take on any more.");
        return Err(Problem::new(Code::IncidentClosed, why));
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
