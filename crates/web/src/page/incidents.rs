//! `GET /incidents`.

use super::{PageProblem, Shell, html};
use crate::api::body::bad_query;
use crate::api::incidents::{INCIDENTS_MAX, Which};
use crate::app::App;
use crate::view::card::{Card, card};
use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;

/// Most cards on the page.
const CARDS_MAX: usize = 100;

#[derive(Template)]
#[template(path = "incidents.html")]
struct IncidentsPage {
    shell: Shell,
    cards: Vec<Card>,
    all: bool,
    left: usize,
}

/// Shows open incidents, with `all=true` all.
pub(crate) async fn incidents_page(
    State(app): State<App>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Response, PageProblem> {
    let Query(which) = which.map_err(|rejection| bad_query(&rejection))?;
    let now = app.clock.now();
    let shell = Shell::new(&app, "incidents", now);
    let estate = app.store.estate_get().await?.unwrap_or_default();
    let found = app.store.incidents(which.filter(), INCIDENTS_MAX).await?;
    let left = found.len().saturating_sub(CARDS_MAX);
    let cards = found
        .iter()
        .take(CARDS_MAX)
        .map(|incident| card(incident, &estate, now))
        .collect();
    html(
        StatusCode::OK,
        &IncidentsPage {
            shell,
            cards,
            all: which.all,
            left,
        },
    )
}
