//! `GET /api/v1/objectives`.

use crate::app::App;
use crate::problem::Problem;
use crate::view::promise::{DAYS_LONG, Objectives, Promises, objectives, promises};
use axum::Json;
use axum::extract::State;
use countersign_model::estate::Estate;
use countersign_model::incident::Incident;
use countersign_model::objective::{HealthTime, Month};
use countersign_model::{SignedDuration, Timestamp};
use countersign_store::StoreError;

/// Months before the running one.
const MONTHS: u8 = 12;

/// Tells uptime by tier and integration against what is promised, and how fast incidents were found and
/// ended.
pub(crate) async fn objectives_get(State(app): State<App>) -> Result<Json<Objectives>, Problem> {
    let now = app.clock.now();
    let estate = app.store.estate_get().await?.unwrap_or_default();
    let (times, incidents) = read(&app, now, MONTHS).await?;
    Ok(Json(objectives(&estate, &times, &incidents, now)))
}

/// The short form, for the status.
pub(crate) async fn promises_of(
    app: &App,
    estate: &Estate,
    now: Timestamp,
) -> Result<Promises, StoreError> {
    let (times, incidents) = read(app, now, 0).await?;
    Ok(promises(estate, &times, &incidents, now))
}

/// Booked time of the running month and `months` before it, and the incidents in it and in 90 days.
pub(crate) async fn read(
    app: &App,
    now: Timestamp,
    months: u8,
) -> Result<(Vec<HealthTime>, Vec<Incident>), StoreError> {
    let from = Month::of(now).back(months);
    let long = SignedDuration::from_hours(24 * i64::from(DAYS_LONG));
    let days = now.checked_sub(long).unwrap_or(Timestamp::MIN);
    let times = app.store.health_times(from, now).await?;
    let incidents = app
        .store
        .incidents_since(days.min(from.starts_at()))
        .await?;
    Ok((times, incidents))
}
