use super::Total;
use crate::series::settings::{Bucket, Reading};
use countersign_model::Timestamp;

fn added(totals: &[(i64, f64)]) -> Vec<Reading> {
    let mut total = Total::default();
    totals
        .iter()
        .map(|(minute, rows)| {
            let start = Timestamp::from_second(minute * 60).expect("a time");
            total.added(300, &Bucket::value(start, *rows)).reading
        })
        .collect()
}

#[test]
fn a_total_becomes_what_was_added() {
    use Reading::{Missing, Value};
    let found = added(&[(0, 100.0), (5, 130.0), (10, 130.0)]);
    assert_eq!(found, [Missing, Value(30.0), Value(0.0)]);
}

#[test]
fn a_table_that_is_emptied_or_was_not_read_says_nothing() {
    use Reading::{Missing, Value};
    let emptied = added(&[(0, 100.0), (5, 0.0), (10, 20.0)]);
    assert_eq!(emptied, [Missing, Missing, Value(20.0)]);
    let unread = added(&[(0, 100.0), (15, 160.0), (20, 161.0)]);
    assert_eq!(unread, [Missing, Missing, Value(1.0)]);
}
