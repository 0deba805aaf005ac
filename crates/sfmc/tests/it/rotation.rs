//! What an admin does in the provider's pages, and when it shows.

use crate::house::{CONTEXT, House, SECRET, at, mint_request};
use countersign_sfmc::package::Edit;
use countersign_sfmc::request::Request;
use serde_json::json;

/// The status of a token request with that secret.
fn with(house: &mut House, second: i64, secret: &str) -> u16 {
    house.mint(second, json!({ "client_secret": secret })).0
}

fn generate(house: &mut House, second: i64) -> String {
    house
        .platform
        .generate_secret(at(second), "P")
        .expect("a secret")
}

#[test]
fn two_secrets_are_accepted_after_five_minutes_until_one_is_activated() {
    let mut house = House::new();
    let staged = generate(&mut house, 0);
    assert_eq!(with(&mut house, 299, &staged), 401, "too fresh");
    assert_eq!(with(&mut house, 300, &staged), 200);
    assert_eq!(
        with(&mut house, 301, SECRET),
        200,
        "the old one still works"
    );
    house
        .platform
        .activate_secret(at(302), "P")
        .expect("one is staged");
    assert_eq!(with(&mut house, 302, SECRET), 401, "dead at once");
    assert_eq!(with(&mut house, 303, &staged), 200);
}

#[test]
fn a_package_can_be_printed_without_its_secrets() {
    let mut house = House::new();
    let staged = generate(&mut house, 0);
    let printed = format!("{:?}", house.platform.packages());
    assert!(printed.contains("client-P"), "{printed}");
    assert!(
        !printed.contains("CANARY") && !printed.contains(&staged),
        "{printed}"
    );
}

#[test]
fn activation_makes_a_secret_good_at_once_even_if_it_was_just_staged() {
    let mut house = House::new();
    let staged = generate(&mut house, 0);
    house
        .platform
        .activate_secret(at(1), "P")
        .expect("one is staged");
    assert_eq!(with(&mut house, 2, &staged), 200);
    assert_eq!(with(&mut house, 2, SECRET), 401);
}

#[test]
fn a_second_generation_replaces_the_staged_secret_and_has_to_wait() {
    let mut house = House::new();
    let first = generate(&mut house, 0);
    let error = house
        .platform
        .generate_secret(at(299), "P")
        .expect_err("too soon")
        .to_string();
    assert!(
        error.contains("300 s") && error.contains("wait 1 s"),
        "{error}"
    );
    let second = generate(&mut house, 300);
    assert_ne!(first, second);
    assert_eq!(with(&mut house, 600, &first), 401, "replaced");
    assert_eq!(with(&mut house, 600, &second), 200);
}

#[test]
fn activation_needs_a_staged_secret_and_has_to_wait_too() {
    let mut house = House::new();
    let platform = &mut house.platform;
    assert!(
        platform
            .activate_secret(at(0), "P")
            .expect_err("none")
            .to_string()
            .contains("staged")
    );
    assert!(
        platform
            .activate_secret(at(0), "X")
            .expect_err("none")
            .to_string()
            .contains("\"X\"")
    );
    platform.generate_secret(at(0), "P").expect("a secret");
    platform
        .activate_secret(at(299), "P")
        .expect("one is staged");
    platform.generate_secret(at(300), "P").expect("a secret");
    assert!(
        platform.activate_secret(at(598), "P").is_err(),
        "300 s after the last"
    );
    platform
        .activate_secret(at(599), "P")
        .expect("one is staged");
}

#[test]
fn a_generated_secret_ends_after_180_days_and_one_from_before_never_does() {
    let mut house = House::new();
    let day = 86_400;
    assert_eq!(with(&mut house, 400 * day, SECRET), 200);
    let staged = generate(&mut house, 400 * day);
    assert_eq!(with(&mut house, 580 * day - 1, &staged), 200);
    assert_eq!(with(&mut house, 580 * day, &staged), 401);
    house.set("secret_days", "0");
    assert_eq!(with(&mut house, 580 * day, &staged), 200);
}

#[test]
fn activation_spares_live_tokens_unless_switched() {
    for (switch, status) in [("off", 202), ("on", 401)] {
        let mut house = House::new();
        house.set("activation_kills_tokens", switch);
        let token = house.token(0);
        generate(&mut house, 1);
        house
            .platform
            .activate_secret(at(2), "P")
            .expect("one is staged");
        assert_eq!(house.get(3, &token, CONTEXT).0, status, "{switch}");
    }
}

#[test]
fn edited_scopes_and_units_show_in_new_tokens_after_at_most_five_minutes() {
    let mut house = House::new();
    let before = house.token(0);
    let edit = Edit {
        scopes: Some(vec!["email_read".to_owned()]),
        mids: Some(vec![10]),
        ..Edit::default()
    };
    let wait_s = house
        .platform
        .edit_package(at(0), "P", edit)
        .expect("a package");
    let wait = i64::try_from(wait_s).expect("small");
    assert!((1..=300).contains(&wait), "{wait}");
    let asked = json!({ "account_id": 10 });
    let scope = |house: &mut House, second| house.mint(second, asked.clone()).1["scope"].clone();
    assert!(
        scope(&mut house, wait - 1)
            .as_str()
            .expect("text")
            .contains("journeys_read")
    );
    assert_eq!(scope(&mut house, wait), "email_read");
    assert_eq!(
        house.mint(wait, json!({})).0,
        403,
        "its home is off the list"
    );
    let rows = "/data/v1/customobjectdata/key/DE-key/rowset";
    assert_eq!(
        house.get(wait, &before, rows).0,
        200,
        "the older token keeps its scopes"
    );
}

#[test]
fn edits_show_in_the_order_they_were_made() {
    let mut house = House::new();
    for scope in ["email_read", "journeys_read"] {
        let edit = Edit {
            scopes: Some(vec![scope.to_owned()]),
            ..Edit::default()
        };
        house
            .platform
            .edit_package(at(0), "P", edit)
            .expect("a package");
    }
    assert_eq!(house.mint(300, json!({})).1["scope"], "journeys_read");
    house.set("propagation", "0");
    let edit = Edit {
        scopes: Some(Vec::new()),
        ..Edit::default()
    };
    assert_eq!(house.platform.edit_package(at(301), "P", edit), Ok(0));
    assert_eq!(house.mint(301, json!({})).1["scope"], "");
}

#[test]
fn a_disabled_package_and_an_inactive_user_are_refused_at_once_and_taken_back() {
    let table = [
        (
            Edit {
                enabled: Some(false),
                ..Edit::default()
            },
            "invalid_client",
        ),
        (
            Edit {
                app_user_active: Some(false),
                ..Edit::default()
            },
            "unauthorized_client",
        ),
    ];
    for (edit, error) in table {
        let mut house = House::new();
        assert_eq!(house.platform.edit_package(at(0), "P", edit), Ok(0));
        let (status, body) = house.mint(0, json!({}));
        assert_eq!((status, &body["error"]), (401, &json!(error)));
        let back = Edit {
            enabled: Some(true),
            app_user_active: Some(true),
            ..Edit::default()
        };
        house
            .platform
            .edit_package(at(1), "P", back)
            .expect("a package");
        assert_eq!(house.mint(1, json!({})).0, 200);
    }
}

#[test]
fn an_edit_that_cannot_be_is_refused_whole() {
    let mut house = House::new();
    let edit = Edit {
        mids: Some(vec![11, 999]),
        enabled: Some(false),
        ..Edit::default()
    };
    let error = house
        .platform
        .edit_package(at(0), "P", edit)
        .expect_err("no unit")
        .to_string();
    assert!(error.contains("999"), "{error}");
    assert_eq!(house.mint(0, json!({})).0, 200, "nothing was changed");
    assert!(
        house
            .platform
            .edit_package(at(0), "X", Edit::default())
            .is_err()
    );
}

#[test]
fn an_allowlist_lets_in_who_is_on_it() {
    let mut house = House::new();
    let token = house.token(0);
    let range = "203.0.113.0/24".parse().expect("a range");
    house
        .platform
        .set_allowlist("one", vec![range])
        .expect("a tenant");
    let from = |request: Request, peer: &str| Request {
        peer: Some(peer.parse().expect("an address")),
        ..request
    };
    let mint = mint_request(&json!({}));
    let call = crate::house::call_request(&token, "GET", CONTEXT, &json!(null));
    for (peer, minted, called) in [
        ("203.0.113.9", 200, 202),
        ("198.51.100.1", 400, 403),
        ("::ffff:203.0.113.9", 200, 202),
    ] {
        assert_eq!(
            house.answer(1, &from(mint.clone(), peer)).status,
            minted,
            "{peer}"
        );
        assert_eq!(
            house.answer(1, &from(call.clone(), peer)).status,
            called,
            "{peer}"
        );
    }
    let error = house
        .platform
        .set_allowlist("three", Vec::new())
        .expect_err("none")
        .to_string();
    assert!(error.contains("one, two"), "{error}");
}

#[test]
fn a_reset_forgets_everything_but_the_switches() {
    let mut house = House::new();
    house.set("expires_in", "20");
    let token = house.token(0);
    house.break_it(1, "secret_expired");
    house.platform.reset(at(2));
    assert!(house.platform.faults().is_empty());
    assert_eq!(house.platform.ledger().total(), 0);
    assert_eq!(house.get(3, &token, CONTEXT).0, 401);
    assert_eq!(house.mint(3, json!({})).1["expires_in"], 20);
}

/// The status of a call with that token.
fn alive(house: &mut House, second: i64, token: &str) -> bool {
    house.get(second, token, CONTEXT).0 != 401
}

#[test]
fn what_may_end_live_tokens_beside_their_life_is_a_switch_each() {
    let lost_scope = |house: &mut House| {
        let edit = Edit {
            scopes: Some(vec!["email_read".to_owned()]),
            ..Edit::default()
        };
        house
            .platform
            .edit_package(at(10), "P", edit)
            .expect("a package");
    };
    let ended = |house: &mut House| {
        house.break_it(10, "secret_expired");
    };
    let unscoped = |house: &mut House| {
        house.break_it(10, "scope_removed");
    };
    let orders = [
        ("scope_removal_kills_tokens", lost_scope as fn(&mut House)),
        ("secret_end_kills_tokens", ended),
        ("scope_removal_kills_tokens", unscoped),
    ];
    for (switch, order) in orders {
        for on in [false, true] {
            let mut house = House::new();
            house.set(switch, if on { "1" } else { "0" });
            let token = house.token(0);
            order(&mut house);
            assert_eq!(alive(&mut house, 11, &token), !on, "{switch}");
        }
    }
}

#[test]
fn a_cap_on_live_tokens_ends_the_oldest() {
    let mut house = House::new();
    house.set("live_tokens_max", "2");
    let tokens: Vec<String> = (0..3).map(|second| house.token(second)).collect();
    let living: Vec<bool> = tokens
        .iter()
        .map(|token| alive(&mut house, 5, token))
        .collect();
    assert_eq!(living, [false, true, true]);
}

#[test]
fn the_throttle_may_say_nothing_of_when_to_come_back() {
    let mut house = House::new();
    house.set("throttle_retry_after", "0");
    house.break_it(0, "rate_limited");
    let answer = house.answer(1, &mint_request(&json!({})));
    assert_eq!(answer.status, 429);
    assert!(
        answer
            .headers
            .iter()
            .all(|(name, _)| *name != "retry-after")
    );
}
