//! `GET /incidents/{id}`, its buttons and its report.

use super::{PageProblem, Shell, filters, html};
use crate::access::{Caller, cross_site, from_own_page};
use crate::api;
use crate::api::expected::Expected;
use crate::api::incidents::{find, report};
use crate::api::response::{TakenOn, note};
use crate::app::App;
use crate::assets;
use crate::problem::{Code, Problem};
use crate::view::delivery::{DeliveryRow, delivery_rows};
use crate::view::incident::{IncidentView, incident_view};
use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Redirect, Response};
use axum::{Extension, Form};
use countersign_model::expectation::ExpectedForm as Rule;
use countersign_model::response::Deed;
use countersign_model::{SignedDuration, Timestamp};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "incident.html")]
struct IncidentPage {
    shell: Shell,
    view: IncidentView,
    deliveries: Vec<DeliveryRow>,
}

/// Shows one incident.
pub(crate) async fn incident_page(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, PageProblem> {
    let now = app.clock.now();
    let shell = Shell::new(&app, "incidents", now);
    let incident = find(&app, &id).await?;
    let estate = app.store.estate_get().await?.unwrap_or_default();
    let trail = app.store.deliveries_of(incident.id.clone()).await?;
    let view = incident_view(&incident, &estate, now);
    let deliveries = delivery_rows(&trail, (app.wall)(), app.clock.is_system());
    html(
        StatusCode::OK,
        &IncidentPage {
            shell,
            view,
            deliveries,
        },
    )
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    assets: &'static str,
    title: String,
    /// Written by the report itself, every text of it escaped.
    body: String,
}

/// `GET /api/v1/incidents/{id}/report.html`: the report as a page to print or to send.
pub(crate) async fn report_page(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, PageProblem> {
    let report = report(&app, &id).await?;
    html(
        StatusCode::OK,
        &ReportPage {
            assets: assets::version(),
            title: report.title().to_owned(),
            body: report.html(),
        },
    )
}

/// `POST /incidents/{id}/acknowledge`: the button *Take it on*.
pub(crate) async fn take_on(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    form: Result<Form<TakenOn>, FormRejection>,
) -> Result<Redirect, PageProblem> {
    let Form(taken) = form.unwrap_or_default();
    let deed = taken.deed(&caller).map_err(PageProblem)?;
    from_button(&app, &headers, &id, deed).await
}

/// What the form *This was to be expected* says.
#[derive(Debug, Deserialize)]
pub(crate) struct ExpectedSaid {
    reason: String,
    #[serde(default)]
    by: Option<String>,
    when: ExpectedWhen,
}

/// How long, in the form's words.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExpectedWhen {
    /// For four hours from now.
    Hours,
    /// For a day from now.
    Day,
    /// For a week from now.
    Week,
    /// The same hours of the same weekday.
    Weekly,
    /// A new level.
    Baseline,
}

impl ExpectedSaid {
    fn said(self, now: Timestamp) -> Expected {
        let hours = |n| (Some(Rule::Once), Some(now + SignedDuration::from_hours(n)));
        let (form, until) = match self.when {
            ExpectedWhen::Hours => hours(4),
            ExpectedWhen::Day => hours(24),
            ExpectedWhen::Week => hours(7 * 24),
            ExpectedWhen::Weekly => (Some(Rule::Weekly), None),
            ExpectedWhen::Baseline => (Some(Rule::Baseline), None),
        };
        Expected {
            reason: self.reason,
            by: self.by,
            form,
            until,
        }
    }
}

/// `POST /incidents/{id}/expected`: the form *This was to be expected*.
pub(crate) async fn expect(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    form: Result<Form<ExpectedSaid>, FormRejection>,
) -> Result<Redirect, PageProblem> {
    if !from_own_page(&app, &headers) {
        return Err(PageProblem(cross_site()));
    }
    let Form(form) = form.map_err(|_| {
        let why = "reason, when: say why it was to be expected, and when.";
        PageProblem(Problem::new(Code::BadField, why))
    })?;
    let said = form.said(app.clock.now());
    api::expected::expect(&app, &id, said, &caller).await?;
    Ok(Redirect::to(&format!("/incidents/{id}")))
}

/// `POST /incidents/{id}/steps/{step}`: the button *Mark as done*.
pub(crate) async fn mark_done(
    State(app): State<App>,
    Path((id, step)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Redirect, PageProblem> {
    from_button(&app, &headers, &id, Deed::StepDone(step)).await
}

/// Back to the incident; it shows the deed with its next live update.
async fn from_button(
    app: &App,
    headers: &HeaderMap,
    id: &str,
    deed: Deed,
) -> Result<Redirect, PageProblem> {
    if !from_own_page(app, headers) {
        return Err(PageProblem(cross_site()));
    }
    note(app, id, deed).await?;
    Ok(Redirect::to(&format!("/incidents/{id}")))
}
