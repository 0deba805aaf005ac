//! The token endpoint: what it reads, what it answers, and both of its envelopes.

use crate::house::{CONTEXT, House, SCOPES, SECRET, body, mint_request};
use countersign_sfmc::request::Request;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const OAUTH_DOCS: &str = "https://developer.salesforce.com/docs";

#[test]
fn an_answer_has_every_field_clients_read() {
    let (status, body) = House::new().mint(0, json!({}));
    assert_eq!(status, 200);
    let fields: Vec<&String> = body.as_object().expect("an object").keys().collect();
    assert_eq!(fields.len(), 6, "{fields:?}");
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 1_079);
    assert_eq!(body["scope"], SCOPES.join(" "));
    for url in ["rest_instance_url", "soap_instance_url"] {
        assert_eq!(body[url], "http://platform.test/");
    }
    let token = body["access_token"].as_str().expect("text");
    assert!(token.starts_with("sim.") && token.len() <= 512, "{token}");
}

#[test]
fn the_same_seed_hands_out_the_same_tokens_and_never_one_twice() {
    let tokens = || {
        let mut house = House::new();
        (0..10)
            .map(|second| house.token(second))
            .collect::<Vec<_>>()
    };
    let first = tokens();
    assert_eq!(first, tokens());
    let distinct: std::collections::BTreeSet<&String> = first.iter().collect();
    assert_eq!(distinct.len(), first.len());
}

#[test]
fn every_refusal_has_its_status_and_the_recorded_words() {
    let wrong_secret = "Client authentication failed. Make sure that the client ID and client \
        secret are valid and that the package is installed and enabled.";
    let wrong_id = "Invalid client ID. Use the client ID in Marketing Cloud Installed Packages.";
    let wrong_grant = "Use \"authorization_code\" or \"refresh_token\" or \"client_credentials\" \
        or \"urn:ietf:params:oauth:grant-type:jwt-bearer\" as the grant_type.";
    let other_grant =
        "The client is not authorized to request an authorization code using this method.";
    let table = [
        (
            json!({ "client_secret": "CANARY-wrong" }),
            401,
            "invalid_client",
            wrong_secret,
        ),
        (
            json!({ "client_secret": null }),
            401,
            "invalid_client",
            wrong_secret,
        ),
        (
            json!({ "client_id": "nobody" }),
            401,
            "invalid_client",
            wrong_id,
        ),
        (json!({ "client_id": 7 }), 401, "invalid_client", wrong_id),
        (
            json!({ "grant_type": "password" }),
            400,
            "unsupported_grant_type",
            wrong_grant,
        ),
        (
            json!({ "grant_type": null }),
            400,
            "unsupported_grant_type",
            wrong_grant,
        ),
        (
            json!({ "grant_type": "refresh_token" }),
            401,
            "unauthorized_client",
            other_grant,
        ),
        (json!({ "account_id": 20 }), 403, "access_denied", ""),
        (json!({ "account_id": 999 }), 403, "access_denied", ""),
        (json!({ "account_id": "one" }), 400, "invalid_request", ""),
        (json!({ "account_id": -1 }), 400, "invalid_request", ""),
        (json!({ "account_id": [11] }), 400, "invalid_request", ""),
        (
            json!({ "scope": "email_read users_write" }),
            400,
            "invalid_scope",
            "",
        ),
    ];
    for (changes, status, error, words) in table {
        let (got, body) = House::new().mint(0, changes.clone());
        assert_eq!((got, &body["error"]), (status, &json!(error)), "{changes}");
        assert_eq!(body["error_uri"], OAUTH_DOCS, "{changes}");
        let told = body["error_description"].as_str().expect("words");
        assert!(
            !told.is_empty() && (words.is_empty() || told == words),
            "{changes}: {told}"
        );
    }
}

#[test]
fn statuses_nobody_confirmed_can_be_switched() {
    let table = [
        (
            "grant_type_status",
            "401",
            json!({ "grant_type": "x" }),
            401,
            "unsupported_grant_type",
        ),
        (
            "bu_not_enabled_status",
            "401",
            json!({ "account_id": 20 }),
            401,
            "invalid_grant",
        ),
        (
            "invalid_scope_status",
            "401",
            json!({ "scope": "x" }),
            401,
            "invalid_scope",
        ),
        (
            "invalid_request_status",
            "403",
            json!({ "account_id": "x" }),
            403,
            "invalid_request",
        ),
    ];
    for (switch, value, changes, status, error) in table {
        let mut house = House::new();
        house.set(switch, value);
        let (got, body) = house.mint(0, changes);
        assert_eq!((got, &body["error"]), (status, &json!(error)), "{switch}");
    }
}

#[test]
fn scope_absent_is_all_empty_is_none_and_a_subset_is_itself() {
    let table = [
        (Value::Null, SCOPES.join(" ")),
        (json!(""), String::new()),
        (json!("email_read"), "email_read".to_owned()),
        (
            json!("  journeys_read   email_read "),
            "journeys_read email_read".to_owned(),
        ),
    ];
    for (scope, granted) in table {
        let (status, body) = House::new().mint(0, json!({ "scope": scope }));
        assert_eq!(
            (status, body["scope"].as_str()),
            (200, Some(granted.as_str())),
            "{scope}"
        );
    }
}

#[test]
fn the_mid_is_a_number_text_or_absent_and_the_token_works_there() {
    let table = [
        (Value::Null, 11),
        (json!(""), 11),
        (json!(11), 11),
        (json!(10), 10),
        (json!("10"), 10),
        (json!(" 10 "), 10),
    ];
    for (account_id, mid) in table {
        let mut house = House::new();
        let (_, minted) = house.mint(0, json!({ "account_id": account_id }));
        let token = minted["access_token"].as_str().expect("a token");
        let (status, context) = house.get(1, token, CONTEXT);
        assert_eq!(status, 202);
        assert_eq!(context["organization"]["id"], mid, "{account_id}");
        assert_eq!(context["enterprise"]["id"], 10);
    }
}

#[test]
fn a_form_and_any_spelling_of_the_path_do_as_well() {
    let form = format!("grant_type=client_credentials&client_id=client-P&client_secret={SECRET}");
    for path in ["/v2/token", "//v2/token", "/V2/Token/", "/v2//TOKEN"] {
        let kind = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
        let request = Request {
            method: "POST".to_owned(),
            path: path.to_owned(),
            headers: BTreeMap::from([("content-type".to_owned(), kind)]),
            body: format!("{form}&account_id=10").into_bytes(),
            ..Request::default()
        };
        let answer = House::new().answer(0, &request);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(body(&answer)["scope"], SCOPES.join(" "));
    }
}

#[test]
fn a_body_that_is_nothing_is_a_missing_grant_type() {
    for sent in ["", "[]", "{", "null", "\u{0}"] {
        let request = Request {
            body: sent.as_bytes().to_vec(),
            ..mint_request(&json!({}))
        };
        let answer = House::new().answer(0, &request);
        assert_eq!(answer.status, 400, "{sent}");
        assert_eq!(body(&answer)["error"], "unsupported_grant_type", "{sent}");
    }
}

#[test]
fn another_method_is_told_so() {
    let request = Request {
        method: "GET".to_owned(),
        ..mint_request(&json!({}))
    };
    assert_eq!(House::new().answer(0, &request).status, 405);
    let mut house = House::new();
    house.set("method_status", "404");
    assert_eq!(house.answer(0, &request).status, 404);
}

#[test]
fn a_token_works_to_its_true_end_and_not_longer() {
    let mut house = House::new();
    let token = house.token(0);
    assert_eq!(house.get(1_199, &token, CONTEXT).0, 202);
    let (status, body) = house.get(1_200, &token, CONTEXT);
    assert_eq!((status, &body["errorcode"]), (401, &json!(0)));
    assert_eq!(body["message"], "Not Authorized");
    let last = house
        .platform
        .ledger()
        .after(0)
        .last()
        .expect("noted")
        .clone();
    assert_eq!((last.token.as_str(), last.status), ("expired", 401));
    assert_eq!(last.client_id.as_deref(), Some("client-P"));
}

#[test]
fn lives_can_be_told_and_lived_differently() {
    let mut house = House::new();
    house.set("expires_in", "20");
    house.set("validity", "24");
    let (_, body) = house.mint(0, json!({}));
    assert_eq!(body["expires_in"], 20);
    let token = body["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(house.get(23, &token, CONTEXT).0, 202);
    assert_eq!(house.get(24, &token, CONTEXT).0, 401);
}

#[test]
fn a_new_mint_kills_the_older_token_of_client_and_unit_only_when_switched() {
    for (switch, older) in [("off", 202), ("on", 401)] {
        let mut house = House::new();
        house.set("invalidate_previous_on_mint", switch);
        let (first, other) = (house.token(0), house.token_of(0, "Q"));
        let parent = house.mint(0, json!({ "account_id": 10 })).1["access_token"].clone();
        let newest = house.token(1);
        assert_eq!(house.get(2, &first, CONTEXT).0, older, "{switch}");
        for token in [other.as_str(), parent.as_str().expect("a token"), &newest] {
            assert_eq!(house.get(2, token, CONTEXT).0, 202, "{switch}");
        }
    }
}

#[test]
fn the_legacy_endpoint_does_not_know_new_packages() {
    let ask = |client_id: &str| Request {
        path: "/v1/requestToken".to_owned(),
        body: json!({ "clientId": client_id, "clientSecret": SECRET })
            .to_string()
            .into_bytes(),
        ..mint_request(&json!({}))
    };
    let known = House::new().answer(0, &ask("client-P"));
    assert_eq!(
        (known.status, &body(&known)["errorcode"]),
        (400, &json!(10_007))
    );
    let unknown = House::new().answer(0, &ask("nobody"));
    assert_eq!(
        (unknown.status, &body(&unknown)["errorcode"]),
        (401, &json!(1))
    );
}

#[test]
fn an_outside_service_answers_as_the_rfc_says() {
    let ask = |path: &str, form: &str, basic: Option<&str>| {
        let kind = "application/x-www-form-urlencoded".to_owned();
        let mut headers = BTreeMap::from([("content-type".to_owned(), kind)]);
        headers.extend(basic.map(|text| ("authorization".to_owned(), format!("Basic {text}"))));
        let request = Request {
            method: "POST".to_owned(),
            path: path.to_owned(),
            headers,
            body: form.as_bytes().to_vec(),
            ..Request::default()
        };
        let answer = House::new().answer(0, &request);
        (answer.status, body(&answer))
    };
    let path = "/ext/OUT/oauth2/token";
    let grant = "grant_type=client_credentials";
    let good = format!("{grant}&client_id=outside&client_secret=CANARY-OUT-1");
    let (status, token) = ask(path, &good, None);
    assert_eq!((status, &token["expires_in"]), (200, &json!(3_600)));
    assert!(
        token["access_token"]
            .as_str()
            .is_some_and(|text| text.starts_with("sim-outside."))
    );
    // outside:CANARY-OUT-1
    assert_eq!(
        ask(path, grant, Some("b3V0c2lkZTpDQU5BUlktT1VULTE=")).0,
        200
    );
    let table = [
        (
            format!("{grant}&client_id=outside&client_secret=CANARY-no"),
            401,
            "invalid_client",
        ),
        (
            format!("{grant}&client_id=else&client_secret=CANARY-OUT-1"),
            401,
            "invalid_client",
        ),
        ("client_id=outside".to_owned(), 400, "invalid_request"),
        (
            "grant_type=password".to_owned(),
            400,
            "unsupported_grant_type",
        ),
    ];
    for (form, status, error) in table {
        let (got, body) = ask(path, &form, None);
        assert_eq!((got, &body["error"]), (status, &json!(error)), "{form}");
    }
    assert_eq!(ask("/ext/NOBODY/oauth2/token", &good, None).0, 404);
}
