//! The estimate follows the slow tail and forgets it.

use super::Latency;

#[test]
fn one_slow_answer_among_many_does_not_move_the_estimate_and_two_do() {
    let mut latency = Latency::default();
    for _ in 0..98 {
        latency.note(200);
    }
    latency.note(9_000);
    assert_eq!(latency.p99_ms(), 200);
    latency.note(8_000);
    assert_eq!(latency.p99_ms(), 8_000);
}

#[test]
fn old_answers_are_forgotten() {
    let mut latency = Latency::default();
    for _ in 0..50 {
        latency.note(20_000);
    }
    for _ in 0..100 {
        latency.note(150);
    }
    assert_eq!(latency.p99_ms(), 150);
}

#[test]
fn a_few_answers_say_nothing() {
    let mut latency = Latency::default();
    for _ in 0..9 {
        latency.note(20_000);
    }
    assert_eq!(latency.p99_ms(), 0);
}
