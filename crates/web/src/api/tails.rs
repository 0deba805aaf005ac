//! `GET /api/v1/tails`: the log files that the watch follows, how they stand and what came of their lines.

use crate::app::App;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use countersign_model::Timestamp;
use countersign_store::{Tail, TailCounts, TailState};
use serde::Serialize;

/// A followed file. Its silence is no sign that its integrations are well.
#[derive(Debug, Serialize)]
pub(crate) struct TailRow {
    name: String,
    path: String,
    state: TailState,
    /// Since when it stands so, in wall time.
    since: Option<Timestamp>,
    /// What is the matter; empty while all is well.
    words: String,
    /// When lines were read last, in wall time.
    heard_at: Option<Timestamp>,
    /// Files that are being read: more than one while the end of a rotated one is still to come.
    files: usize,
    #[serde(flatten)]
    counts: TailCounts,
}

impl From<Tail> for TailRow {
    fn from(tail: Tail) -> TailRow {
        TailRow {
            name: tail.name,
            path: tail.standing.path,
            state: tail.standing.state,
            since: tail.standing.since,
            words: tail.standing.words,
            heard_at: tail.place.heard_at,
            files: tail.place.files.len(),
            counts: tail.place.counts,
        }
    }
}

/// All of them, by name.
pub(crate) async fn tail_list(State(app): State<App>) -> Result<Json<Vec<TailRow>>, Problem> {
    let tails = app.store.tail_list().await?;
    Ok(Json(tails.into_iter().map(TailRow::from).collect()))
}
