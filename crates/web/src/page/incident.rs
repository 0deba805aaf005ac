//! `GET /incidents/{id}`.

use super::{PageProblem, Shell, filters, html};
use crate::api::incidents::find;
use crate::app::App;
use crate::view::delivery::{DeliveryRow, delivery_rows};
use crate::view::incident::{IncidentView, incident_view};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

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
