//! The simulator over sockets: a token and a call, the control, stepped time, the stories.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop there"
)]

use countersign_feed::demo_estate;
use countersign_host::clock::Clock;
use countersign_model::{SignedDuration, Timestamp};
use countersign_sim::scenario::{Fault, Scenario};
use countersign_sim::{Simulator, secret_for};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;

struct House {
    simulator: Simulator,
    tenant: String,
    control: String,
    http: reqwest::Client,
    _peers: JoinSet<()>,
}

async fn house(speed: Option<f64>) -> House {
    let start: Timestamp = "2026-11-22T12:30:00Z".parse().unwrap();
    let mut peers = JoinSet::new();
    let (clock, control) = match speed {
        None => (Clock::system(), None),
        Some(speed) => {
            let (clock, control) = Clock::stepped(start, speed);
            let moving = control.clone();
            peers.spawn(async move { moving.run().await });
            (clock, Some(control))
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let steering = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tenant = format!("http://{}", listener.local_addr().unwrap());
    let control_url = format!("http://{}", steering.local_addr().unwrap());
    let simulator = Simulator::new(&demo_estate(), clock, control, 7, &tenant);
    let (app, control_app) = (simulator.router(), simulator.control_router());
    peers.spawn(async move { drop(axum::serve(listener, app).await) });
    peers.spawn(async move { drop(axum::serve(steering, control_app).await) });
    let http = countersign_host::http::client(Duration::from_secs(10))
        .build()
        .unwrap();
    House {
        simulator,
        tenant,
        control: control_url,
        http,
        _peers: peers,
    }
}

impl House {
    fn mint(&self) -> reqwest::RequestBuilder {
        let secret = secret_for(&demo_estate(), &"INT-029".parse().unwrap()).unwrap();
        self.http
            .post(format!("{}/v2/token", self.tenant))
            .json(&json!({
                "grant_type": "client_credentials", "client_id": "demo-client-029",
                "client_secret": secret,
            }))
    }

    async fn order(&self, path: &str, body: Value) -> (u16, Value) {
        let sent = self
            .http
            .post(format!("{}{path}", self.control))
            .json(&body)
            .send()
            .await;
        let response = sent.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

#[tokio::test]
async fn a_token_is_got_and_used_and_the_ledger_says_so() {
    let house = house(None).await;
    let token: Value = house.mint().send().await.unwrap().json().await.unwrap();
    assert_eq!(token["expires_in"], 1079);
    let url = format!("{}/platform/v1/tokenContext", house.tenant);
    let call = house
        .http
        .get(url)
        .bearer_auth(token["access_token"].as_str().unwrap());
    assert_eq!(call.send().await.unwrap().status(), 202);
    let ledger: Value = house
        .http
        .get(format!("{}/_sim/ledger", house.control))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(ledger["totals"]["issued"], 1);
    assert_eq!(ledger["requests"][0]["route"], "/v2/token");
    assert_eq!(ledger["requests"][1]["credential"], "INT-029");
    assert_eq!(ledger["concurrent_mints"]["demo-client-029"], 1);
    assert_eq!(
        (house.simulator.mints(), house.simulator.refusals()),
        (1, 0)
    );
}

#[tokio::test]
async fn the_control_breaks_mends_and_resets() {
    let house = house(None).await;
    let order = json!({ "kind": "secret_expired", "credential": "INT-029" });
    let (status, fault) = house.order("/_sim/faults", order).await;
    assert_eq!((status, fault["id"].as_str()), (201, Some("flt_1")));
    assert_eq!(house.mint().send().await.unwrap().status(), 401);
    let (_, mended) = house
        .order("/_sim/mend", json!({ "target": "INT-029" }))
        .await;
    assert_eq!(mended["mended"], 1);
    assert_eq!(house.mint().send().await.unwrap().status(), 200);
    let (status, wrong) = house
        .order("/_sim/faults", json!({ "kind": "x", "tenant": "all" }))
        .await;
    assert_eq!(status, 400);
    assert!(wrong["error"].as_str().unwrap().contains("secret_expired"));
    house
        .order("/_sim/switches", json!({ "expires_in": 1199 }))
        .await;
    house.order("/_sim/reset", json!({})).await;
    assert_eq!(house.simulator.mints(), 0);
    let token: Value = house.mint().send().await.unwrap().json().await.unwrap();
    assert_eq!(token["expires_in"], 1199);
}

#[tokio::test]
async fn a_secret_is_staged_and_activated_and_the_clock_is_moved() {
    let house = house(Some(0.0)).await;
    let path = "/_sim/packages/INT-029/secrets";
    let (status, made) = house.order(path, json!({ "action": "generate" })).await;
    assert_eq!(
        (status, made["client_secret"].as_str()),
        (201, Some("sim-secret-INT-029-2"))
    );
    let (_, clock) = house
        .order("/_sim/clock", json!({ "advance": "1h30m" }))
        .await;
    assert_eq!(clock["now"], "2026-11-22T14:00:00Z");
    house.order(path, json!({ "action": "activate" })).await;
    assert_eq!(house.mint().send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_foreign_client_gets_a_divided_life_and_our_own_an_undivided_one() {
    let house = house(Some(60.0)).await;
    let foreign: Value = house.mint().send().await.unwrap().json().await.unwrap();
    assert_eq!(foreign["expires_in"], 1079 / 60);
    let own = house
        .mint()
        .header("x-countersign-virtual-time", "1")
        .send()
        .await
        .unwrap();
    assert_eq!(own.headers()["x-sim-latency-ms"], "240");
    assert_eq!(own.json::<Value>().await.unwrap()["expires_in"], 1079);
}

#[tokio::test]
async fn a_partition_ends_the_connection_without_a_byte() {
    let house = house(None).await;
    house
        .order(
            "/_sim/faults",
            json!({ "kind": "partition", "tenant": "all" }),
        )
        .await;
    assert!(house.mint().send().await.is_err());
}

#[test]
fn every_story_parses_and_its_faults_can_be_played() {
    let simulator = Simulator::new(&demo_estate(), Clock::system(), None, 7, "http://sim");
    for text in [
        include_str!("../stories/quiet-sunday.yaml"),
        include_str!("../stories/stampede.yaml"),
        include_str!("../stories/vendor-outage.yaml"),
    ] {
        let scenario = Scenario::parse(text).unwrap();
        assert!(!scenario.faults.is_empty());
        for fault in &scenario.faults {
            simulator.inject(fault).unwrap();
        }
    }
}

#[test]
fn spans_combine_and_a_misspelt_field_is_an_error() {
    let fault: Fault = serde_json::from_value(json!({
        "kind": "auth_slow", "at": "+1d06h30m", "for": "11m", "latency": "500ms", "tenant": "all",
    }))
    .unwrap();
    assert_eq!(fault.at, SignedDuration::from_mins(30 * 60 + 30));
    assert_eq!(fault.lasts, Some(SignedDuration::from_mins(11)));
    assert_eq!(fault.latency, Some(SignedDuration::from_millis(500)));
    for wrong in [
        json!({ "kind": "x", "fro": "1m" }),
        json!({ "kind": "x", "for": "1 m" }),
    ] {
        assert!(serde_json::from_value::<Fault>(wrong).is_err());
    }
}

#[test]
fn only_brokered_server_to_server_packages_have_a_secret() {
    let estate = demo_estate();
    let secrets = estate
        .credentials
        .iter()
        .filter_map(|one| secret_for(&estate, &one.id));
    assert!(secrets.count() > 10);
    assert_eq!(secret_for(&estate, &"INT-999".parse().unwrap()), None);
}
