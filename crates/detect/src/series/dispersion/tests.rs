use super::Dispersion;

/// Learns `seen` again and again, where 100 are expected, for `days` of hours.
fn learned(days: usize, seen: impl Fn(usize) -> f64) -> Dispersion {
    let mut dispersion = Dispersion::new();
    for hour in 0..days * 24 {
        dispersion.learn(3600, hour % 24, seen(hour), 100.0);
    }
    dispersion
}

#[test]
fn a_flow_that_is_not_known_is_taken_for_irregular() {
    assert_eq!(Dispersion::new().at(3600, 5), 0.3);
    assert_eq!(Dispersion::new().temper(), 1.0);
}

#[test]
fn a_regular_flow_comes_down_to_the_least_dispersion() {
    let regular = learned(60, |hour| if hour % 2 == 0 { 98.0 } else { 102.0 });
    assert_eq!(regular.at(3600, 5), 0.004);
}

#[test]
fn an_irregular_flow_is_known_by_its_lower_side() {
    // 50 below 100 expected: (50² - 100) / 100² = 0.24
    let irregular = learned(60, |hour| if hour % 2 == 0 { 50.0 } else { 150.0 });
    assert!(
        (irregular.at(3600, 4) - 0.24).abs() < 0.01,
        "{}",
        irregular.at(3600, 4)
    );
}

#[test]
fn bursts_do_not_make_a_flow_irregular() {
    let bursts = learned(60, |hour| if hour % 5 == 0 { 900.0 } else { 99.0 });
    assert_eq!(bursts.at(3600, 5), 0.004);
}

#[test]
fn an_hour_of_the_day_speaks_for_itself() {
    let nights = learned(120, |hour| if hour % 24 < 6 { 30.0 } else { 98.0 });
    assert!(
        nights.at(3600, 3) > 10.0 * nights.at(3600, 12),
        "{} {}",
        nights.at(3600, 3),
        nights.at(3600, 12)
    );
}

#[test]
fn evidence_is_worth_less_where_buckets_repeat_each_other() {
    let runs = learned(120, |hour| if hour / 12 % 2 == 0 { 60.0 } else { 140.0 });
    assert!(runs.temper() < 0.3, "{}", runs.temper());
    let alternating = learned(120, |hour| if hour % 2 == 0 { 60.0 } else { 140.0 });
    assert_eq!(alternating.temper(), 1.0);
}
