//! What a person does: consent, refuse, sign out.

use super::body::{Answer, Refusal, good, read};
use crate::simulator::Simulator;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use countersign_sfmc::Asking;
use serde::Deserialize;
use serde_json::{Value, json};

/// Questions that wait for a person.
pub(super) async fn list(State(simulator): State<Simulator>) -> Answer {
    let now = simulator.clock().now();
    let asking = simulator.with(|platform| platform.asking(now));
    let shown = |one: &Asking| {
        json!({ "number": one.number, "credential": one.label, "scopes": one.scopes,
            "redirect_uri": one.redirect_uri })
    };
    good(json!({ "consents": asking.iter().map(shown).collect::<Vec<Value>>() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    allow: bool,
}

/// Answers one of them; `redirect` is where the browser goes with the answer.
pub(super) async fn decide(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
    body: Bytes,
) -> Result<Answer, Refusal> {
    let order: Decision = read(&body)?;
    let now = simulator.clock().now();
    let to = number
        .parse()
        .ok()
        .and_then(|number| simulator.with(|platform| platform.decide(now, number, order.allow)));
    to.map(|to| good(json!({ "redirect": to }))).ok_or_else(|| {
        let words = format!("number: no question {number:?} waits; GET /_sim/consents lists them");
        Refusal::new(StatusCode::NOT_FOUND, words).at("number")
    })
}

/// The person behind a web app signs out: what does not hold the scope `offline` ends.
pub(super) async fn sign_out(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
) -> Result<Answer, Refusal> {
    let known = simulator.with(|platform| platform.packages().contains_key(&id));
    if !known {
        let words = format!("id: there is no package {id:?}; GET /_sim/state lists them");
        return Err(Refusal::new(StatusCode::NOT_FOUND, words).at("id"));
    }
    let ended = simulator.with(|platform| platform.sign_out(&id));
    Ok(good(json!({ "ended": ended })))
}
