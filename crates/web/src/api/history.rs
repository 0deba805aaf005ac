//! `GET /api/v1/integrations/{id}/history?grain=minute|hour`: calls, failures, retries and latencies.

use crate::api::body::bad_query;
use crate::app::App;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use countersign_model::id::IntegrationId;
use countersign_model::rollup::{LATENCY_MS, Rollup};
use countersign_model::{SignedDuration, Timestamp};
use countersign_store::Grain;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the last rows reach back to where nothing else is asked for.
const MINUTES_BACK: SignedDuration = SignedDuration::from_hours(2);
const HOURS_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Longest span of one answer: all minutes that are kept by default, and a quarter of hours.
const MINUTES_MAX: SignedDuration = SignedDuration::from_hours(48);
const HOURS_MAX: SignedDuration = SignedDuration::from_hours(93 * 24);

/// Which rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    #[serde(default)]
    grain: Fineness,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Fineness {
    #[default]
    Minute,
    Hour,
}

/// The history of an integration.
#[derive(Debug, Serialize)]
pub(crate) struct History {
    grain: Fineness,
    from: Timestamp,
    to: Timestamp,
    /// Upper ends of the latency buckets, in ms; one more bucket holds what took longer.
    latency_ms: [u64; LATENCY_MS.len()],
    rows: Vec<Row>,
}

/// One minute or hour of one family of endpoints. Time without rows is time without outcomes.
#[derive(Debug, Serialize)]
struct Row {
    at: Timestamp,
    family: String,
    calls: u64,
    retries: u64,
    /// By class.
    failures: BTreeMap<String, u64>,
    /// By bucket.
    latency: Vec<u64>,
}

impl From<Rollup> for Row {
    fn from(rollup: Rollup) -> Row {
        Row {
            at: rollup.at,
            family: rollup.family,
            calls: rollup.tally.calls,
            retries: rollup.tally.retries,
            failures: rollup.tally.failures,
            latency: rollup.tally.latency.counts().to_vec(),
        }
    }
}

/// Tells what an integration's outcomes came to.
pub(crate) async fn history_get(
    State(app): State<App>,
    Path(id): Path<String>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<History>, Problem> {
    let Query(which) = which.map_err(|rejection| bad_query(&rejection))?;
    let unknown = || {
        let detail = "There is no integration with this id: it is not in the estate.";
        Problem::new(Code::UnknownObject, detail)
    };
    let id: IntegrationId = id.parse().map_err(|_| unknown())?;
    let estate = app.store.estate_get().await?.unwrap_or_default();
    estate.integration(&id).ok_or_else(unknown)?;
    let (grain, back, span_max) = match which.grain {
        Fineness::Minute => (Grain::Minute, MINUTES_BACK, MINUTES_MAX),
        Fineness::Hour => (Grain::Hour, HOURS_BACK, HOURS_MAX),
    };
    let to = which.to.unwrap_or_else(|| app.clock.now());
    let before = |span| to.checked_sub(span).unwrap_or(Timestamp::MIN);
    let from = which
        .from
        .unwrap_or_else(|| before(back))
        .max(before(span_max));
    let rows = app.store.rollups(id, grain, from, to).await?;
    Ok(Json(History {
        grain: which.grain,
        from,
        to,
        latency_ms: LATENCY_MS,
        rows: rows.into_iter().map(Row::from).collect(),
    }))
}
