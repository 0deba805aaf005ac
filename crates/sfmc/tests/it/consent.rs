//! Authorization: the question, the answer, the code and what it is redeemed for.

use crate::house::{CONTEXT, House, RETURN, at, body};
use countersign_sfmc::request::{Answer, Body, Request};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// Where answers for public app `U` go, which registered nothing.
const LOOPBACK: &str = "http://127.0.0.1:9/cb";

fn question(changes: &[(&str, &str)]) -> Request {
    let mut query = BTreeMap::from(
        [
            ("response_type", "code"),
            ("client_id", "client-W"),
            ("redirect_uri", RETURN),
            ("state", "a b&c"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned())),
    );
    for (name, text) in changes {
        query.insert((*name).to_owned(), (*text).to_owned());
    }
    query.retain(|_, text| !text.is_empty());
    Request {
        method: "GET".to_owned(),
        path: "/v2/authorize".to_owned(),
        query,
        ..Request::default()
    }
}

fn location(answer: &Answer) -> Option<&str> {
    let found = answer.headers.iter().find(|(name, _)| *name == "location");
    found.map(|(_, to)| to.as_str())
}

/// The fields an address carries beyond where it leads.
fn carried(to: &str, base: &str) -> BTreeMap<String, String> {
    let query = to.strip_prefix(base).expect("the address given").get(1..);
    serde_urlencoded::from_str(query.expect("fields")).expect("a query")
}

impl House {
    /// A code for a question that is consented to at once.
    fn code(&mut self, second: i64, changes: &[(&str, &str)]) -> String {
        self.set("auto_consent", "on");
        let answer = self.answer(second, &question(changes));
        assert_eq!(answer.status, 302, "{answer:?}");
        let base = changes.iter().find(|(name, _)| *name == "redirect_uri");
        let base = base.map_or(RETURN, |(_, uri)| *uri);
        carried(location(&answer).expect("an address"), base)["code"].clone()
    }

    fn redeem(&mut self, second: i64, code: &str, changes: Value) -> (u16, Value) {
        let mut fields = json!({ "grant_type": "authorization_code", "client_id": "client-W",
            "client_secret": "CANARY-W-1", "code": code, "redirect_uri": RETURN });
        for (name, value) in changes.as_object().expect("an object") {
            fields[name] = value.clone();
        }
        self.mint(second, fields)
    }
}

#[test]
fn a_person_is_asked_and_the_answer_goes_back_with_state_and_code() {
    let mut house = House::new();
    let answer = house.answer(0, &question(&[]));
    let Body::Text(page) = &answer.body else {
        panic!("a page")
    };
    assert!(answer.status == 200 && page.contains("email_read offline"));
    let asking = house.platform.asking(at(1));
    assert_eq!((asking.len(), asking[0].label.as_str()), (1, "W"));
    let to = house.platform.decide(at(1), asking[0].number, true);
    let fields = carried(&to.expect("an address"), RETURN);
    assert_eq!(
        (fields["state"].as_str(), fields["tssd"].as_str()),
        ("a b&c", "one")
    );
    assert!(house.platform.asking(at(1)).is_empty());
    assert_eq!(
        house.platform.decide(at(1), asking[0].number, true),
        None,
        "once"
    );
    let (status, body) = house.redeem(2, &fields["code"], json!({}));
    assert_eq!(status, 200, "{body}");
    let token = body["access_token"].as_str().expect("a token");
    assert_eq!(house.get(3, token, CONTEXT).0, 202);
    assert!(body["refresh_token"].is_string());
}

#[test]
fn the_page_answers_for_the_person_both_ways() {
    for (decision, field, told) in [("allow", "tssd", "one"), ("deny", "error", "access_denied")] {
        let mut house = House::new();
        house.answer(0, &question(&[]));
        let number = house.platform.asking(at(0))[0].number;
        let kind = "application/x-www-form-urlencoded".to_owned();
        let form = Request {
            method: "POST".to_owned(),
            path: "/v2/authorize".to_owned(),
            headers: BTreeMap::from([("content-type".to_owned(), kind)]),
            body: format!("consent={number}&decision={decision}").into_bytes(),
            ..Request::default()
        };
        let answer = house.answer(1, &form);
        assert_eq!(answer.status, 302);
        let fields = carried(location(&answer).expect("an address"), RETURN);
        assert_eq!(fields[field], told);
        assert_eq!(house.answer(2, &form).status, 400, "once");
    }
}

#[test]
fn a_question_waits_ten_minutes() {
    let mut house = House::new();
    house.answer(0, &question(&[]));
    let number = house.platform.asking(at(599))[0].number;
    assert!(house.platform.asking(at(600)).is_empty());
    assert_eq!(house.platform.decide(at(600), number, true), None);
}

#[test]
fn who_is_not_known_gets_a_page_and_no_redirect() {
    let mut house = House::new();
    for changes in [
        [("client_id", "nobody")],
        [("client_id", "")],
        [("client_id", "client-P")],
        [("redirect_uri", "https://else.test/")],
        [("redirect_uri", "")],
    ] {
        let answer = house.answer(0, &question(&changes));
        assert_eq!(
            (answer.status, location(&answer)),
            (400, None),
            "{changes:?}"
        );
    }
    for odd in [
        "javascript:alert(1)",
        "http://localhost/cb",
        "https://a.test/*",
        "https://a/#b",
    ] {
        let asked = [("client_id", "client-U"), ("redirect_uri", odd)];
        assert_eq!(house.answer(0, &question(&asked)).status, 400, "{odd}");
    }
}

#[test]
fn other_faults_of_a_question_are_told_to_who_asked() {
    for (changes, error) in [
        (
            vec![("response_type", "token")],
            "unsupported_response_type",
        ),
        (vec![("response_type", "")], "invalid_request"),
        (vec![("scope", "users_write")], "invalid_scope"),
        (vec![("code_challenge", "short")], "invalid_request"),
        (
            vec![
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S512"),
            ],
            "invalid_request",
        ),
    ] {
        let answer = House::new().answer(0, &question(&changes));
        let fields = carried(location(&answer).expect("an address"), RETURN);
        assert_eq!(
            (fields["error"].as_str(), fields["state"].as_str()),
            (error, "a b&c")
        );
        assert!(!fields.contains_key("code"));
    }
}

#[test]
fn a_code_is_good_once_and_its_second_use_ends_all_that_came_of_it() {
    let mut house = House::new();
    let code = house.code(0, &[]);
    let (_, first) = house.redeem(1, &code, json!({}));
    let (status, body) = house.redeem(2, &code, json!({}));
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    let token = first["access_token"].as_str().expect("a token");
    assert_eq!(house.get(3, token, CONTEXT).0, 401);
    let refresh = json!({ "grant_type": "refresh_token", "client_id": "client-W",
        "client_secret": "CANARY-W-1", "refresh_token": first["refresh_token"] });
    assert_eq!(house.mint(4, refresh).1["error"], "invalid_grant");
}

#[test]
fn a_code_is_good_for_its_client_and_address_within_its_life() {
    let refused = |second, changes: Value| {
        let mut house = House::new();
        let code = house.code(0, &[]);
        let (status, body) = house.redeem(second, &code, changes.clone());
        assert_eq!(
            (status, &body["error"]),
            (400, &json!("invalid_grant")),
            "{changes}"
        );
    };
    refused(60, json!({}));
    refused(1, json!({ "redirect_uri": null }));
    refused(1, json!({ "redirect_uri": "https://else.test/" }));
    refused(1, json!({ "code": "made up" }));
    refused(1, json!({ "code_verifier": VERIFIER }));
    refused(1, json!({ "client_id": "client-U" }));
    let mut house = House::new();
    let code = house.code(0, &[]);
    assert_eq!(house.redeem(59, &code, json!({})).0, 200);
}

#[test]
fn possession_is_proven_by_the_verifier_alone() {
    let asked = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (verifier, status) in [
        (json!(VERIFIER), 200),
        (json!(CHALLENGE), 400),
        (Value::Null, 400),
    ] {
        let mut house = House::new();
        let code = house.code(0, &asked);
        let proof = json!({ "code_verifier": verifier });
        assert_eq!(house.redeem(1, &code, proof).0, status, "{verifier}");
    }
}

#[test]
fn a_public_app_keeps_no_secret_and_must_prove_possession() {
    let public = [("client_id", "client-U"), ("redirect_uri", LOOPBACK)];
    let mut house = House::new();
    let answer = house.answer(0, &question(&public));
    let fields = carried(location(&answer).expect("an address"), LOOPBACK);
    assert_eq!(fields["error"], "invalid_request");
    let code = house.code(
        0,
        &[
            public[0],
            public[1],
            ("code_challenge", VERIFIER),
            ("code_challenge_method", "plain"),
        ],
    );
    let proof = json!({ "client_id": "client-U", "client_secret": null, "redirect_uri": LOOPBACK,
        "code_verifier": VERIFIER });
    let (status, body) = house.redeem(1, &code, proof);
    assert_eq!(status, 200, "{body}");
    let refresh = json!({ "grant_type": "refresh_token", "client_id": "client-U",
        "client_secret": null, "refresh_token": body["refresh_token"] });
    assert_eq!(house.mint(2, refresh).0, 200);
    house.set("public_needs_pkce", "off");
    house.code(3, &public);
}

#[test]
fn what_was_not_consented_to_is_not_granted_and_ends_with_the_session() {
    let mut house = House::new();
    let code = house.code(0, &[("scope", "email_read")]);
    let (_, body) = house.redeem(1, &code, json!({}));
    assert_eq!(body["scope"], "email_read");
    let token = body["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(house.get(2, &token, CONTEXT).0, 202);
    assert_eq!(house.platform.sign_out("W"), 1, "it has no scope offline");
    assert_eq!(house.get(3, &token, CONTEXT).0, 401);
    let refresh = json!({ "grant_type": "refresh_token", "client_id": "client-W",
        "client_secret": "CANARY-W-1", "refresh_token": body["refresh_token"] });
    assert_eq!(house.mint(4, refresh).1["error"], "invalid_grant");
}

#[test]
fn the_host_of_the_page_can_be_down_and_takes_no_other_method() {
    let mut house = House::new();
    let put = Request {
        method: "PUT".to_owned(),
        ..question(&[])
    };
    assert_eq!(house.answer(0, &put).status, 405);
    let order = crate::house::order("auth_down");
    let order = countersign_sfmc::fault::FaultOrder {
        credential: Some("W".to_owned()),
        ..order
    };
    house.order(0, order);
    let answer = house.answer(1, &question(&[]));
    assert_eq!(
        (answer.status, body(&answer)["errorcode"].clone()),
        (503, json!(50_300))
    );
}
