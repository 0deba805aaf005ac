//! The control: break, mend, rotate, move the clock, read the ledger (design 4.2).

use crate::scenario::{Fault, parse_span};
use crate::simulator::Simulator;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

type Answer = (StatusCode, Json<Value>);

/// Fastest clock that may be asked for.
const SPEED_MAX: f64 = 10_000.0;

impl Simulator {
    /// The control's routes; for a listener of its own.
    pub fn control_router(&self) -> Router {
        Router::new()
            .route("/_sim/state", get(state))
            .route("/_sim/faults", post(inject))
            .route("/_sim/faults/{id}", delete(end))
            .route("/_sim/mend", post(mend))
            .route("/_sim/packages/{id}/secrets", post(secrets))
            .route("/_sim/packages/{id}/scopes", post(scopes))
            .route("/_sim/clock", post(clock))
            .route("/_sim/ledger", get(ledger))
            .route("/_sim/reset", post(reset))
            .route("/_sim/switches", post(switches))
            .with_state(self.clone())
    }
}

fn bad(why: impl std::fmt::Display) -> Answer {
    (
        StatusCode::BAD_REQUEST,
        Json(json!({ "error": why.to_string() })),
    )
}

fn good(body: Value) -> Answer {
    (StatusCode::OK, Json(body))
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Answer> {
    serde_json::from_slice(body).map_err(bad)
}

/// Both ways of an answer are answers.
fn either(answer: Result<Answer, Answer>) -> Answer {
    answer.unwrap_or_else(|refusal| refusal)
}

async fn state(State(simulator): State<Simulator>) -> Answer {
    let (now, speed) = (simulator.clock().now(), simulator.clock().speed());
    good(simulator.with(|platform| {
        let values = platform.switches().values();
        let switches: Map<String, Value> = values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        json!({
            "now": now, "speed": speed, "faults": platform.faults(),
            "packages": platform.packages(), "switches": switches,
        })
    }))
}

async fn inject(State(simulator): State<Simulator>, body: Bytes) -> Answer {
    either(read::<Fault>(&body).and_then(|fault| {
        let id = simulator.inject(&fault).map_err(bad)?;
        Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
    }))
}

async fn end(State(simulator): State<Simulator>, Path(id): Path<String>) -> Answer {
    if simulator.with(|platform| platform.end_fault(&id)) {
        return good(json!({ "mended": 1 }));
    }
    let why = format!("there is no fault {id:?}");
    (StatusCode::NOT_FOUND, Json(json!({ "error": why })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mend {
    target: String,
}

async fn mend(State(simulator): State<Simulator>, body: Bytes) -> Answer {
    either(
        read::<Mend>(&body).map(|order| good(json!({ "mended": simulator.mend(&order.target) }))),
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Generate,
    Activate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretOrder {
    action: Action,
}

async fn secrets(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let now = simulator.clock().now();
    either(
        read::<SecretOrder>(&body).and_then(|order| match order.action {
            Action::Generate => {
                let made = simulator.with(|platform| platform.generate_secret(now, &id));
                Ok((
                    StatusCode::CREATED,
                    Json(json!({ "client_secret": made.map_err(bad)? })),
                ))
            }
            Action::Activate => {
                simulator
                    .with(|platform| platform.activate_secret(&id))
                    .map_err(bad)?;
                Ok(good(json!({ "activated": true })))
            }
        }),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeOrder {
    scopes: Vec<String>,
}

async fn scopes(State(simulator): State<Simulator>, Path(id): Path<String>, body: Bytes) -> Answer {
    let now = simulator.clock().now();
    either(read::<ScopeOrder>(&body).and_then(|order| {
        simulator
            .with(|platform| platform.edit_scopes(now, &id, order.scopes))
            .map_err(bad)?;
        Ok(good(json!({ "edited": true })))
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockOrder {
    advance: Option<String>,
    speed: Option<f64>,
}

async fn clock(State(simulator): State<Simulator>, body: Bytes) -> Answer {
    let order = match read::<ClockOrder>(&body) {
        Ok(order) => order,
        Err(refusal) => return refusal,
    };
    let Some(control) = simulator.clock_control() else {
        return bad("this simulator runs on the machine's clock, which cannot be moved");
    };
    if let Some(text) = order.advance {
        match parse_span(&text).filter(|span| !span.is_negative()) {
            Some(span) => control.advance(span).await,
            None => return bad(format!("advance: {text:?} is no span such as 90m")),
        }
    }
    if let Some(speed) = order.speed {
        if !(0.0..=SPEED_MAX).contains(&speed) {
            return bad(format!("speed: a number from 0 to {SPEED_MAX}"));
        }
        control.set_speed(speed);
    }
    good(json!({ "now": simulator.clock().now(), "speed": simulator.clock().speed() }))
}

async fn ledger(State(simulator): State<Simulator>) -> Answer {
    let concurrent = simulator.concurrent_mints();
    good(simulator.with(|platform| {
        let requests: Vec<_> = platform.ledger().requests().collect();
        json!({
            "totals": platform.ledger().totals(), "requests": requests,
            "concurrent_mints": concurrent,
        })
    }))
}

async fn reset(State(simulator): State<Simulator>) -> Answer {
    simulator.reset();
    good(json!({ "reset": true }))
}

async fn switches(State(simulator): State<Simulator>, body: Bytes) -> Answer {
    either(read::<Map<String, Value>>(&body).and_then(|values| {
        for (name, value) in values {
            let text = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            simulator.set_switch(&name, &text).map_err(bad)?;
        }
        Ok(good(json!({ "set": true })))
    }))
}
