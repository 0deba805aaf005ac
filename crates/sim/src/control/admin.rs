//! What an admin does in the provider's pages: rotate secrets, edit packages, set the allowlist.

use super::body::{Answer, Refusal, created, good, read};
use crate::simulator::Simulator;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use countersign_sfmc::address::{AddressError, AddressRange};
use countersign_sfmc::package::{Edit, RotationError};
use countersign_sfmc::platform::AdminError;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Generate,
    Activate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    action: Action,
}

impl From<RotationError> for Refusal {
    fn from(error: RotationError) -> Refusal {
        let (status, field) = match error {
            RotationError::NoPackage { .. } => (StatusCode::NOT_FOUND, "id"),
            RotationError::TooSoon { .. } | RotationError::NothingStaged => {
                (StatusCode::CONFLICT, "action")
            }
        };
        Refusal::new(status, error).at(field)
    }
}

impl From<AdminError> for Refusal {
    fn from(error: AdminError) -> Refusal {
        match error {
            AdminError::NoPackage { .. } | AdminError::NoTenant { .. } => {
                Refusal::new(StatusCode::NOT_FOUND, error).at("id")
            }
            AdminError::NoUnit { .. } => Refusal::of("mids", error),
            AdminError::RedirectUri { .. } => Refusal::of("redirect_uris", error),
        }
    }
}

/// Generates or activates a secret; a generated one is told this once.
pub(super) async fn secrets(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Answer, Refusal> {
    let order: Rotation = read(&body)?;
    let now = simulator.clock().now();
    match order.action {
        Action::Generate => {
            let secret = simulator.with(|platform| platform.generate_secret(now, &id))?;
            Ok(created(json!({ "client_secret": secret })))
        }
        Action::Activate => {
            simulator.with(|platform| platform.activate_secret(now, &id))?;
            Ok(good(json!({ "activated": true })))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackageOrder {
    scopes: Option<Vec<String>>,
    mids: Option<Vec<u64>>,
    enabled: Option<bool>,
    app_user_active: Option<bool>,
    redirect_uris: Option<Vec<String>>,
}

/// Edits a package; `shows_in_s`: when its scopes and units show in new tokens.
pub(super) async fn edit(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Answer, Refusal> {
    let order: PackageOrder = read(&body)?;
    let edit = Edit {
        scopes: order.scopes,
        mids: order.mids,
        enabled: order.enabled,
        app_user_active: order.app_user_active,
        redirect_uris: order.redirect_uris,
    };
    let now = simulator.clock().now();
    let shows_in_s = simulator.with(|platform| platform.edit_package(now, &id, edit))?;
    Ok(good(json!({ "shows_in_s": shows_in_s })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowlistOrder {
    /// Empty: everybody may come in.
    ranges: Vec<String>,
}

/// Sets the addresses from which tokens may be asked for and calls be made.
pub(super) async fn allowlist(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Answer, Refusal> {
    let order: AllowlistOrder = read(&body)?;
    let ranges: Result<Vec<AddressRange>, AddressError> =
        order.ranges.iter().map(|text| text.parse()).collect();
    let ranges = ranges.map_err(|error| Refusal::of("ranges", format!("ranges: {error}")))?;
    simulator.with(|platform| platform.set_allowlist(&id, ranges))?;
    Ok(good(json!({ "allowlist": order.ranges })))
}
