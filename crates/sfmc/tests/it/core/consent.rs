//! Consent at core: the question, the code, and what it is redeemed for.

use crate::house::{House, at};
use countersign_sfmc::request::{Answer, Body, Request};
use serde_json::Value;
use std::collections::BTreeMap;

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const BACK: &str = "http://127.0.0.1:9/oauth/callback";

fn question(changes: &[(&str, &str)]) -> Request {
    let mut query = BTreeMap::from(
        [
            ("response_type", "code"),
            ("client_id", "client-CRM"),
            ("redirect_uri", BACK),
            ("state", "a b&c"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned())),
    );
    for (name, text) in changes {
        query.insert((*name).to_owned(), (*text).to_owned());
    }
    query.retain(|_, text| !text.is_empty());
    Request {
        method: "GET".to_owned(),
        path: "/services/oauth2/authorize".to_owned(),
        query,
        ..Request::default()
    }
}

/// The fields with which the browser is sent back; none if it is not.
fn carried(answer: &Answer) -> Option<BTreeMap<String, String>> {
    let mut headers = answer.headers.iter();
    let (_, to) = headers.find(|(name, _)| *name == "location")?;
    let query = to.split_once('?').expect("fields").1;
    Some(serde_urlencoded::from_str(query).expect("a query"))
}

impl House {
    fn core_code(&mut self, second: i64, changes: &[(&str, &str)]) -> String {
        self.set("auto_consent", "on");
        let answer = self.answer(second, &question(changes));
        let fields = carried(&answer).expect("sent back");
        assert_eq!(fields["state"], "a b&c");
        assert!(!fields.contains_key("tssd"), "that is Marketing Cloud's");
        fields["code"].clone()
    }

    fn core_redeem(&mut self, second: i64, code: &str, changes: &[(&str, &str)]) -> (u16, Value) {
        let mut fields = BTreeMap::from([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ]);
        fields.extend(changes.iter().copied());
        let fields: Vec<(&str, &str)> = fields
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect();
        self.signed_in(second, &fields)
    }
}

#[test]
fn a_code_with_its_proof_brings_a_session_and_a_refresh_token() {
    let mut house = House::new();
    let answer = house.answer(0, &question(&[]));
    let Body::Text(page) = &answer.body else {
        panic!("a page")
    };
    assert!(page.contains("api refresh_token") && page.contains("/services/oauth2/authorize"));
    let number = house.platform.asking(at(1))[0].number;
    let form = Request {
        method: "POST".to_owned(),
        path: "/services/oauth2/authorize".to_owned(),
        headers: BTreeMap::from([(
            "content-type".to_owned(),
            "application/x-www-form-urlencoded".to_owned(),
        )]),
        body: format!("consent={number}&decision=allow").into_bytes(),
        ..Request::default()
    };
    let fields = carried(&house.answer(1, &form)).expect("sent back");
    let (status, body) = house.core_redeem(2, &fields["code"], &[]);
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["scope"], "api refresh_token");
    let token = body["refresh_token"].as_str().expect("a refresh token");
    let again = [("grant_type", "refresh_token"), ("refresh_token", token)];
    assert_eq!(house.signed_in(3, &again).0, 200);
    assert_eq!(house.answer(4, &form).status, 400, "once");
}

#[test]
fn a_code_is_good_once_in_time_with_its_proof_and_its_address() {
    for changes in [
        [("code_verifier", "")],
        [("code_verifier", CHALLENGE)],
        [("redirect_uri", "http://127.0.0.1:9/else")],
        [("code", "sim-code-else")],
    ] {
        let mut house = House::new();
        let code = house.core_code(0, &[]);
        let (status, body) = house.core_redeem(1, &code, &changes);
        assert_eq!(
            (status, &body["error"]),
            (400, &"invalid_grant".into()),
            "{changes:?}"
        );
        assert_eq!(house.core_redeem(2, &code, &[]).0, 200, "nothing was spent");
    }
    let mut house = House::new();
    let code = house.core_code(0, &[]);
    let (_, body) = house.core_redeem(1, &code, &[("client_secret", "CANARY-no")]);
    assert_eq!(body["error"], "invalid_client");
    let (status, first) = house.core_redeem(1, &code, &[]);
    assert_eq!(status, 200, "{first}");
    assert_eq!(house.core_redeem(2, &code, &[]).0, 400, "a second time");
    let token = first["refresh_token"].as_str().expect("a token");
    let again = [("grant_type", "refresh_token"), ("refresh_token", token)];
    assert_eq!(
        house.signed_in(3, &again).0,
        400,
        "what came of it has ended"
    );
    let late = house.core_code(10, &[]);
    assert_eq!(house.core_redeem(10_000, &late, &[]).0, 400);
}

#[test]
fn without_the_scope_there_is_no_refresh_token() {
    let mut house = House::new();
    let code = house.core_code(0, &[("scope", "api")]);
    let (status, body) = house.core_redeem(1, &code, &[]);
    assert_eq!((status, &body["scope"]), (200, &"api".into()));
    assert!(body["refresh_token"].is_null(), "{body}");
}

#[test]
fn what_cannot_be_asked_goes_back_as_an_error_and_a_stranger_gets_a_page() {
    let mut house = House::new();
    house.set("auto_consent", "on");
    for (changes, error) in [
        ([("response_type", "token")], "unsupported_response_type"),
        ([("response_type", "")], "invalid_request"),
        ([("scope", "api full")], "invalid_scope"),
        ([("code_challenge", "short")], "invalid_request"),
    ] {
        let fields = carried(&house.answer(0, &question(&changes))).expect("sent back");
        assert_eq!(fields["error"], error);
    }
    for changes in [
        [("client_id", "nobody")],
        [("client_id", "client-W")],
        [("redirect_uri", "javascript:alert(1)")],
        [("redirect_uri", "http://localhost.else.test#x")],
        [("redirect_uri", "")],
    ] {
        let answer = house.answer(0, &question(&changes));
        assert_eq!(
            (answer.status, carried(&answer)),
            (400, None),
            "{changes:?}"
        );
    }
    let local = question(&[("redirect_uri", "http://localhost:1717/OauthRedirect")]);
    assert_eq!(house.answer(0, &local).status, 302);
}
