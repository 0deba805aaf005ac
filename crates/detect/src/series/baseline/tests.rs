use super::{Baseline, quantile};
use crate::series::place::Week;

const HALF_HOURS: u32 = 300;

fn near(found: Option<f64>, value: f64) {
    let found = found.expect("a number");
    assert!(
        (found - value).abs() < 1e-3 * value.max(1.0),
        "{found} is not {value}"
    );
}

#[test]
fn a_quantile_lies_between_its_neighbours() {
    assert_eq!(quantile(&[], 0.3), None);
    assert_eq!(quantile(&[4.0], 0.3), Some(4.0));
    near(quantile(&[0.0, 10.0, 20.0], 0.3), 6.0);
    assert_eq!(quantile(&[1.0, 2.0, 3.0], 1.0), Some(3.0));
}

#[test]
fn an_empty_past_expects_nothing() {
    let week = Week::of(HALF_HOURS);
    assert_eq!(Baseline::new(week).expected(0, week, 6.0), None);
}

#[test]
fn a_burst_in_one_week_does_not_raise_what_is_expected() {
    let week = Week::of(HALF_HOURS);
    let mut baseline = Baseline::new(week);
    for mean in [50.0, 50.0, 900.0, 50.0] {
        (0..week.slots()).for_each(|slot| baseline.push(slot, mean));
    }
    let expected = baseline.expected(20, week, 6.0);
    near(expected, 50.0);
}

#[test]
fn only_the_last_six_weeks_count() {
    let week = Week::of(HALF_HOURS);
    let mut baseline = Baseline::new(week);
    for mean in [900.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0] {
        baseline.push(7, mean);
    }
    assert_eq!(baseline.range(7).map(|(_, _, weeks)| weeks), Some(6));
    near(baseline.range(7).map(|(_, high, _)| high), 1.0);
}

#[test]
fn a_slot_without_a_past_borrows_from_days_of_its_kind() {
    let week = Week::of(HALF_HOURS);
    let mut baseline = Baseline::new(week);
    let (monday, saturday) = (20, 5 * week.per_day + 20);
    baseline.push(monday, 30.0);
    baseline.push(saturday, 4.0);
    near(baseline.expected(2 * week.per_day + 20, week, 6.0), 30.0);
    near(baseline.expected(6 * week.per_day + 20, week, 6.0), 4.0);
}

#[test]
fn amending_changes_the_newest_week_alone() {
    let week = Week::of(HALF_HOURS);
    let mut baseline = Baseline::new(week);
    baseline.amend(3, 8.0);
    assert_eq!(baseline.range(3), None, "nothing was there to amend");
    baseline.push(3, 2.0);
    baseline.push(3, 4.0);
    baseline.amend(3, 8.0);
    near(baseline.range(3).map(|(low, _, _)| low), 3.8);
}
