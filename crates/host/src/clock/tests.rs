use super::*;
use std::sync::Mutex;
use tokio::task::JoinSet;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).expect("in range")
}

fn seconds(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stepped_clock_stops_exactly_where_somebody_waits() {
    let (clock, control) = Clock::stepped(at(0), 0.0);
    let runner = control.clone();
    let mut running = JoinSet::new();
    running.spawn(async move { runner.run().await });
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (worker_clock, worker_seen) = (clock.clone(), Arc::clone(&seen));
    let mut hold = clock.hold();
    let mut working = JoinSet::new();
    working.spawn(async move {
        for second in [7, 11, 11, 300] {
            hold = worker_clock.rest_until(at(second), hold).await;
            tokio::task::yield_now().await;
            worker_seen
                .lock()
                .expect("unpoisoned")
                .push(worker_clock.now());
        }
    });
    control.advance(seconds(3600)).await;
    working
        .join_next()
        .await
        .expect("one worker")
        .expect("no panic");
    assert_eq!(
        *seen.lock().expect("unpoisoned"),
        [at(7), at(11), at(11), at(300)]
    );
    assert_eq!(clock.now(), at(3600));
    running.shutdown().await;
}

#[tokio::test]
async fn a_hold_stops_the_clock_and_the_time_it_took_is_not_made_up() {
    let (clock, control) = Clock::stepped(at(0), 1e6);
    let runner = control.clone();
    let mut running = JoinSet::new();
    running.spawn(async move { runner.run().await });
    let hold = clock.hold();
    let before = clock.now();
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    assert_eq!(clock.now(), before, "held");
    control.set_speed(0.0);
    drop(hold);
    assert_eq!(
        clock.now(),
        before,
        "20 ms at a million times speed would be hours"
    );
    running.shutdown().await;
}

#[tokio::test]
async fn a_shared_hold_keeps_the_clock_after_the_first_is_gone() {
    let (clock, control) = Clock::stepped(at(0), 1e6);
    let first = clock.hold();
    let stood = clock.now();
    let second = first.share();
    drop(first);
    assert_eq!(clock.now(), stood);
    control.set_speed(0.0);
    drop(second);
    assert_eq!(clock.now(), stood);
}

#[tokio::test]
async fn a_sleeper_that_goes_away_does_not_stop_the_clock() {
    let (clock, control) = Clock::stepped(at(0), 0.0);
    let runner = control.clone();
    let mut running = JoinSet::new();
    running.spawn(async move { runner.run().await });
    let sleeping_clock = clock.clone();
    let mut sleeping = JoinSet::new();
    sleeping.spawn(async move { drop(sleeping_clock.sleep_until(at(5)).await) });
    tokio::task::yield_now().await;
    sleeping.shutdown().await;
    control.advance(seconds(10)).await;
    assert_eq!(clock.now(), at(10));
    running.shutdown().await;
}

#[tokio::test]
async fn a_time_that_has_passed_returns_at_once_on_both_clocks() {
    let (clock, _control) = Clock::stepped(at(5), 0.0);
    drop(clock.sleep_until(at(5)).await);
    drop(Clock::system().sleep_until(at(0)).await);
}
