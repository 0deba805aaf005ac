use super::{LATENCY_MS, Latency, Tally};

#[test]
fn a_latency_counts_into_the_bucket_that_ends_at_or_after_it() {
    let mut latency = Latency::default();
    for ms in [0, 10, 11, 60_000, 60_001] {
        latency.add(ms, 2);
    }
    let mut expected = vec![0; LATENCY_MS.len() + 1];
    expected[0] = 4;
    expected[1] = 2;
    expected[11] = 2;
    expected[12] = 2;
    assert_eq!(latency.counts(), expected);
}

#[test]
fn a_quantile_is_the_end_of_its_bucket_and_unknown_beyond_the_last() {
    let mut latency = Latency::default();
    assert_eq!(latency.quantile_ms(0.5), None);
    latency.add(15, 98);
    latency.add(700, 1);
    latency.add(99_000, 1);
    assert_eq!(latency.quantile_ms(0.5), Some(20));
    assert_eq!(latency.quantile_ms(0.99), Some(1_000));
    assert_eq!(latency.quantile_ms(1.0), None);
}

#[test]
fn tallies_add_up_class_by_class_and_never_overflow() {
    let one = |class: &str, n| Tally {
        calls: n,
        retries: 1,
        failures: [(class.to_owned(), n)].into(),
        latency: Latency::default(),
    };
    let mut sum = one("scope", 2);
    sum.merge(&one("scope", 3));
    sum.merge(&one("other", u64::MAX));
    assert_eq!(sum.calls, u64::MAX);
    assert_eq!(sum.retries, 3);
    assert_eq!(
        sum.failures,
        [("other".to_owned(), u64::MAX), ("scope".to_owned(), 5)].into()
    );
}
