use super::wait_ms;
use crate::agent::held::{Held, Parts};

fn held(plan_s: i64) -> Held {
    Held::from(Parts {
        token: "CANARY-token".to_owned(),
        scope: String::new(),
        rest_url: None,
        soap_url: None,
        at_ms: 0,
        plan_s,
        valid_s: plan_s + 60,
        lifetime_s: plan_s + 60,
        will_not_last: false,
        for_gateway: false,
    })
}

#[test]
fn the_first_is_fetched_at_once_and_the_next_at_three_quarters() {
    assert_eq!(wait_ms(None, 0, 0), 0);
    assert_eq!(wait_ms(Some(&held(1_000)), 0, 0), 750_000);
    assert_eq!(wait_ms(Some(&held(1_000)), 0, 700_000), 50_000);
    assert_eq!(
        wait_ms(Some(&held(1_000)), 0, 900_000),
        1_000,
        "never a storm"
    );
}

#[test]
fn failures_make_the_waits_grow_to_a_bound() {
    let waits: Vec<u64> = (1..8).map(|n| wait_ms(None, n, 0)).collect();
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
}
