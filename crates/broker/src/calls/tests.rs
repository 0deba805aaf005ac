use super::*;

fn sort(route: &str) -> Sort {
    Sort {
        consumer: "app-1".parse().unwrap(),
        integration: "INT-001".parse().unwrap(),
        credential: "INT-001".parse().unwrap(),
        peer_ip: Some([127, 0, 0, 1].into()),
        method: Some("GET".to_owned()),
        route: Some(route.to_owned()),
        status: Some(200),
        error_code: None,
        attempt: Some(1),
    }
}

#[test]
fn equal_calls_are_one_and_none_is_told_twice() {
    let calls = Calls::default();
    for latency_ms in [10, 20, 30] {
        calls.count(sort("/a"), latency_ms);
    }
    calls.count(sort("/b"), 5);
    let mut taken = calls.take();
    taken.sort_by_key(|counted| counted.n);
    assert_eq!(taken.iter().map(|one| one.n).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(taken[1].latency_ms, 20);
    assert!(calls.take().is_empty());
}

#[test]
fn a_flood_of_sorts_is_bounded_and_no_call_is_lost() {
    let calls = Calls::default();
    let n = SORTS_MAX + 500;
    for number in 0..n {
        calls.count(sort(&format!("/{number}")), 1);
    }
    let taken = calls.take();
    assert!(taken.len() <= SORTS_MAX + 1, "{}", taken.len());
    assert_eq!(taken.iter().map(|one| one.n).sum::<u64>(), n as u64);
    // A flood is over when it was told: the next call is told with all that is known of it.
    calls.count(sort("/after"), 1);
    assert_eq!(calls.take()[0].sort, sort("/after"));
}

#[test]
fn an_upstream_that_invents_error_codes_and_a_caller_that_moves_fill_nothing() {
    let calls = Calls::default();
    for number in 0..SORTS_MAX + 500 {
        let mut one = sort("/a");
        one.error_code = Some(format!("code_{number}"));
        one.method = Some(format!("M{number}"));
        one.attempt = u32::try_from(number).ok();
        calls.count(one, 1);
    }
    let taken = calls.take();
    assert!(taken.len() <= SORTS_MAX + 1, "{}", taken.len());
}

#[test]
fn a_call_counted_by_many_at_once_while_others_tell_is_told_once() {
    let calls = Calls::default();
    let told = std::sync::atomic::AtomicU64::new(0);
    let tell = || {
        let n = calls.take().iter().map(|one| one.n).sum();
        told.fetch_add(n, Ordering::SeqCst);
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5_000).for_each(|_| calls.count(sort("/a"), 1)));
        }
        (0..200).for_each(|_| tell());
    });
    tell();
    assert_eq!(told.load(Ordering::SeqCst), 20_000);
}
