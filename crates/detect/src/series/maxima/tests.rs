use super::Maxima;

fn of(days: &[f64]) -> f64 {
    let mut maxima = Maxima::new(42);
    for day in days {
        maxima.take(*day);
        maxima.end_day(true);
    }
    maxima.second()
}

fn near(found: f64, value: f64) {
    assert!((found - value).abs() < 0.02, "{found} is not {value}");
}

#[test]
fn the_record_is_the_second_greatest_day() {
    near(of(&[]), 0.0);
    near(of(&[7.0]), 7.0);
    near(of(&[7.0, 3.0]), 3.0);
    near(of(&[3.0, 7.0]), 3.0);
    near(of(&[1.0, 9.0, 4.0, 2.0]), 4.0);
    near(of(&[5.0, 5.0, 1.0]), 5.0);
}

#[test]
fn old_days_are_forgotten() {
    let mut days = vec![50.0, 50.0];
    days.extend([2.0; 42]);
    near(of(&days), 2.0);
}

#[test]
fn a_day_with_an_alarm_does_not_count() {
    let mut maxima = Maxima::new(42);
    maxima.take(60.0);
    maxima.end_day(false);
    maxima.take(2.0);
    maxima.take(1.0);
    maxima.end_day(true);
    near(maxima.second(), 2.0);
}

#[test]
fn days_can_be_taken_out_again() {
    let mut maxima = Maxima::new(42);
    for day in [70.0, 3.0, 60.0, 2.0] {
        maxima.take(day);
        maxima.end_day(true);
    }
    near(maxima.second(), 60.0);
    maxima.forget(0b0101);
    near(maxima.second(), 2.0);
}
