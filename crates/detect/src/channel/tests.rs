use super::*;

const PAGE: SignedDuration = SignedDuration::from_secs(180);

fn at(second: i64) -> Timestamp {
    let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(second)
}

/// Second at which the channel first fails for three minutes, when each second `answer` comes.
fn check(seconds: i64, answer: impl Fn(i64) -> Option<(Answer, u64)>) -> Option<i64> {
    let mut channel = Channel::default();
    for second in 0..seconds {
        if let Some((answer, n)) = answer(second) {
            channel.observe(at(second), answer, n);
        }
        if channel.failing(2, PAGE).is_some() {
            return Some(second);
        }
    }
    None
}

#[test]
fn a_thousand_failures_in_a_second_are_one_piece_of_evidence() {
    let burst = |second| (second < 30).then_some((Answer::Failed, 1_000));
    assert_eq!(check(3_600, burst), None);
}

#[test]
fn a_fifth_failing_at_ten_a_second_is_found_and_a_thousandth_is_not() {
    let share = |every: i64| {
        move |second: i64| {
            let warm = second < 1_200;
            let failed = !warm && second % every == 0;
            Some((if failed { Answer::Failed } else { Answer::Ok }, 10))
        }
    };
    let found = check(3_600, share(5)).unwrap();
    assert!((1_380..1_500).contains(&found), "{found}");
    assert_eq!(check(100_000, share(1_000)), None);
}

#[test]
fn it_recovers_by_successes_alone() {
    let mut channel = Channel::default();
    for second in (0..300).step_by(5) {
        channel.observe(at(second), Answer::Failed, 1);
    }
    assert!(!channel.recovered());
    channel.observe(at(9_000), Answer::Throttled, 5);
    assert!(!channel.recovered());
    for second in (9_010..9_600).step_by(10) {
        channel.observe(at(second), Answer::Ok, 20);
    }
    assert!(channel.recovered());
    assert_eq!(channel.failing(2, PAGE), None);
}

#[test]
fn it_is_small_and_survives_being_stored() {
    assert!(size_of::<Channel>() <= 320, "{}", size_of::<Channel>());
    let mut channel = Channel::default();
    for second in 0..500 {
        channel.observe(at(second), Answer::Failed, 1);
    }
    let text = serde_json::to_string(&channel).unwrap();
    assert_eq!(serde_json::from_str::<Channel>(&text).unwrap(), channel);
}

#[test]
fn a_death_is_over_after_half_a_minute_of_successes() {
    let mut channel = Channel::default();
    for second in 0..600 {
        channel.observe(at(second), Answer::Failed, 1);
    }
    for second in 600..640 {
        channel.observe(at(second), Answer::Ok, 1);
    }
    assert!(channel.recovered(), "{channel:?}");
}

#[test]
fn a_channel_at_rest_is_one_in_which_closing_the_slice_finds_nothing() {
    let mut channel = Channel::default();
    let mut draw = 7_u64;
    let mut n_at_rest = 0;
    for second in 0..20_000_i64 {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // Calm for a while, then worse, then calm again.
        let worst = if (second / 2_000) % 2 == 0 { 2 } else { 60 };
        let answer = match (draw >> 33) % 100 {
            below if below < worst => Answer::Failed,
            99 => Answer::Throttled,
            _ => Answer::Ok,
        };
        let at = Timestamp::from_second(1_795_000_000 + second).unwrap();
        channel.observe(at, answer, 1 + (draw >> 60));
        if channel.is_at_rest() {
            n_at_rest += 1;
            let mut settled = channel;
            settled.close();
            assert_eq!((settled.dead, settled.partial), (None, None));
            assert!(settled.nats <= 0.0, "{}", settled.nats);
        }
    }
    assert!((1_000..19_000).contains(&n_at_rest), "{n_at_rest}");
}
