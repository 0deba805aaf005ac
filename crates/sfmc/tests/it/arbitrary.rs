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

proptest! {
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
        sent in bodies(),
    ) {
        let mut house = House::new();
        let token = house.token(0);
        let authorization = authorization.replace("LIVE", &format!("Bearer {token}"));
        let request = Request {
            method,
            path,
            query: BTreeMap::from([
                ("$page".to_owned(), page.clone()),
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
        prop_assert!(body.is_object() || body.is_array(), "{}", body);
        if answer.status >= 400 {
            let told = body.get("message").or(body.get("error")).and_then(Value::as_str);
            prop_assert!(told.is_some_and(|words| !words.is_empty()), "{}", body);
        }
    }
}
