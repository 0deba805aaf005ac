use super::*;
use countersign_model::SignedDuration;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
}

#[test]
fn a_key_may_ping_in_a_burst_and_once_a_second_after_that() {
    let gate = PingGate::default();
    let admitted =
        |second: i64, n: usize| (0..n).filter(|_| gate.admits(at(second), [1; 32])).count();
    assert_eq!(admitted(0, 100), 30);
    assert_eq!(admitted(5, 100), 5);
    assert_eq!(admitted(3, 100), 0, "a clock that goes back gives nothing");
    assert!(gate.admits(at(5), [2; 32]), "another key has its own");
}

#[test]
fn whoever_guesses_keys_is_slowed_down() {
    let gate = PingGate::default();
    let guess = |second: i64, n: u32| {
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&n.to_le_bytes());
        let admitted = gate.admits(at(second), hash);
        gate.forget(hash);
        admitted
    };
    assert_eq!((0..5_000).filter(|n| guess(0, *n)).count(), 500);
    assert_eq!((0..5_000).filter(|n| guess(10, *n)).count(), 500);
    assert_eq!(gate.0.lock().expect("not poisoned").keys.len(), 0);
}
