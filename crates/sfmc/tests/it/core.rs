//! Salesforce core: signing in, by every grant, and how that ends.

mod consent;
mod data;

use crate::house::{House, at, body, order};
use countersign_sfmc::fault::FaultOrder;
use countersign_sfmc::request::{Answer, Reply, Request};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const REFRESH: &str = "CANARY-refresh-CRM-1";
const CERTIFICATE: &str = include_str!("core/certificate.pem");
const KEY: &str = include_str!("core/public-key.pem");
/// A name and an assertion a line, signed by the key of the certificate.
const ASSERTIONS: &str = include_str!("core/assertions.txt");

fn assertion(name: &str) -> &'static str {
    let mut lines = ASSERTIONS.lines().filter_map(|line| line.split_once(' '));
    lines.find(|(found, _)| *found == name).expect("a name").1
}

fn form(path: &str, fields: &[(&str, &str)]) -> Request {
    let kind = "application/x-www-form-urlencoded".to_owned();
    Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: BTreeMap::from([("content-type".to_owned(), kind)]),
        body: serde_urlencoded::to_string(fields)
            .expect("a form")
            .into_bytes(),
        ..Request::default()
    }
}

fn sign_in(fields: &[(&str, &str)]) -> Request {
    let mut all = vec![
        ("client_id", "client-CRM"),
        ("client_secret", "CANARY-CRM-1"),
    ];
    for (name, text) in fields {
        all.retain(|(held, _)| held != name);
        all.push((name, text));
    }
    form("/services/oauth2/token", &all)
}

impl House {
    pub(crate) fn signed_in(&mut self, second: i64, fields: &[(&str, &str)]) -> (u16, Value) {
        let answer = self.answer(second, &sign_in(fields));
        (answer.status, body(&answer))
    }

    /// A session by client credentials.
    pub(crate) fn session(&mut self, second: i64) -> String {
        let (status, body) = self.signed_in(second, &[("grant_type", "client_credentials")]);
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().expect("a token").to_owned()
    }

    fn refresh(&mut self, second: i64, token: &str) -> (u16, Value) {
        self.signed_in(
            second,
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
    }

    fn jwt(&mut self, second: i64, text: &str) -> (u16, Value) {
        let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        let fields = [("grant_type", grant), ("assertion", text)];
        let answer = self.answer(second, &form("/services/oauth2/token", &fields));
        (answer.status, body(&answer))
    }

    /// Breaks something of the connected app.
    fn break_core(&mut self, second: i64, kind: &str) {
        let order = FaultOrder {
            credential: Some("CRM".to_owned()),
            ..order(kind)
        };
        self.order(second, order);
    }

    /// Status of the least of calls.
    fn limits(&mut self, second: i64, session: &str) -> u16 {
        self.get(second, session, "/services/data/v60.0/limits").0
    }
}

#[test]
fn an_answer_has_an_id_and_an_instance_and_no_end() {
    let (status, body) = House::new().signed_in(0, &[("grant_type", "client_credentials")]);
    assert_eq!(status, 200);
    let fields: Vec<&String> = body.as_object().expect("an object").keys().collect();
    let names = [
        "access_token",
        "signature",
        "scope",
        "instance_url",
        "id",
        "token_type",
        "issued_at",
    ];
    assert_eq!(fields, names);
    assert_eq!(body["instance_url"], "http://platform.test");
    let id = body["id"].as_str().expect("text");
    assert!(
        id.starts_with("http://platform.test/id/00D") && id.contains("/005"),
        "{id}"
    );
    assert_eq!(body["issued_at"], "1800000000000");
}

#[test]
fn every_refusal_has_its_code_and_status_400() {
    type Fields = &'static [(&'static str, &'static str)];
    let table: [(Fields, &str, &str); 9] = [
        (
            &[("grant_type", "nothing")],
            "unsupported_grant_type",
            "grant type not supported",
        ),
        (
            &[("grant_type", "")],
            "unsupported_grant_type",
            "grant type not supported",
        ),
        (
            &[
                ("grant_type", "client_credentials"),
                ("client_id", "nobody"),
            ],
            "invalid_client_id",
            "client identifier invalid",
        ),
        (
            &[
                ("grant_type", "client_credentials"),
                ("client_secret", "no"),
            ],
            "invalid_client",
            "invalid client credentials",
        ),
        (
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", "made up"),
            ],
            "invalid_grant",
            "expired access/refresh token",
        ),
        (
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", "CANARY-refresh-W-1"),
            ],
            "invalid_grant",
            "expired access/refresh token",
        ),
        (
            &[
                ("grant_type", "password"),
                ("username", "crm@example.com"),
                ("password", "no"),
            ],
            "invalid_grant",
            "authentication failure",
        ),
        (
            &[("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")],
            "invalid_grant",
            "invalid assertion",
        ),
        (
            &[("grant_type", "urn:ietf:params:oauth:grant-type:device_code")],
            "unsupported_grant_type",
            "",
        ),
    ];
    for (fields, error, words) in table {
        let (status, body) = House::new().signed_in(0, fields);
        assert_eq!((status, &body["error"]), (400, &json!(error)), "{fields:?}");
        let told = body["error_description"].as_str().expect("words");
        assert!(told == words || words.is_empty(), "{told}");
    }
    let json = Request {
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body: json!({ "grant_type": "client_credentials" })
            .to_string()
            .into_bytes(),
        ..sign_in(&[])
    };
    let answer = House::new().answer(0, &json);
    assert_eq!(
        body(&answer)["error"],
        "unsupported_grant_type",
        "only forms are read"
    );
}

#[test]
fn the_secret_may_come_in_a_header_and_a_user_with_his_password() {
    let mut basic = form(
        "/services/oauth2/token",
        &[("grant_type", "client_credentials")],
    );
    // client-CRM:CANARY-CRM-1
    let header = "Basic Y2xpZW50LUNSTTpDQU5BUlktQ1JNLTE=".to_owned();
    basic.headers.insert("authorization".to_owned(), header);
    assert_eq!(House::new().answer(0, &basic).status, 200);
    let fields = [
        ("grant_type", "password"),
        ("username", "crm@example.com"),
        ("password", "CANARY-pass&word"),
    ];
    assert_eq!(House::new().signed_in(0, &fields).0, 200);
}

#[test]
fn an_assertion_is_believed_by_its_signature_for_its_user_and_a_while() {
    for pem in [CERTIFICATE, KEY] {
        let mut house = House::new();
        house.platform.core_certificate("CRM", pem).expect("a key");
        let (status, body) = house.jwt(0, assertion("good"));
        assert_eq!(status, 200, "{body}");
        assert_eq!(
            house.jwt(0, assertion("text-exp")).0,
            200,
            "one client writes text"
        );
        let refusals = [
            ("other-audience", "Audience validation failed"),
            ("other-user", "user hasn't approved this consumer"),
            ("too-long", "expired authorization code"),
        ];
        for (name, words) in refusals {
            let (status, body) = house.jwt(0, assertion(name));
            assert_eq!(
                (status, &body["error"]),
                (400, &json!("invalid_grant")),
                "{name}"
            );
            assert_eq!(body["error_description"], words, "{name}");
        }
        assert_eq!(house.jwt(180, assertion("good")).0, 400, "its end");
        let (head, _) = assertion("good").rsplit_once('.').expect("three parts");
        let (_, signature) = assertion("other-user")
            .rsplit_once('.')
            .expect("three parts");
        let (_, body) = house.jwt(0, &format!("{head}.{signature}"));
        assert_eq!(body["error_description"], "invalid assertion");
    }
}

#[test]
fn without_a_certificate_no_assertion_is_believed_unless_switched() {
    let mut house = House::new();
    assert_eq!(house.jwt(0, assertion("good")).0, 400);
    house.set("core_jwt_unchecked", "on");
    assert_eq!(house.jwt(0, assertion("good")).0, 200);
    for odd in ["", "a.b", "a.b.c.d", "e30.e30.AA", "....", "\u{0}"] {
        assert_eq!(house.jwt(0, odd).0, 400, "{odd}");
    }
    assert!(house.platform.core_certificate("NONE", KEY).is_err());
    assert!(house.platform.core_certificate("CRM", "no key").is_err());
}

#[test]
fn a_certificate_past_its_end_proves_nothing() {
    // The certificate is good from 2027-01-01 to 2028-01-01; the test's time is within.
    let mut house = House::new();
    house
        .platform
        .core_certificate("CRM", CERTIFICATE)
        .expect("a key");
    let after = 60 * 60 * 24 * 360;
    let (_, body) = house.jwt(after, assertion("good"));
    assert_eq!(body["error_description"], "invalid assertion");
}

#[test]
fn a_refresh_token_goes_on_working_or_rotates_as_the_app_is_set() {
    let mut house = House::new();
    for second in 0..3 {
        let (status, body) = house.refresh(second, REFRESH);
        assert_eq!(
            (status, body["refresh_token"].is_null()),
            (200, true),
            "{body}"
        );
    }
    house.set("core_refresh_rotates", "on");
    let (_, body) = house.refresh(3, REFRESH);
    let next = body["refresh_token"]
        .as_str()
        .expect("a new one")
        .to_owned();
    assert_eq!(house.refresh(4, REFRESH).0, 400, "spent");
    assert_eq!(house.refresh(5, &next).0, 400, "its family ended");
    let again = house.platform.exchanges().used_again();
    assert_eq!(again.map(|(token, _)| token).collect::<Vec<_>>(), [REFRESH]);
}

#[test]
fn a_session_lives_on_while_it_is_used() {
    let mut house = House::new();
    let session = house.session(0);
    for second in [7_199, 14_000, 21_000] {
        assert_eq!(house.limits(second, &session), 200, "{second}");
    }
    let (status, body) = house.get(28_200, &session, "/services/data/v60.0/limits");
    assert_eq!(status, 401);
    let told =
        json!([{ "message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID" }]);
    assert_eq!(body, told);
    let entry = house
        .platform
        .ledger()
        .after(0)
        .last()
        .expect("noted")
        .clone();
    assert_eq!(
        (entry.route.as_str(), entry.token.as_str()),
        ("/services/data/{version}/limits", "expired")
    );
    assert_eq!(entry.credential.as_deref(), Some("CRM"));
}

#[test]
fn revoking_ends_a_session_or_all_that_came_of_a_refresh_token() {
    let mut house = House::new();
    let revoke = |token: &str| form("/services/oauth2/revoke", &[("token", token)]);
    let session = house.session(0);
    assert_eq!(house.answer(1, &revoke(&session)).status, 200);
    assert_eq!(house.limits(2, &session), 401);
    let answer = house.answer(3, &revoke(&session));
    assert_eq!(
        (answer.status, &body(&answer)["error"]),
        (400, &json!("invalid_token"))
    );
    let (_, of_consent) = house.refresh(4, REFRESH);
    let of_consent = of_consent["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let other = house.session(4);
    assert_eq!(house.answer(5, &revoke(REFRESH)).status, 200);
    assert_eq!(house.limits(6, &of_consent), 401);
    assert_eq!(house.limits(6, &other), 200);
    assert_eq!(house.refresh(7, REFRESH).0, 400);
}

#[test]
fn who_signed_in_is_told_by_both_routes_and_not_to_strangers() {
    let mut house = House::new();
    let (_, signed_in) = house.signed_in(0, &[("grant_type", "client_credentials")]);
    let session = signed_in["access_token"].as_str().expect("a token");
    let (status, info) = house.get(1, session, "/services/oauth2/userinfo");
    assert_eq!(
        (status, &info["preferred_username"]),
        (200, &json!("crm@example.com"))
    );
    let id = signed_in["id"].as_str().expect("text");
    let path = id.strip_prefix("http://platform.test").expect("here");
    let (status, identity) = house.get(1, session, path);
    assert_eq!((status, &identity["id"]), (200, &signed_in["id"]));
    assert_eq!(identity["user_id"], info["user_id"]);
    assert_eq!(
        house
            .get(1, session, "/id/00D000000000009AAA/005000000000001AAA")
            .0,
        404
    );
    assert_eq!(
        house.get(1, "made up", path),
        (403, json!("Bad_OAuth_Token"))
    );
}

#[test]
fn a_deactivated_user_loses_his_session_and_cannot_come_back_until_he_is_active() {
    let mut house = House::new();
    let session = house.session(0);
    house.break_core(1, "crm_user_deactivated");
    assert_eq!(house.limits(2, &session), 401);
    let (status, body) = house.signed_in(3, &[("grant_type", "client_credentials")]);
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    assert_eq!(body["error_description"], "inactive user");
    assert_eq!(house.refresh(3, REFRESH).0, 400);
    house.set("core_inactive_is_grant", "off");
    assert_eq!(house.refresh(3, REFRESH).1["error"], "inactive_user");
    house.platform.mend("CRM");
    assert_eq!(house.limits(4, &session), 401, "it was ended for good");
    let again = house.session(5);
    assert_eq!(house.limits(6, &again), 200);
    assert_eq!(house.platform.exchanges().n_exchanged(), 0);
}

#[test]
fn core_breaks_by_its_own_faults_and_by_those_that_name_its_app() {
    let of_all = |kind: &str| FaultOrder {
        tenant: Some("all".to_owned()),
        ..order(kind)
    };
    for kind in [
        "auth_down",
        "platform_outage",
        "rest_5xx",
        "rate_limited",
        "secret_expired",
    ] {
        let mut house = House::new();
        let session = house.session(0);
        house.order(1, of_all(kind));
        assert_eq!(
            house.limits(2, &session),
            200,
            "{kind} is of another service"
        );
    }
    let mut house = House::new();
    let session = house.session(0);
    house.order(1, of_all("crm_down"));
    assert_eq!(house.limits(2, &session), 503);
    assert_eq!(
        house
            .signed_in(2, &[("grant_type", "client_credentials")])
            .0,
        503
    );
    let p = house.token(2);
    assert_eq!(
        house.get(3, &p, crate::house::CONTEXT).0,
        202,
        "Marketing Cloud works"
    );
    for (kind, call, mint) in [
        ("crm_down", 503, 503),
        ("auth_down", 503, 503),
        ("rest_5xx", 500, 200),
        ("rate_limited", 403, 429),
        ("secret_expired", 200, 400),
        ("ip_blocked", 200, 400),
        ("token_revoked", 401, 200),
        ("malformed_token", 200, 200),
        ("scope_removed", 200, 200),
    ] {
        let mut house = House::new();
        let session = house.session(0);
        house.break_core(1, kind);
        assert_eq!(house.limits(2, &session), call, "{kind}");
        let (status, body) = house.signed_in(2, &[("grant_type", "client_credentials")]);
        assert_eq!(status, mint, "{kind}");
        assert_eq!(kind == "malformed_token", body.is_string(), "{kind}");
    }
}

#[test]
fn a_lost_refresh_token_and_a_lost_way_are_told_apart() {
    let mut house = House::new();
    house.break_core(0, "refresh_token_lost");
    let (status, body) = house.refresh(1, REFRESH);
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    house.platform.mend("CRM");
    house.break_core(1, "partition");
    let request = sign_in(&[("grant_type", "refresh_token"), ("refresh_token", REFRESH)]);
    assert_eq!(house.reply(2, &request), Reply::Drop);
    house.platform.mend("CRM");
    assert_eq!(house.refresh(3, REFRESH).0, 200);
}

#[test]
fn a_session_without_the_scope_has_no_api() {
    let mut house = House::new();
    house.break_core(0, "scope_removed");
    let (_, body) = house.signed_in(1, &[("grant_type", "client_credentials")]);
    assert_eq!(body["scope"], "refresh_token");
    let session = body["access_token"].as_str().expect("a token");
    assert_eq!(house.limits(2, session), 403);
    assert_eq!(house.get(2, session, "/services/oauth2/userinfo").0, 200);
}

#[test]
fn secrets_of_a_connected_app_rotate_as_those_of_packages_do() {
    let mut house = House::new();
    let second = house
        .platform
        .generate_secret(at(0), "CRM")
        .expect("staged");
    house
        .platform
        .activate_secret(at(1), "CRM")
        .expect("activated");
    let ask = |secret: &str| {
        sign_in(&[
            ("grant_type", "client_credentials"),
            ("client_secret", secret),
        ])
    };
    assert_eq!(house.answer(2, &ask("CANARY-CRM-1")).status, 400);
    assert_eq!(house.answer(2, &ask(&second)).status, 200);
}

fn soap(inside: &str) -> Request {
    Request {
        method: "POST".to_owned(),
        path: "/services/Soap/u/59.0".to_owned(),
        body: format!("<e:Envelope xmlns:e=\"x\"><e:Body>{inside}</e:Body></e:Envelope>")
            .into_bytes(),
        ..Request::default()
    }
}

/// What stands between the tags of that name.
fn told(answer: &Answer, name: &str) -> String {
    let text = body(answer).as_str().expect("XML").to_owned();
    let (_, rest) = text.split_once(&format!("<{name}>")).expect("the element");
    rest.split_once('<').expect("its end").0.trim().to_owned()
}

#[test]
fn a_user_signs_in_by_xml_with_any_prefix_and_signs_out() {
    let login = |password: &str| {
        soap(&format!(
            "<n1:login xmlns:n1=\"y\"><n1:username>crm@example.com</n1:username>\
             <n1:password>{password}</n1:password></n1:login>"
        ))
    };
    let mut house = House::new();
    let answer = house.answer(0, &login("CANARY-pass&amp;word"));
    assert_eq!(answer.status, 200);
    assert!(told(&answer, "serverUrl").starts_with("http://platform.test/services/Soap/u/"));
    let session = told(&answer, "sessionId");
    assert_eq!(house.limits(1, &session), 200);
    let bad = house.answer(2, &login("wrong"));
    assert_eq!(
        (bad.status, told(&bad, "sf:exceptionCode")),
        (500, "INVALID_LOGIN".to_owned())
    );
    let out = soap(&format!("<sessionId>{session}</sessionId><logout/>"));
    assert_eq!(house.answer(3, &out).status, 200);
    assert_eq!(house.limits(4, &session), 401);
    house.break_core(5, "crm_user_deactivated");
    assert_eq!(house.answer(6, &login("CANARY-pass&amp;word")).status, 500);
}
