use super::super::tests::flow::{Flow, What};
use super::super::{Change, Pool, Series, Settings, Severity};
use super::PoolState;
use countersign_model::SignedDuration;
use countersign_model::class::Class;
use jiff::tz::TimeZone;

fn pool() -> Pool {
    let mut settings = Settings::new("CDP connector", 300, TimeZone::UTC);
    settings.is_first_tier = false;
    Pool::new(settings)
}

/// Ten irregular flows of one credential; from day 35 on half of each is lost, if `falls`.
fn run(days: i64, falls: bool, pool: &mut Pool) -> (Vec<Change>, Vec<Change>) {
    let flows: Vec<Flow> = (1..=10)
        .map(|seed| {
            let flow = Flow {
                seed,
                peak: 8.0,
                shape: 2,
                ..Flow::usual()
            };
            match falls {
                true => flow.with(35, 9.0, 24.0, What::Left(0.5)),
                false => flow,
            }
        })
        .collect();
    let mut series: Vec<Series> = flows.iter().map(Flow::series).collect();
    let buckets: Vec<_> = flows.iter().map(|flow| flow.days(days)).collect();
    let (mut changes, mut alone) = (Vec::new(), Vec::new());
    for n in 0..buckets[0].len() {
        let now = buckets[0][n].start + SignedDuration::from_mins(5);
        let mut members = Vec::new();
        for (series, buckets) in series.iter_mut().zip(&buckets) {
            alone.extend(series.observe(now, buckets[n]));
            members.extend(series.share().map(|share| (300, share)));
        }
        changes.extend(pool.observe(now, &members));
    }
    (changes, alone)
}

#[test]
fn half_of_ten_irregular_flows_is_found_together_before_any_tells_it_alone() {
    let (changes, alone) = run(36, true, &mut pool());
    let [Change::Opened(alarm), ..] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(
        (alarm.class, alarm.severity),
        (Class::Reduced, Severity::Warn)
    );
    let fell = Flow::usual().with(35, 9.0, 24.0, What::Left(0.5)).events[0].from;
    let delay = alarm.at.duration_since(fell);
    assert!(
        delay > SignedDuration::ZERO && delay <= SignedDuration::from_hours(3),
        "{delay}"
    );
    assert!(
        alarm
            .words
            .starts_with("Taken together, the flows of CDP connector are at ")
    );
    let sooner: Vec<_> = alone
        .iter()
        .map(Change::alarm)
        .filter(|one| one.at > fell && one.at <= alarm.at)
        .collect();
    assert_eq!(sooner, [] as [&_; 0]);
}

#[test]
fn ten_irregular_flows_that_go_on_bring_no_alarm() {
    let mut pool = pool();
    let (changes, _) = run(42, false, &mut pool);
    assert_eq!(changes, []);
    assert!(pool.strength() < 1.0);
    assert!(!pool.is_open());
}

#[test]
fn one_member_adds_three_nats_at_most() {
    let mut pool = pool();
    let share = super::Share {
        nats: 70.0,
        expected: 100.0,
        seen: 0.0,
    };
    let now = Flow::usual().start;
    pool.observe(now, &[(300, share)]);
    assert!(
        (pool.strength() - 3.0 / 20.0).abs() < 1e-9,
        "{}",
        pool.strength()
    );
    pool.observe(now, &[(300, share)]);
    assert!(
        (pool.strength() - 3.0 / 20.0).abs() < 1e-9,
        "the same time twice"
    );
}

#[test]
fn a_pool_that_was_kept_goes_on() {
    let mut first = pool();
    run(9, false, &mut first);
    let text = serde_json::to_string(first.snapshot()).expect("JSON");
    let state: PoolState = serde_json::from_str(&text).expect("as kept");
    let second = Pool::restore(first.settings.clone(), state);
    assert_eq!(second.snapshot(), first.snapshot());
}
