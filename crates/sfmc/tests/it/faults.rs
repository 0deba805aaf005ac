//! Every fault: what a client sees while it acts, and after it has been mended.

use crate::house::{CONTEXT, House, SECRET, at, body, call_request, mint_request, minutes, order};
use countersign_sfmc::fault::{ELSEWHERE, FaultOrder, KINDS};
use countersign_sfmc::request::Reply;
use serde_json::{Value, json};

#[test]
fn a_refused_mint_says_what_the_contract_says_and_is_fine_when_mended() {
    let table = [
        ("secret_expired", 401, "invalid_client"),
        ("secret_revoked", 401, "invalid_client"),
        ("secret_activated", 401, "invalid_client"),
        ("app_user_inactive", 401, "unauthorized_client"),
        ("bu_not_enabled", 403, "access_denied"),
        ("ip_blocked", 400, "invalid_grant"),
    ];
    for (kind, status, error) in table {
        let mut house = House::new();
        let live = house.token(0);
        let id = house.break_it(1, kind);
        assert_eq!(id, "flt_1");
        let (got, body) = house.mint(2, json!({}));
        assert_eq!((got, &body["error"]), (status, &json!(error)), "{kind}");
        let called = if kind == "ip_blocked" { 403 } else { 202 };
        assert_eq!(
            house.get(2, &live, CONTEXT).0,
            called,
            "{kind} and the live token"
        );
        house.token_of(3, "Q");
        assert_eq!(house.platform.mend("P"), 1);
        assert_eq!(house.mint(4, json!({})).0, 200, "{kind} is mended");
    }
}

#[test]
fn hosts_that_fail_answer_in_the_rest_envelope_until_the_fault_ends_by_itself() {
    // Kind, status of a mint, status of a call, errorcode of either.
    let table = [
        ("auth_down", 503, 202, 50_300),
        ("platform_outage", 503, 503, 50_300),
        ("rate_limited", 429, 429, 50_100),
        ("rest_5xx", 200, 500, 0),
    ];
    for (kind, minted, called, errorcode) in table {
        let mut house = House::new();
        let live = house.token(0);
        house.order(
            1,
            FaultOrder {
                tenant: Some("all".to_owned()),
                lasts: minutes(11),
                ..order(kind)
            },
        );
        let (status, body) = house.mint(2, json!({}));
        assert_eq!(status, minted, "{kind}");
        if status != 200 {
            assert_eq!(body["errorcode"], errorcode, "{kind}");
        }
        let (status, body) = house.get(2, &live, CONTEXT);
        assert_eq!(status, called, "{kind}");
        if status != 202 {
            assert_eq!(body["errorcode"], errorcode, "{kind}");
        }
        assert_eq!(
            house.mint(660, json!({})).0,
            minted,
            "{kind}: the last second"
        );
        assert_eq!(house.mint(661, json!({})).0, 200, "{kind} is over");
    }
}

#[test]
fn throttling_tells_when_to_come_back() {
    let mut house = House::new();
    house.break_it(0, "rate_limited");
    let answer = house.answer(1, &mint_request(&json!({})));
    assert!(answer.headers.contains(&("retry-after", "5".to_owned())));
    assert_eq!(body(&answer)["retryAfter"], 5);
}

#[test]
fn userinfo_lies_on_the_token_host() {
    let mut house = House::new();
    let live = house.token(0);
    house.break_it(1, "auth_down");
    assert_eq!(house.get(2, &live, "/v2/userinfo").0, 503);
    assert_eq!(house.get(2, &live, CONTEXT).0, 202);
}

#[test]
fn a_secret_made_after_the_old_one_ended_is_accepted() {
    let mut house = House::new();
    house.break_it(0, "secret_expired");
    let staged = house
        .platform
        .generate_secret(at(10), "P")
        .expect("a secret");
    let with = |house: &mut House, second, secret: &str| {
        house.mint(second, json!({ "client_secret": secret })).0
    };
    assert_eq!(with(&mut house, 310, &staged), 200);
    assert_eq!(with(&mut house, 310, SECRET), 401);
    house
        .platform
        .activate_secret(at(311), "P")
        .expect("one is staged");
    assert_eq!(with(&mut house, 312, &staged), 200);
}

#[test]
fn somebody_activating_the_staged_secret_makes_it_good_and_the_active_one_dead() {
    let mut house = House::new();
    let staged = house
        .platform
        .generate_secret(at(0), "P")
        .expect("a secret");
    house.break_it(1, "secret_activated");
    let with =
        |house: &mut House, secret: &str| house.mint(2, json!({ "client_secret": secret })).0;
    assert_eq!(with(&mut house, &staged), 200, "at once");
    assert_eq!(with(&mut house, SECRET), 401);
}

#[test]
fn a_lost_scope_is_missing_from_new_tokens_and_calls_say_20002() {
    let mut house = House::new();
    let old = house.token(0);
    house.break_it(1, "scope_removed");
    let (_, minted) = house.mint(2, json!({}));
    assert_eq!(
        minted["scope"], "data_extensions_read automations_read email_read",
        "reading journeys lets events in, so it is gone as well"
    );
    let short = minted["access_token"].as_str().expect("a token").to_owned();
    let sent = json!({ "definitionKey": "TS-key", "recipient": { "contactKey": "c" } });
    let path = "/messaging/v1/email/messages/m1";
    let (status, body) = house.call(3, &short, "POST", path, &sent);
    assert_eq!((status, &body["errorcode"]), (403, &json!(20_002)));
    assert_eq!(
        house.call(3, &old, "POST", path, &sent).0,
        202,
        "the old token keeps it"
    );
    assert_eq!(
        house.mint(4, json!({ "scope": "email_send" })).1["error"],
        "invalid_scope"
    );
    house.platform.mend("P");
    house.order(
        5,
        FaultOrder {
            credential: Some("Q".to_owned()),
            ..order("scope_removed")
        },
    );
    let narrow = house.token_of(6, "Q");
    assert_eq!(
        house.get(7, &narrow, "/interaction/v1/interactions").0,
        403,
        "its only scope"
    );
}

#[test]
fn a_blocked_address_gets_no_code_on_calls() {
    let mut house = House::new();
    let live = house.token(0);
    house.break_it(1, "ip_blocked");
    let (status, body) = house.get(2, &live, CONTEXT);
    assert_eq!(status, 403);
    assert!(body.get("errorcode").is_none(), "{body}");
}

#[test]
fn killed_tokens_are_dead_at_once_and_the_next_is_fine() {
    let mut house = House::new();
    let (dead, other) = (house.token(0), house.token_of(0, "Q"));
    assert_eq!(house.break_it(1, "token_revoked"), "flt_1");
    assert!(house.platform.faults().is_empty(), "it is over at once");
    assert_eq!(house.get(2, &dead, CONTEXT).0, 401);
    assert_eq!(house.get(2, &other, CONTEXT).0, 202);
    let next = house.token(3);
    assert_eq!(house.get(4, &next, CONTEXT).0, 202);
    let states: Vec<&str> = house
        .platform
        .ledger()
        .after(2)
        .map(|one| one.token.as_str())
        .collect();
    assert_eq!(states, ["revoked", "valid", "none", "valid"]);
}

#[test]
fn a_rival_kills_the_live_token_now_and_every_two_minutes() {
    let mut house = House::new();
    let before = house.token(0);
    house.break_it(1, "second_minter");
    assert_eq!(house.get(2, &before, CONTEXT).0, 401, "at once");
    let first = house.token(3);
    assert_eq!(house.get(120, &first, CONTEXT).0, 202);
    assert_eq!(house.get(121, &first, CONTEXT).0, 401);
    let second = house.token(122);
    assert_eq!(house.get(240, &second, CONTEXT).0, 202);
    // Nobody looked for ten minutes; the rival minted all the same.
    assert_eq!(house.get(850, &second, CONTEXT).0, 401);
    let third = house.token(900);
    house.platform.mend("P");
    assert_eq!(house.get(1_900, &third, CONTEXT).0, 202);
}

#[test]
fn a_partition_gives_no_answer_and_the_ledger_says_so() {
    let mut house = House::new();
    let live = house.token(0);
    house.break_it(1, "partition");
    assert_eq!(house.reply(2, &mint_request(&json!({}))), Reply::Drop);
    let call = call_request(&live, "GET", CONTEXT, &Value::Null);
    assert_eq!(house.reply(2, &call), Reply::Drop);
    let ledger = house.platform.ledger();
    assert_eq!(ledger.by_status().get(&0), Some(&2));
    assert_eq!((ledger.mints().minted, ledger.mints().refused), (1, 1));
    house.token_of(3, "Q");
}

#[test]
fn rubbish_is_a_200_without_a_token() {
    let mut house = House::new();
    house.break_it(0, "malformed_token");
    let (status, body) = house.mint(1, json!({}));
    assert!(status == 200 && body.is_string(), "{body}");
}

#[test]
fn a_token_for_the_wrong_unit_says_so_only_in_its_context() {
    let mut house = House::new();
    house.break_it(0, "wrong_bu");
    let (status, minted) = house.mint(1, json!({ "account_id": 11 }));
    assert_eq!(status, 200);
    let token = minted["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(house.get(2, &token, CONTEXT).1["organization"]["id"], 10);
}

#[test]
fn a_slow_token_host_slows_tokens_and_no_calls() {
    let mut house = House::new();
    let live = house.token(0);
    let latency = Some(jiff::SignedDuration::from_secs(9));
    let slow = FaultOrder {
        credential: Some("P".to_owned()),
        latency,
        ..order("auth_slow")
    };
    house.order(1, slow);
    let minted = house.answer(2, &mint_request(&json!({})));
    assert_eq!(
        (minted.status, minted.latency_ms, minted.slowed_ms),
        (200, 9_240, 9_000)
    );
    let called = house.answer(2, &call_request(&live, "GET", CONTEXT, &Value::Null));
    assert_eq!((called.latency_ms, called.slowed_ms), (240, 0));
}

#[test]
fn a_share_hits_that_share() {
    for kind in ["rate_limited", "ip_blocked"] {
        let mut house = House::new();
        house.set("token_rate_per_s", "0");
        let order = FaultOrder {
            credential: Some("P".to_owned()),
            share: Some(0.33),
            ..order(kind)
        };
        house.order(0, order);
        let refused = (0..1_000)
            .filter(|_| house.mint(1, json!({})).0 != 200)
            .count();
        assert!((280..380).contains(&refused), "{kind}: {refused}");
    }
}

#[test]
fn a_target_is_hit_and_its_neighbours_are_not() {
    // Target, then whether P asked in 11, P asked in 10, Q and R are hit.
    let table = [
        (
            FaultOrder {
                credential: Some("P".into()),
                ..order("auth_down")
            },
            [true, true, false, false],
        ),
        (
            FaultOrder {
                integration: Some("FLOW".into()),
                ..order("auth_down")
            },
            [true, true, false, false],
        ),
        (
            FaultOrder {
                bu: Some("SUB".into()),
                ..order("auth_down")
            },
            [true, false, true, false],
        ),
        (
            FaultOrder {
                bu: Some("SUB".into()),
                ..order("secret_expired")
            },
            [true, true, true, false],
        ),
        (
            FaultOrder {
                bu: Some("TOP".into()),
                ..order("secret_expired")
            },
            [false, false, false, false],
        ),
        (
            FaultOrder {
                tenant: Some("one".into()),
                ..order("auth_down")
            },
            [true, true, true, false],
        ),
        (
            FaultOrder {
                tenant: Some("all".into()),
                ..order("auth_down")
            },
            [true, true, true, true],
        ),
    ];
    for (order, hit) in table {
        let mut house = House::new();
        house.order(0, order.clone());
        let asked = [
            json!({}),
            json!({ "account_id": 10 }),
            json!({ "client_id": "client-Q", "client_secret": "CANARY-Q-1" }),
            json!({ "client_id": "client-R", "client_secret": "CANARY-R-1" }),
        ];
        let refused = asked.map(|changes| house.mint(1, changes).0 != 200);
        assert_eq!(refused, hit, "{order:?}");
    }
}

#[test]
fn an_outside_service_has_its_faults_too() {
    let form = json!({ "client_id": "outside", "client_secret": "CANARY-OUT-1" });
    let mut request = mint_request(&form);
    request.path = "/ext/OUT/oauth2/token".to_owned();
    for (kind, status) in [
        ("secret_expired", 401),
        ("auth_down", 503),
        ("rate_limited", 429),
        ("secret_revoked", 401),
    ] {
        let mut house = House::new();
        assert_eq!(house.answer(0, &request).status, 200);
        house.order(
            1,
            FaultOrder {
                credential: Some("OUT".to_owned()),
                ..order(kind)
            },
        );
        assert_eq!(house.answer(2, &request).status, status, "{kind}");
        house.platform.mend("OUT");
        assert_eq!(house.answer(3, &request).status, 200, "{kind}");
    }
}

#[test]
fn what_cannot_be_broken_is_refused_with_the_field_and_what_is_legal() {
    let one = || FaultOrder {
        credential: Some("P".into()),
        ..order("secret_expired")
    };
    let table = [
        (
            FaultOrder {
                kind: "secret_expird".into(),
                ..one()
            },
            "kind",
            "secret_expired",
        ),
        (
            FaultOrder {
                kind: "certificate_expired".into(),
                ..one()
            },
            "kind",
            "its middleware",
        ),
        (order("secret_expired"), "credential", "exactly one"),
        (
            FaultOrder {
                bu: Some("SUB".into()),
                ..one()
            },
            "credential",
            "2 were named",
        ),
        (
            FaultOrder {
                credential: Some("X".into()),
                ..one()
            },
            "credential",
            "L, P, Q, R, S, U, V, W, OUT",
        ),
        (
            FaultOrder {
                bu: Some("X".into()),
                ..order("auth_down")
            },
            "bu",
            "TOP, SUB, FAR",
        ),
        (
            FaultOrder {
                tenant: Some("X".into()),
                ..order("auth_down")
            },
            "tenant",
            "one, two, all",
        ),
        (
            FaultOrder {
                asset: Some("X".into()),
                ..order("zero_rows")
            },
            "asset",
            "DE",
        ),
        (
            FaultOrder {
                asset: Some("DE".into()),
                ..order("auth_down")
            },
            "asset",
            "no single asset",
        ),
        (
            FaultOrder {
                integration: Some("X".into()),
                ..order("auth_down")
            },
            "integration",
            "FLOW",
        ),
        (
            FaultOrder {
                share: Some(0.0),
                ..one()
            },
            "share",
            "above 0",
        ),
        (
            FaultOrder {
                share: Some(f64::NAN),
                ..one()
            },
            "share",
            "above 0",
        ),
        (
            FaultOrder {
                share: Some(1.1),
                ..one()
            },
            "share",
            "at most 1",
        ),
        (
            FaultOrder {
                lasts: minutes(0),
                ..one()
            },
            "for",
            "above 0",
        ),
        (
            FaultOrder {
                latency: minutes(1),
                ..one()
            },
            "latency",
            "takes none",
        ),
        (
            FaultOrder {
                latency: minutes(11),
                kind: "auth_slow".into(),
                ..one()
            },
            "latency",
            "at most 10m",
        ),
    ];
    for (order, field, words) in table {
        let error = House::new()
            .platform
            .inject(at(0), &order)
            .expect_err("refused");
        assert_eq!(error.field(), field, "{order:?}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.to_string().contains(field), "{error}");
    }
}

#[test]
fn every_kind_can_be_injected_and_every_other_says_where_it_belongs() {
    for row in KINDS {
        let mut house = House::new();
        assert_eq!(house.break_it(0, row.name), "flt_1");
        house.reply(1, &mint_request(&json!({})));
    }
    for (kind, why) in ELSEWHERE {
        let order = FaultOrder {
            credential: Some("P".to_owned()),
            ..order(kind)
        };
        let error = House::new()
            .platform
            .inject(at(0), &order)
            .expect_err("elsewhere");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn faults_are_mended_by_id_or_by_what_was_named() {
    let mut house = House::new();
    let first = house.break_it(0, "auth_down");
    house.break_it(0, "rest_5xx");
    house.order(
        0,
        FaultOrder {
            integration: Some("FLOW".into()),
            ..order("wrong_bu")
        },
    );
    assert_eq!(house.platform.mend("nothing"), 0);
    assert_eq!(house.platform.mend(&first), 1);
    assert_eq!(house.platform.mend("FLOW"), 1);
    assert_eq!(house.platform.mend("P"), 1);
    assert!(house.platform.faults().is_empty());
}
