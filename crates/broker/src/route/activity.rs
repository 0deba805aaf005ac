//! `GET /admin/api/v1/consumers/activity`: who asked for tokens, and when.

use super::App;
use super::admin_api::Operator;
use crate::admin::Activity;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;

pub(super) async fn activity(
    _: Operator,
    State(app): State<App>,
) -> Result<Json<Activity>, Problem> {
    Ok(Json(app.admin().activity().await?))
}
