//! `GET /api/v1/integrations/{id}`.

use crate::api::objectives;
use crate::app::App;
use crate::problem::{Code, Problem};
use crate::view::unit::{FlowStatus, flow_status};
use axum::Json;
use axum::extract::{Path, State};
use countersign_model::estate::Estate;
use countersign_model::id::{BuId, IncidentId, IntegrationId};
use countersign_model::incident::Incident;
use countersign_model::objective::{MonthUptime, uptimes};
use serde::Serialize;

/// Months before the running one.
const MONTHS: u8 = 12;

/// One integration: what the watch knows, what the estate says, and how it kept its promise.
#[derive(Debug, Serialize)]
pub(crate) struct IntegrationItem {
    #[serde(flatten)]
    flow: FlowStatus,
    /// Its business unit.
    bu: BuId,
    /// What is promised, 0.0 to 1.0.
    objective: f64,
    /// Uptime by month, newest first.
    uptime: Vec<MonthUptime>,
    /// Incidents on its cause of the last 13 months, newest first.
    incidents: Vec<IncidentId>,
}

/// Tells one integration.
pub(crate) async fn integration_get(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<IntegrationItem>, Problem> {
    let unknown = || {
        let detail = "There is no integration with this id: it is not in the estate.";
        Problem::new(Code::UnknownObject, detail)
    };
    let id: IntegrationId = id.parse().map_err(|_| unknown())?;
    let estate = app.store.estate_get().await?.unwrap_or_default();
    let integration = estate.integration(&id).ok_or_else(unknown)?.clone();
    let now = app.clock.now();
    let status = app.store.status(id.clone()).await?;
    let (mut times, incidents) = objectives::read(&app, now, MONTHS).await?;
    times.retain(|time| time.integration == id);
    let incidents: Vec<Incident> = incidents
        .into_iter()
        .filter(|incident| incident.integrations.contains(&id))
        .collect();
    let alone = Estate {
        integrations: vec![integration.clone()],
        ..Estate::default()
    };
    let uptime = uptimes(&alone, &times, &incidents, now).pop();
    let uptime = uptime.ok_or_else(unknown)?;
    Ok(Json(IntegrationItem {
        flow: flow_status(&integration, status.as_ref(), now),
        bu: integration.bu,
        objective: uptime.objective,
        uptime: uptime.months,
        incidents: incidents.into_iter().rev().map(|one| one.id).collect(),
    }))
}
