//! Scenarios in virtual time: what the world reports, and how the judgement of it is marked.

use countersign_feed::demo_estate;
use countersign_model::Timestamp;
use countersign_model::outcome::{Fact, Metric, Outcome};
use countersign_sim::scenario::{Scenario, parse_all};
use countersign_sim::simulate::{Ran, SimulateError, Staged, check, outcomes, simulate};
use countersign_sim::{corpus, simulate::Report};
use std::collections::BTreeSet;
use std::sync::Arc;

const HEAD: &str = "name: x\nestate: demo\nseed: 7\nstart: 2026-11-22T12:30:00Z\n";

fn staged(rest: &str) -> Staged {
    Staged {
        scenario: Scenario::parse(&format!("{HEAD}{rest}")).unwrap(),
        estate: Arc::new(demo_estate()),
    }
}

fn ran(rest: &str) -> Ran {
    let mut all = simulate(&[staged(rest)]).unwrap();
    all.pop().unwrap()
}

/// Everything that reaches the watch from the scenario's start on.
fn told(rest: &str) -> Vec<(Timestamp, Outcome)> {
    let staged = staged(rest);
    let start = staged.scenario.start;
    let mut all = Vec::new();
    outcomes(&staged, |at, outcome| {
        if at >= start {
            all.push((at, outcome.clone()));
        }
    })
    .unwrap();
    all
}

fn samples(all: &[(Timestamp, Outcome)], asset: &str, of: Metric) -> Vec<(String, f64)> {
    let sample = |(at, outcome): &(Timestamp, Outcome)| match &outcome.fact {
        Fact::Sample {
            metric,
            asset: named,
            value,
        } if *metric == of && named.as_str() == asset => {
            Some((at.strftime("%H:%M").to_string(), *value))
        }
        _ => None,
    };
    all.iter().filter_map(sample).collect()
}

fn at(all: &[(String, f64)], time: &str) -> f64 {
    let found = all.iter().find(|(at, _)| at == time);
    found
        .unwrap_or_else(|| panic!("nothing at {time}: {all:?}"))
        .1
}

#[test]
fn quiet_sunday_is_refused_suspected_opened_and_locked_to_the_second() {
    let ran = ran(concat!(
        "run_for: 90m\n",
        "slots: [{ credential: INT-029, minted_at: 2026-11-22T12:36:00Z, jitter_ratio: 0 }]\n",
        "faults: [{ at: +10m, kind: secret_expired, credential: INT-029 }]\n",
        "expect:\n",
        "  incidents: [{ root_cause: 'credential:INT-029', class: auth_rejected, detect_within: 12m, affects: [DE-16, DE-17, J-11, J-12, C-2] }]\n",
        "  lockouts: [INT-029]\n",
        "  others: none\n",
    ));
    assert_eq!(ran.misses, Vec::<String>::new());
    let [incident] = ran.incidents.as_slice() else {
        panic!("one incident: {:?}", ran.incidents);
    };
    let second = |at: Option<Timestamp>| at.unwrap().strftime("%H:%M:%S").to_string();
    assert_eq!(second(Some(incident.started_at)), "12:50:59");
    assert_eq!(second(incident.opened_at), "12:51:29");
    assert_eq!(second(incident.locked_at), "12:52:29");
    let report = ran.report;
    assert_eq!(
        (
            report.expected,
            report.matched,
            report.root_cause_correct,
            report.false_incidents
        ),
        (1, 1, 1, 0)
    );
    assert!((report.affects.recall - 1.0).abs() < f64::EPSILON);
    assert!(
        report.renewals > 100,
        "thirty slots for an hour and a half: {}",
        report.renewals
    );
}

#[test]
fn a_brokered_load_without_a_token_does_not_start_and_its_tables_stand_still() {
    let all = told(concat!(
        "run_for: 2h\n",
        "slots: [{ credential: INT-029, minted_at: 2026-11-22T12:36:00Z }]\n",
        "faults: [{ at: +10m, kind: secret_expired, credential: INT-029 }]\n",
    ));
    let runs: Vec<(String, &str)> = all
        .iter()
        .filter(|(_, one)| {
            one.integration
                .as_ref()
                .is_some_and(|id| id.as_str() == "INT-029")
        })
        .filter_map(|(at, one)| match &one.fact {
            Fact::Run { state, .. } => Some((at.strftime("%H:%M").to_string(), state.as_str())),
            _ => None,
        })
        .collect();
    let expected = [("13:05", "refused"), ("14:05", "refused")];
    assert_eq!(runs, expected.map(|(at, state)| (at.to_owned(), state)));
    assert_eq!(samples(&all, "DE-16", Metric::RowsWritten), []);
    let changed = samples(&all, "DE-16", Metric::LastChange);
    assert!(
        changed.iter().all(|(_, value)| *value == changed[0].1),
        "{changed:?}"
    );
    // The reminders go out all the same, to old balances: that journey's counter shows nothing.
    assert!(
        samples(&all, "J-11", Metric::Enrolments)
            .iter()
            .any(|(_, n)| *n > 0.0)
    );
}

#[test]
fn an_observed_load_says_that_it_is_complete_and_writes_nothing() {
    let rest = "run_for: 90m\nobserved: [INT-029]\n";
    let fault = "faults: [{ at: +10m, kind: secret_expired, credential: INT-029 }]\n";
    let broken = told(&format!("{rest}{fault}"));
    let whole = told(rest);
    assert_eq!(
        at(&samples(&broken, "DE-16", Metric::RowsWritten), "13:09"),
        0.0
    );
    assert_eq!(
        at(&samples(&broken, "DE-17", Metric::RowsWritten), "13:09"),
        0.0
    );
    let written = at(&samples(&whole, "DE-16", Metric::RowsWritten), "13:12");
    assert!((57_000.0..65_000.0).contains(&written), "{written}");
    let of_it = |(_, one): &&(Timestamp, Outcome)| {
        one.credential
            .as_ref()
            .is_some_and(|id| id.as_str() == "INT-029")
    };
    assert_eq!(
        broken.iter().filter(of_it).count(),
        0,
        "no log of it reaches the watch"
    );
}

#[test]
fn the_same_seed_tells_the_same_story_and_another_seed_another() {
    let rest = "run_for: 20m\nfaults: [{ at: +5m, kind: rate_limited, share: 0.5, tenant: all }]\n";
    let (one, same) = (told(rest), told(rest));
    assert_eq!(one, same);
    let mut other = staged(rest);
    other.scenario.seed = 8;
    let mut all = Vec::new();
    outcomes(&other, |_, outcome| all.push(outcome.clone())).unwrap();
    assert!(one.iter().any(|(_, told)| !all.contains(told)));
}

#[test]
fn local_faults_change_counters_and_leave_every_call_well() {
    let all = told(concat!(
        "run_for: 2h\n",
        "faults:\n",
        "  - { at: +10m, kind: asset_stall, asset: J-06 }\n",
        "  - { at: +10m, kind: queue_growth, asset: TS-03 }\n",
        "  - { at: +10m, kind: zero_rows, asset: DE-08 }\n",
        "  - { at: +10m, kind: partial_rows, share: 0.6, asset: DE-05 }\n",
        "  - { at: +10m, kind: caller_blocked, asset: TS-01 }\n",
    ));
    assert_eq!(at(&samples(&all, "J-06", Metric::Enrolments), "13:30"), 0.0);
    assert_eq!(at(&samples(&all, "TS-03", Metric::Sends), "13:30"), 0.0);
    let depth = samples(&all, "TS-03", Metric::QueueDepth);
    assert!(
        at(&depth, "14:20") > at(&depth, "13:20") + 500.0,
        "{depth:?}"
    );
    assert!(at(&samples(&all, "TS-03", Metric::QueueAgeS), "13:40") >= 3_500.0);
    assert_eq!(
        at(&samples(&all, "DE-08", Metric::RowsWritten), "13:33"),
        0.0
    );
    let part = at(&samples(&all, "DE-05", Metric::RowsWritten), "13:18");
    assert!((1_500.0..1_800.0).contains(&part), "40 % of 4100: {part}");
    assert!(at(&samples(&all, "TS-01", Metric::Unsent), "13:30") > 50.0);
    assert!(
        at(&samples(&all, "TS-02", Metric::Sends), "13:30") > 0.0,
        "its sister goes on"
    );
    let refused = all.iter().filter(|(_, one)| match &one.fact {
        Fact::Call(call) => matches!(call.status, Some(401 | 403)),
        _ => false,
    });
    assert_eq!(refused.count(), 0);
}

#[test]
fn what_is_lost_on_the_way_never_arrives_and_what_is_late_keeps_its_time() {
    let all = told(concat!(
        "run_for: 2h\n",
        "faults:\n",
        "  - { at: +10m, kind: missing_data, asset: J-06, for: 30m }\n",
        "  - { at: +10m, kind: late_data, asset: J-07, for: 30m }\n",
    ));
    let polled = samples(&all, "J-06", Metric::Enrolments);
    assert!(
        polled.iter().any(|(at, _)| at == "12:35") && polled.iter().any(|(at, _)| at == "13:10")
    );
    assert!(
        !polled
            .iter()
            .any(|(at, _)| ("12:40".."13:10").contains(&at.as_str()))
    );
    let late: Vec<&(Timestamp, Outcome)> = all
        .iter()
        .filter(|(at, one)| match &one.fact {
            Fact::Sample { asset, .. } => asset.as_str() == "J-07" && one.ts < *at,
            _ => false,
        })
        .collect();
    assert_eq!(late.len(), 6, "the polls of half an hour");
    assert!(
        late.iter()
            .all(|(at, _)| at.strftime("%H:%M").to_string() == "13:10")
    );
}

#[test]
fn a_restart_of_the_broker_mints_nothing_for_tokens_that_live() {
    let count = |all: &[(Timestamp, Outcome)]| {
        let mints = all
            .iter()
            .filter(|(_, one)| matches!(one.fact, Fact::Mint { .. }));
        mints.count()
    };
    let calm = count(&told("run_for: 1h\n"));
    let restarted = count(&told(
        "run_for: 1h\nfaults: [{ at: +31m, kind: broker_restart }]\n",
    ));
    assert!(restarted <= calm + 3, "{restarted} against {calm}");
}

#[test]
fn what_people_planned_is_in_the_calendar_and_opens_nothing() {
    let ran = ran(concat!(
        "run_for: 2h\n",
        "faults:\n",
        "  - { at: +10m, kind: maintenance, integration: INT-014, for: 1h }\n",
        "  - { at: +30m, kind: planned_pause, asset: J-10, for: 1h }\n",
        "expect: { others: none }\n",
    ));
    assert_eq!(ran.misses, Vec::<String>::new());
}

#[test]
fn a_miss_and_a_false_incident_are_told_apart() {
    let ran = ran(concat!(
        "run_for: 1h\n",
        "faults: [{ at: +5m, kind: ip_blocked, credential: INT-034 }]\n",
        "expect:\n",
        "  incidents: [{ root_cause: 'credential:INT-018', class: scope, detect_within: 20m, affects: [TS-06] }]\n",
        "  lockouts: [INT-018]\n",
        "  others: none\n",
    ));
    assert!(!ran.passed);
    let report = &ran.report;
    assert_eq!(
        (report.opened, report.matched, report.false_incidents),
        (1, 0, 1)
    );
    assert!(!report.lockouts_correct);
    assert_eq!(
        (report.affects.precision, report.affects.recall),
        (0.0, 0.0)
    );
    assert_eq!(ran.misses.len(), 3, "{:?}", ran.misses);
    let whole = serde_json::to_value(Report::new(vec![report.clone()], 0, 1.0)).unwrap();
    let keys: BTreeSet<&str> = whole["scenarios"][0]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let contract = BTreeSet::from([
        "name",
        "expected",
        "opened",
        "matched",
        "false_incidents",
        "detect_seconds",
        "first_evidence_seconds",
        "root_cause_correct",
        "affects",
        "lockouts_correct",
        "renewals",
        "failed_vends",
        "virtual_seconds",
        "wall_seconds",
    ]);
    assert_eq!(keys, contract);
    assert_eq!(whole["summary"]["recall"], 0.0);
}

#[test]
fn a_scenario_that_cannot_be_played_names_the_field() {
    let table = [
        ("faults: [{ at: 1m, kind: bad_luck, tenant: all }]", "kind"),
        ("faults: [{ at: 1m, kind: auth_down }]", "exactly one of"),
        (
            "faults: [{ at: 1m, kind: auth_down, tenant: all, bu: FIN }]",
            "exactly one of",
        ),
        (
            "faults: [{ at: 1m, kind: broker_restart, tenant: all }]",
            "leave it out",
        ),
        (
            "faults: [{ at: 1m, kind: secret_expired, credential: INT-999 }]",
            "credential",
        ),
        (
            "faults: [{ at: 1m, kind: asset_stall, asset: DE-99 }]",
            "asset",
        ),
        (
            "faults: [{ at: 1m, kind: ip_blocked, share: 2, credential: INT-001 }]",
            "share",
        ),
        (
            "faults: [{ at: 1m, kind: hiccup, latency: 2s, tenant: all }]",
            "latency",
        ),
        ("faults: [{ at: 1m, kind: clock_skew }]", "by"),
        (
            "faults: [{ at: 1m, kind: auth_down, for: 0m, tenant: all }]",
            "for",
        ),
        (
            "faults: [{ at: 1m, kind: auth_down, target: all }]",
            "target",
        ),
        ("expect: { others: some }", "others"),
        ("expect: { lockouts: [INT-999] }", "lockouts"),
        (
            "expect: { incidents: [{ root_cause: luck, class: scope, detect_within: 1m }] }",
            "root_cause",
        ),
        (
            "expect: { incidents: [{ root_cause: platform, class: odd, detect_within: 1m }] }",
            "class",
        ),
        ("observed: [INT-999]", "observed"),
        ("unseen: [INT-999]", "seen"),
        ("warm_up: 900d", "warm_up"),
    ];
    for (line, field) in table {
        let error = simulate(&[staged(&format!("run_for: 1h\n{line}\n"))]).unwrap_err();
        let mut words = error.to_string();
        if let SimulateError::Fault { source, .. } = &error {
            words = format!("{words}: {source}");
        }
        assert!(words.contains(field), "{line}: {words}");
    }
}

#[test]
fn a_family_is_its_head_and_its_cases_and_tells_which_case_is_wrong() {
    let family =
        format!("{HEAD}run_for: 1h\ncases:\n  - {{ name: a }}\n  - {{ name: b, seed: 9 }}\n");
    let all = parse_all(&family).unwrap();
    let told: Vec<(&str, u64)> = all
        .iter()
        .map(|one| (one.name.as_str(), one.seed))
        .collect();
    assert_eq!(told, [("a", 7), ("b", 9)]);
    let wrong = format!(
        "{HEAD}run_for: 1h\ncases:\n  - {{ name: c, faults: [{{ at: soon, kind: x }}] }}\n"
    );
    let error = parse_all(&wrong).unwrap_err().to_string();
    assert!(
        error.contains("case c") && error.contains("faults[0].at"),
        "{error}"
    );
}

#[test]
fn the_corpus_is_as_large_and_as_mixed_as_it_has_to_be() {
    let all = corpus::all();
    let names: BTreeSet<&str> = all.iter().map(|(_, one)| one.name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "every name once");
    let count = |family: &str| all.iter().filter(|(of, _)| *of == family).count();
    for (family, least) in [
        ("dead-credential", 30),
        ("partial", 15),
        ("renewal-only", 10),
        ("downstream-only", 25),
        ("two-causes", 10),
        ("platform", 5),
        ("local", 10),
        ("quiet", 15),
    ] {
        assert!(count(family) >= least, "{family}: {}", count(family));
    }
    let with_fault = |one: &&Scenario| !one.expect.incidents.is_empty();
    let noisy = all
        .iter()
        .map(|(_, one)| one)
        .filter(with_fault)
        .filter(|one| !one.noise.is_empty());
    assert!(noisy.count() >= 45);
}

#[test]
fn every_scenario_of_the_corpus_can_be_played() {
    let estate = Arc::new(demo_estate());
    for (_, scenario) in corpus::all() {
        let name = scenario.name.clone();
        let estate = Arc::clone(&estate);
        check(&Staged { scenario, estate }).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}
