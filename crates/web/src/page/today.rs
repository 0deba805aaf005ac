//! `GET /`.

use super::{PageProblem, Shell, html};
use crate::api::findings::FINDINGS_MAX;
use crate::api::incidents::INCIDENTS_MAX;
use crate::api::objectives::promises_of;
use crate::app::App;
use crate::view::today::{Read, Today, today};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::incident::IncidentState;
use countersign_store::{FindingFilter, IncidentFilter, StoreError};

/// Among how many of the latest incidents suspicions are looked for.
const LATEST_MAX: usize = 100;

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    shell: Shell,
    today: Today,
}

/// Shows *Today*.
pub(crate) async fn today_page(State(app): State<App>) -> Result<Response, PageProblem> {
    let now = app.clock.now();
    let shell = Shell::new(&app, "today", now);
    let today = read(&app, now).await?;
    html(StatusCode::OK, &TodayPage { shell, today })
}

/// Open incidents and findings, however old, and suspicions among the latest.
async fn read(app: &App, now: Timestamp) -> Result<Today, StoreError> {
    let estate = app.store.estate_get().await?;
    let statuses = app.store.statuses().await?;
    let mut incidents = app
        .store
        .incidents(IncidentFilter::Open, INCIDENTS_MAX)
        .await?;
    let latest = app.store.incidents(IncidentFilter::All, LATEST_MAX).await?;
    incidents.extend(
        latest
            .into_iter()
            .filter(|i| i.state == IncidentState::Suspect),
    );
    let nothing = Estate::default();
    let known = estate.as_ref().unwrap_or(&nothing);
    let promises = promises_of(app, known, now).await?;
    let findings = app
        .store
        .findings(FindingFilter::Open, FINDINGS_MAX)
        .await?;
    let read = Read {
        statuses: &statuses,
        incidents: &incidents,
        findings: &findings,
        promises: &promises,
    };
    Ok(today(estate.as_ref(), &read, now))
}
