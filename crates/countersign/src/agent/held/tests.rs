use super::{Held, Parts};

fn held(plan_s: i64, valid_s: i64) -> Held {
    Held::from(Parts {
        token: "CANARY-token".to_owned(),
        scope: String::new(),
        rest_url: None,
        soap_url: None,
        at_ms: 1_000_000,
        plan_s,
        valid_s,
        lifetime_s: valid_s,
        will_not_last: false,
        for_gateway: false,
    })
}

/// (after seconds, left by plan, left at last, to its end)
fn check(plan_s: i64, valid_s: i64, expected: &[(i64, i64, i64, i64)]) {
    let held = held(plan_s, valid_s);
    for (after_s, plan, last, valid) in expected {
        let now = 1_000_000 + after_s * 1_000;
        let found = (
            held.plan_left_s(now),
            held.last_left_s(now),
            held.valid_left_s(now),
        );
        assert_eq!(found, (*plan, *last, *valid), "after {after_s} s");
    }
}

#[test]
fn a_token_is_handed_on_by_plan_and_at_last_to_five_seconds_before_its_end() {
    check(
        1_019,
        1_079,
        &[
            (0, 1_019, 1_074, 1_079),
            (1_019, 0, 55, 60),
            (1_073, 0, 1, 6),
            (1_074, 0, 0, 5),
            (2_000, 0, 0, 0),
        ],
    );
}

#[test]
fn a_short_one_too_never_in_its_last_five_seconds() {
    check(18, 20, &[(0, 15, 15, 20), (14, 1, 1, 6), (15, 0, 0, 5)]);
    check(2, 4, &[(0, 0, 0, 4)]);
}

#[test]
fn the_next_is_fetched_at_three_quarters_of_what_was_received() {
    assert_eq!(held(1_000, 1_079).prefetch_at_ms(), 1_000_000 + 750_000);
    assert_eq!(held(18, 20).prefetch_at_ms(), 1_000_000 + 11_250);
    assert_eq!(held(1, 2).prefetch_at_ms(), 1_000_000);
}
