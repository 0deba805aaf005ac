use super::*;
use countersign_feed::demo_estate;

fn traffic() -> Traffic {
    Traffic::new(&demo_estate(), 7)
}

fn minutes(traffic: &Traffic, id: &str, from: &str, n: i64) -> Vec<(i64, Act)> {
    let from: Timestamp = from.parse().unwrap();
    let id: IntegrationId = id.parse().unwrap();
    (0..n)
        .flat_map(|minute| {
            let at = from + SignedDuration::from_mins(minute);
            let acts = traffic.minute(&id, at).into_iter();
            acts.map(move |burst| (minute, burst.act))
        })
        .collect()
}

fn calls(acts: &[(i64, Act)]) -> u64 {
    let n = |(_, act): &(i64, Act)| match act {
        Act::Calls { n, .. } => *n,
        Act::RunEnds { .. } => 0,
    };
    acts.iter().map(n).sum()
}

#[test]
fn a_scheduled_flow_calls_while_its_run_lasts_and_then_says_that_it_is_over() {
    // Hourly at :05, seven minutes, 61,000 rows a run and those of a second table.
    let acts = minutes(&traffic(), "INT-029", "2026-11-22T12:00:00Z", 60);
    let at = |acts: &[(i64, Act)]| acts.iter().map(|(minute, _)| *minute).collect::<Vec<_>>();
    assert_eq!(at(&acts), [5, 6, 7, 8, 9, 10, 11, 12]);
    let Some((
        12,
        Act::RunEnds {
            rows: Some(rows),
            duration_ms: 420_000,
        },
    )) = acts.last()
    else {
        panic!("{:?}", acts.last());
    };
    assert!(*rows >= 61_000);
    assert_eq!(calls(&acts), rows.div_ceil(ROWS_PER_CALL));
}

#[test]
fn runs_that_outlive_their_slot_overlap_without_a_gap() {
    let acts = minutes(&traffic(), "INT-003", "2026-11-22T12:00:00Z", 120);
    let calling: Vec<i64> = acts
        .iter()
        .filter(|(_, act)| matches!(act, Act::Calls { .. }))
        .map(|(minute, _)| *minute)
        .collect();
    assert_eq!(calling, (0..120).collect::<Vec<_>>());
    let ends = acts
        .iter()
        .filter(|(_, act)| matches!(act, Act::RunEnds { .. }));
    assert_eq!(ends.count(), 4);
}

#[test]
fn a_day_of_a_continuous_flow_has_its_volume_in_its_shape() {
    let traffic = traffic();
    // A Wednesday in Chicago; two sends of 26,400 and 18,900 a weekday.
    let day = calls(&minutes(&traffic, "INT-001", "2026-11-18T06:00:00Z", 1_440));
    assert!(day.abs_diff(45_300) < 1_500, "{day}");
    let night = calls(&minutes(&traffic, "INT-001", "2026-11-18T08:00:00Z", 60));
    let noon = calls(&minutes(&traffic, "INT-001", "2026-11-18T17:00:00Z", 60));
    assert!(noon > night * 8, "{noon} at noon, {night} at two");
}

#[test]
fn nobody_calls_where_nobody_works_and_nothing_is_wanted() {
    let traffic = traffic();
    let sunday = "2026-11-22T05:00:00Z";
    for id in ["INT-016", "INT-047", "INT-037"] {
        assert!(minutes(&traffic, id, sunday, 1_440).is_empty(), "{id}");
    }
}

#[test]
fn the_same_seed_makes_the_same_day_and_another_seed_another() {
    let day = |seed| {
        let traffic = Traffic::new(&demo_estate(), seed);
        minutes(&traffic, "INT-008", "2026-11-22T12:00:00Z", 240)
    };
    assert_eq!(day(7), day(7));
    assert_ne!(day(7), day(8));
}
