use super::*;

#[test]
fn the_same_seed_has_the_same_luck() {
    let draw = |seed| {
        let mut chance = Chance::new(seed);
        (0..50).map(|_| chance.bits()).collect::<Vec<_>>()
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
}

#[test]
fn a_share_hits_about_as_often_as_it_says() {
    let mut chance = Chance::new(7);
    let hits = (0..10_000).filter(|_| chance.hits(0.33)).count();
    assert!((3_100..3_500).contains(&hits), "{hits}");
    assert!(chance.hits(1.0));
    assert!(!chance.hits(0.0));
}

#[test]
fn latencies_have_the_told_median_and_tail() {
    let mut chance = Chance::new(7);
    let mut all: Vec<u64> = (0..20_000).map(|_| chance.latency_ms(240)).collect();
    all.sort_unstable();
    let (median, p95) = (all[10_000], all[19_000]);
    assert!((230..250).contains(&median), "{median}");
    assert!((850..950).contains(&p95), "{p95}");
}

#[test]
fn a_guid_has_its_form_and_stays_with_its_name() {
    assert_eq!(guid_of("DE-16"), guid_of("DE-16"));
    assert_ne!(guid_of("DE-16"), guid_of("DE-17"));
    let parts: Vec<usize> = guid_of("DE-16").split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
}
