//! Faults of a configuration are all found at once, with field and bound.

use super::Config;

#[test]
fn the_default_is_sound() {
    assert_eq!(Config::default().check(), []);
}

#[test]
fn every_fault_is_reported_with_its_field() {
    let mut config = Config {
        host_rate_per_s: 0.0,
        bu_share: 1.5,
        host_burst: 0,
        ..Config::default()
    };
    config
        .host_rates_per_s
        .insert("https://a.example".to_owned(), f64::NAN);
    config.answer_ms_max = 10;
    let told: Vec<String> = config.check().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "host_rate_per_s must be a number above 0 and at most 1000; it is 0",
            "https://a.example must be a number above 0 and at most 1000; it is NaN",
            "bu_share must lie above 0 and at most at 1; it is 1.5",
            "host_burst must be at least 1; it is 0",
            "answer_ms_max must be at least 1000; it is 10",
        ]
    );
}

#[test]
fn a_unit_may_hold_a_quarter_of_the_permits_and_at_least_two() {
    let config = Config::default();
    assert_eq!(config.bu_permits(64), 16);
    assert_eq!(config.bu_permits(4), 2);
    assert_eq!(config.bu_permits(1), 1);
}
