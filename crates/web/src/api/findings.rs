//! `GET /api/v1/findings`.

use crate::api::body::bad_query;
use crate::app::App;
use crate::problem::Problem;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use countersign_model::finding::Finding;
use countersign_store::FindingFilter;
use serde::{Deserialize, Serialize};

/// Most findings in one answer.
pub(crate) const FINDINGS_MAX: usize = 1_000;

/// A list of findings, gravest first, at most 1,000.
#[derive(Debug, Serialize)]
pub(crate) struct FindingList {
    findings: Vec<Finding>,
}

/// Which findings.
#[derive(Debug, Deserialize)]
pub(crate) struct Which {
    /// Closed ones too.
    #[serde(default)]
    all: bool,
}

/// Lists open findings, with `all=true` closed ones after them.
pub(crate) async fn finding_list(
    State(app): State<App>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<FindingList>, Problem> {
    let Query(which) = which.map_err(|rejection| bad_query(&rejection))?;
    let filter = match which.all {
        true => FindingFilter::All,
        false => FindingFilter::Open,
    };
    let findings = app.store.findings(filter, FINDINGS_MAX).await?;
    Ok(Json(FindingList { findings }))
}
