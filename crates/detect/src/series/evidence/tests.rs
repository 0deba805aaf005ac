use super::{Bin, Evidence};
use countersign_model::Timestamp;

fn bin(minute: i64, seen: f64) -> Bin {
    Bin {
        start: Timestamp::from_second(minute * 60).expect("a time"),
        interval_s: 300,
        seen,
        expected: 20.0,
        dispersion: 0.05,
        temper: 1.0,
        is_usual: true,
    }
}

fn after(seen: &[f64]) -> Evidence {
    let mut evidence = Evidence::default();
    for (n, seen) in seen.iter().enumerate() {
        evidence.take(&bin(5 * n as i64, *seen));
    }
    evidence
}

#[test]
fn two_buckets_of_nothing_are_a_blip_and_three_are_silence() {
    let [silence, trickle, partial] = after(&[20.0, 0.0, 0.0]).nats(300);
    assert_eq!(silence, 0.0);
    assert!(trickle <= 5.0 && partial <= 5.0);
    let [silence, trickle, _] = after(&[20.0, 0.0, 0.0, 0.0]).nats(300);
    assert!(silence > 25.0, "{silence}");
    assert!(trickle > 25.0, "{trickle}");
}

#[test]
fn one_event_ends_the_silence_and_not_the_trickle() {
    let [silence, trickle, _] = after(&[0.0, 0.0, 0.0, 0.0, 1.0]).nats(300);
    assert_eq!(silence, 0.0);
    assert!(trickle > 20.0, "{trickle}");
}

#[test]
fn half_a_flow_shows_in_the_partial_channel_alone() {
    let [silence, trickle, partial] = after(&[8.0; 40]).nats(300);
    assert_eq!((silence, trickle), (0.0, 0.0));
    assert!(partial > 20.0, "{partial}");
}

#[test]
fn a_channel_says_since_when_and_how_much_was_lost() {
    let evidence = after(&[20.0, 22.0, 0.0, 0.0, 0.0]);
    let silence = evidence.channel(0);
    assert_eq!(silence.since, Timestamp::from_second(600).ok());
    assert_eq!((silence.expected, silence.seen), (60.0, 0.0));
}

#[test]
fn evidence_is_capped_and_a_usual_flow_takes_it_away() {
    let [silence, ..] = after(&[0.0; 500]).nats(300);
    assert_eq!(silence, 80.0);
    let mut back = vec![0.0; 500];
    back.extend([20.0; 40]);
    assert_eq!(after(&back).nats(300), [0.0; 3]);
}

#[test]
fn nothing_is_learned_while_evidence_is_strong_but_not_for_ever() {
    let mut evidence = Evidence::default();
    let learned: Vec<bool> = (0..600).map(|n| evidence.take(&bin(5 * n, 0.0))).collect();
    let first = learned.iter().position(|learns| !learns).expect("a gate");
    assert!(first < 4, "{first}");
    let held = learned.iter().filter(|learns| !**learns).count();
    assert_eq!(held, 36 * 12, "thirty-six hours of five minutes");
    assert!(learned[599]);
}

#[test]
fn on_a_holiday_a_partial_loss_gathers_no_evidence() {
    let mut evidence = Evidence::default();
    for n in 0..40 {
        evidence.take(&Bin {
            is_usual: false,
            ..bin(5 * n, 0.0)
        });
    }
    let [silence, _, partial] = evidence.nats(300);
    assert_eq!(partial, 0.0);
    assert_eq!(silence, 80.0);
}
