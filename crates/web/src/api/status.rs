//! `GET /api/v1/status`.

use crate::api::body::bad_query;
use crate::api::incidents::INCIDENTS_MAX;
use crate::api::objectives::promises_of;
use crate::app::App;
use crate::problem::{Code, Problem};
use crate::view::asset::{AssetStatus, asset_statuses};
use crate::view::next::next_command;
use crate::view::promise::Promises;
use crate::view::unit::{UnitStatus, unit_statuses};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use countersign_store::IncidentFilter;
use serde::{Deserialize, Serialize};

/// Which business unit.
#[derive(Debug, Deserialize)]
pub(crate) struct Which {
    bu: Option<String>,
}

/// Business units with their integrations and assets, what was promised, and the one command that helps
/// next.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    business_units: Vec<Unit>,
    /// Of the whole estate.
    objectives: Promises,
    next: String,
}

/// One business unit.
#[derive(Debug, Serialize)]
struct Unit {
    #[serde(flatten)]
    unit: UnitStatus,
    /// Its assets, in the estate's order.
    assets: Vec<AssetStatus>,
}

/// Tells how everything does, or one business unit.
pub(crate) async fn status_get(
    State(app): State<App>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Status>, Problem> {
    let Query(which) = which.map_err(|rejection| bad_query(&rejection))?;
    let estate = app.store.estate_get().await?;
    let statuses = app.store.statuses().await?;
    let mut open = app
        .store
        .incidents(IncidentFilter::Open, INCIDENTS_MAX)
        .await?;
    let now = app.clock.now();
    let nothing = countersign_model::estate::Estate::default();
    let known = estate.as_ref().unwrap_or(&nothing);
    let objectives = promises_of(&app, known, now).await?;
    let sights = app.store.asset_sights().await?;
    let mut assets = asset_statuses(known, &sights, &open, now);
    let mut units = unit_statuses(known, &statuses, &open, now);
    if let Some(bu) = which.bu {
        units.retain(|unit| unit.id.as_str() == bu);
        open.retain(|incident| incident.business_units.iter().any(|hit| hit.as_str() == bu));
        if units.is_empty() {
            let detail = "There is no business unit of this code: it is not in the estate.";
            return Err(Problem::new(Code::UnknownBusinessUnit, detail));
        }
    }
    let next = next_command(estate.as_ref(), &units, &open);
    let unit = |unit: UnitStatus| Unit {
        assets: assets.remove(&unit.id).unwrap_or_default(),
        unit,
    };
    Ok(Json(Status {
        business_units: units.into_iter().map(unit).collect(),
        objectives,
        next,
    }))
}
