use super::*;
use countersign_feed::demo_estate;

fn due_of(id: &str, from: &str, end: &str) -> Split {
    let estate = demo_estate();
    let asset = estate.asset(&id.parse().unwrap()).unwrap();
    due(&estate, asset, from.parse().unwrap(), end.parse().unwrap())
}

/// The story "reset-backlog": blocked from 02:10 to 03:25 in Chicago, useful for 15 min.
#[test]
fn of_173_reset_mails_only_the_newest_35_may_go() {
    let split = due_of("TS-01", "2026-11-22T08:10:00Z", "2026-11-22T09:25:00Z");
    let counts = split.counts();
    assert_eq!(
        (counts.all, counts.may_go, counts.must_not, counts.past_72h),
        (173, 35, 138, 0)
    );
    let words = split.words(Some(15));
    assert_eq!(words, "35 may still go, 138 must not (older than 15 min)");
    let parts: f64 = split.parts().iter().map(|(_, n)| n).sum();
    assert!((parts - 173.0).abs() < 0.1, "{parts}");
}

#[test]
fn what_is_older_than_three_days_is_past_72_h_whatever_its_life() {
    let split = due_of("TS-07", "2026-11-16T00:00:00Z", "2026-11-22T00:00:00Z");
    assert!(split.past_72h > 1_000.0, "{split:?}");
    let queue = queued(400.0, 4.0 * 86_400.0, None);
    assert_eq!(queue.counts().past_72h, 100);
    assert_eq!(queue.counts().may_go, 300);
    assert_eq!(queue.words(None), "300 may go late, 100 are past 72 h");
}

#[test]
fn a_queue_is_split_by_the_age_of_its_oldest() {
    let split = queued(120.0, 3_600.0, Some(30));
    let counts = split.counts();
    assert_eq!((counts.may_go, counts.must_not), (60, 60));
    assert_eq!(split.parts()[0], (Fate::Useful, 30.0));
    assert_eq!(queued(5.0, 0.0, Some(30)).counts().may_go, 5);
}

#[test]
fn a_counted_backlog_keeps_the_proportions_and_adds_up() {
    let due = due_of("TS-01", "2026-11-22T08:10:00Z", "2026-11-22T09:25:00Z");
    let counts = due.scaled(346.0).counts();
    assert_eq!((counts.all, counts.may_go), (346, 69));
    assert_eq!(Split::default().scaled(7.0).counts().may_go, 7);
}
