//! Whatever is sent, there is an answer, and it is one that clients can read.

use crate::house::{House, body};
use countersign_sfmc::request::Request;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// Paths that lead somewhere, with something odd where the key stands.
fn paths() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "/v2/token",
        "/v1/requestToken",
        "/v2/userinfo",
        "/ext/OUT/oauth2/token",
        "/platform/v1/endpoints/",
        "/data/v1/customobjectdata/key/KEY/rowset",
        "/hub/v1/dataevents/key:KEY/rowset",
        "/hub/v1/dataevents/key:DE-key/rows/KEY",
        "/interaction/v1/interactions/KEY",
        "/interaction/v1/interactions/key:KEY",
        "/interaction/v1/events",
        "/automation/v1/automations/KEY",
        "/messaging/v1/email/definitions/KEY/queue",
        "/messaging/v1/email/messages/KEY",
        "/messaging/v1/email/messages",
        "/hub/v1/campaigns/KEY",
        "/asset/v1/content/assets/query",
        "/asset/v1/content/assets/KEY",
        "/automation/v1/queries/KEY",
        "/legacy/v1/beta/bulk/automations/automation/definition/KEY",
        "/data/v1/async/dataextensions/key:KEY/rows",
        "/data/v1/async/KEY/results",
        "/services/oauth2/token",
        "/services/oauth2/revoke",
        "/services/Soap/u/KEY",
        "/services/data/KEY/limits",
        "/services/data/v60.0/query/KEY",
        "/services/data/v60.0/sobjects/Account/KEY",
        "/services/data/v60.0/sobjects/KEY/describe",
        "/id/KEY/KEY",
    ]);
    let odd = prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,6}",
        Just("DE-key".to_owned()),
        "%[0-9a-fA-F%]{0,4}"
    ];
    let anything = "(/[a-zA-Z0-9:{}%*.é-]{0,12}){0,7}/?";
    prop_oneof![
        (known, odd).prop_map(|(path, key)| path.replace("KEY", &key)),
        anything
    ]
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        "\\{\"(grant_type|client_id|account_id|scope|values|recipient)\":(null|1e999|-7|\"x\"|\\[\\])\\}"
            .prop_map(String::into_bytes),
        "[a-z_=&%]{0,60}".prop_map(String::into_bytes),
        Just(b"[[[[[[[[".to_vec()),
    ]
}

/// Fields of grants, right and wrong ones mixed.
fn fields() -> impl Strategy<Value = BTreeMap<String, String>> {
    let name = prop::sample::select(vec![
        "grant_type",
        "client_id",
        "client_secret",
        "refresh_token",
        "code",
        "code_verifier",
        "code_challenge",
        "code_challenge_method",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "account_id",
        "clientId",
        "clientSecret",
        "refreshToken",
        "accessType",
        "consent",
        "decision",
    ]);
    let known = prop::sample::select(vec![
        "refresh_token",
        "authorization_code",
        "client-W",
        "client-U",
        "client-L",
        "CANARY-W-1",
        "CANARY-L-1",
        crate::house::REFRESH,
        crate::house::RETURN,
        "http://127.0.0.1/?",
        "code",
        "S256",
        "offline",
        "1",
        "allow",
    ]);
    let value = prop_oneof![known.prop_map(str::to_owned), "\\PC{0,50}"];
    proptest::collection::btree_map(name.prop_map(str::to_owned), value, 0..9)
}

/// Queries that nearly are some.
fn queries() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "SELECT",
        "FROM",
        "WHERE",
        "Id",
        "Account.Name",
        "Contact",
        "Lead",
        "LIKE",
        "IN",
        "NOT",
        "AND",
        "OR",
        "(",
        ")",
        ",",
        "=",
        "<=",
        "!=",
        "'a%'",
        "'\\",
        "null",
        "7",
        "1e999",
        "LIMIT",
        "OFFSET",
        "18446744073709551616",
        "ORDER BY",
        "COUNT()",
        "2026-01-01",
        "é",
        "\u{0}",
    ]);
    let noise = proptest::collection::vec(word, 0..12).prop_map(|words| words.join(" "));
    let tail = noise.clone();
    prop_oneof![
        noise,
        tail.prop_map(|tail| format!("SELECT Id FROM Contact WHERE {tail}")),
        "\\PC{0,60}"
    ]
}

proptest! {
    #[test]
    fn any_query_is_answered_or_refused_by_its_code(text in queries()) {
        let mut house = House::new();
        let session = house.session(0);
        let path = "/services/data/v60.0/query";
        let mut request = crate::house::call_request(&session, "GET", path, &Value::Null);
        request.query.insert("q".to_owned(), text);
        let answer = house.answer(1, &request);
        let body = body(&answer);
        match answer.status {
            200 => prop_assert!(body["totalSize"].is_u64()),
            status => {
                prop_assert_eq!(status, 400);
                prop_assert!(body[0]["errorCode"].is_string(), "{}", body);
            }
        }
    }

    #[test]
    fn any_mixture_of_grant_fields_gets_an_answer_that_can_be_sent(
        path in "/(v2/token|v2/authorize|v1/requestToken)",
        method in "(GET|POST)",
        fields in fields(),
        auto in any::<bool>(),
    ) {
        let mut house = House::new();
        house.set("auto_consent", if auto { "on" } else { "off" });
        let kind = "application/x-www-form-urlencoded".to_owned();
        let request = Request {
            method,
            path,
            body: serde_urlencoded::to_string(&fields).expect("a form").into_bytes(),
            query: fields,
            headers: BTreeMap::from([("content-type".to_owned(), kind)]),
            ..Request::default()
        };
        let answer = house.answer(1, &request);
        prop_assert!((200..600).contains(&answer.status));
        for (name, value) in &answer.headers {
            let plain = |byte: u8| (0x20..0x7F).contains(&byte);
            prop_assert!(value.bytes().all(plain), "{}: {}", name, value);
        }
    }

    #[test]
    fn any_request_gets_a_well_formed_answer(
        method in "(GET|POST|PUT|DELETE|PATCH|[A-Z]{1,5})",
        path in paths(),
        kind in "(application/json|application/x-www-form-urlencoded|text/xml|)",
        authorization in "(Bearer [ -~]{0,20}|LIVE|Basic [a-zA-Z0-9=]{0,12}|[ -~]{0,8})",
        page in "[0-9-]{0,21}",
        looks in any::<bool>(),
        sent in bodies(),
    ) {
        let mut house = House::new();
        let token = house.token_of(0, if looks { "V" } else { "P" });
        let session = house.session(0);
        let live = if path.starts_with("/services") { session } else { token };
        let authorization = authorization.replace("LIVE", &format!("Bearer {live}"));
        let request = Request {
            method,
            path,
            query: BTreeMap::from([
                ("q".to_owned(), String::from_utf8_lossy(&sent).into_owned()),
                ("$page".to_owned(), page.clone()),
                ("$skip".to_owned(), page.clone()),
                ("$filter".to_owned(), page.clone()),
                ("$pagesize".to_owned(), page),
            ]),
            headers: BTreeMap::from([
                ("content-type".to_owned(), kind),
                ("authorization".to_owned(), authorization),
            ]),
            body: sent,
            peer: None,
            n: 1,
        };
        let answer = house.answer(1, &request);
        prop_assert!((200..600).contains(&answer.status));
        let body = body(&answer);
        // Core also answers in XML and, to two routes, in plain words.
        let core = ["/services/Soap", "/services/oauth2", "/id/"];
        let is_core = core.iter().any(|start| request.path.starts_with(start));
        let is_text = body.is_string() && is_core;
        prop_assert!(body.is_object() || body.is_array() || is_text, "{}", body);
        if answer.status >= 400 {
            let list = body.get(0).and_then(|first| first.get("message"));
            let told = body.get("message").or(body.get("error")).or(list);
            let told = told.unwrap_or(&body).as_str();
            prop_assert!(told.is_some_and(|words| !words.is_empty()), "{}", body);
        }
    }
}
