use super::{Course, Finding, Turn};
use crate::series::alarm::Severity;
use countersign_model::Timestamp;
use countersign_model::class::Class;

fn finding(class: Class, severity: Severity, expected: f64) -> Finding {
    Finding {
        class,
        severity,
        since: Timestamp::UNIX_EPOCH,
        strength: 1.0,
        expected,
        seen: 0.0,
    }
}

#[test]
fn an_alarm_opens_once_and_closes_after_a_calm() {
    let mut course = Course::default();
    let found = finding(Class::Stopped, Severity::Page, 30.0);
    assert_eq!(
        course.take(Some(found), false, false, 2),
        None,
        "not enough"
    );
    assert_eq!(
        course.take(Some(found), true, false, 2),
        Some(Turn::Opened(found))
    );
    assert_eq!(
        course.take(Some(found), true, false, 2),
        None,
        "told already"
    );
    assert_eq!(course.take(None, false, true, 2), None);
    assert_eq!(
        course.take(Some(found), true, false, 2),
        None,
        "no calm yet"
    );
    assert_eq!(course.take(None, false, true, 2), None);
    assert_eq!(course.take(None, false, true, 2), Some(Turn::Closed(found)));
    assert!(!course.is_open());
}

#[test]
fn an_alarm_closes_with_the_most_that_was_lost() {
    let mut course = Course::default();
    let found = finding(Class::Stopped, Severity::Page, 30.0);
    course.take(Some(found), true, false, 1);
    course.take(
        Some(Finding {
            expected: 90.0,
            ..found
        }),
        true,
        false,
        1,
    );
    course.take(
        Some(Finding {
            expected: 5.0,
            ..found
        }),
        false,
        false,
        1,
    );
    let Some(Turn::Closed(worst)) = course.take(None, false, true, 1) else {
        panic!("it did not close");
    };
    assert_eq!(worst.lost(), 90.0);
}

#[test]
fn reduced_that_stops_is_news_and_so_is_a_graver_severity() {
    let mut course = Course::default();
    course.take(
        Some(finding(Class::Reduced, Severity::Warn, 9.0)),
        true,
        false,
        1,
    );
    let stopped = finding(Class::Stopped, Severity::Info, 9.0);
    assert_eq!(
        course.take(Some(stopped), true, false, 1),
        Some(Turn::Raised(stopped))
    );
    let page = finding(Class::Stopped, Severity::Page, 9.0);
    assert_eq!(
        course.take(Some(page), true, false, 1),
        Some(Turn::Raised(page))
    );
    assert_eq!(
        course.take(Some(stopped), true, false, 1),
        None,
        "it is told already"
    );
}
