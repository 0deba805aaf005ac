use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_348_800 + second).unwrap()
}

#[test]
fn a_detector_gets_its_turn_exactly_when_it_asks() {
    assert_eq!(wake_at(at(0), Some(at(30))), at(30));
}

#[test]
fn a_turn_is_made_at_least_every_minute() {
    assert_eq!(wake_at(at(0), None), at(60));
    assert_eq!(wake_at(at(0), Some(at(3_600))), at(60));
}

#[test]
fn a_detector_that_asks_for_the_past_cannot_spin_the_pipeline() {
    assert_eq!(wake_at(at(0), Some(at(0))), at(1));
    assert_eq!(wake_at(at(0), Some(at(-500))), at(1));
}
