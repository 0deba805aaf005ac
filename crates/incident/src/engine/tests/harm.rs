//! The first customer effect and the outage it is counted from.

use super::*;

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
