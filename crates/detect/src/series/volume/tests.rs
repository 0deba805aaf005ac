use super::{SecondWeek, log_max};
use crate::series::settings::Settings;
use jiff::tz::TimeZone;

#[test]
fn the_log_is_a_day_or_what_fits_and_never_less_than_the_level_needs() {
    let log = |interval_s| log_max(&Settings::new("It", interval_s, TimeZone::UTC));
    assert_eq!(log(3600), 24);
    assert_eq!(log(14_400), 6);
    assert_eq!(log(300), 288 - 24);
    assert_eq!(log(60), 288 - 120);
    assert_eq!(log(10), 720, "two hours");
    assert_eq!(log(7 * 86_400), 1);
}

#[test]
fn two_alarms_in_the_second_week_are_no_rhythm_and_three_are() {
    let settled = |days: &[bool]| {
        let mut week = SecondWeek::default();
        days.iter().for_each(|had_alarm| week.push(*had_alarm));
        (week.settle(), week.settle())
    };
    assert_eq!(settled(&[false; 7]), (None, None));
    assert_eq!(settled(&[false, true, false, true]), (Some(0b1010), None));
    assert_eq!(settled(&[false, true, true, true]), (None, None));
}
