use super::*;
use proptest::prelude::*;

const NOON: i64 = 1_795_348_800;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(NOON + second).unwrap()
}

fn failed(attempt: u32) -> FailedAttempt {
    FailedAttempt {
        now: at(0),
        attempt,
        first_at: None,
        retry_after_ms: None,
        chance: 1_000,
    }
}

#[test]
fn waits_double_up_to_five_minutes() {
    let waits: Vec<_> = (1..=10)
        .map(|attempt| match plan_retry(&failed(attempt)) {
            NextAttempt::At(next) => next.duration_since(at(0)).as_secs(),
            NextAttempt::Never => panic!("it is far from 72 h"),
        })
        .collect();
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
}

#[test]
fn a_receiver_that_asks_for_time_gets_it_up_to_an_hour() {
    let asks = |ms| {
        plan_retry(&FailedAttempt {
            retry_after_ms: Some(ms),
            ..failed(1)
        })
    };
    assert_eq!(asks(120_000), NextAttempt::At(at(120)));
    assert_eq!(asks(u64::MAX), NextAttempt::At(at(3_600)));
    assert_eq!(asks(1), NextAttempt::At(at(2)));
}

#[test]
fn after_72_hours_it_is_given_up() {
    let last = at(72 * 3_600 - 300);
    let still = FailedAttempt {
        now: last,
        first_at: Some(at(0)),
        ..failed(500)
    };
    assert_eq!(plan_retry(&still), NextAttempt::At(at(72 * 3_600)));
    let over = FailedAttempt {
        now: at(72 * 3_600 - 299),
        ..still
    };
    assert_eq!(plan_retry(&over), NextAttempt::Never);
}

proptest! {
    #[test]
    fn r4_a_wait_is_never_zero_and_never_above_its_bound(
        attempt in 0_u32.., chance: u64, retry_after_ms: Option<u64>,
    ) {
        let attempt = FailedAttempt { retry_after_ms, chance, ..failed(attempt) };
        let NextAttempt::At(next) = plan_retry(&attempt) else { panic!("it is the first failure") };
        let wait_ms = next.duration_since(at(0)).as_millis();
        prop_assert!((1_000..=3_600_000).contains(&wait_ms), "{wait_ms} ms");
    }
}
