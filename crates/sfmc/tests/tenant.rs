//! The tenant from outside: envelopes, scopes and MIDs, secrets, lives, faults.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop there"
)]

use countersign_sfmc::{
    Answer, Asset, AssetKind, FaultError, FaultKind, FaultOrder, Package, Platform, Reply, Request,
    SWITCHES, SecretSetup, Setup, SwitchError, Switches, Target, TokenState, Unit,
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SECRET: &str = "CANARY-one";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn platform() -> Platform {
    let unit = |id: &str, mid| Unit {
        id: id.into(),
        tenant: "t".into(),
        mid,
        name: id.into(),
    };
    let package = |label: &str, client_id: &str, scopes: &[&str]| Package {
        label: label.into(),
        client_id: client_id.into(),
        secrets: vec![SecretSetup {
            text: SECRET.into(),
            made: None,
        }],
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        mids: vec![100, 110],
        home_mid: 100,
    };
    let asset = |key: &str, kind| Asset {
        key: key.into(),
        kind,
        mid: 100,
        name: key.into(),
        rows: 7,
    };
    Platform::new(
        Setup {
            base_url: "http://sim".into(),
            packages: vec![
                package(
                    "P-1",
                    "client-1",
                    &["data_extensions_read", "data_extensions_write"],
                ),
                package(
                    "P-2",
                    "client-2",
                    &["journeys_read", "automations_read", "email_read"],
                ),
            ],
            units: vec![unit("ENT", 100), unit("RNA", 110)],
            assets: vec![
                asset("DE-1", AssetKind::DataExtension),
                asset("J-1", AssetKind::Journey),
                asset("TS-1", AssetKind::EmailDefinition),
                asset("A-1", AssetKind::Automation),
            ],
            integrations: BTreeMap::from([("INT-1".to_owned(), "P-1".to_owned())]),
        },
        7,
    )
}

fn request(method: &str, path: &str, bearer: Option<&str>, body: &str) -> Request {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let bearer = bearer.map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
    Request {
        method: method.into(),
        path: path.into(),
        query: query.into(),
        headers: bearer.into_iter().collect(),
        body: body.as_bytes().to_vec(),
        peer_ip: [127, 0, 0, 1].into(),
    }
}

fn answer(platform: &mut Platform, now: i64, request: &Request) -> Answer {
    match platform.step(at(now), request) {
        Reply::Answer(answer) => answer,
        Reply::Drop => panic!("the connection was dropped"),
    }
}

fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

fn good_body() -> Value {
    json!({ "grant_type": "client_credentials", "client_id": "client-1", "client_secret": SECRET })
}

/// A token request with some fields changed; `null` takes one away.
fn mint(platform: &mut Platform, now: i64, changes: &Value) -> Answer {
    let mut fields = good_body();
    for (name, value) in changes.as_object().unwrap() {
        fields[name] = value.clone();
    }
    answer(
        platform,
        now,
        &request("POST", "/v2/token", None, &fields.to_string()),
    )
}

fn token(platform: &mut Platform, now: i64) -> String {
    let answer = mint(platform, now, &json!({}));
    assert_eq!(answer.status, 200, "{:?}", body(&answer));
    body(&answer)["access_token"].as_str().unwrap().to_owned()
}

fn context(platform: &mut Platform, now: i64, token: &str) -> Answer {
    answer(
        platform,
        now,
        &request("GET", "/platform/v1/tokenContext", Some(token), ""),
    )
}

fn fault(kind: &str, target: Target) -> FaultOrder {
    FaultOrder {
        kind: kind.into(),
        target,
        lasts: None,
        share: None,
        latency: None,
    }
}

fn p1() -> Target {
    Target::Credential("P-1".into())
}

#[test]
fn each_wrong_token_request_gets_its_envelope() {
    let table = [
        (
            json!({ "client_secret": "CANARY-wrong" }),
            401,
            "invalid_client",
        ),
        (json!({ "client_id": "nobody" }), 401, "invalid_client"),
        (json!({ "client_id": null }), 401, "invalid_client"),
        (
            json!({ "grant_type": "password" }),
            400,
            "unsupported_grant_type",
        ),
        (json!({ "grant_type": null }), 400, "unsupported_grant_type"),
        (json!({ "account_id": 999 }), 403, "access_denied"),
        (json!({ "account_id": "x" }), 403, "access_denied"),
        (json!({ "scope": "users_read" }), 400, "invalid_scope"),
        (json!({ "scope": 5 }), 400, "invalid_request"),
    ];
    for (changes, status, error) in table {
        let answer = mint(&mut platform(), 0, &changes);
        let body = body(&answer);
        assert_eq!(
            (answer.status, body["error"].as_str()),
            (status, Some(error)),
            "{changes}"
        );
        assert!(body["error_description"].is_string() && body["error_uri"].is_string());
    }
    let rubbish = answer(&mut platform(), 0, &request("POST", "/v2/token", None, "{"));
    assert_eq!(
        (rubbish.status, body(&rubbish)["errorcode"].as_u64()),
        (400, Some(10004))
    );
}

#[test]
fn a_form_is_as_good_as_json_and_the_path_may_be_untidy() {
    let form = format!("grant_type=client_credentials&client_id=client-1&client_secret={SECRET}");
    let mut request = request("POST", "//V2/Token/", None, &form);
    request.headers.insert(
        "content-type".into(),
        "application/x-www-form-urlencoded".into(),
    );
    let answer = answer(&mut platform(), 0, &request);
    assert_eq!(answer.status, 200);
    let body = body(&answer);
    assert_eq!(body["expires_in"], 1079);
    assert_eq!(body["rest_instance_url"], "http://sim/");
    assert!(body["access_token"].as_str().unwrap().len() <= 512);
}

#[test]
fn scope_may_be_absent_empty_or_a_subset() {
    let mut platform = platform();
    let mut scope = |changes| body(&mint(&mut platform, 0, &changes))["scope"].clone();
    assert_eq!(
        scope(json!({})),
        "data_extensions_read data_extensions_write"
    );
    assert_eq!(scope(json!({ "scope": "" })), "");
    assert_eq!(
        scope(json!({ "scope": "data_extensions_read" })),
        "data_extensions_read"
    );
}

#[test]
fn the_mid_may_be_a_number_or_text_and_defaults_to_the_home() {
    let mut platform = platform();
    for (changes, mid) in [
        (json!({}), 100),
        (json!({ "account_id": 110 }), 110),
        (json!({ "account_id": "110" }), 110),
    ] {
        let minted = body(&mint(&mut platform, 0, &changes));
        let answer = context(&mut platform, 1, minted["access_token"].as_str().unwrap());
        assert_eq!(
            (answer.status, body(&answer)["organization"]["id"].as_u64()),
            (202, Some(mid))
        );
    }
}

#[test]
fn a_token_outlives_what_it_promises_and_then_is_over() {
    let mut platform = platform();
    let token = token(&mut platform, 0);
    assert_eq!(context(&mut platform, 1_199, &token).status, 202);
    let over = context(&mut platform, 1_200, &token);
    assert_eq!(over.status, 401);
    assert_eq!(body(&over)["message"], "Not Authorized");
    assert_eq!(body(&over)["errorcode"], 0);
    assert_eq!(
        platform.ledger().requests().last().unwrap().token,
        TokenState::Expired
    );
}

#[test]
fn scopes_come_before_keys_and_dataevents_answer_401() {
    let mut platform = platform();
    let narrow = body(&mint(&mut platform, 0, &json!({ "scope": "" })))["access_token"].clone();
    let narrow = narrow.as_str();
    let table = [
        ("GET", "/data/v1/customobjectdata/key/none/rowset", 403),
        ("GET", "/interaction/v1/interactions", 403),
        ("POST", "/hub/v1/dataevents/key:none/rowset", 401),
        ("GET", "/platform/v1/endpoints", 200),
        ("GET", "/v2/userinfo", 200),
        ("GET", "/nowhere", 404),
    ];
    for (method, path, status) in table {
        let answer = answer(&mut platform, 0, &request(method, path, narrow, ""));
        assert_eq!(answer.status, status, "{path}");
    }
}

#[test]
fn rows_are_counted_paged_and_added() {
    let mut platform = platform();
    let token = token(&mut platform, 0);
    let push = request(
        "POST",
        "/hub/v1/dataevents/key:DE-1/rowset",
        Some(&token),
        r#"[{"keys":{"id":"8"},"values":{"a":"1"}}]"#,
    );
    assert_eq!(answer(&mut platform, 1, &push).status, 200);
    let read = "/data/v1/customobjectdata/key/DE-1/rowset?$page=2&$pagesize=5";
    let page = body(&answer(
        &mut platform,
        2,
        &request("GET", read, Some(&token), ""),
    ));
    assert_eq!(page["count"], 8);
    assert_eq!(page["customObjectKey"], "DE-1");
    assert_eq!(page["items"].as_array().unwrap().len(), 3);
    let missing = request(
        "GET",
        "/data/v1/customobjectdata/key/DE-9/rowset",
        Some(&token),
        "",
    );
    assert_eq!(
        body(&answer(&mut platform, 3, &missing))["errorcode"],
        30003
    );
}

#[test]
fn journeys_automations_and_definitions_are_found_by_what_the_lists_say() {
    let mut platform = platform();
    let token = body(&mint(&mut platform, 0, &json!({ "client_id": "client-2" })))["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut get = |path: &str| answer(&mut platform, 1, &request("GET", path, Some(&token), ""));
    let list = body(&get("/interaction/v1/interactions"));
    let id = list["items"][0]["id"].as_str().unwrap();
    assert_eq!(
        body(&get(&format!("/interaction/v1/interactions/{id}")))["key"],
        "J-1"
    );
    assert_eq!(get("/interaction/v1/interactions/key:J-1").status, 200);
    let list = body(&get("/automation/v1/automations?$page=1"));
    let id = list["items"][0]["id"].as_str().unwrap();
    assert_eq!(
        body(&get(&format!("/automation/v1/automations/{id}")))["statusId"],
        6
    );
    assert_eq!(body(&get("/messaging/v1/email/definitions"))["count"], 1);
    assert_eq!(
        body(&get("/messaging/v1/email/definitions/TS-1/queue"))["ageSeconds"],
        0
    );
    assert_eq!(get("/interaction/v1/interactions?$page=0").status, 400);
}

#[test]
fn a_staged_secret_is_accepted_after_300_s_and_activation_kills_the_old_one_at_once() {
    let mut platform = platform();
    let staged = platform.generate_secret(at(0), "P-1").unwrap();
    let with = |secret: &str| json!({ "client_secret": secret });
    assert!(platform.generate_secret(at(299), "P-1").is_err());
    assert_eq!(mint(&mut platform, 299, &with(&staged)).status, 401);
    assert_eq!(mint(&mut platform, 300, &with(&staged)).status, 200);
    let live = token(&mut platform, 300);
    platform.activate_secret("P-1").unwrap();
    assert_eq!(mint(&mut platform, 301, &with(SECRET)).status, 401);
    assert_eq!(mint(&mut platform, 301, &with(&staged)).status, 200);
    assert_eq!(context(&mut platform, 302, &live).status, 202);
    assert!(platform.activate_secret("P-1").is_err());
    let end = 180 * 86_400;
    assert_eq!(mint(&mut platform, end - 1, &with(&staged)).status, 200);
    assert_eq!(mint(&mut platform, end, &with(&staged)).status, 401);
}

#[test]
fn each_fault_answers_as_written_and_mends() {
    let table = [
        ("secret_expired", 401, "invalid_client"),
        ("secret_revoked", 401, "invalid_client"),
        ("secret_activated", 401, "invalid_client"),
        ("app_user_inactive", 401, "unauthorized_client"),
        ("bu_not_enabled", 403, "access_denied"),
        ("ip_blocked", 400, "invalid_grant"),
    ];
    for (kind, status, error) in table {
        let mut platform = platform();
        platform
            .inject(at(1), &fault(kind, Target::Integration("INT-1".into())))
            .unwrap();
        let answer = mint(&mut platform, 2, &json!({}));
        assert_eq!(
            (answer.status, body(&answer)["error"].as_str()),
            (status, Some(error)),
            "{kind}"
        );
        let other = mint(&mut platform, 2, &json!({ "client_id": "client-2" }));
        assert_eq!(other.status, 200, "{kind} hit a stranger");
        assert_eq!(platform.mend("INT-1"), 1);
        assert_eq!(
            mint(&mut platform, 3, &json!({})).status,
            200,
            "{kind} stayed"
        );
    }
    for (kind, status) in [
        ("auth_down", 503),
        ("platform_outage", 503),
        ("rate_limited", 429),
    ] {
        let mut platform = platform();
        platform
            .inject(at(1), &fault(kind, Target::Tenant("all".into())))
            .unwrap();
        assert_eq!(mint(&mut platform, 2, &json!({})).status, status, "{kind}");
        assert_eq!(platform.mend("all"), 1);
        assert_eq!(mint(&mut platform, 3, &json!({})).status, 200, "{kind}");
    }
}

#[test]
fn a_secret_made_after_the_old_one_ended_is_good() {
    let mut platform = platform();
    platform
        .inject(at(1), &fault("secret_expired", p1()))
        .unwrap();
    let fresh = platform.generate_secret(at(10), "P-1").unwrap();
    assert_eq!(
        mint(&mut platform, 310, &json!({ "client_secret": fresh })).status,
        200
    );
}

#[test]
fn calls_feel_the_faults_that_are_theirs() {
    for (kind, status) in [
        ("rest_5xx", 500),
        ("platform_outage", 503),
        ("ip_blocked", 403),
        ("token_revoked", 401),
        ("second_minter", 401),
        ("auth_down", 202),
        ("secret_expired", 202),
    ] {
        let mut platform = platform();
        let token = token(&mut platform, 0);
        platform
            .inject(at(1), &fault(kind, Target::Bu("ENT".into())))
            .unwrap();
        assert_eq!(context(&mut platform, 2, &token).status, status, "{kind}");
    }
}

#[test]
fn a_second_minter_kills_every_two_minutes_until_it_is_stopped() {
    let mut platform = platform();
    platform
        .inject(at(0), &fault("second_minter", p1()))
        .unwrap();
    let first = token(&mut platform, 1);
    assert_eq!(context(&mut platform, 119, &first).status, 202);
    assert_eq!(context(&mut platform, 120, &first).status, 401);
    assert_eq!(platform.mend("INT-1"), 1);
    let second = token(&mut platform, 130);
    assert_eq!(context(&mut platform, 900, &second).status, 202);
}

#[test]
fn scope_removed_shortens_new_tokens_and_wrong_bu_moves_them() {
    let mut platform = platform();
    let id = platform
        .inject(at(0), &fault("scope_removed", p1()))
        .unwrap();
    assert_eq!(
        body(&mint(&mut platform, 1, &json!({})))["scope"],
        "data_extensions_read"
    );
    assert!(platform.end_fault(&id) && !platform.end_fault(&id));
    platform.inject(at(2), &fault("wrong_bu", p1())).unwrap();
    let token = token(&mut platform, 3);
    assert_eq!(
        body(&context(&mut platform, 4, &token))["organization"]["id"],
        110
    );
}

#[test]
fn a_partition_drops_rubbish_has_no_token_and_slowness_is_told() {
    let mut platform = platform();
    let mut order = fault("auth_slow", Target::All);
    order.latency = Some(SignedDuration::from_secs(3));
    order.lasts = Some(SignedDuration::from_secs(10));
    platform.inject(at(0), &order).unwrap();
    assert_eq!(mint(&mut platform, 1, &json!({})).slowed_ms, 3_000);
    assert_eq!(mint(&mut platform, 10, &json!({})).slowed_ms, 0);
    platform
        .inject(at(20), &fault("malformed_token", p1()))
        .unwrap();
    let rubbish = mint(&mut platform, 21, &json!({}));
    assert!(rubbish.status == 200 && body(&rubbish)["access_token"].is_null());
    platform
        .inject(at(30), &fault("partition", Target::All))
        .unwrap();
    let request = request("POST", "/v2/token", None, &good_body().to_string());
    assert_eq!(platform.step(at(31), &request), Reply::Drop);
    let totals = platform.ledger().totals();
    assert_eq!(
        (totals.token_requests, totals.issued, totals.refused),
        (4, 2, 2)
    );
}

#[test]
fn a_share_hits_about_that_share() {
    let mut platform = platform();
    let mut order = fault("rate_limited", Target::All);
    order.share = Some(0.3);
    platform.inject(at(0), &order).unwrap();
    let refused = (1..=1_000).filter(|now| mint(&mut platform, *now, &json!({})).status == 429);
    assert!((240..=360).contains(&refused.count()));
}

#[test]
fn a_burst_above_the_rate_is_throttled_and_recovers() {
    let mut platform = platform();
    platform.set_switch("token_rate_per_s", "2").unwrap();
    let statuses: Vec<u16> = (0..6)
        .map(|_| mint(&mut platform, 0, &json!({})).status)
        .collect();
    assert_eq!(statuses, [200, 200, 200, 200, 429, 429]);
    let throttled = mint(&mut platform, 0, &json!({}));
    assert!(throttled.headers.contains(&("retry-after", "5".to_owned())));
    assert_eq!(mint(&mut platform, 1, &json!({})).status, 200);
}

#[test]
fn what_is_unknown_is_named_with_what_is_legal() {
    let mut platform = platform();
    let kind = platform
        .inject(at(0), &fault("sunspots", p1()))
        .unwrap_err();
    assert!(matches!(kind, FaultError::Kind { .. }));
    assert!(
        FaultKind::ALL
            .iter()
            .all(|one| kind.to_string().contains(one.name()))
    );
    let target = platform
        .inject(at(0), &fault("ip_blocked", Target::Bu("X".into())))
        .unwrap_err();
    assert_eq!(target.to_string(), "bu: \"X\" is none of ENT, RNA");
    assert!(matches!(
        platform.set_switch("x", "1"),
        Err(SwitchError::Unknown { .. })
    ));
    assert!(matches!(
        platform.set_switch("expires_in", "-1"),
        Err(SwitchError::Value { .. })
    ));
}

#[test]
fn every_switch_takes_its_own_default_and_value() {
    let mut switches = Switches::default();
    for switch in SWITCHES {
        switches.set(switch.name, switch.default).unwrap();
    }
    for (name, value) in Switches::default().values() {
        switches.set(name, &value).unwrap();
    }
    assert_eq!(switches, Switches::default());
}

#[test]
fn an_edit_of_scopes_shows_after_its_propagation() {
    let mut platform = platform();
    platform
        .edit_scopes(at(0), "P-1", vec!["users_read".into()])
        .unwrap();
    let scope = |answer: Answer| body(&answer)["scope"].clone();
    assert_ne!(scope(mint(&mut platform, 299, &json!({}))), "users_read");
    assert_eq!(scope(mint(&mut platform, 300, &json!({}))), "users_read");
}

#[test]
fn with_the_switch_on_a_new_token_kills_the_one_before() {
    let mut platform = platform();
    platform
        .set_switch("invalidate_previous_on_mint", "on")
        .unwrap();
    let (first, second) = (token(&mut platform, 0), token(&mut platform, 1));
    assert_ne!(first, second);
    assert_eq!(context(&mut platform, 2, &first).status, 401);
    assert_eq!(context(&mut platform, 2, &second).status, 202);
}

const PATHS: [&str; 6] = [
    "/v2/token",
    "/interaction/v1/events",
    "/hub/v1/dataevents/key:DE-1/rowset",
    "/data/v1/customobjectdata/key/DE-1/rowset",
    "/interaction/v1/interactions/key:",
    "/messaging/v1/email/messages/m",
];

proptest! {
    #[test]
    fn no_request_whatever_makes_the_tenant_panic(
        method in "GET|POST|PUT|[A-Z]{0,8}",
        path in prop_oneof![prop::sample::select(&PATHS[..]).prop_map(str::to_owned), "\\PC{0,60}"],
        query in "(\\$page=[0-9]{0,20}&\\$pageSize=[0-9]{0,20})|\\PC{0,40}",
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "\\[\\{\"keys\":\\{\\}\\}\\]".prop_map(String::into_bytes),
        ],
        with_token in any::<bool>(),
        form in any::<bool>(),
    ) {
        let mut platform = platform();
        let live = token(&mut platform, 0);
        let mut one = request(&method, "/", with_token.then_some(live.as_str()), "");
        (one.path, one.query, one.body) = (path, query, body);
        if form {
            one.headers.insert("content-type".into(), "application/x-www-form-urlencoded".into());
        }
        if let Reply::Answer(answer) = platform.step(at(1), &one) {
            prop_assert!(serde_json::from_slice::<Value>(&answer.body).is_ok());
        }
    }
}
