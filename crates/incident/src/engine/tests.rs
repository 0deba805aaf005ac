use super::*;
use countersign_feed::demo_estate;
use countersign_model::class::Class;
use countersign_model::incident::{Confidence, Evidence, Refused};
use std::sync::LazyLock;

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

/// What is seen before anybody opens a notice: fewer than 60 words, the next step whole.
fn check_fold(notice: &Notice, first_step: &str) {
    let fold = format!("{} {}", notice.subject, notice.summary);
    let words = fold.split_whitespace().count();
    assert!(words < 60, "{words}: {fold}");
    let ends = match notice.kind {
        NoticeKind::IncidentOpened => format!("Next step: {first_step}"),
        NoticeKind::IncidentChanged if notice.subject.starts_with("Please decide") => {
            "--reason \"refused three times\"".to_owned()
        }
        NoticeKind::IncidentChanged => format!("Next step: {first_step}"),
        NoticeKind::IncidentResolved => "Nothing needs doing.".to_owned(),
    };
    assert!(notice.summary.ends_with(&ends), "{fold}");
}

/// All notices of a life: opened, asked, ended, back.
fn a_life(estate: &Estate, cause: &str, class: Class, refused: Option<Refused>) -> Vec<Notice> {
    let mut engine = Engine::new(estate, 7);
    let mut told = Vec::new();
    let steps = [
        (Strength::Page, PAGE),
        (Strength::Asked, LOCK),
        (Strength::Healed, "2026-11-22T12:54:00Z"),
        (Strength::Page, "2026-11-22T12:55:00Z"),
    ];
    for (strength, now) in steps {
        let mut signal = signal(cause, class, strength, at(now));
        signal.refused = refused;
        let changes = engine.step(at(now), &signal, &all_well());
        told.extend(notices(&changes).into_iter().cloned());
        for incident in puts(&changes) {
            let step = incident.runbook[0].words.clone();
            let step = step.split(": ").last().unwrap_or_default();
            let step = format!("{}{}", step[..1].to_uppercase(), &step[1..]);
            notices(&changes)
                .iter()
                .for_each(|notice| check_fold(notice, &step));
        }
    }
    assert_eq!(told.len(), 4);
    told
}

#[test]
fn no_notice_over_the_estate_and_every_class_has_sixty_words_or_cuts_a_name() {
    let estate = demo_estate();
    for credential in &estate.credentials {
        for class in CLASSES {
            for notice in a_life(
                &estate,
                &format!("credential:{}", credential.id),
                class,
                None,
            ) {
                assert!(!notice.summary.contains('…'), "{}", notice.summary);
            }
        }
    }
}

#[test]
fn long_names_are_cut_and_the_next_step_never_is() {
    for n in [1, 3, 7, 12, 40] {
        let long = |word: &str| vec![word; n].join(" ");
        let mut estate = demo_estate();
        for unit in &mut estate.business_units {
            unit.name = long("unit");
        }
        for flow in &mut estate.integrations {
            flow.name = long("flow");
            flow.owner = Some(long("owner"));
        }
        for asset in &mut estate.assets {
            asset.name = long("asset");
            asset.harm = long("harm");
        }
        for credential in ["INT-029", "INT-012", "INT-020", "INT-001"] {
            for class in CLASSES {
                let told_apart = matches!(class, Class::AuthRejected | Class::Scope);
                for refused in REFUSED.into_iter().take(if told_apart { 6 } else { 1 }) {
                    a_life(&estate, &format!("credential:{credential}"), class, refused);
                }
            }
        }
    }
}

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

/// The token of INT-034 lives for twelve minutes more, and its calls are refused already.
#[test]
fn harm_begins_with_the_first_refused_call_and_not_with_the_end_of_the_token() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let since = at("2026-11-22T13:37:00Z");
    let now = at("2026-11-22T13:40:00Z");
    let mut signal = signal("credential:INT-034", Class::Policy, Strength::Page, now);
    signal.since = since;
    signal.calls_refused_since = Some(since);
    signal.integrations = vec!["INT-034".parse().unwrap()];
    signal.token_ends_at = Some(at("2026-11-22T13:52:00Z"));
    let opened = engine.step(now, &signal, &all_well());
    let harm = puts(&opened)[0].harm.clone().unwrap();
    assert_eq!(harm.at, since);
    let summary = &notices(&opened)[0].summary;
    assert!(summary.starts_with("Now: "), "{summary}");
}

/// A load was at work when its calls were refused: the table is old from that run on, and not from
/// the next.
#[test]
fn a_load_that_is_refused_while_it_runs_spoils_this_run() {
    let since = at("2026-11-22T15:58:00Z");
    let now = at("2026-11-22T16:01:00Z");
    let harm_of = |calls_refused_since| {
        let mut engine = Engine::new(&demo_estate(), 7);
        let mut signal = signal("credential:INT-029", Class::Policy, Strength::Page, now);
        signal.calls_refused_since = calls_refused_since;
        signal.integrations = vec!["INT-029".parse().unwrap()];
        puts(&engine.step(now, &signal, &all_well()))[0]
            .harm
            .clone()
            .unwrap()
    };
    assert_eq!(harm_of(Some(since)).at, at("2026-11-22T16:00:00Z"));
    assert!(harm_of(None).at > now);
}

#[test]
fn refused_calls_bring_the_harm_of_an_open_incident_forward() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let now = at("2026-11-22T13:40:00Z");
    let mut first = signal("credential:INT-034", Class::Policy, Strength::Page, now);
    first.token_ends_at = Some(at("2026-11-22T13:52:00Z"));
    let opened = engine.step(now, &first, &all_well());
    assert_eq!(
        puts(&opened)[0].harm.as_ref().unwrap().at,
        at("2026-11-22T13:52:00Z")
    );
    let later = at("2026-11-22T13:42:00Z");
    let mut second = first.clone();
    second.at = later;
    second.calls_refused_since = Some(at("2026-11-22T13:41:00Z"));
    second.evidence[0].at = later;
    let grown = engine.step(later, &second, &all_well());
    assert_eq!(
        puts(&grown)[0].harm.as_ref().unwrap().at,
        at("2026-11-22T13:41:00Z")
    );
}

/// The notice and the first step of the runbook of a page about a credential.
fn told_of(credential: &str, class: Class, refused: Option<Refused>) -> (String, Vec<String>) {
    let mut engine = Engine::new(&demo_estate(), 7);
    let cause = format!("credential:{credential}");
    let mut signal = signal(&cause, class, Strength::Page, at(PAGE));
    signal.refused = refused;
    let opened = engine.step(at(PAGE), &signal, &all_well());
    let steps = puts(&opened)[0].runbook.iter();
    let steps = steps.map(|step| format!("{} {:?}", step.words, step.command));
    (notices(&opened)[0].summary.clone(), steps.collect())
}

#[test]
fn each_refusal_is_told_by_what_was_refused_and_advises_on_that() {
    let auth = Class::AuthRejected;
    let rows = [
        (
            "INT-029",
            auth,
            Some(Refused::Secret),
            "API secret",
            "Stage a new secret",
        ),
        (
            "INT-029",
            auth,
            Some(Refused::AppUser),
            "app user",
            "Activate the package's app user",
        ),
        (
            "INT-012",
            auth,
            Some(Refused::CoreUser),
            "Salesforce user",
            "Check the connection's user",
        ),
        (
            "INT-029",
            auth,
            Some(Refused::Calls),
            "calls of",
            "Ask for a new token",
        ),
        (
            "INT-029",
            auth,
            None,
            "the token host refuses",
            "Check the secret, then the app user",
        ),
        (
            "INT-029",
            Class::Scope,
            Some(Refused::BusinessUnit),
            "its business unit",
            "Enable the package",
        ),
        (
            "INT-029",
            Class::Scope,
            None,
            "lost a permission",
            "missing scope",
        ),
        (
            "INT-029",
            Class::Policy,
            None,
            "account policy",
            "allowlist",
        ),
        (
            "INT-029",
            Class::GrantDead,
            None,
            "the consent",
            "consent again",
        ),
        (
            "INT-029",
            Class::TokenRevoked,
            None,
            "was revoked",
            "Ask for a new token",
        ),
        (
            "INT-029",
            Class::NotRenewed,
            None,
            "nobody renewed",
            "Ask for a new token",
        ),
        (
            "INT-029",
            Class::Certificate,
            None,
            "met a certificate",
            "Find the certificate",
        ),
        (
            "INT-020",
            Class::Certificate,
            None,
            "the certificate of",
            "Find the certificate",
        ),
        (
            "INT-029",
            Class::Upstream,
            None,
            "token host",
            "Wait for the provider",
        ),
        (
            "INT-029",
            Class::Network,
            None,
            "cannot be reached",
            "Check DNS",
        ),
        (
            "INT-029",
            Class::Malformed,
            None,
            "unreadable answers",
            "Check for a proxy",
        ),
        ("INT-029", Class::Throttled, None, "is throttled", "slow it"),
    ];
    for (credential, class, refused, cause, next) in rows {
        let (summary, steps) = told_of(credential, class, refused);
        let (_, words) = summary.split_once("Cause: ").unwrap();
        assert!(words.contains(cause), "{class:?} {refused:?}: {summary}");
        let (_, words) = words.split_once("Next step: ").unwrap();
        assert!(words.contains(next), "{class:?} {refused:?}: {summary}");
        let of_secret = [Some(Refused::Secret), None].contains(&refused) && class == auth;
        let hands_in = steps
            .iter()
            .any(|step| step.contains("new secret to the broker"));
        assert!(of_secret || !hands_in, "{class:?} {refused:?}: {steps:?}");
        assert!(
            of_secret || !summary.contains("secret is refused"),
            "{summary}"
        );
    }
}

/// A notice and the page it leads to give the same first step.
#[test]
fn the_next_step_of_a_notice_is_the_first_of_the_runbook() {
    for (cause, class) in [
        ("platform", Class::Upstream),
        ("platform", Class::Network),
        ("credential:INT-029", Class::Scope),
    ] {
        let mut engine = Engine::new(&demo_estate(), 7);
        let mut signal = signal(cause, class, Strength::Page, at(PAGE));
        signal.integrations = vec!["INT-029".parse().unwrap()];
        let opened = engine.step(at(PAGE), &signal, &all_well());
        let first = &puts(&opened)[0].runbook[0].words;
        let summary = &notices(&opened)[0].summary;
        assert!(
            summary.ends_with(&format!("Next step: {first}")),
            "{summary}"
        );
    }
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

/// The demo estate without INT-029, whose flows have moved to another credential.
fn estate_without_the_credential() -> Estate {
    let mut estate = demo_estate();
    estate
        .credentials
        .retain(|one| one.id.as_str() != "INT-029");
    for flow in &mut estate.integrations {
        if flow.credential.as_str() == "INT-029" {
            flow.credential = "INT-030".parse().unwrap();
        }
    }
    estate
}

#[test]
fn an_incident_whose_credential_left_the_estate_is_closed_and_those_told_are_told() {
    let mut engine = Engine::new(&demo_estate(), 7);
    step(&mut engine, Strength::Page, PAGE);
    assert!(
        notices(&engine.tick(at(LOCK))).is_empty(),
        "it is still there"
    );
    assert_eq!(engine.open().len(), 1);
    engine.set_estate(&estate_without_the_credential());
    let closed = engine.tick(at(LOCK));
    let incident = puts(&closed)[0];
    assert_eq!(incident.state, IncidentState::Resolved);
    assert_eq!(incident.resolved_at, Some(at(LOCK)));
    assert!(incident.timeline.iter().any(|entry| entry.words == LEFT));
    let notice = notices(&closed)[0];
    assert_eq!(notice.kind, NoticeKind::IncidentResolved);
    assert!(notice.subject.starts_with("Closed: "), "{}", notice.subject);
    assert!(
        notice.summary.contains("left the estate"),
        "{}",
        notice.summary
    );
    let claims = ["works again", "Nothing needs doing"];
    assert!(!claims.iter().any(|claim| notice.summary.contains(claim)));
    assert!(engine.open().is_empty());
    assert_eq!(engine.tick(at(LOCK)), Vec::new());
}

#[test]
fn a_suspicion_whose_credential_left_the_estate_is_dropped_in_silence() {
    let mut engine = Engine::new(&estate_without_the_credential(), 7);
    let mut before = Engine::new(&demo_estate(), 7);
    let suspicion = puts(&step(&mut before, Strength::Suspect, SUSPECT))[0].clone();
    engine.restore(vec![suspicion]);
    let dropped = engine.tick(at(PAGE));
    assert_eq!(puts(&dropped)[0].state, IncidentState::Dismissed);
    assert!(notices(&dropped).is_empty());
}

#[test]
fn titles_read_well_for_plurals_colons_and_names_that_say_their_unit() {
    let title_of = |credential: &str| {
        let mut engine = Engine::new(&demo_estate(), 7);
        let cause = format!("credential:{credential}");
        let page = signal(&cause, Class::Policy, Strength::Page, at(PAGE));
        puts(&engine.step(at(PAGE), &page, &all_well()))[0]
            .title
            .clone()
    };
    let rows = [
        (
            "INT-034",
            "\"Card transaction alerts\" stops serving its users.",
        ),
        (
            "INT-029",
            "Loyalty: \"Points balance load\" stops refreshing its data.",
        ),
        (
            "INT-001",
            "Group Shared Services: \"Identity: password reset and login codes\" stops serving its \
             users.",
        ),
    ];
    for (credential, title) in rows {
        assert_eq!(title_of(credential), title);
    }
}

#[test]
fn a_long_run_of_failures_is_told_by_its_first_two_and_its_last() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let mut signal = quiet_sunday(Strength::Page, PAGE);
    signal.evidence = (0..9)
        .map(|n| Evidence {
            at: at(SUSPECT) + SignedDuration::from_secs(n),
            outcome: None,
            words: format!("fact {n}"),
        })
        .collect();
    let opened = engine.step(at(PAGE), &signal, &all_well());
    let expected = "Technical detail: fact 0 at 12:50:59 UTC; fact 1 at 12:51:00 UTC; 6 more; \
                    fact 8 at 12:51:07 UTC.";
    let detail = &notices(&opened)[0].detail;
    assert!(detail.iter().any(|line| line == expected), "{detail:?}");
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
