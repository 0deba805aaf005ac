//! `POST /api/v1/slots/{id}/reject`: a consumer says that a token is dead although its clock says
//! otherwise (broker rule 2.10). It proves who it is with its id and key in a Basic header.

use super::App;
use super::caller::Caller;
use super::sent::not_arrived;
use crate::driver::Command;
use crate::problem::Problem;
use crate::token_request;
use crate::vend::NotHanded;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use countersign_model::id::SlotId;
use countersign_model::token::Generation;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    #[serde(default)]
    generation: Option<u64>,
    #[serde(default)]
    fingerprint: Option<String>,
    /// What the platform answered; taken for the day it matters, and told nobody.
    #[serde(default)]
    #[expect(dead_code, reason = "reports name it, and no answer depends on it")]
    status: Option<u16>,
}

#[derive(Serialize)]
pub(super) struct Noted {
    /// `newer`: a newer token was there already; `renewed`: there is one now; `kept`: there is none
    /// but the one reported.
    verdict: &'static str,
    /// The slot's present generation.
    generation: u64,
    /// With `kept`: when reporting again may help, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u64>,
}

pub(super) async fn reject(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Caller,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Noted>, Problem> {
    let body = body.map_err(|error| not_arrived(error.status()))?;
    let known = caller
        .text(header::AUTHORIZATION)
        .and_then(token_request::basic)
        .and_then(|(id, key)| {
            let now = app.0.vendor.clock().now();
            app.0.registry.find(&id, &key, now, caller.peer)
        })
        .ok_or_else(|| {
            let detail = "Send the consumer's id and key in a Basic Authorization header.";
            Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
        })?;
    caller.is_known();
    let report: Report = serde_json::from_slice(&body).map_err(|error| {
        // The parser's own words quote the body.
        let detail = format!(
            "body: send {{\"generation\": N}} or {{\"fingerprint\": \"…\"}} (line {}, column {})",
            error.line(),
            error.column()
        );
        Problem::new(StatusCode::BAD_REQUEST, "bad_field", detail)
    })?;
    let consumer = &known.consumer;
    let own = std::iter::once(&consumer.default_mid)
        .chain(&consumer.mids)
        .map(|mid| SlotId::of(&consumer.credential, *mid, None))
        .find(|slot| slot.as_str() == id);
    let slot = own.ok_or_else(|| {
        let detail = format!("slot {id:?} is none of this consumer's");
        Problem::new(StatusCode::FORBIDDEN, "foreign_slot", detail)
    })?;
    let cell = app.0.vendor.cell(&slot);
    let facts = cell
        .and_then(|cell| cell.shown().view.facts.clone())
        .ok_or_else(|| {
            let detail = format!("slot {slot} has no token that could be dead");
            Problem::new(StatusCode::CONFLICT, "no_slot", detail)
        })?;
    let named = match (report.generation, report.fingerprint) {
        (Some(generation), _) => Generation(generation),
        // An unknown fingerprint is of an older token: nothing to do for it.
        (None, Some(print)) if print == facts.fingerprint => facts.generation,
        (None, Some(_)) => Generation(0),
        (None, None) => {
            let detail = "generation: name the token by generation or fingerprint";
            return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_field", detail));
        }
    };
    if named > facts.generation {
        let detail = format!(
            "generation: there is none of {}; the newest is {}",
            named.0, facts.generation.0
        );
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_field", detail));
    }
    if named < facts.generation {
        return Ok(Json(Noted {
            verdict: "newer",
            generation: facts.generation.0,
            retry_after_s: None,
        }));
    }
    // The road is closed only when the process stops.
    drop(
        app.0
            .vendor
            .driver()
            .send(Command::Rejected {
                slot: slot.clone(),
                generation: named,
            })
            .await,
    );
    // Who reported it waits for the next one, so that asking again does not hand it the dead one.
    match app.0.vendor.obtain(&slot, 0, Some(named)).await {
        Ok(handed) => Ok(Json(Noted {
            verdict: "renewed",
            generation: handed.facts.generation.0,
            retry_after_s: None,
        })),
        Err(NotHanded::Refused(refusal)) => Ok(Json(Noted {
            verdict: "kept",
            generation: facts.generation.0,
            retry_after_s: Some(app.0.vendor.wall_wait_s(refusal.retry_after_ms)),
        })),
        Err(_) => {
            let detail = format!("slot {slot} was removed meanwhile");
            Err(Problem::new(StatusCode::CONFLICT, "no_slot", detail))
        }
    }
}
