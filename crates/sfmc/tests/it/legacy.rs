//! The legacy endpoint, for packages made before 2019.

use crate::house::{CONTEXT, House, body, mint_request};
use countersign_sfmc::request::{Reply, Request};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn ask(changes: &Value) -> Request {
    let mut fields = json!({ "clientId": "client-L", "clientSecret": "CANARY-L-1" });
    for (name, value) in changes.as_object().expect("an object") {
        fields[name] = value.clone();
    }
    Request {
        path: "/v1/requestToken".to_owned(),
        body: fields.to_string().into_bytes(),
        ..mint_request(&json!({}))
    }
}

fn from(address: &str, request: Request) -> Request {
    Request {
        peer: Some(address.parse().expect("an address")),
        ..request
    }
}

impl House {
    fn legacy(&mut self, second: i64, request: &Request) -> (u16, Value) {
        let answer = self.answer(second, request);
        (answer.status, body(&answer))
    }

    fn is_live(&mut self, second: i64, token: &Value) -> bool {
        let token = token.as_str().expect("a token").to_owned();
        self.get(second, &token, CONTEXT).0 == 202
    }
}

#[test]
fn a_token_lives_an_hour_in_the_unit_of_its_package() {
    let mut house = House::new();
    let (status, body) = house.legacy(0, &ask(&json!({})));
    assert_eq!(status, 200, "{body}");
    let fields: Vec<&String> = body.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["accessToken", "expiresIn"]);
    assert_eq!(body["expiresIn"], 3_600);
    assert!(house.is_live(3_599, &body["accessToken"]));
    assert!(!house.is_live(3_600, &body["accessToken"]));
    let mints = house.platform.ledger().by_credential()["L"];
    assert_eq!((mints.minted, mints.refused), (1, 0));
}

#[test]
fn the_older_sort_of_token_comes_when_it_is_asked_for_and_works() {
    let mut request = ask(&json!({}));
    request.query = BTreeMap::from([("legacy".to_owned(), "1".to_owned())]);
    let mut house = House::new();
    let (_, body) = house.legacy(0, &request);
    assert_ne!(body["legacyToken"], body["accessToken"]);
    assert!(house.is_live(1, &body["legacyToken"]));
}

#[test]
fn a_refresh_token_comes_with_offline_access_and_is_good_once_and_five_minutes_more() {
    let mut house = House::new();
    let (_, first) = house.legacy(0, &ask(&json!({ "accessType": "offline" })));
    let refresh = json!({ "refreshToken": first["refreshToken"] });
    let (status, second) = house.legacy(10, &ask(&refresh));
    assert_eq!(status, 200, "{second}");
    assert!(second["refreshToken"].is_string());
    assert_ne!(second["refreshToken"], first["refreshToken"]);
    let (_, again) = house.legacy(309, &ask(&refresh));
    assert_eq!(again["refreshToken"], second["refreshToken"]);
    assert_eq!(again["expiresIn"], 3_600 - 299);
    let (status, refused) = house.legacy(310, &ask(&refresh));
    assert_eq!((status, &refused["errorcode"]), (401, &json!(1)));
    let (_, plain) = house.legacy(311, &ask(&json!({})));
    assert!(plain["refreshToken"].is_null());
}

#[test]
fn whatever_is_wrong_with_the_client_there_is_one_refusal() {
    for changes in [
        json!({ "clientSecret": "CANARY-no" }),
        json!({ "clientSecret": null }),
        json!({ "clientId": "nobody" }),
        json!({ "clientId": null }),
        json!({ "refreshToken": "made up" }),
    ] {
        let (status, body) = House::new().legacy(0, &ask(&changes));
        let told = (status, body["errorcode"].clone(), body["message"].clone());
        assert_eq!(told, (401, json!(1), json!("Unauthorized")), "{changes}");
    }
}

#[test]
fn a_mint_from_another_address_kills_the_tokens_there_unless_switched_off() {
    for (switch, lives) in [("on", false), ("off", true)] {
        let mut house = House::new();
        house.set("legacy_one_address", switch);
        let (_, here) = house.legacy(0, &from("192.0.2.1", ask(&json!({}))));
        let (_, also) = house.legacy(1, &from("192.0.2.1", ask(&json!({}))));
        assert!(house.is_live(2, &here["accessToken"]));
        let (_, there) = house.legacy(3, &from("192.0.2.2", ask(&json!({}))));
        assert_eq!(house.is_live(4, &here["accessToken"]), lives);
        assert_eq!(house.is_live(4, &also["accessToken"]), lives);
        assert!(house.is_live(4, &there["accessToken"]));
    }
}

#[test]
fn a_package_of_today_is_told_where_to_go_and_a_legacy_one_is_a_stranger_there() {
    for client in ["client-P", "client-W", "client-U"] {
        let (status, body) = House::new().legacy(0, &ask(&json!({ "clientId": client })));
        assert_eq!(
            (status, &body["errorcode"]),
            (400, &json!(10_007)),
            "{client}"
        );
    }
    let fields = json!({ "client_id": "client-L", "client_secret": "CANARY-L-1" });
    let (status, body) = House::new().mint(0, fields.clone());
    assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    let mut switched = House::new();
    switched.set("legacy_on_v2_status", "400");
    switched.set("legacy_refusal_status", "403");
    assert_eq!(switched.mint(0, fields).0, 400);
    let (status, _) = switched.legacy(0, &ask(&json!({ "clientId": "client-P" })));
    assert_eq!(status, 403);
}

#[test]
fn it_breaks_as_the_other_endpoint_does() {
    use countersign_sfmc::fault::FaultOrder;
    for (kind, status) in [
        ("secret_expired", 401),
        ("app_user_inactive", 401),
        ("ip_blocked", 401),
        ("auth_down", 503),
        ("rate_limited", 429),
        ("partition", 0),
    ] {
        let mut house = House::new();
        let order = FaultOrder {
            credential: Some("L".to_owned()),
            ..crate::house::order(kind)
        };
        house.order(0, order);
        let got = match house.reply(1, &ask(&json!({}))) {
            Reply::Answer(answer) => answer.status,
            Reply::Drop => 0,
        };
        assert_eq!(got, status, "{kind}");
        house.platform.mend("L");
        assert_eq!(house.legacy(2, &ask(&json!({}))).0, 200, "{kind} mended");
    }
}
