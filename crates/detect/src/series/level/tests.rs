use super::{Level, lag};

/// A level after `hours` in which each bucket of an hour brought `ratio` of its baseline of 100.
fn after(hours: usize, ratio: f64) -> f64 {
    let mut level = Level::new(3600);
    for _ in 0..hours {
        level.learn(3600, |_| Some(100.0 * ratio));
        level.pass(3600, Some(100.0));
    }
    level.factor()
}

#[test]
fn a_level_that_knows_nothing_leaves_the_baseline_alone() {
    assert_eq!(after(0, 1.0), 1.0);
}

#[test]
fn a_launch_raises_hopes_by_a_fifth_at_most_and_a_loss_lowers_them_to_half() {
    assert_eq!(after(400, 4.0), 1.2);
    assert_eq!(after(400, 0.0), 0.5);
    assert!((after(400, 0.8) - 0.81).abs() < 0.01, "{}", after(400, 0.8));
}

#[test]
fn the_last_two_hours_are_not_learned() {
    assert_eq!(lag(300), 24);
    assert_eq!(lag(14_400), 1);
    let mut level = Level::new(300);
    for _ in 0..24 {
        level.learn(300, |_| Some(0.0));
        level.pass(300, Some(100.0));
    }
    assert_eq!(level.factor(), 1.0, "nothing is two hours old");
    level.learn(300, |distance| (distance == 24).then_some(0.0));
    assert!(level.factor() < 1.0);
}

#[test]
fn what_may_not_be_learned_is_passed_over() {
    let mut level = Level::new(3600);
    for _ in 0..50 {
        level.learn(3600, |_| Some(0.0));
        level.pass(3600, None);
    }
    assert_eq!(level.factor(), 1.0);
}
