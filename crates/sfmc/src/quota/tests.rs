use super::*;

const LIMITS: Limits = Limits {
    rate_per_s: 10,
    burst: 20,
    knocks_max: 5,
    block_s: 300,
};

fn at_ms(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_800_000_000_000 + ms).expect("in range")
}

#[test]
fn a_burst_then_the_sustained_rate() {
    let mut quota = Quota::default();
    let admitted = (0..22)
        .filter(|_| quota.ask(at_ms(0), LIMITS) == Verdict::Admitted)
        .count();
    assert_eq!(admitted, 20);
    assert_eq!(quota.ask(at_ms(99), LIMITS), Verdict::Throttled);
    assert_eq!(quota.ask(at_ms(100), LIMITS), Verdict::Admitted);
    assert_eq!(quota.ask(at_ms(100), LIMITS), Verdict::Throttled);
}

#[test]
fn who_keeps_knocking_is_blocked_and_later_forgiven() {
    let mut quota = Quota::default();
    let verdicts: Vec<Verdict> = (0..26).map(|_| quota.ask(at_ms(0), LIMITS)).collect();
    assert_eq!(verdicts[24], Verdict::Throttled);
    assert_eq!(verdicts[25], Verdict::Blocked);
    assert_eq!(
        quota.ask(at_ms(299_999), LIMITS),
        Verdict::Blocked,
        "even though it has rested"
    );
    assert_eq!(quota.ask(at_ms(300_000), LIMITS), Verdict::Admitted);
}

#[test]
fn knocks_far_apart_do_not_add_up() {
    let mut quota = Quota::default();
    for round in 0..10 {
        let at = at_ms(round * 61_000);
        let verdicts: Vec<Verdict> = (0..24).map(|_| quota.ask(at, LIMITS)).collect();
        assert!(!verdicts.contains(&Verdict::Blocked), "round {round}");
    }
}

#[test]
fn no_rate_is_no_limit_and_a_clock_that_steps_back_gives_nothing_away() {
    let mut quota = Quota::default();
    let open = Limits {
        rate_per_s: 0,
        ..LIMITS
    };
    assert!((0..1_000).all(|_| quota.ask(at_ms(0), open) == Verdict::Admitted));
    while quota.ask(at_ms(1_000), LIMITS) == Verdict::Admitted {}
    assert_ne!(quota.ask(at_ms(0), LIMITS), Verdict::Admitted);
}
