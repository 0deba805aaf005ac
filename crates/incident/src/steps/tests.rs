use super::*;
use crate::figures::tests::incident;
use countersign_feed::demo_estate;

fn steps_of(root: &str, class: Class, now: &str) -> Vec<Step> {
    let estate = demo_estate();
    let mut incident = incident(&estate, root, class, "2026-11-22T12:55:59Z");
    let cause = Cause::of(&estate, &incident.root_cause, &incident.integrations);
    incident.runbook = crate::runbook::runbook(&cause, &incident);
    steps(
        &cause,
        &incident,
        &Tally::new(&estate),
        now.parse().unwrap(),
    )
}

fn find<'a>(steps: &'a [Step], name: &str) -> &'a Step {
    steps.iter().find(|step| step.name == name).unwrap()
}

/// R113+: which sends and launches, by name and time.
#[test]
fn containment_names_what_to_hold_and_when_it_starts() {
    let steps = steps_of(
        "credential:INT-029",
        Class::AuthRejected,
        "2026-11-22T12:57:00Z",
    );
    let hold = find(&steps, "hold");
    assert_eq!(
        hold.words,
        "Hold until its data is fresh: Points expiring reminder at Sunday 22 November, 10:00 CST; \
         Double-points weekend at Saturday 28 November, 08:00 CST."
    );
    assert_eq!((hold.state, hold.by_hand), (StepState::Open, true));
}

#[test]
fn with_nothing_to_hold_the_step_is_done_by_itself() {
    let steps = steps_of(
        "credential:INT-004",
        Class::AuthRejected,
        "2026-11-22T12:57:00Z",
    );
    let hold = find(&steps, "hold");
    assert_eq!((hold.state, hold.by_hand), (StepState::Done, false));
}

/// R113 to R121: scope, containment, renewal, credential, endpoint, recovery, cause, procedure.
#[test]
fn every_class_has_every_step_in_order_and_says_why_it_is_where_it_is() {
    let classes = [
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
    for class in classes {
        for root in ["credential:INT-029", "asset:DE-16", "platform"] {
            let steps = steps_of(root, class, "2026-11-22T12:57:00Z");
            let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
            let fixed = [
                "scope",
                "hold",
                "mend-1",
                "credential",
                "endpoint",
                "recovery",
                "cause",
                "procedure",
            ];
            let shown: Vec<&str> = names
                .iter()
                .copied()
                .filter(|name| fixed.contains(name))
                .collect();
            assert_eq!(shown, fixed, "{root} {class:?}");
            assert!(steps.is_sorted_by_key(|step| step.part), "{names:?}");
            for step in &steps {
                assert!(
                    step.because.ends_with('.') && step.words.ends_with(['.', ':']),
                    "{step:?}"
                );
                assert!(!step.by_hand || BY_HAND.contains(&step.name.as_str()));
            }
        }
    }
}

#[test]
fn a_step_that_nothing_shows_says_that_it_cannot_tell() {
    let observed = demo_estate().credentials.into_iter();
    let observed = observed.filter(|one| one.mode == CredentialMode::Observed);
    for credential in observed {
        let root = format!("credential:{}", credential.id);
        let steps = steps_of(&root, Class::AuthRejected, "2026-11-22T12:57:00Z");
        assert_eq!(find(&steps, "mend-1").state, StepState::CannotTell);
        assert_eq!(find(&steps, "credential").state, StepState::CannotTell);
    }
}
