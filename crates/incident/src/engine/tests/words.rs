//! Titles, summaries and steps as people read them.

use super::*;

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
