//! Confidence, coverage, rates and time-to-know, as outcomes make them.

use super::*;
use countersign_model::outcome::Metric;
use countersign_model::status::{Channel, PartState};

fn status(statuses: &Statuses, id: &str, now: &str) -> IntegrationStatus {
    let view = statuses.view(at(now), &[]);
    view.into_iter()
        .find(|status| status.integration.as_str() == id)
        .unwrap()
}

fn see(statuses: &mut Statuses, outcome: &Outcome) {
    statuses.observe(outcome.ts, outcome);
}

fn sample(asset: &str, ts: &str, metric: Metric, value: f64) -> Outcome {
    Outcome {
        id: format!("s_{asset}_{ts}").parse().unwrap(),
        integration: None,
        credential: None,
        fact: Fact::Sample {
            metric,
            asset: asset.parse().unwrap(),
            value,
        },
        ..mint(ts, 200)
    }
}

fn renewing(ts: &str, refresh_at: &str) -> Outcome {
    let mut outcome = mint(ts, 200);
    if let Fact::Mint { refresh_at: at, .. } = &mut outcome.fact {
        *at = Some(refresh_at.parse().unwrap());
    }
    outcome
}

#[test]
fn nothing_seen_is_no_figure_and_never() {
    let statuses = Statuses::new(&demo_estate());
    let told = status(&statuses, "INT-029", "2026-11-22T12:40:00Z");
    assert_eq!(told.confidence.figure, None);
    assert_eq!(
        told.confidence.coverage().words(),
        "refresh not seen, calls not seen, downstream not seen"
    );
    assert_eq!((told.calls, told.renewals.rate), (None, None));
    let known = told.knowing.at(at("2026-11-22T12:40:00Z"));
    assert_eq!(known.words, "never");
    assert!(known.next_step.is_some(), "something would show it");
}

#[test]
fn a_token_alone_is_no_figure_and_with_calls_it_is() {
    let mut statuses = Statuses::new(&demo_estate());
    see(&mut statuses, &mint("2026-11-22T13:00:00Z", 200));
    let now = "2026-11-22T13:11:00Z";
    let told = status(&statuses, "INT-029", now);
    assert_eq!(told.confidence.token.state, PartState::Working(100));
    assert_eq!(
        told.confidence.figure, None,
        "0.4 of the weight is too little"
    );
    see(&mut statuses, &call("INT-029", "2026-11-22T13:10:00Z", 201));
    let told = status(&statuses, "INT-029", now);
    assert_eq!(told.confidence.figure, Some(100));
    assert_eq!(
        told.confidence.coverage().words(),
        "refresh seen, calls seen, downstream seen"
    );
    assert_eq!(told.last_sync_at, Some(at("2026-11-22T13:10:00Z")));
}

#[test]
fn calls_that_fail_make_a_flow_degraded_and_cap_the_figure() {
    let mut statuses = Statuses::new(&demo_estate());
    see(&mut statuses, &mint("2026-11-22T13:00:00Z", 200));
    for second in 10..30 {
        let status = if second % 3 == 0 { 503 } else { 202 };
        let ts = format!("2026-11-22T13:00:{second}Z");
        see(&mut statuses, &call("INT-029", &ts, status));
    }
    let told = status(&statuses, "INT-029", "2026-11-22T13:01:00Z");
    assert_eq!(told.health, Health::Degraded);
    assert_eq!(
        told.reason,
        "14 of 20 calls answered in its newest hour with traffic."
    );
    assert_eq!(told.confidence.calls.state, PartState::Failing(70));
    assert_eq!(told.confidence.figure, Some(40));
    assert_eq!(told.failures[&Class::Upstream], 6);
    let healthy = statuses.healthy(at("2026-11-22T13:01:00Z"));
    assert!(
        healthy.contains(&told.integration),
        "its credential is still seen to work"
    );
}

#[test]
fn no_traffic_is_no_rate() {
    let mut statuses = Statuses::new(&demo_estate());
    see(&mut statuses, &call("INT-008", "2026-11-22T13:10:00Z", 202));
    let told = status(&statuses, "INT-008", "2026-11-22T13:25:01Z");
    assert_eq!(told.confidence.calls.state, PartState::NoTraffic);
    assert_eq!(told.confidence.figure, None);
    assert_eq!(told.health, Health::Unknown);
}

#[test]
fn a_table_that_stops_changing_ages_and_then_degrades_its_feeder() {
    let mut statuses = Statuses::new(&demo_estate());
    let estate = demo_estate();
    let table = estate.asset(&"DE-16".parse().unwrap()).unwrap();
    let warn = i64::from(table.warn_after_min.unwrap());
    let critical = i64::from(table.critical_after_min.unwrap());
    let written = "2026-11-22T13:09:00Z";
    see(
        &mut statuses,
        &sample("DE-16", written, Metric::RowsWritten, 61_000.0),
    );
    let after = |minutes: i64| {
        let now = at(written) + countersign_model::SignedDuration::from_mins(minutes);
        status(&statuses, "INT-029", &now.to_string())
    };
    assert_eq!(after(0).confidence.freshness.state, PartState::Working(100));
    assert_eq!(
        after(0).health,
        Health::Healthy,
        "a table that changes is no silence: {}",
        after(0).reason
    );
    assert_eq!(
        after(warn).confidence.freshness.state,
        PartState::Working(60)
    );
    let late = after(critical);
    assert_eq!(late.confidence.freshness.state, PartState::Failing(0));
    assert_eq!(late.health, Health::Degraded);
    assert!(
        late.reason.contains("has not changed since 07:09 CST"),
        "{}",
        late.reason
    );
}

#[test]
fn a_sample_that_says_nothing_changed_does_not_make_a_table_fresh() {
    let mut statuses = Statuses::new(&demo_estate());
    let zero = sample("DE-16", "2026-11-22T13:09:00Z", Metric::RowsWritten, 0.0);
    see(&mut statuses, &zero);
    let told = status(&statuses, "INT-029", "2026-11-22T13:10:00Z");
    assert_eq!(told.confidence.freshness.state, PartState::Unseen);
    let an_hour_ago = at("2026-11-22T12:09:00Z").as_second();
    #[expect(clippy::cast_precision_loss, reason = "an instant of our days")]
    let value = an_hour_ago as f64;
    let old = sample("DE-16", "2026-11-22T13:10:00Z", Metric::LastChange, value);
    see(&mut statuses, &old);
    let sight = &statuses.assets["DE-16"];
    assert_eq!(sight.changed_at, Some(at("2026-11-22T12:09:00Z")));
    assert_eq!(sight.sampled_at, at("2026-11-22T13:10:00Z"));
}

#[test]
fn time_to_know_follows_the_evidence() {
    let mut statuses = Statuses::new(&demo_estate());
    let now = "2026-11-22T12:40:00Z";
    let known = |statuses: &Statuses| {
        let told = status(statuses, "INT-029", now).knowing.at(at(now));
        (told.words, told.channel)
    };
    see(
        &mut statuses,
        &renewing("2026-11-22T12:36:00Z", "2026-11-22T12:50:59Z"),
    );
    assert_eq!(
        known(&statuses),
        ("12 min".to_owned(), Some(Channel::Renewal))
    );
    let asset = "DE-16".parse().unwrap();
    statuses.set_noticeable(&asset, Some(7));
    assert_eq!(
        known(&statuses),
        ("7 min".to_owned(), Some(Channel::Volume))
    );
}

#[test]
fn calls_of_a_stream_are_known_within_the_guard() {
    let mut statuses = Statuses::new(&demo_estate());
    for second in 10..50 {
        let ts = format!("2026-11-22T13:00:{second}Z");
        see(&mut statuses, &call("INT-008", &ts, 202));
    }
    let now = at("2026-11-22T13:01:00Z");
    let told = status(&statuses, "INT-008", "2026-11-22T13:01:00Z");
    let known = told.knowing.at(now);
    assert_eq!(known.channel, Some(Channel::Calls));
    assert_eq!(told.calls.unwrap().per_min, 40.0);
    let guard = Rules::default();
    assert!(
        [guard.calls_page_s, guard.calls_page_t0_s].contains(&known.within_s.unwrap()),
        "{known:?}"
    );
}

#[test]
fn renewals_of_the_week_are_counted_with_their_classes() {
    let mut statuses = Statuses::new(&demo_estate());
    for ts in ["2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z"] {
        see(&mut statuses, &mint(ts, 200));
    }
    let mut refused = mint("2026-11-22T12:00:00Z", 401);
    if let Fact::Mint { call, .. } = &mut refused.fact {
        call.error_code = Some("invalid_client".into());
    }
    see(&mut statuses, &refused);
    let told = status(&statuses, "INT-029", "2026-11-22T12:01:00Z");
    assert_eq!((told.renewals.ok, told.renewals.failed), (2, 1));
    assert!(told.renewals.is_below, "{:?}", told.renewals);
    assert_eq!(told.failures, BTreeMap::from([(Class::AuthRejected, 1)]));
}
