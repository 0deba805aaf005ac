//! The control: break, mend, rotate, edit, move the clock, read the ledger (design 4.2).

mod admin;
mod body;
mod consent;
mod view;

use crate::scenario::{Fault, parse_span};
use crate::simulator::Simulator;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use body::{Answer, Refusal, created, good, read};
use countersign_model::SignedDuration;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Fastest clock that may be asked for.
const SPEED_MAX: f64 = 100_000.0;
/// Longest step of the clock that may be asked for.
const ADVANCE_MAX: SignedDuration = SignedDuration::from_hours(24 * 400);
/// Largest order, bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

impl Simulator {
    /// The control's routes; for a listener of its own.
    pub fn control_router(&self) -> Router {
        Router::new()
            .route("/_sim/state", get(state))
            .route("/_sim/faults", get(faults).post(inject))
            .route("/_sim/faults/{id}", delete(end))
            .route("/_sim/mend", post(mend))
            .route("/_sim/packages/{id}", post(admin::edit))
            .route("/_sim/packages/{id}/secrets", post(admin::secrets))
            .route("/_sim/packages/{id}/sign-out", post(consent::sign_out))
            .route("/_sim/consents", get(consent::list))
            .route("/_sim/consents/{number}", post(consent::decide))
            .route("/_sim/tenants/{id}/allowlist", post(admin::allowlist))
            .route("/_sim/clock", post(clock))
            .route("/_sim/ledger", get(ledger))
            .route("/_sim/switches", get(switches).post(set_switches))
            .route("/_sim/reset", post(reset))
            .fallback(nowhere)
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(self.clone())
    }
}

async fn nowhere() -> Refusal {
    let words = "there is no such route; GET /_sim/state is a good start";
    Refusal::new(StatusCode::NOT_FOUND, words)
}

async fn state(State(simulator): State<Simulator>) -> Answer {
    let (now, speed) = (simulator.clock().now(), simulator.clock().speed());
    good(simulator.with(|platform| view::state(platform, now, speed)))
}

/// What can be broken and what is.
async fn faults(State(simulator): State<Simulator>) -> Answer {
    good(simulator.with(|platform| view::faults(platform)))
}

async fn inject(State(simulator): State<Simulator>, body: Bytes) -> Result<Answer, Refusal> {
    let fault: Fault = read(&body)?;
    let id = simulator
        .inject(&fault)
        .map_err(|error| Refusal::of(error.field(), &error))?;
    Ok(created(json!({ "id": id })))
}

async fn end(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
) -> Result<Answer, Refusal> {
    match simulator.mend(&id) {
        0 => {
            let words = format!("id: no fault {id:?} is at work; GET /_sim/faults lists them");
            Err(Refusal::new(StatusCode::NOT_FOUND, words).at("id"))
        }
        n => Ok(good(json!({ "mended": n }))),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mend {
    target: String,
}

async fn mend(State(simulator): State<Simulator>, body: Bytes) -> Result<Answer, Refusal> {
    let order: Mend = read(&body)?;
    Ok(good(json!({ "mended": simulator.mend(&order.target) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockOrder {
    advance: Option<String>,
    speed: Option<f64>,
}

async fn clock(State(simulator): State<Simulator>, body: Bytes) -> Result<Answer, Refusal> {
    let order: ClockOrder = read(&body)?;
    let span = order.advance.as_deref().map(parse_span).map(|span| {
        let within = span.filter(|span| !span.is_negative() && *span <= ADVANCE_MAX);
        within.ok_or_else(|| {
            Refusal::of("advance", "advance: write a span such as 90m, at most 400d")
        })
    });
    let span = span.transpose()?;
    if order
        .speed
        .is_some_and(|speed| !(0.0..=SPEED_MAX).contains(&speed))
    {
        return Err(Refusal::of(
            "speed",
            format!("speed: write a number from 0 to {SPEED_MAX}"),
        ));
    }
    let Some(control) = simulator.clock_control() else {
        let words = "this simulator runs on the machine's clock, which cannot be moved";
        return Err(Refusal::new(StatusCode::CONFLICT, words));
    };
    if let Some(speed) = order.speed {
        control.set_speed(speed);
    }
    if let Some(span) = span {
        control.advance(span).await;
    }
    Ok(good(
        json!({ "now": simulator.clock().now(), "speed": simulator.clock().speed() }),
    ))
}

#[derive(Deserialize)]
struct LedgerQuery {
    #[serde(default)]
    since: u64,
    client: Option<String>,
}

async fn ledger(
    State(simulator): State<Simulator>,
    query: Result<Query<LedgerQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Answer, Refusal> {
    let words = "since: write the number of the last request you have seen";
    let Query(query) = query.map_err(|_| Refusal::of("since", words))?;
    let concurrent = simulator.concurrent_mints();
    let mut body =
        simulator.with(|platform| view::ledger(platform, query.since, query.client.as_deref()));
    body["concurrent_mints"] = json!(concurrent);
    Ok(good(body))
}

async fn switches(State(simulator): State<Simulator>) -> Answer {
    good(simulator.with(|platform| view::switches(platform)))
}

/// Sets all or, if one of them cannot be set, none.
async fn set_switches(State(simulator): State<Simulator>, body: Bytes) -> Result<Answer, Refusal> {
    let values: Map<String, Value> = read(&body)?;
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    simulator.with(|platform| {
        let mut tried = platform.switches().clone();
        for (name, value) in &values {
            tried
                .set(name, &text(value))
                .map_err(|error| Refusal::of(name, error))?;
        }
        for (name, value) in &values {
            platform
                .set_switch(name, &text(value))
                .map_err(|error| Refusal::of(name, error))?;
        }
        Ok(good(json!({ "set": values })))
    })
}

async fn reset(State(simulator): State<Simulator>) -> Answer {
    simulator.reset();
    good(json!({ "reset": true }))
}
