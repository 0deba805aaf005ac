use super::*;
use countersign_feed::demo_estate;
use countersign_model::class::Class;
use countersign_model::incident::{Confidence, Evidence, Refused};
use std::sync::LazyLock;

mod expected;
mod harm;
mod left;
mod words;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn signal(cause: &str, class: Class, strength: Strength, now: Timestamp) -> Signal {
    let root: RootCause = cause.parse().unwrap();
    let credentials = match &root {
        RootCause::Credential(id) => vec![id.clone()],
        _ => Vec::new(),
    };
    Signal {
        at: now,
        cause: root,
        class,
        refused: None,
        strength,
        confidence: Confidence::Certain,
        since: now,
        credentials,
        integrations: Vec::new(),
        evidence: vec![Evidence {
            at: now,
            outcome: None,
            words: "renewal refused: invalid_client (401)".into(),
        }],
        token_ends_at: None,
        calls_refused_since: None,
        blind_spots: Vec::new(),
    }
}

pub(crate) fn quiet_sunday(strength: Strength, now: &str) -> Signal {
    let mut signal = signal("credential:INT-029", Class::AuthRejected, strength, at(now));
    signal.refused = Some(Refused::Secret);
    signal.token_ends_at = Some(at("2026-11-22T12:55:59Z"));
    signal
}

pub(crate) fn puts(changes: &[Change]) -> Vec<&Incident> {
    let mut found = Vec::new();
    for change in changes {
        if let Change::Put(incident) = change {
            found.push(incident);
        }
    }
    found
}

pub(crate) fn notices(changes: &[Change]) -> Vec<&Notice> {
    let mut found = Vec::new();
    for change in changes {
        if let Change::Notice(notice) = change {
            found.push(notice);
        }
    }
    found
}

/// Every integration of the demo estate.
pub(crate) fn all_well() -> BTreeSet<IntegrationId> {
    static ALL: LazyLock<BTreeSet<IntegrationId>> = LazyLock::new(|| {
        let flows = demo_estate().integrations.into_iter();
        flows.map(|flow| flow.id).collect()
    });
    ALL.clone()
}

const SUSPECT: &str = "2026-11-22T12:50:59Z";
const PAGE: &str = "2026-11-22T12:51:29Z";
const LOCK: &str = "2026-11-22T12:52:29Z";

/// The quiet Sunday's incident as it opens.
pub(crate) fn opened() -> Incident {
    let mut engine = Engine::new(&demo_estate(), 7);
    puts(&step(&mut engine, Strength::Page, PAGE))[0].clone()
}

pub(crate) fn step(engine: &mut Engine, strength: Strength, now: &str) -> Vec<Change> {
    engine.step(at(now), &quiet_sunday(strength, now), &all_well())
}

#[test]
fn quiet_sunday_names_the_first_customer_and_the_whole_chain() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let silent = step(&mut engine, Strength::Suspect, SUSPECT);
    assert!(notices(&silent).is_empty());
    assert_eq!(puts(&silent)[0].state, IncidentState::Suspect);

    let opened = step(&mut engine, Strength::Page, PAGE);
    let incident = puts(&opened)[0];
    let harm = incident.harm.as_ref().unwrap();
    assert_eq!(harm.at, at("2026-11-22T16:00:00Z"));
    assert_eq!(harm.asset.as_str(), "J-12");
    assert_eq!(incident.opened_at, Some(at(PAGE)));
    assert_eq!(incident.business_units[0].as_str(), "LOY");
    assert_eq!(
        incident.owner.as_deref(),
        Some("Loyalty Product Engineering")
    );
    let affects = incident.affects();
    for id in ["INT-029", "DE-16", "DE-17", "J-11", "J-12", "C-2"] {
        assert!(
            affects.iter().any(|found| found == id),
            "{id} in {affects:?}"
        );
    }
    assert!(!incident.unaffected.is_empty());
    for words in &incident.unaffected {
        let flows = &engine.estate.integrations;
        let named = flows.iter().any(|flow| words.starts_with(&flow.name));
        assert!(named, "{words}");
    }
    let commands: Vec<_> = incident
        .runbook
        .iter()
        .filter_map(|s| s.command.as_deref())
        .collect();
    assert_eq!(
        commands,
        [
            "countersign credential add INT-029",
            "countersign renew INT-029"
        ]
    );

    let notice = notices(&opened)[0];
    assert_eq!(notice.kind, NoticeKind::IncidentOpened);
    for words in [
        "10:00 today",
        "3 h 08 min",
        "11,500",
        "old balances",
        "Double-points weekend",
        "API secret of \"Points balance load\" is refused (end date 22 November)",
    ] {
        assert!(
            notice.summary.contains(words),
            "{words:?} in {:?}",
            notice.summary
        );
    }
    assert!(
        notice
            .detail
            .iter()
            .any(|line| line.contains("12:50:59 UTC")),
        "{:?}",
        notice.detail
    );
}

#[test]
fn a_lock_and_more_evidence_add_no_second_notice() {
    let mut engine = Engine::new(&demo_estate(), 7);
    step(&mut engine, Strength::Suspect, SUSPECT);
    step(&mut engine, Strength::Page, PAGE);
    let locked = step(&mut engine, Strength::Locked, LOCK);
    assert!(notices(&locked).is_empty());
    assert_eq!(puts(&locked)[0].locked_at, Some(at(LOCK)));
    assert_eq!(engine.open().len(), 1);
}

#[test]
fn the_same_signal_twice_changes_nothing() {
    let mut engine = Engine::new(&demo_estate(), 7);
    step(&mut engine, Strength::Page, PAGE);
    assert_eq!(step(&mut engine, Strength::Page, PAGE), Vec::new());
    step(&mut engine, Strength::Healed, LOCK);
    assert_eq!(step(&mut engine, Strength::Healed, LOCK), Vec::new());
    assert_eq!(
        step(&mut engine, Strength::Page, PAGE),
        Vec::new(),
        "judged before the end"
    );
}

#[test]
fn an_end_is_told_once_and_a_suspicion_ends_in_silence() {
    let mut engine = Engine::new(&demo_estate(), 7);
    step(&mut engine, Strength::Suspect, SUSPECT);
    let dismissed = step(&mut engine, Strength::Healed, PAGE);
    assert_eq!(puts(&dismissed)[0].state, IncidentState::Dismissed);
    assert!(notices(&dismissed).is_empty());

    step(&mut engine, Strength::Page, LOCK);
    let resolved = step(&mut engine, Strength::Healed, "2026-11-22T13:10:00Z");
    assert_eq!(puts(&resolved)[0].state, IncidentState::Resolved);
    assert_eq!(notices(&resolved)[0].kind, NoticeKind::IncidentResolved);
    assert!(engine.open().is_empty());
}

/// I1: a cause that comes back within the half hour is the same incident, not a second one.
#[test]
fn the_same_cause_soon_after_is_the_same_incident_and_later_a_new_one() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let first = puts(&step(&mut engine, Strength::Page, PAGE))[0].id.clone();
    step(&mut engine, Strength::Healed, "2026-11-22T13:00:00Z");
    let again = step(&mut engine, Strength::Page, "2026-11-22T13:29:00Z");
    assert_eq!(puts(&again)[0].id, first);
    assert!(
        notices(&again)
            .iter()
            .all(|n| n.kind == NoticeKind::IncidentChanged)
    );
    step(&mut engine, Strength::Healed, "2026-11-22T13:30:00Z");
    let later = step(&mut engine, Strength::Page, "2026-11-22T14:00:01Z");
    assert_ne!(puts(&later)[0].id, first);
    assert_eq!(notices(&later)[0].kind, NoticeKind::IncidentOpened);
}

#[test]
fn a_restored_engine_goes_on_and_the_first_delivery_counts() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let opened = step(&mut engine, Strength::Page, PAGE);
    let incident = puts(&opened)[0].clone();
    let mut next = Engine::new(&demo_estate(), 7);
    next.restore(vec![incident.clone()]);
    assert_eq!(step(&mut next, Strength::Page, PAGE), Vec::new());
    let told = next.delivered(at(LOCK), &incident.id);
    assert_eq!(puts(&told)[0].notified_at, Some(at(LOCK)));
    assert_eq!(next.delivered(at(LOCK), &incident.id), Vec::new());
}

/// I1: one cause over many credentials is one incident.
#[test]
fn a_vendor_outage_over_thirty_credentials_is_one_incident_with_one_notice() {
    let estate = demo_estate();
    let mut engine = Engine::new(&estate, 7);
    let mut signal = signal("platform", Class::Upstream, Strength::Page, at(PAGE));
    signal.credentials = estate
        .credentials
        .iter()
        .take(30)
        .map(|c| c.id.clone())
        .collect();
    let opened = engine.step(at(PAGE), &signal, &all_well());
    assert_eq!(notices(&opened).len(), 1);
    let incident = puts(&opened)[0];
    assert_eq!(incident.root_cause, RootCause::Platform);
    assert!(incident.integrations.len() >= 30);
    assert_eq!(incident.owner.as_deref(), Some("Platform Integration"));
    assert_eq!(engine.open().len(), 1);
}

const CLASSES: [Class; 20] = [
    Class::AuthRejected,
    Class::Scope,
    Class::Policy,
    Class::GrantDead,
    Class::TokenRevoked,
    Class::SecondMinter,
    Class::NotRenewed,
    Class::Certificate,
    Class::Throttled,
    Class::Upstream,
    Class::Network,
    Class::Malformed,
    Class::Config,
    Class::Stopped,
    Class::Reduced,
    Class::ZeroRows,
    Class::Frozen,
    Class::QueueGrowth,
    Class::LongJob,
    Class::Local,
];

const REFUSED: [Option<Refused>; 6] = [
    None,
    Some(Refused::Secret),
    Some(Refused::AppUser),
    Some(Refused::CoreUser),
    Some(Refused::BusinessUnit),
    Some(Refused::Calls),
];

#[test]
fn a_cause_that_comes_and_goes_is_told_twice_and_then_only_if_it_stays() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let mut told = Vec::new();
    let mut now = at(PAGE);
    for _ in 0..12 {
        for strength in [Strength::Page, Strength::Healed] {
            now += SignedDuration::from_secs(45);
            let signal = signal("credential:INT-029", Class::AuthRejected, strength, now);
            told.extend(
                notices(&engine.step(now, &signal, &all_well()))
                    .iter()
                    .map(|n| n.kind),
            );
        }
    }
    let expected = [
        NoticeKind::IncidentOpened,
        NoticeKind::IncidentResolved,
        NoticeKind::IncidentChanged,
        NoticeKind::IncidentResolved,
    ];
    assert_eq!(told, expected);

    now += SignedDuration::from_secs(45);
    let back = signal(
        "credential:INT-029",
        Class::AuthRejected,
        Strength::Page,
        now,
    );
    assert!(notices(&engine.step(now, &back, &all_well())).is_empty());
    assert_eq!(engine.tick(now), Vec::new(), "too soon to tell again");
    let later = engine.tick(now + REOPEN_WITHIN);
    assert_eq!(
        notices(&later)[0].kind,
        NoticeKind::IncidentChanged,
        "it stayed"
    );
    assert_eq!(engine.tick(now + REOPEN_WITHIN), Vec::new());
}

#[test]
fn spared_are_only_flows_that_are_seen_to_be_well_and_have_no_incident() {
    let unaffected = |engine: &mut Engine, healthy: &[&str]| {
        let healthy = healthy.iter().map(|id| id.parse().unwrap()).collect();
        let page = quiet_sunday(Strength::Page, PAGE);
        let opened = engine.step(at(PAGE), &page, &healthy);
        let summary = notices(&opened)[0].summary.clone();
        (puts(&opened)[0].unaffected.clone(), summary)
    };
    let well = ["INT-031", "INT-032", "INT-001"];
    let mut engine = Engine::new(&demo_estate(), 7);
    let name = |id: &str| {
        let estate = demo_estate();
        let flow = estate.integration(&id.parse().unwrap()).unwrap();
        flow.name.clone()
    };
    let (found, summary) = unaffected(&mut engine, &well);
    let sentence = |id: &str| format!("{}: no failure seen until 06:51 CST.", name(id));
    assert_eq!(
        found,
        [sentence("INT-031"), sentence("INT-032")],
        "another unit's is not named"
    );
    let names = "Unaffected: Membership welcome.";
    assert!(summary.contains(names), "{summary}");

    let mut engine = Engine::new(&demo_estate(), 7);
    let suspect = signal(
        "credential:INT-031",
        Class::Policy,
        Strength::Suspect,
        at(SUSPECT),
    );
    engine.step(at(SUSPECT), &suspect, &all_well());
    let (found, _) = unaffected(&mut engine, &well);
    assert_eq!(
        found,
        [sentence("INT-032")],
        "a suspicion is enough to leave it out"
    );

    let (found, summary) = unaffected(&mut Engine::new(&demo_estate(), 7), &[]);
    assert_eq!(found, Vec::<String>::new());
    assert!(!summary.contains("Unaffected"), "{summary}");
}

#[test]
fn the_broker_s_question_reaches_the_owner_once_with_the_command_to_run() {
    let mut engine = Engine::new(&demo_estate(), 7);
    step(&mut engine, Strength::Page, PAGE);
    let asked = step(&mut engine, Strength::Asked, LOCK);
    let notice = notices(&asked)[0];
    assert_eq!(notice.team.as_deref(), Some("Loyalty Product Engineering"));
    let command = "countersign credential disable INT-029 --reason \"refused three times\"";
    assert!(notice.summary.ends_with(command), "{}", notice.summary);
    assert!(notice.subject.starts_with("Please decide: "));
    let words = format!("{} {}", notice.subject, notice.summary);
    assert!(words.split_whitespace().count() < 60, "{words}");
    let incident = puts(&asked)[0];
    assert_eq!(incident.asked_at, Some(at(LOCK)));
    let last = incident.runbook.last().unwrap();
    assert_eq!(last.command.as_deref(), Some(command));
    assert_eq!(
        notices(&step(&mut engine, Strength::Asked, "2026-11-22T12:53:29Z")).len(),
        0
    );
}

#[test]
fn a_cause_found_takes_the_symptoms_incident_over_and_a_further_one_ends_in_it() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let nobody = BTreeSet::new();
    let now = at("2026-11-22T13:10:00Z");
    let symptom = |asset: &str| signal(asset, Class::ZeroRows, Strength::Page, now);
    let opened = engine.step(now, &symptom("asset:DE-16"), &nobody);
    let id = puts(&opened)[0].id.clone();
    let cause: RootCause = "credential:INT-029".parse().unwrap();
    engine.absorb(now, &"asset:DE-16".parse().unwrap(), &cause);
    let mut blamed = symptom("credential:INT-029");
    blamed.confidence = Confidence::Likely;
    let told = engine.step(now, &blamed, &nobody);
    let whole = puts(&told).pop().unwrap().clone();
    assert_eq!((whole.id, whole.root_cause), (id, cause.clone()));
    assert_eq!(whole.opened_at, Some(now));
    let said = notices(&told);
    assert_eq!(said.len(), 1);
    assert!(
        said[0].subject.starts_with("Cause found: "),
        "{}",
        said[0].subject
    );
    engine.step(now, &symptom("asset:DE-17"), &nobody);
    let joined = engine.absorb(now, &"asset:DE-17".parse().unwrap(), &cause);
    let part = puts(&joined)[0];
    assert_eq!(part.state, IncidentState::Resolved);
    assert!(part.part_of.is_some());
    assert!(notices(&joined).is_empty());
    assert_eq!(engine.open().len(), 1);
    let again = engine.step(now, &blamed, &nobody);
    assert!(notices(&again).is_empty(), "the cause is told once");
}
