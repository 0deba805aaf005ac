//! Web apps and the legacy package of the demo estate, over HTTP.

use crate::house::{House, answered, house};
use countersign_feed::demo_estate;
use countersign_sim::{first_refresh_token_for, secret_for};
use serde_json::{Value, json};

const WEB: &str = "INT-005";
const RETURN: &str = "http://127.0.0.1:9/oauth/callback";

impl House {
    async fn token(&self, fields: Value) -> (u16, Value) {
        let secret = secret_for(&demo_estate(), &WEB.parse().unwrap()).unwrap();
        let mut all = json!({ "client_id": "demo-client-005", "client_secret": secret });
        for (name, value) in fields.as_object().unwrap() {
            all[name] = value.clone();
        }
        answered(
            self.http
                .post(format!("{}/v2/token", self.tenant))
                .json(&all),
        )
        .await
    }

    async fn exchange(&self, token: &str) -> (u16, Value) {
        self.token(json!({ "grant_type": "refresh_token", "refresh_token": token }))
            .await
    }
}

fn first() -> String {
    first_refresh_token_for(&demo_estate(), &WEB.parse().unwrap()).unwrap()
}

#[test]
fn only_web_apps_have_a_first_refresh_token() {
    let estate = demo_estate();
    let having = estate
        .credentials
        .iter()
        .filter(|one| first_refresh_token_for(&estate, &one.id).is_some());
    assert_eq!(having.count(), 5);
    assert!(first().starts_with("sim-refresh-"));
}

#[tokio::test]
async fn the_ledger_tells_of_every_exchange_and_of_tokens_used_again() {
    let house = house(None).await;
    let (status, body) = house.exchange(&first()).await;
    assert_eq!(status, 200, "{body}");
    let next = body["refresh_token"].as_str().unwrap();
    let (_, ledger) = house.look("/_sim/ledger").await;
    let seen = &ledger["refresh_tokens"];
    assert_eq!(
        (&seen["handed_out"], &seen["exchanged"], &seen["used_again"]),
        (&json!(6), &json!(1), &json!([]))
    );
    let (_, state) = house.look("/_sim/state").await;
    let packages = state["packages"].as_array().unwrap();
    let web = packages.iter().find(|one| one["id"] == WEB).unwrap();
    assert_eq!(
        (&web["kind"], &web["refresh_tokens"]),
        (&json!("web"), &json!([next]))
    );
    assert_eq!(house.exchange(&first()).await.0, 400);
    let (_, ledger) = house.look("/_sim/ledger").await;
    let again = &ledger["refresh_tokens"]["used_again"];
    assert_eq!(
        again,
        &json!([{ "refresh_token": first(), "credential": WEB, "exchanged": 1, "refused": 1 }])
    );
}

#[tokio::test]
async fn a_person_consents_by_the_control_and_the_code_is_redeemed() {
    let house = house(None).await;
    let uris = json!({ "redirect_uris": [RETURN] });
    assert_eq!(house.order("/_sim/packages/INT-005", uris).await.0, 200);
    let odd = json!({ "redirect_uris": ["http://localhost/cb"] });
    let (status, refused) = house.order("/_sim/packages/INT-005", odd).await;
    assert_eq!((status, &refused["field"]), (400, &json!("redirect_uris")));
    let ask = house
        .http
        .get(format!("{}/v2/authorize", house.tenant))
        .query(&[
            ("response_type", "code"),
            ("client_id", "demo-client-005"),
            ("redirect_uri", RETURN),
            ("state", "s-1"),
        ]);
    assert_eq!(ask.send().await.unwrap().status(), 200);
    let (_, asking) = house.look("/_sim/consents").await;
    let number = asking["consents"][0]["number"].as_u64().unwrap();
    let path = format!("/_sim/consents/{number}");
    let (_, decided) = house.order(&path, json!({ "allow": true })).await;
    let to: reqwest::Url = decided["redirect"].as_str().unwrap().parse().unwrap();
    let field = |name: &str| {
        let found = to.query_pairs().find(|(held, _)| held == name);
        found.map(|(_, text)| text.into_owned()).unwrap()
    };
    assert_eq!(field("state"), "s-1");
    assert_eq!(house.order(&path, json!({ "allow": true })).await.0, 404);
    let redeem = json!({ "grant_type": "authorization_code", "code": field("code"),
        "redirect_uri": RETURN });
    let (status, body) = house.token(redeem.clone()).await;
    assert_eq!(status, 200, "{body}");
    assert!(body["refresh_token"].is_string());
    assert_eq!(house.token(redeem).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn signing_out_leaves_consents_that_hold_the_scope_offline() {
    let house = house(None).await;
    let (_, ended) = house
        .order("/_sim/packages/INT-005/sign-out", json!({}))
        .await;
    assert_eq!(ended["ended"], 0);
    assert_eq!(house.exchange(&first()).await.0, 200);
    let (status, _) = house
        .order("/_sim/packages/INT-999/sign-out", json!({}))
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn the_legacy_package_of_the_estate_mints_at_its_own_endpoint_and_its_life_is_divided() {
    let house = house(Some(60.0)).await;
    let secret = secret_for(&demo_estate(), &"INT-028".parse().unwrap()).unwrap();
    let fields = json!({ "clientId": "demo-client-028", "clientSecret": secret });
    let ask = house
        .http
        .post(format!("{}/v1/requestToken?legacy=1", house.tenant))
        .json(&fields);
    let (status, body) = answered(ask).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["expiresIn"], 60);
    assert!(body["legacyToken"].is_string());
    assert_eq!(house.simulator.mints(), 1);
    assert_eq!(house.simulator.concurrent_mints()["demo-client-028"], 1);
}
