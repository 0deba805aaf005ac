//! `GET /api/v1/incidents`, `GET /api/v1/incidents/{id}` and its report.

use crate::api::body::bad_query;
use crate::app::App;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use countersign_incident::{Clocks, Report, clocks};
use countersign_model::incident::Incident;
use countersign_store::IncidentFilter;
use serde::{Deserialize, Serialize};

/// Most incidents in one answer.
pub(crate) const INCIDENTS_MAX: usize = 500;

/// An incident as the API tells it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct IncidentItem {
    #[serde(flatten)]
    incident: Incident,
    /// Ids of everything affected: integrations, then assets, nearest first.
    affects: Vec<String>,
}

impl From<Incident> for IncidentItem {
    fn from(incident: Incident) -> IncidentItem {
        IncidentItem {
            affects: incident.affects(),
            incident,
        }
    }
}

/// One incident in full, with its clocks.
#[derive(Debug, Serialize)]
pub(crate) struct IncidentView {
    #[serde(flatten)]
    item: IncidentItem,
    /// Tier, who found it, and each clock against its objective.
    #[serde(flatten)]
    clocks: Clocks,
}

/// A list of incidents, newest first, at most 500.
#[derive(Debug, Serialize)]
pub(crate) struct IncidentList {
    incidents: Vec<IncidentItem>,
}

/// Which incidents.
#[derive(Debug, Deserialize)]
pub(crate) struct Which {
    /// Suspicions and closed ones too.
    #[serde(default)]
    pub(crate) all: bool,
}

impl Which {
    /// The store's word for it.
    pub(crate) fn filter(&self) -> IncidentFilter {
        if self.all {
            IncidentFilter::All
        } else {
            IncidentFilter::Open
        }
    }
}

/// Lists open incidents, with `all=true` all.
pub(crate) async fn incident_list(
    State(app): State<App>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<IncidentList>, Problem> {
    let Query(which) = which.map_err(|rejection| bad_query(&rejection))?;
    let found = app.store.incidents(which.filter(), INCIDENTS_MAX).await?;
    Ok(Json(IncidentList {
        incidents: found.into_iter().map(IncidentItem::from).collect(),
    }))
}

/// Tells one incident.
pub(crate) async fn incident_get(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<IncidentView>, Problem> {
    let now = app.clock.now();
    let incident = find(&app, &id).await?;
    let estate = app.store.estate_get().await?.unwrap_or_default();
    Ok(Json(IncidentView {
        clocks: clocks(&estate, &incident, now),
        item: incident.into(),
    }))
}

/// `GET /api/v1/incidents/{id}/report.md`: the report as Markdown.
pub(crate) async fn report_markdown(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let report = report(&app, &id).await?;
    let kind = HeaderValue::from_static("text/markdown; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], report.markdown()).into_response())
}

/// The report of an incident as of now.
pub(crate) async fn report(app: &App, id: &str) -> Result<Report, Problem> {
    let now = app.clock.now();
    let incident = find(app, id).await?;
    let estate = app.store.estate_get().await?.unwrap_or_default();
    Ok(Report::of(&estate, &incident, now))
}

/// The incident of that id.
pub(crate) async fn find(app: &App, id: &str) -> Result<Incident, Problem> {
    let unknown = || Problem::new(Code::UnknownIncident, "There is no incident with this id.");
    let id = id.parse().map_err(|_| unknown())?;
    app.store.incident(id).await?.ok_or_else(unknown)
}
