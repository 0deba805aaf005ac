//! No wait is zero; the back-off stays within its bounds and grows denser towards the line.

use super::{Delay, backoff};
use proptest::prelude::*;

#[test]
fn a_wait_of_zero_becomes_the_shortest_there_is() {
    assert_eq!(Delay::from_ms(0).ms(), 200);
    assert_eq!(Delay::from_ms(199).ms(), 200);
    assert_eq!(Delay::from_ms(201).ms(), 201);
}

#[test]
fn the_first_tries_follow_within_a_second_and_the_later_ones_within_the_cap() {
    assert_eq!(backoff(0, Some(216_000), 0.0).ms(), 500);
    assert_eq!(backoff(0, Some(216_000), 0.999_999).ms(), 999);
    assert_eq!(backoff(20, Some(216_000), 0.999_999).ms(), 53_999);
    assert_eq!(backoff(20, Some(8_000), 0.0).ms(), 2_500);
}

#[test]
fn past_the_line_tries_are_half_a_minute_to_a_minute_apart() {
    assert_eq!(backoff(20, None, 0.0).ms(), 30_000);
    assert_eq!(backoff(20, None, 0.999_999).ms(), 59_999);
}

proptest! {
    #[test]
    fn a_back_off_is_never_shorter_than_200_ms_nor_longer_than_a_minute(
        fails: u32, to_line in proptest::option::of(any::<u64>()), unit in -1.0f64..2.0,
    ) {
        let ms = backoff(fails, to_line, unit).ms();
        prop_assert!((Delay::MIN_MS..=60_000).contains(&ms));
    }
}
