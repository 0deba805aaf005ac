use super::*;
use countersign_feed::demo_estate;
use countersign_model::estate::Estate;
use countersign_model::impact::Fate;
use countersign_model::incident::{Confidence, IncidentState};
use countersign_model::outcome::{Fact, Metric, Outcome};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An open incident with that cause, whose tokens are of no use since `from`.
pub(crate) fn incident(estate: &Estate, root: &str, class: Class, from: &str) -> Incident {
    let root_cause = root.parse().unwrap();
    let integrations = Cause::of(estate, &root_cause, &[]).integrations;
    Incident {
        id: "inc_01tests".parse().unwrap(),
        integrations: integrations.iter().map(|flow| flow.id.clone()).collect(),
        root_cause,
        class,
        refused: None,
        state: IncidentState::Open,
        confidence: Confidence::Certain,
        title: "Something stops.".to_owned(),
        business_units: Vec::new(),
        affected: Vec::new(),
        unaffected: Vec::new(),
        harm: None,
        token_ends_at: None,
        outage: Some(Outage {
            from: at(from),
            seen_in: Vec::new(),
        }),
        impact: None,
        response: Default::default(),
        evidence: Vec::new(),
        blind_spots: Vec::new(),
        owner: None,
        backup: None,
        runbook: Vec::new(),
        timeline: Vec::new(),
        started_at: at(from),
        opened_at: Some(at(from)),
        notified_at: None,
        asked_at: None,
        locked_at: None,
        part_of: None,
        resolved_at: None,
    }
}

fn impact_of(estate: &Estate, incident: &Incident, tally: &Tally, now: &str) -> Impact {
    let cause = Cause::of(estate, &incident.root_cause, &incident.integrations);
    impact(&cause, incident, tally, at(now))
}

fn best(impact: &Impact, kind: FigureKind, asset: &str) -> Option<u64> {
    let mut of = impact.of_kind(kind);
    of.find(|one| one.asset.as_ref().is_some_and(|id| id.as_str() == asset))
        .map(|one| whole(one.range.best))
}

fn sample(now: &str, metric: Metric, asset: &str, value: f64) -> Outcome {
    Outcome {
        id: "out_1".parse().unwrap(),
        ts: at(now),
        source: "tests".to_owned(),
        integration: None,
        bu: None,
        credential: None,
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Sample {
            metric,
            asset: asset.parse().unwrap(),
            value,
        },
    }
}

/// The seed check: 10,000 a day, flat, four hours, as two figures.
#[test]
fn four_hours_of_a_flat_journey_are_1667_contacts_late_and_as_many_missed() {
    let mut estate = demo_estate();
    estate.day_shape = None;
    let journey = estate
        .assets
        .iter_mut()
        .find(|one| one.id.as_str() == "J-06");
    journey.unwrap().volume_weekday = Some(10_000);
    let from = "2026-11-24T05:00:00Z";
    let incident = incident(&estate, "credential:INT-021", Class::AuthRejected, from);
    let impact = impact_of(
        &estate,
        &incident,
        &Tally::default(),
        "2026-11-24T09:00:00Z",
    );
    assert_eq!(
        best(&impact, FigureKind::ContactsDelayed, "J-06"),
        Some(1_667)
    );
    assert_eq!(best(&impact, FigureKind::EnrolmentGap, "J-06"), Some(1_667));
    assert_eq!(best(&impact, FigureKind::LostForGood, "J-06"), Some(1_667));
}

/// The story "hidden-stall": 3,029 contacts, about $9,390, not to be repeated.
#[test]
fn a_stalled_api_journey_loses_its_contacts_for_good_at_a_price_that_is_a_range() {
    let estate = demo_estate();
    let from = "2026-11-22T00:30:00Z";
    let incident = incident(&estate, "credential:INT-010", Class::AuthRejected, from);
    let impact = impact_of(
        &estate,
        &incident,
        &Tally::default(),
        "2026-11-22T04:30:00Z",
    );
    assert_eq!(best(&impact, FigureKind::EnrolmentGap, "J-01"), Some(3_029));
    assert_eq!(best(&impact, FigureKind::LostForGood, "J-01"), Some(3_029));
    let money = impact.of_kind(FigureKind::ValueAtRisk).next().unwrap();
    assert_eq!(whole(money.range.best / 10.0), 939);
    assert!(money.range.low < money.range.best && money.range.best < money.range.high);
    assert!(money.words.contains("$7,512 to $11,269"), "{}", money.words);
    let assumed = impact.assumptions_of(money);
    assert!(
        assumed
            .iter()
            .any(|words| words.contains("estate's owner wrote")),
        "{assumed:?}"
    );
}

/// "quiet-sunday": nothing is lost while the token lives and before the first missed load.
#[test]
fn harm_is_counted_from_the_end_of_the_token_and_grows_with_each_batch() {
    let estate = demo_estate();
    let dead = "2026-11-22T12:55:59Z";
    let incident = incident(&estate, "credential:INT-029", Class::AuthRejected, dead);
    let seen = |now: &str| impact_of(&estate, &incident, &Tally::default(), now);
    assert_eq!(
        seen("2026-11-22T12:52:29Z").figures,
        [],
        "its token still lives"
    );
    assert_eq!(
        seen("2026-11-22T13:04:59Z").figures,
        [],
        "no load was missed yet"
    );

    let before = seen("2026-11-22T15:00:00Z");
    assert_eq!(best(&before, FigureKind::StaleSends, "J-12"), None);
    let age = before.of_kind(FigureKind::FreshnessLost).next().unwrap();
    assert!(
        (age.range.best - 2.9).abs() < 0.05,
        "since 06:05 Chicago: {age:?}"
    );

    let after = seen("2026-11-22T16:00:00Z");
    assert_eq!(best(&after, FigureKind::StaleSends, "J-12"), Some(11_500));
    let next_day = seen("2026-11-23T16:15:00Z");
    assert_eq!(
        best(&next_day, FigureKind::StaleSends, "J-12"),
        Some(23_000)
    );
    let launch = seen("2026-11-28T14:00:00Z");
    assert_eq!(
        best(&launch, FigureKind::StaleSends, "C-2"),
        Some(4_800_000)
    );
}

#[test]
fn a_blocked_caller_has_a_backlog_by_fate_and_a_counted_one_wins() {
    let estate = demo_estate();
    let from = "2026-11-22T08:10:00Z";
    let now = "2026-11-22T09:25:00Z";
    let incident = incident(&estate, "credential:INT-001", Class::AuthRejected, from);
    let guessed = impact_of(&estate, &incident, &Tally::default(), now);
    assert_eq!(
        best(&guessed, FigureKind::CallerBacklog, "TS-01"),
        Some(173)
    );
    assert!(
        guessed.of_kind(FigureKind::ProviderQueue).next().is_none(),
        "nothing counts it"
    );

    let mut tally = Tally::new(&estate);
    tally.observe(&sample(now, Metric::Unsent, "TS-01", 200.0));
    tally.observe(&sample(now, Metric::QueueDepth, "TS-01", 60.0));
    tally.observe(&sample(now, Metric::QueueAgeS, "TS-01", 1_800.0));
    let counted = impact_of(&estate, &incident, &tally, now);
    let caller = counted.of_kind(FigureKind::CallerBacklog).next().unwrap();
    assert_eq!(caller.range, Range::exact(200.0));
    let queue = counted.of_kind(FigureKind::ProviderQueue).next().unwrap();
    let must_not = queue
        .parts
        .iter()
        .find(|part| part.fate == Fate::MustNotSend);
    assert!((must_not.unwrap().n - 30.0).abs() < 0.1, "{queue:?}");
}

#[test]
fn less_than_usual_is_told_from_nothing_to_all() {
    let estate = demo_estate();
    let incident = incident(
        &estate,
        "asset:J-01",
        Class::Reduced,
        "2026-11-22T00:30:00Z",
    );
    let impact = impact_of(
        &estate,
        &incident,
        &Tally::default(),
        "2026-11-22T04:30:00Z",
    );
    let gap = impact.of_kind(FigureKind::EnrolmentGap).next().unwrap();
    assert!(
        gap.range.low < 1.0 && whole(gap.range.high) == 3_029,
        "{gap:?}"
    );
    let says = impact.assumptions_of(gap);
    assert!(
        says.iter().any(|words| words.contains("less than usual")),
        "{says:?}"
    );
}

#[test]
fn a_cause_at_one_asset_hits_no_sibling_of_its_flow() {
    let estate = demo_estate();
    let incident = incident(
        &estate,
        "asset:DE-17",
        Class::Frozen,
        "2026-11-22T12:00:00Z",
    );
    let impact = impact_of(
        &estate,
        &incident,
        &Tally::default(),
        "2026-11-22T17:00:00Z",
    );
    let stale: Vec<_> = impact.of_kind(FigureKind::FreshnessLost).collect();
    assert_eq!(stale.len(), 1);
    assert_eq!(stale[0].asset.as_ref().unwrap().as_str(), "DE-17");
}

/// Restored at 07:20 Chicago: one load was missed, no reminder went out; by a customer's word at
/// 14:00 or later 11,500 would have.
#[test]
fn what_early_detection_kept_away_is_told_with_its_assumption() {
    let estate = demo_estate();
    let dead = "2026-11-22T12:55:59Z";
    let mut incident = incident(&estate, "credential:INT-029", Class::AuthRejected, dead);
    incident.response.restored_at = Some(at("2026-11-22T13:20:00Z"));
    let impact = impact_of(
        &estate,
        &incident,
        &Tally::default(),
        "2026-11-22T13:30:00Z",
    );
    assert_eq!(best(&impact, FigureKind::StaleSends, "J-12"), None);
    let kept: Vec<_> = impact.of_kind(FigureKind::Prevented).collect();
    assert_eq!(kept.len(), 2, "contacts and money: {kept:?}");
    assert!(kept[0].range.low >= 11_500.0, "{:?}", kept[0]);
    let says = impact.assumptions_of(kept[0]);
    assert!(
        says.iter()
            .any(|words| words.contains("customer's complaint")),
        "{says:?}"
    );
    let missed: Vec<_> = impact.of_kind(FigureKind::FreshnessLost).collect();
    assert!(!missed.is_empty());
}

/// Over the whole estate and every hour of two days: ranges are ranges, and no number about customers
/// stands alone.
#[test]
fn every_number_about_customers_stands_next_to_its_assumptions() {
    let estate = demo_estate();
    let mut seen = 0;
    for credential in &estate.credentials {
        let root = format!("credential:{}", credential.id);
        let incident = incident(&estate, &root, Class::AuthRejected, "2026-11-20T12:00:00Z");
        for now in [
            "2026-11-20T12:00:00Z",
            "2026-11-20T17:00:00Z",
            "2026-11-22T12:00:00Z",
        ] {
            let impact = impact_of(&estate, &incident, &Tally::default(), now);
            for figure in &impact.figures {
                let range = figure.range;
                assert!(0.0 <= range.low && range.low <= range.best && range.best <= range.high);
                assert!(
                    figure.unit == Unit::Hours || !figure.assumes.is_empty(),
                    "{figure:?}"
                );
                assert!(
                    figure.words.ends_with('.') && figure.words.len() < 160,
                    "{}",
                    figure.words
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 150, "{seen}");
}
