use super::*;
use countersign_feed::estate::demo_estate;
use countersign_model::SignedDuration;
use countersign_model::estate::Planned;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn outcome(n: i64, ts: Timestamp, flow: Option<&str>, fact: Fact) -> Outcome {
    Outcome {
        id: format!("out_{n}_{}", ts.as_second()).parse().unwrap(),
        ts,
        source: "collector".into(),
        integration: flow.map(|id| id.parse().unwrap()),
        bu: None,
        credential: None,
        consumer: None,
        peer_ip: None,
        n: 1,
        fact,
    }
}

fn sample(ts: Timestamp, metric: Metric, asset: &str, value: f64) -> Outcome {
    let asset = asset.parse().unwrap();
    let fact = Fact::Sample {
        metric,
        asset,
        value,
    };
    outcome(0, ts, None, fact)
}

fn run(ts: Timestamp, flow: &str, rows: u64) -> Outcome {
    let fact = Fact::Run {
        rows: Some(rows),
        duration_ms: None,
        state: "completed".into(),
    };
    outcome(1, ts, Some(flow), fact)
}

/// Entries of a busy journey in one poll of five minutes: more by day, never none.
fn usual(ts: Timestamp) -> f64 {
    let hour = ts.as_second().rem_euclid(86_400) / 3_600;
    let wobble = (ts.as_second() / 300 * 7) % 5;
    #[expect(clippy::cast_precision_loss, reason = "a few entries")]
    let entries = (if (6..22).contains(&hour) { 20 } else { 6 } + wobble) as f64;
    entries
}

/// Feeds polls of `metric` every five minutes over `days`; the signals.
fn feed(
    counters: &mut Counters,
    (from, days): (Timestamp, i64),
    asset: &str,
    value: impl Fn(Timestamp) -> f64,
) -> Vec<Signal> {
    let mut signals = Vec::new();
    for poll in 1..=days * 288 {
        let ts = from + SignedDuration::from_secs(poll * 300);
        let read = sample(ts, Metric::Enrolments, asset, value(ts));
        signals.extend(counters.observe(ts, &read));
    }
    signals
}

#[test]
fn a_journey_that_enrols_nobody_is_told_and_heals_and_before_it_nothing_is() {
    let mut counters = Counters::new(&demo_estate());
    let start = at("2026-10-19T00:00:00Z");
    assert_eq!(feed(&mut counters, (start, 35), "J-10", usual), []);
    let stop = at("2026-11-23T00:00:00Z");
    let mut went_on_at = BTreeMap::new();
    counters.refresh(&mut went_on_at);
    assert_eq!(went_on_at[&"J-10".parse::<AssetId>().unwrap()], stop);
    let silence = feed(&mut counters, (stop, 1), "J-10", |_| 0.0);
    let told = silence.last().unwrap();
    assert_eq!(told.cause, RootCause::Asset("J-10".parse().unwrap()));
    assert_eq!(
        (told.class, told.strength),
        (Class::Stopped, Strength::Page)
    );
    assert_eq!(told.integrations, ["INT-031".parse().unwrap()]);
    assert!(silence[0].at.duration_since(stop).as_mins() <= 60);
    let again = feed(
        &mut counters,
        (at("2026-11-24T00:00:00Z"), 1),
        "J-10",
        usual,
    );
    assert_eq!(again.last().unwrap().strength, Strength::Healed);
}

#[test]
fn a_planned_pause_is_no_stop() {
    let mut estate = demo_estate();
    estate.planned.push(Planned {
        id: "PL-01".into(),
        kind: PlannedKind::Pause,
        from: at("2026-11-23T00:00:00Z"),
        to: at("2026-11-24T00:10:00Z"),
        bu: None,
        integration: None,
        asset: Some("J-10".parse().unwrap()),
        reason: "copy review".into(),
    });
    let mut counters = Counters::new(&estate);
    feed(
        &mut counters,
        (at("2026-10-19T00:00:00Z"), 35),
        "J-10",
        usual,
    );
    let paused = feed(
        &mut counters,
        (at("2026-11-23T00:00:00Z"), 1),
        "J-10",
        |_| 0.0,
    );
    assert_eq!(paused, []);
}

/// Hourly runs of INT-011's load, four-hourly by its schedule.
fn load(counters: &mut Counters, from: Timestamp, runs: i64, rows: u64) -> Vec<Signal> {
    let mut signals = Vec::new();
    for n in 0..runs {
        let ts = from + SignedDuration::from_hours(4 * n);
        signals.extend(counters.observe(ts, &run(ts, "INT-011", rows)));
    }
    signals
}

#[test]
fn a_run_that_moves_nothing_where_every_run_moved_something_is_told_at_once() {
    let mut counters = Counters::new(&demo_estate());
    assert_eq!(
        load(&mut counters, at("2026-10-01T00:10:00Z"), 240, 4_000),
        []
    );
    let told = load(&mut counters, at("2026-11-10T00:10:00Z"), 1, 0);
    assert_eq!(told[0].class, Class::ZeroRows);
    assert_eq!(told[0].cause, RootCause::Asset("DE-04".parse().unwrap()));
}

#[test]
fn a_sample_of_the_counter_wins_over_runs_and_no_row_counts_twice() {
    let mut counters = Counters::new(&demo_estate());
    let ts = at("2026-10-01T00:10:00Z");
    counters.observe(ts, &run(ts, "INT-011", 10));
    let key = ("DE-04".parse().unwrap(), Metric::RowsWritten);
    assert!(counters.entries.get_mut(&key).unwrap().is_for(true));
    counters.observe(ts, &sample(ts, Metric::RowsWritten, "DE-04", 10.0));
    assert!(!counters.entries.get_mut(&key).unwrap().is_for(true));
}

#[test]
fn a_row_count_alone_says_nothing_and_what_is_not_in_the_estate_neither() {
    let mut counters = Counters::new(&demo_estate());
    for minute in 0..600 {
        let ts = at("2026-10-01T00:00:00Z") + SignedDuration::from_mins(minute);
        let flat = sample(ts, Metric::Rows, "DE-01", 100.0);
        assert_eq!(counters.observe(ts, &flat), []);
        let foreign = sample(ts, Metric::Enrolments, "J-999", 0.0);
        assert_eq!(counters.observe(ts, &foreign), []);
    }
    let mut went_on_at = BTreeMap::new();
    counters.refresh(&mut went_on_at);
    assert!(went_on_at.is_empty());
}

#[test]
fn what_is_remembered_survives_being_stored_in_parts() {
    let mut first = Counters::new(&demo_estate());
    let start = at("2026-10-19T00:00:00Z");
    feed(&mut first, (start, 35), "J-10", usual);
    let mut second = Counters::new(&demo_estate());
    for (part, text) in first.take_changed() {
        assert!(second.recall(&part, &text.unwrap()).unwrap());
    }
    assert_eq!(first.take_changed(), []);
    assert!(!second.recall("credential/INT-001", "{}").unwrap());
    let stop = at("2026-11-23T00:00:00Z");
    let silence = |counters: &mut Counters| feed(counters, (stop, 1), "J-10", |_| 0.0);
    let (one, other) = (silence(&mut first), silence(&mut second));
    assert_eq!(one, other);
    assert!(!one.is_empty());
}

/// An estate of which one credential feeds ten journeys by ten flows.
fn ten_journeys() -> Estate {
    let mut estate = demo_estate();
    let (mut flow, mut journey) = (
        estate
            .integration(&"INT-031".parse().unwrap())
            .unwrap()
            .clone(),
        estate.asset(&"J-10".parse().unwrap()).unwrap().clone(),
    );
    for n in 1..=10 {
        journey.id = format!("J-9{n:02}").parse().unwrap();
        flow.id = format!("INT-9{n:02}").parse().unwrap();
        flow.feeds = vec![journey.id.clone()];
        flow.schedule = None;
        estate.assets.push(journey.clone());
        estate.integrations.push(flow.clone());
    }
    estate
}

/// Chance for one poll of one flow.
fn chance(ts: Timestamp, n: u64) -> usize {
    let mut chance = (ts.as_second().unsigned_abs() / 300) ^ (n << 40);
    for _ in 0..3 {
        chance = (chance ^ (chance >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    usize::try_from((chance ^ (chance >> 32)) % 8).unwrap()
}

/// A thin and irregular flow: none, a few, or a burst in five minutes, halved from `falls` on.
fn thin(ts: Timestamp, n: u64, falls: Timestamp) -> f64 {
    let entries = [0.0, 2.0, 4.0, 4.0, 6.0, 8.0, 12.0, 20.0][chance(ts, n)];
    if ts > falls { entries / 2.0 } else { entries }
}

/// A busy flow that varies a little.
fn busy(ts: Timestamp, n: u64) -> f64 {
    [16.0, 18.0, 19.0, 20.0, 20.0, 21.0, 22.0, 24.0][chance(ts, n)]
}

/// Polls ten journeys over so many days, with a restart in the middle if `restarts`; the signals.
fn ten_fall(restarts: bool) -> Vec<Signal> {
    let estate = ten_journeys();
    let mut counters = Counters::new(&estate);
    let (start, falls) = (at("2026-10-19T00:00:00Z"), at("2026-11-18T09:00:00Z"));
    let mut signals = Vec::new();
    for poll in 1..=30 * 288 + 9 * 12 + 72 {
        let ts = start + SignedDuration::from_secs(poll * 300);
        if restarts && ts == falls + SignedDuration::from_mins(20) {
            let kept = counters.take_changed();
            counters = Counters::new(&estate);
            for (part, text) in kept {
                assert!(counters.recall(&part, &text.unwrap()).unwrap());
            }
        }
        for n in 1..=10 {
            let asset = format!("J-9{n:02}");
            let read = sample(ts, Metric::Enrolments, &asset, thin(ts, n, falls));
            signals.extend(counters.observe(ts, &read));
        }
        signals.extend(counters.tick(ts));
    }
    signals.retain(|signal| signal.at > falls);
    signals
}

#[test]
fn half_of_many_thin_flows_shows_in_their_credential_before_any_of_them_also_over_a_restart() {
    let signals = ten_fall(false);
    let credential = RootCause::Credential("INT-031".parse().unwrap());
    let first = signals.first().expect("it is told");
    assert_eq!((&first.cause, first.class), (&credential, Class::Reduced));
    let paged = signals
        .iter()
        .find(|signal| signal.strength == Strength::Page)
        .expect("it pages");
    assert_eq!(paged.cause, credential);
    assert!(paged.evidence[0].words.starts_with("Taken together"));
    assert_eq!(ten_fall(true), signals);
}

#[test]
fn a_partial_loss_pages_by_span_and_tier_and_never_where_everybody_fell() {
    let start = at("2026-10-19T00:00:00Z");
    let stop = at("2026-11-23T00:00:00Z");
    let mut counters = Counters::new(&demo_estate());
    feed(&mut counters, (start, 35), "J-10", |ts| busy(ts, 0));
    let told = feed(&mut counters, (stop, 1), "J-10", |ts| busy(ts, 0) * 0.5);
    let paged = told
        .iter()
        .find(|signal| signal.strength == Strength::Page)
        .expect("it pages");
    assert_eq!(paged.class, Class::Reduced);
    assert!(paged.at.duration_since(paged.since) >= SignedDuration::from_mins(30));

    let mut counters = Counters::new(&demo_estate());
    let journeys = [(0, "J-10"), (1, "J-11"), (2, "J-06")];
    for (n, asset) in journeys {
        feed(&mut counters, (start, 35), asset, |ts| busy(ts, n));
    }
    let mut told = Vec::new();
    for poll in 1..=288 {
        let ts = stop + SignedDuration::from_secs(poll * 300);
        for (n, asset) in journeys {
            let read = sample(ts, Metric::Enrolments, asset, busy(ts, n) * 0.5);
            told.extend(counters.observe(ts, &read));
        }
    }
    assert!(!told.is_empty());
    assert!(told.iter().all(|signal| signal.strength < Strength::Page));
}
