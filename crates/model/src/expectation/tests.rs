use super::*;
use crate::SignedDuration;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// From Sunday 22 November 2026 02:00 to 06:30 in Chicago.
fn rule(form: ExpectedForm) -> Expectation {
    Expectation {
        incident: "inc_01".parse().unwrap(),
        made_at: at("2026-11-22T13:00:00Z"),
        by: "Loyalty".to_owned(),
        reason: "the store closes".to_owned(),
        form,
        patterns: vec![Pattern {
            cause: "asset:J-11".parse().unwrap(),
            class: Class::Stopped,
        }],
        zone: "America/Chicago".to_owned(),
        from: at("2026-11-22T08:00:00Z"),
        to: at("2026-11-22T12:30:00Z"),
        until: None,
        withdrawn: None,
    }
}

#[test]
fn a_rule_is_about_its_patterns_alone_and_about_nothing_once_it_is_taken_back() {
    let mut rule = rule(ExpectedForm::Once);
    let journey: RootCause = "asset:J-11".parse().unwrap();
    let other: RootCause = "credential:INT-029".parse().unwrap();
    assert!(rule.is_about(&journey, Class::Stopped));
    assert!(!rule.is_about(&journey, Class::QueueGrowth));
    assert!(!rule.is_about(&other, Class::Stopped));
    rule.withdrawn = Some(Withdrawal {
        at: at("2026-11-22T14:00:00Z"),
        by: "Loyalty".to_owned(),
    });
    assert!(!rule.is_about(&journey, Class::Stopped));
}

#[test]
fn a_window_holds_from_its_start_to_just_before_its_end_and_never_again() {
    let rule = rule(ExpectedForm::Once);
    let end = Some(at("2026-11-22T12:30:00Z"));
    assert_eq!(rule.window_end(at("2026-11-22T07:59:59Z")), None);
    assert_eq!(rule.window_end(at("2026-11-22T08:00:00Z")), end);
    assert_eq!(rule.window_end(at("2026-11-22T12:29:59Z")), end);
    assert_eq!(rule.window_end(at("2026-11-22T12:30:00Z")), None);
    assert_eq!(rule.window_end(at("2026-11-29T09:00:00Z")), None);
    assert_eq!(rule.over_at(), end);
}

#[test]
fn a_weekly_window_keeps_its_local_hours_over_a_change_of_the_clock() {
    let rule = rule(ExpectedForm::Weekly);
    // Clocks go forward on 14 March 2027, at 02:00: 03:00 CDT is the same wall time as before.
    let rows = [
        ("2026-11-29T08:00:00Z", Some("2026-11-29T12:30:00Z")),
        ("2026-11-28T08:00:00Z", None),
        ("2026-11-30T08:00:00Z", None),
        ("2026-11-29T12:30:00Z", None),
        ("2027-03-21T07:00:00Z", Some("2027-03-21T11:30:00Z")),
        ("2027-03-21T11:45:00Z", None),
        ("2026-11-15T08:00:00Z", None),
    ];
    for (instant, end) in rows {
        assert_eq!(rule.window_end(at(instant)), end.map(at), "{instant}");
    }
    assert_eq!(rule.over_at(), None);
    assert_eq!(rule.when(), "each Sunday 02:00 to 06:30 (America/Chicago)");
}

#[test]
fn a_weekly_window_over_midnight_holds_on_both_days_and_ends_with_its_last_day() {
    let mut rule = rule(ExpectedForm::Weekly);
    rule.from = at("2026-11-23T04:00:00Z"); // Sunday 22:00 in Chicago
    rule.to = rule.from + SignedDuration::from_hours(8);
    let monday = at("2026-11-30T10:00:00Z");
    assert_eq!(rule.window_end(monday), Some(at("2026-11-30T12:00:00Z")));
    rule.until = Some(at("2026-11-30T11:00:00Z"));
    assert_eq!(rule.window_end(monday), rule.until);
    assert_eq!(rule.window_end(at("2026-11-30T11:30:00Z")), None);
    assert_eq!(rule.window_end(at("2026-12-07T10:00:00Z")), None);
}
