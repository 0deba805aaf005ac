//! The control: what it breaks, mends, edits, moves and shows.

use crate::house::{answered, house};
use serde_json::{Value, json};

#[tokio::test]
async fn it_breaks_and_mends() {
    let house = house(None).await;
    let order = json!({ "kind": "secret_expired", "credential": "INT-029" });
    let (status, fault) = house.order("/_sim/faults", order.clone()).await;
    assert_eq!((status, fault["id"].as_str()), (201, Some("flt_1")));
    assert_eq!(house.minted().await, 401);
    let (_, state) = house.look("/_sim/state").await;
    assert_eq!(state["faults"][0]["kind"], "secret_expired");
    assert_eq!(state["faults"][0]["credential"], "INT-029");
    let (_, mended) = house
        .order("/_sim/mend", json!({ "target": "INT-029" }))
        .await;
    assert_eq!(mended["mended"], 1);
    assert_eq!(house.minted().await, 200);
    house.order("/_sim/faults", order).await;
    let url = format!("{}/_sim/faults/flt_2", house.control);
    assert_eq!(answered(house.http.delete(&url)).await.0, 200);
    let (status, gone) = answered(house.http.delete(&url)).await;
    assert_eq!(status, 404);
    assert!(gone["error"].as_str().unwrap().contains("flt_2"));
    assert_eq!(house.minted().await, 200);
}

#[tokio::test]
async fn a_wrong_order_names_the_field_and_what_it_may_hold() {
    let house = house(None).await;
    let table = [
        (
            "/_sim/faults",
            json!({ "kind": "x", "tenant": "all" }),
            "kind",
            "secret_expired",
        ),
        (
            "/_sim/faults",
            json!({ "kind": "certificate_expired", "tenant": "all" }),
            "kind",
            "its middleware",
        ),
        (
            "/_sim/faults",
            json!({ "kind": "auth_down", "bu": "XXX" }),
            "bu",
            "LOY",
        ),
        (
            "/_sim/faults",
            json!({ "kind": "auth_down", "tenant": "x" }),
            "tenant",
            "demo, all",
        ),
        (
            "/_sim/faults",
            json!({ "kind": "auth_down", "asset": "DE-16" }),
            "asset",
            "credential",
        ),
        (
            "/_sim/faults",
            json!({ "kind": "auth_down", "tenant": "all", "for": "1 m" }),
            "for",
            "10m",
        ),
        (
            "/_sim/faults",
            json!({ "kind": "auth_down", "tenant": "all", "share": 2 }),
            "share",
            "at most 1",
        ),
        (
            "/_sim/faults",
            json!({ "kind": "auth_down", "tenant": "all", "factor": 2 }),
            "factor",
            "leave it out",
        ),
        (
            "/_sim/faults",
            json!({ "kind": "auth_down", "tenat": "all" }),
            "tenat",
            "`tenant`",
        ),
        (
            "/_sim/switches",
            json!({ "expires_in": 0 }),
            "expires_in",
            "from 1 to",
        ),
        (
            "/_sim/switches",
            json!({ "expires": 20 }),
            "expires",
            "expires_in",
        ),
        (
            "/_sim/packages/INT-029/secrets",
            json!({ "action": "burn" }),
            "action",
            "generate",
        ),
        (
            "/_sim/packages/INT-029",
            json!({ "mids": [1] }),
            "mids",
            "MID 1",
        ),
        (
            "/_sim/packages/INT-029",
            json!({ "enabled": "no" }),
            "enabled",
            "boolean",
        ),
        (
            "/_sim/tenants/demo/allowlist",
            json!({ "ranges": ["here"] }),
            "ranges",
            "203.0.113.0/24",
        ),
    ];
    for (path, order, field, words) in table {
        let (status, refused) = house.order(path, order.clone()).await;
        assert_eq!(status, 400, "{path} {order}");
        assert_eq!(refused["field"], field, "{refused}");
        assert!(
            refused["error"].as_str().unwrap().contains(words),
            "{refused}"
        );
    }
    let (status, refused) = house
        .order("/_sim/faults", Value::String("x".to_owned()))
        .await;
    assert!(status == 400 && refused["error"].is_string(), "{refused}");
    assert_eq!(house.look("/_sim/nowhere").await.0, 404);
    assert_eq!(house.look("/_sim/ledger?since=x").await.0, 400);
    assert_eq!(house.minted().await, 200, "nothing was half done");
}

#[tokio::test]
async fn a_secret_is_staged_waited_for_and_activated() {
    let house = house(Some(0.0)).await;
    let path = "/_sim/packages/INT-029/secrets";
    let (status, made) = house.order(path, json!({ "action": "generate" })).await;
    assert_eq!(
        (status, made["client_secret"].as_str()),
        (201, Some("sim-secret-INT-029-2"))
    );
    let staged = made["client_secret"].as_str().unwrap();
    let (status, soon) = house.order(path, json!({ "action": "generate" })).await;
    assert_eq!((status, &soon["field"]), (409, &json!("action")));
    assert_eq!(answered(house.mint_with(staged)).await.0, 401, "too fresh");
    let (_, clock) = house.order("/_sim/clock", json!({ "advance": "5m" })).await;
    assert_eq!(clock["now"], "2026-11-22T12:35:00Z");
    assert_eq!(answered(house.mint_with(staged)).await.0, 200);
    let (_, state) = house.look("/_sim/state").await;
    let packages = state["packages"].as_array().unwrap();
    let package = packages.iter().find(|one| one["id"] == "INT-029").unwrap();
    let roles: Vec<&Value> = package["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["role"])
        .collect();
    assert_eq!(roles, ["active", "staged"]);
    assert_eq!(package["secrets"][0]["secret"], "sim-secret-INT-029-1");
    assert_eq!(
        house.order(path, json!({ "action": "activate" })).await.0,
        200
    );
    assert_eq!(house.minted().await, 401);
    assert_eq!(
        house.order(path, json!({ "action": "activate" })).await.0,
        409
    );
    let path = "/_sim/packages/INT-999/secrets";
    assert_eq!(
        house.order(path, json!({ "action": "generate" })).await.0,
        404
    );
}

#[tokio::test]
async fn a_package_and_the_allowlist_are_edited() {
    let house = house(Some(0.0)).await;
    let path = "/_sim/packages/INT-029";
    let (_, edited) = house
        .order(path, json!({ "scopes": ["data_extensions_read"] }))
        .await;
    assert!(edited["shows_in_s"].as_u64().unwrap() <= 300);
    house.order("/_sim/clock", json!({ "advance": "5m" })).await;
    assert_eq!(
        answered(house.mint()).await.1["scope"],
        "data_extensions_read"
    );
    house.order(path, json!({ "app_user_active": false })).await;
    assert_eq!(
        answered(house.mint()).await.1["error"],
        "unauthorized_client"
    );
    house.order(path, json!({ "app_user_active": true })).await;
    let ranges = json!({ "ranges": ["203.0.113.0/24"] });
    house.order("/_sim/tenants/demo/allowlist", ranges).await;
    assert_eq!(answered(house.mint()).await.1["error"], "invalid_grant");
    house
        .order(
            "/_sim/tenants/demo/allowlist",
            json!({ "ranges": ["127.0.0.0/8"] }),
        )
        .await;
    assert_eq!(house.minted().await, 200);
    let nobody = json!({ "ranges": [] });
    assert_eq!(
        house
            .order("/_sim/tenants/nobody/allowlist", nobody)
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn the_clock_is_moved_and_given_a_speed_unless_it_is_the_machines() {
    let stepped = house(Some(0.0)).await;
    let (_, clock) = stepped
        .order("/_sim/clock", json!({ "advance": "1h30m" }))
        .await;
    assert_eq!(
        (&clock["now"], &clock["speed"]),
        (&json!("2026-11-22T14:00:00Z"), &json!(0.0))
    );
    let (_, clock) = stepped.order("/_sim/clock", json!({ "speed": 60 })).await;
    assert_eq!(clock["speed"], 60.0);
    for (order, field) in [
        (json!({ "advance": "-1m" }), "advance"),
        (json!({ "advance": "soon" }), "advance"),
        (json!({ "advance": "9999999d" }), "advance"),
        (json!({ "speed": -1 }), "speed"),
    ] {
        let (status, refused) = stepped.order("/_sim/clock", order).await;
        assert_eq!((status, &refused["field"]), (400, &json!(field)));
    }
    let system = house(None).await;
    assert_eq!(
        system
            .order("/_sim/clock", json!({ "advance": "1m" }))
            .await
            .0,
        409
    );
}

#[tokio::test]
async fn the_ledger_is_read_from_a_number_on_and_for_one_client() {
    let house = house(None).await;
    for _ in 0..3 {
        house.minted().await;
    }
    house
        .http
        .get(format!("{}/nowhere", house.tenant))
        .send()
        .await
        .unwrap();
    let count = |ledger: &Value| ledger["requests"].as_array().unwrap().len();
    let (_, all) = house.look("/_sim/ledger").await;
    assert_eq!(
        (count(&all), &all["totals"]["by_status"]["200"]),
        (4, &json!(3))
    );
    assert_eq!(all["totals"]["by_credential"]["INT-029"]["issued"], 3);
    let (_, late) = house.look("/_sim/ledger?since=2").await;
    assert_eq!(
        (count(&late), &late["requests"][0]["number"]),
        (2, &json!(3))
    );
    let (_, own) = house
        .look("/_sim/ledger?since=1&client=demo-client-029")
        .await;
    assert_eq!(count(&own), 2);
}

#[tokio::test]
async fn switches_are_shown_set_together_and_kept_over_a_reset() {
    let house = house(None).await;
    let (_, shown) = house.look("/_sim/switches").await;
    assert_eq!(
        shown.as_array().unwrap().len(),
        countersign_sim::switches().len()
    );
    assert_eq!(
        (&shown[0]["name"], &shown[0]["value"]),
        (&json!("expires_in"), &json!(1079))
    );
    let wrong = json!({ "expires_in": 1199, "validity": "x" });
    assert_eq!(house.order("/_sim/switches", wrong).await.0, 400);
    assert_eq!(
        answered(house.mint()).await.1["expires_in"],
        1079,
        "all or none"
    );
    let right = json!({ "expires_in": 1199, "latency_jitter": true, "validity": "1319" });
    assert_eq!(house.order("/_sim/switches", right).await.0, 200);
    house
        .order(
            "/_sim/faults",
            json!({ "kind": "auth_down", "tenant": "all" }),
        )
        .await;
    house.order("/_sim/reset", json!({})).await;
    assert_eq!(house.simulator.mints(), 0);
    assert_eq!(answered(house.mint()).await.1["expires_in"], 1199);
}

#[tokio::test]
async fn what_can_be_broken_is_listed() {
    let house = house(None).await;
    let (_, faults) = house.look("/_sim/faults").await;
    assert_eq!(faults["faults"], json!([]));
    assert!(
        faults["kinds"]["secret_expired"]
            .as_str()
            .unwrap()
            .contains("invalid_client")
    );
}
