//! Refresh tokens: rotation and its profiles, their ends, and what is noted of each.

use crate::house::{CONTEXT, House, REFRESH, at, mint_request, minutes, order};
use countersign_sfmc::fault::FaultOrder;
use countersign_sfmc::request::Reply;
use serde_json::{Value, json};

impl House {
    /// An exchange by web app `W`.
    fn exchange(&mut self, second: i64, token: &str) -> (u16, Value) {
        self.exchange_with(second, token, json!({}))
    }

    fn exchange_with(&mut self, second: i64, token: &str, changes: Value) -> (u16, Value) {
        self.mint(second, web(token, &changes))
    }

    /// An exchange that works; the new refresh token.
    fn rotated(&mut self, second: i64, token: &str) -> String {
        let (status, body) = self.exchange(second, token);
        assert_eq!(status, 200, "{body}");
        body["refresh_token"].as_str().expect("a token").to_owned()
    }
}

fn web(token: &str, changes: &Value) -> Value {
    let mut fields = json!({ "grant_type": "refresh_token", "client_id": "client-W",
        "client_secret": "CANARY-W-1", "refresh_token": token });
    for (name, value) in changes.as_object().expect("an object") {
        fields[name] = value.clone();
    }
    fields
}

#[test]
fn an_exchange_hands_out_both_tokens_anew_and_the_old_one_is_dead() {
    let mut house = House::new();
    let (status, first) = house.exchange(0, REFRESH);
    assert_eq!(
        (status, first.as_object().map(|all| all.len())),
        (200, Some(7))
    );
    assert_eq!(first["scope"], "email_read offline");
    let next = first["refresh_token"].as_str().expect("a token");
    assert!(next != REFRESH && next.len() <= 512);
    let token = first["access_token"].as_str().expect("a token");
    assert_eq!(house.get(1, token, CONTEXT).1["organization"]["id"], 11);
    let second = house.rotated(2, next);
    assert_ne!(second, next);
    assert_eq!(house.exchange(3, next).1["error"], "invalid_grant");
}

#[test]
fn a_spent_token_that_comes_back_ends_its_family_but_no_access_token() {
    let mut house = House::new();
    let (_, first) = house.exchange(0, REFRESH);
    let next = first["refresh_token"].as_str().expect("a token");
    let (status, body) = house.exchange(1, REFRESH);
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    assert_eq!(house.exchange(2, next).1["error"], "invalid_grant");
    let token = first["access_token"].as_str().expect("a token");
    assert_eq!(house.get(3, token, CONTEXT).0, 202);

    let mut mild = House::new();
    mild.set("reuse_kills_family", "off");
    let next = mild.rotated(0, REFRESH);
    assert_eq!(mild.exchange(1, REFRESH).0, 400);
    mild.rotated(2, &next);
}

#[test]
fn within_the_window_a_spent_token_is_answered_as_before_and_then_as_one_that_came_back() {
    let mut house = House::new();
    house.set("refresh_reuse_s", "30");
    let (_, first) = house.exchange(0, REFRESH);
    let (status, again) = house.exchange(29, REFRESH);
    assert_eq!(status, 200);
    for name in ["access_token", "refresh_token", "scope"] {
        assert_eq!(again[name], first[name], "{name}");
    }
    assert_eq!(again["expires_in"], 1_079 - 29);
    assert_eq!(house.exchange(30, REFRESH).0, 400);
    let next = first["refresh_token"].as_str().expect("a token");
    assert_eq!(house.exchange(31, next).0, 400);
}

#[test]
fn without_rotation_the_same_token_comes_back_and_goes_on_working() {
    let mut house = House::new();
    house.set("refresh_rotates", "off");
    for second in 0..5 {
        assert_eq!(house.rotated(second, REFRESH), REFRESH);
    }
}

#[test]
fn a_refresh_token_lives_so_many_days_from_its_own_birth() {
    let day = 86_400;
    let mut house = House::new();
    let next = house.rotated(29 * day, REFRESH);
    assert_eq!(house.exchange(59 * day, &next).0, 400);
    let mut longer = House::new();
    let next = longer.rotated(29 * day, REFRESH);
    longer.rotated(58 * day, &next);
    assert_eq!(House::new().exchange(30 * day, REFRESH).0, 400);
}

#[test]
fn each_refusal_leaves_the_token_as_it_was() {
    let table = [
        (
            json!({ "client_secret": "CANARY-no" }),
            401,
            "invalid_client",
        ),
        (json!({ "account_id": 20 }), 403, "access_denied"),
        (json!({ "account_id": "x" }), 400, "invalid_request"),
        (json!({ "scope": "users_write" }), 400, "invalid_scope"),
        (json!({ "refresh_token": null }), 400, "invalid_request"),
        (json!({ "refresh_token": "made up" }), 400, "invalid_grant"),
        (
            json!({ "grant_type": "client_credentials" }),
            401,
            "unauthorized_client",
        ),
        (
            json!({ "client_id": "client-P", "client_secret": "CANARY-P-1" }),
            401,
            "unauthorized_client",
        ),
    ];
    let mut house = House::new();
    for (changes, status, error) in table {
        let (got, body) = house.exchange_with(0, REFRESH, changes.clone());
        assert_eq!((got, &body["error"]), (status, &json!(error)), "{changes}");
    }
    for kind in [
        "auth_down",
        "rate_limited",
        "ip_blocked",
        "malformed_token",
        "app_user_inactive",
        "secret_expired",
        "refresh_token_lost",
    ] {
        let fault = house.order(
            0,
            FaultOrder {
                credential: Some("W".to_owned()),
                ..order(kind)
            },
        );
        let (status, body) = house.exchange(1, REFRESH);
        assert!(status != 200 || body["access_token"].is_null(), "{kind}");
        house.platform.mend(&fault);
    }
    assert_eq!(house.platform.exchanges().n_exchanged(), 0);
    house.rotated(2, REFRESH);
}

#[test]
fn a_unit_and_a_subset_of_scopes_may_be_asked_for_without_narrowing_the_consent() {
    let mut house = House::new();
    let changes = json!({ "account_id": 10, "scope": "email_read" });
    let (_, narrow) = house.exchange_with(0, REFRESH, changes);
    assert_eq!(narrow["scope"], "email_read");
    let token = narrow["access_token"].as_str().expect("a token");
    assert_eq!(house.get(1, token, CONTEXT).1["organization"]["id"], 10);
    let next = narrow["refresh_token"].as_str().expect("a token");
    let (_, whole) = house.exchange(2, next);
    assert_eq!(whole["scope"], "email_read offline");
    let token = whole["access_token"].as_str().expect("a token");
    assert_eq!(house.get(3, token, CONTEXT).1["organization"]["id"], 11);
}

#[test]
fn a_lost_grant_is_refused_until_a_person_consents_anew() {
    let mut house = House::new();
    house.order(
        5,
        FaultOrder {
            credential: Some("W".to_owned()),
            ..order("refresh_token_lost")
        },
    );
    let (status, body) = house.exchange(6, REFRESH);
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    house.platform.mend("W");
    house.rotated(7, REFRESH);
}

#[test]
fn no_route_spends_nothing_and_a_lost_answer_spends_the_token() {
    let mut house = House::new();
    house.order(
        0,
        FaultOrder {
            credential: Some("W".to_owned()),
            lasts: minutes(1),
            ..order("partition")
        },
    );
    let ask = |token: &str| mint_request(&web(token, &json!({})));
    assert_eq!(house.reply(1, &ask(REFRESH)), Reply::Drop);
    let next = house.rotated(61, REFRESH);
    house.set("lost_answers", "1");
    assert_eq!(house.reply(62, &ask(&next)), Reply::Drop);
    assert_eq!(house.exchange(63, &next).1["error"], "invalid_grant");
    let exchanges = house.platform.exchanges();
    assert_eq!((exchanges.n_exchanged(), exchanges.n_lost()), (2, 1));
    assert_eq!((exchanges.n_handed_out(), exchanges.n_refused()), (3, 1));
    let again: Vec<(&str, u64, u64)> = exchanges
        .used_again()
        .map(|(token, uses)| (token, uses.exchanged, uses.refused))
        .collect();
    assert_eq!(again, [(next.as_str(), 1, 1)]);
}

#[test]
fn the_lost_answers_of_a_window_are_found_again() {
    let mut house = House::new();
    house.set("refresh_reuse_s", "30");
    house.set("lost_answers", "1");
    let ask = mint_request(&web(REFRESH, &json!({})));
    assert_eq!(house.reply(0, &ask), Reply::Drop);
    let next = house.rotated(10, REFRESH);
    house.rotated(20, &next);
}

#[test]
fn signing_out_ends_what_is_not_offline() {
    let mut house = House::new();
    assert_eq!(house.platform.sign_out("W"), 0);
    let next = house.rotated(0, REFRESH);
    assert_eq!(house.platform.refresh_tokens(at(1), "W"), [next.as_str()]);
}

#[test]
fn a_reset_takes_the_first_refresh_token_back_to_life() {
    let mut house = House::new();
    house.rotated(0, REFRESH);
    house.platform.reset(at(1));
    assert_eq!(house.platform.exchanges().n_exchanged(), 0);
    house.rotated(2, REFRESH);
}
