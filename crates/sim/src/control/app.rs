//! Connected apps of Salesforce core: one more, or a certificate for one.

use super::body::{Answer, Refusal, created, good, read};
use crate::simulator::Simulator;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use countersign_sfmc::AppError;
use serde::Deserialize;
use serde_json::json;

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Refusal {
        match error {
            AppError::NoApp { .. } => Refusal::new(StatusCode::NOT_FOUND, error).at("id"),
            AppError::Taken { .. } | AppError::Full => {
                Refusal::new(StatusCode::CONFLICT, error).at("client_id")
            }
            AppError::Key(_) => Refusal::of("certificate", error),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewApp {
    client_id: String,
    client_secret: String,
}

/// Adds a connected app with a user of its own.
pub(super) async fn add(
    State(simulator): State<Simulator>,
    body: Bytes,
) -> Result<Answer, Refusal> {
    let order: NewApp = read(&body)?;
    simulator.core_app_add(&order.client_id, &order.client_secret)?;
    Ok(created(json!({ "id": order.client_id })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    certificate: String,
}

/// Gives a connected app the certificate, or the bare public key, by which its assertions are judged.
pub(super) async fn edit(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Answer, Refusal> {
    let order: Edit = read(&body)?;
    simulator.with(|platform| platform.core_certificate(&id, &order.certificate))?;
    Ok(good(json!({ "certificate": true })))
}
