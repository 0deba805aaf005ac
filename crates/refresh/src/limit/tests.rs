//! Burst, pace, halving, regaining and ramp of one host's bucket.

use super::Bucket;
use crate::instant::after;
use countersign_model::Timestamp;

fn at(ms: u64) -> Timestamp {
    after("2026-11-22T12:00:00Z".parse().unwrap(), ms)
}

/// Sends as fast as the bucket lets it until `end_ms`; returns how many left.
fn sent_by(bucket: &mut Bucket, start_ms: u64, end_ms: u64, backlog: usize) -> u32 {
    let (mut now, mut sent) = (at(start_ms), 0);
    while now < at(end_ms) {
        let ready = bucket.ready_at(now, backlog);
        if ready > now {
            now = ready;
        } else {
            bucket.take();
            sent += 1;
        }
    }
    sent
}

#[test]
fn a_handful_leaves_at_once_and_the_rest_at_the_rate() {
    let mut bucket = Bucket::new(5.0, 10, at(0));
    assert_eq!(sent_by(&mut bucket, 0, 1, 10), 10);
    assert_eq!(sent_by(&mut bucket, 1, 10_001, 10), 50);
}

#[test]
fn a_backlog_is_paced_from_its_first_request() {
    let mut bucket = Bucket::new(5.0, 10, at(0));
    assert_eq!(sent_by(&mut bucket, 0, 1_000, 500), 5);
}

#[test]
fn throttling_halves_the_rate_once_per_round_and_not_below_the_floor() {
    let mut bucket = Bucket::new(5.0, 10, at(0));
    assert!(bucket.cut(at(1_000), at(900)));
    assert!(
        !bucket.cut(at(1_100), at(950)),
        "sent before the cut: nothing new"
    );
    assert!((bucket.rate(at(1_100)) - 2.5).abs() < 1e-9);
    for round in 2..10 {
        assert!(bucket.cut(at(round * 1_000), at(round * 1_000 - 1)));
    }
    assert!((bucket.rate(at(10_000)) - 0.2).abs() < 1e-9);
}

#[test]
fn the_rate_is_regained_by_a_tenth_each_half_minute() {
    let mut bucket = Bucket::new(5.0, 10, at(0));
    bucket.cut(at(0), at(0));
    let _ = bucket.ready_at(at(60_000), 1);
    assert!((bucket.rate(at(60_000)) - 3.5).abs() < 1e-9);
    let _ = bucket.ready_at(at(600_000), 1);
    assert!((bucket.rate(at(600_000)) - 5.0).abs() < 1e-9);
}

#[test]
fn after_an_outage_requests_leave_at_one_two_and_four_a_second() {
    let mut bucket = Bucket::new(100.0, 10, at(0));
    bucket.ramp(at(0));
    let by_second: Vec<u32> = (0..4)
        .map(|s| sent_by(&mut bucket, s * 1_000, (s + 1) * 1_000, 500))
        .collect();
    for (second, sent) in by_second.iter().enumerate() {
        let allowed = 1u32 << second;
        assert!((allowed..=allowed + 1).contains(sent), "{by_second:?}");
    }
}

#[test]
fn a_wait_is_never_zero() {
    let mut bucket = Bucket::new(1_000.0, 1, at(0));
    bucket.take();
    assert!(bucket.ready_at(at(0), 1) > at(0));
}
