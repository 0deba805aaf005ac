//! Throttles, latency and the ledger.

use crate::house::{CONTEXT, House, body, call_request, mint_request};
use serde_json::{Value, json};

#[test]
fn token_requests_above_the_rate_are_throttled_per_tenant_and_later_admitted() {
    let mut house = House::new();
    let statuses: Vec<u16> = (0..30).map(|_| house.mint(0, json!({})).0).collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        20,
        "the burst"
    );
    assert_eq!(statuses[20..], [429; 10]);
    house.token_of(0, "R");
    assert_eq!(house.mint(1, json!({})).0, 200);
}

#[test]
fn who_keeps_asking_is_blocked_without_a_hint() {
    let mut house = House::new();
    house.set("token_rate_per_s", "1");
    house.set("token_burst", "1");
    house.set("knocks_max", "3");
    let answers: Vec<_> = (0..6)
        .map(|_| house.answer(0, &mint_request(&json!({}))))
        .collect();
    let codes: Vec<Value> = answers
        .iter()
        .map(|one| body(one)["errorcode"].clone())
        .collect();
    assert_eq!(codes[1..4], [json!(50_100), json!(50_100), json!(50_100)]);
    assert_eq!(codes[4..], [json!(50_200), json!(50_200)]);
    assert!(
        answers[1]
            .headers
            .iter()
            .any(|(name, _)| *name == "retry-after")
    );
    assert!(
        !answers[5]
            .headers
            .iter()
            .any(|(name, _)| *name == "retry-after")
    );
    assert_eq!(house.mint(299, json!({})).0, 429);
    assert_eq!(house.mint(300, json!({})).0, 200);
}

#[test]
fn calls_are_not_limited_unless_switched() {
    let mut house = House::new();
    let token = house.token(0);
    let refused = |house: &mut House| {
        (0..100)
            .filter(|_| house.get(1, &token, CONTEXT).0 == 429)
            .count()
    };
    assert_eq!(refused(&mut house), 0);
    house.set("rest_rate_per_s", "10");
    assert_eq!(refused(&mut house), 80);
}

#[test]
fn latency_is_the_usual_one_unless_it_jitters() {
    let mut house = House::new();
    let request = mint_request(&json!({}));
    assert_eq!(house.answer(0, &request).latency_ms, 240);
    house.set("latency_jitter", "on");
    let drawn: std::collections::BTreeSet<u64> = (1..20)
        .map(|second| house.answer(second, &request).latency_ms)
        .collect();
    assert!(drawn.len() > 10, "{drawn:?}");
}

#[test]
fn the_ledger_names_routes_clients_units_and_tokens() {
    let mut house = House::new();
    let token = house.token(0);
    house.get(1, &token, "/data/v1/customobjectdata/key/DE-key/rowset");
    house.mint(2, json!({ "client_id": "nobody" }));
    house.answer(
        3,
        &call_request("nonsense", "GET", "/no/such", &Value::Null),
    );
    let ledger = house.platform.ledger();
    let lines: Vec<String> = ledger
        .after(0)
        .map(|one| {
            let (client, mid) = (
                one.client_id.as_deref().unwrap_or("-"),
                one.mid.unwrap_or(0),
            );
            format!(
                "{} {} {client} {mid} {} {}",
                one.method,
                one.route,
                one.status,
                one.token.as_str()
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "POST /v2/token client-P 11 200 none",
            "GET /data/v1/customobjectdata/key/{key}/rowset client-P 11 200 valid",
            "POST /v2/token nobody 0 401 none",
            "GET /no/such - 0 401 unknown",
        ]
    );
    assert_eq!((ledger.total(), ledger.dead_calls()), (4, 1));
    assert_eq!(ledger.by_credential()["P"].minted, 1);
    assert_eq!((ledger.mints().minted, ledger.mints().refused), (1, 1));
}
