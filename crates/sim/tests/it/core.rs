//! Salesforce core over HTTP: connected apps of the estate, and clients that stand in none.

use crate::house::{House, answered, house};
use countersign_feed::demo_estate;
use countersign_sim::{core_password, core_username, first_refresh_token_for, secret_for};
use serde_json::{Value, json};

const CRM: &str = "INT-012";
const KEY: &str = "demo-connected-app-012";

impl House {
    async fn sign_in(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let url = format!("{}/services/oauth2/token", self.tenant);
        answered(self.http.post(url).form(fields)).await
    }

    async fn limits(&self, session: &Value) -> (u16, Value) {
        let url = format!("{}/services/data/v60.0/limits", self.tenant);
        answered(self.http.get(url).bearer_auth(session.as_str().unwrap())).await
    }
}

fn secret() -> String {
    secret_for(&demo_estate(), &CRM.parse().unwrap()).unwrap()
}

#[tokio::test]
async fn connected_apps_of_the_estate_sign_in_by_secret_refresh_token_and_password() {
    let house = house(None).await;
    let refresh = first_refresh_token_for(&demo_estate(), &CRM.parse().unwrap()).unwrap();
    let (secret, username, password) = (secret(), core_username(CRM), core_password(CRM));
    let client = [("client_id", KEY), ("client_secret", secret.as_str())];
    let grants: [&[(&str, &str)]; 3] = [
        &[("grant_type", "client_credentials")],
        &[("grant_type", "refresh_token"), ("refresh_token", &refresh)],
        &[
            ("grant_type", "password"),
            ("username", &username),
            ("password", &password),
        ],
    ];
    for grant in grants {
        let (status, body) = house.sign_in(&[&client[..], grant].concat()).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["instance_url"], house.tenant, "no slash at the end");
        let (status, limits) = house.limits(&body["access_token"]).await;
        assert_eq!(status, 200);
        assert!(limits["DailyApiRequests"]["Remaining"].is_u64());
    }
    let (_, state) = house.look("/_sim/state").await;
    let app = &state["connected_apps"][0];
    assert_eq!(
        (&app["id"], &app["user_active"]),
        (&json!(CRM), &json!(true))
    );
    assert_eq!(app["refresh_tokens"], json!([refresh]));
}

#[tokio::test]
async fn a_client_of_no_estate_is_added_and_signs_in_once_it_is_known() {
    let house = house(None).await;
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", "csc_demo"),
        ("client_secret", "CANARY-consumer"),
    ];
    assert_eq!(house.sign_in(&fields).await.1["error"], "invalid_client_id");
    house
        .simulator
        .core_app_add("csc_demo", "CANARY-consumer")
        .unwrap();
    assert!(house.simulator.core_app_add("csc_demo", "other").is_err());
    let (status, body) = house.sign_in(&fields).await;
    assert_eq!(status, 200, "{body}");
    assert!(body["id"].as_str().unwrap().starts_with(&house.tenant));
    let order = json!({ "client_id": "second", "client_secret": "CANARY-second" });
    assert_eq!(house.order("/_sim/apps", order.clone()).await.0, 201);
    assert_eq!(house.order("/_sim/apps", order).await.0, 409);
    let odd = house
        .order("/_sim/apps/second", json!({ "certificate": "no" }))
        .await;
    assert_eq!((odd.0, &odd.1["field"]), (400, &json!("certificate")));
    let nobody = house
        .order("/_sim/apps/nobody", json!({ "certificate": "no" }))
        .await;
    assert_eq!(nobody.0, 404);
}

#[tokio::test]
async fn the_leaver_of_the_crm_is_shut_out_by_the_fault_of_the_scenario() {
    let house = house(None).await;
    let secret = secret();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", KEY),
        ("client_secret", secret.as_str()),
    ];
    let (_, body) = house.sign_in(&fields).await;
    let order = json!({ "kind": "crm_user_deactivated", "credential": CRM });
    assert_eq!(house.order("/_sim/faults", order).await.0, 201);
    let (status, refused) = house.limits(&body["access_token"]).await;
    assert_eq!(
        (status, &refused[0]["errorCode"]),
        (401, &json!("INVALID_SESSION_ID"))
    );
    let (status, refused) = house.sign_in(&fields).await;
    assert_eq!(
        (status, &refused["error_description"]),
        (400, &json!("inactive user"))
    );
    let (_, ledger) = house.look("/_sim/ledger").await;
    assert_eq!(
        ledger["totals"]["by_credential"][CRM],
        json!({ "issued": 1, "refused": 1 })
    );
}
