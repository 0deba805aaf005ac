use super::super::tests::{all_well, at, notices, puts, quiet_sunday, step};
use super::*;
use countersign_feed::demo_estate;
use countersign_model::impact::FigureKind;
use countersign_model::outcome::{Call, Metric};
use countersign_model::response::{FoundBy, StepState};
use countersign_model::signal::Strength;

const PAGE: &str = "2026-11-22T12:51:29Z";

fn outcome(now: &str, fact: Fact) -> Outcome {
    Outcome {
        id: format!("out_{now}").replace(':', "-").parse().unwrap(),
        ts: at(now),
        source: "watch".to_owned(),
        integration: "INT-029".parse().ok(),
        bu: None,
        credential: "INT-029".parse().ok(),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact,
    }
}

fn deed(now: &str, deed: &Deed, incident: &Incident) -> Outcome {
    let (action, object) = (deed.action(), Some(incident.id.to_string()));
    outcome(now, Fact::Audit { action, object })
}

fn sample(now: &str, metric: Metric, asset: &str, value: f64) -> Outcome {
    let asset = asset.parse().unwrap();
    outcome(
        now,
        Fact::Sample {
            metric,
            asset,
            value,
        },
    )
}

fn opened() -> (Engine, Incident) {
    let mut engine = Engine::new(&demo_estate(), 7);
    let opened = step(&mut engine, Strength::Page, PAGE);
    let incident = puts(&opened)[0].clone();
    (engine, incident)
}

fn state_of(incident: &Incident, name: &str) -> StepState {
    let step = incident
        .response
        .steps
        .iter()
        .find(|step| step.name == name);
    step.unwrap().state
}

/// R016: the harm grows by itself, once a minute, and tells nobody anew.
#[test]
fn an_open_incident_is_counted_anew_each_minute() {
    let (mut engine, incident) = opened();
    let as_of = |incident: &Incident| incident.impact.as_ref().unwrap().as_of;
    assert_eq!(as_of(&incident), at(PAGE));
    assert_eq!(
        engine.tick(at("2026-11-22T12:52:28Z")),
        Vec::new(),
        "not due yet"
    );
    let noon = engine.tick(at("2026-11-22T16:30:00Z"));
    assert!(notices(&noon).is_empty());
    let grown = puts(&noon)[0];
    assert_eq!(as_of(grown), at("2026-11-22T16:30:00Z"));
    let stale = grown.impact.as_ref().unwrap().total(FigureKind::StaleSends);
    assert!(
        stale.is_some_and(|range| range.best >= 11_500.0),
        "{stale:?}"
    );
    assert_eq!(grown.harm.as_ref().unwrap().at, at("2026-11-22T16:00:00Z"));
}

/// An effect that was told never moves away in silence.
#[test]
fn a_first_effect_that_comes_later_than_told_is_written_down() {
    let (mut engine, _) = opened();
    let mut moved = demo_estate();
    let journey = moved
        .assets
        .iter_mut()
        .find(|one| one.id.as_str() == "J-12");
    journey.unwrap().schedule.as_mut().unwrap().cron = "0 11 * * *".to_owned();
    engine.set_estate(&moved);
    let later = engine.tick(at("2026-11-22T12:53:00Z"));
    let incident = puts(&later)[0];
    assert_eq!(
        incident.harm.as_ref().unwrap().at,
        at("2026-11-22T17:00:00Z")
    );
    assert!(incident.timeline.iter().any(|entry| entry.words == LATER));
    engine.set_estate(&demo_estate());
    let sooner = engine.tick(at("2026-11-22T12:54:00Z"));
    let incident = puts(&sooner)[0];
    assert_eq!(
        incident.harm.as_ref().unwrap().at,
        at("2026-11-22T16:00:00Z")
    );
    assert!(incident.timeline.iter().any(|entry| entry.words == SOONER));
}

#[test]
fn people_take_it_on_once_and_mark_only_steps_that_data_cannot_see() {
    let (mut engine, incident) = opened();
    let by = || Some("Loyalty Product Engineering".to_owned());
    let taken = Deed::Acknowledged {
        found_by: FoundBy::Person,
        by: by(),
    };
    let changed = engine.observe(at(PAGE), &deed("2026-11-22T12:53:00Z", &taken, &incident));
    let response = &puts(&changed)[0].response;
    let acknowledged = response.acknowledged.as_ref().unwrap();
    assert_eq!(
        (
            acknowledged.at,
            acknowledged.found_by,
            acknowledged.by.clone()
        ),
        (at("2026-11-22T12:53:00Z"), FoundBy::Person, by())
    );
    let said = &puts(&changed)[0].timeline.last().unwrap().words;
    assert_eq!(said, "Loyalty Product Engineering took it on.");
    assert_eq!(state_of(puts(&changed)[0], "scope"), StepState::Done);
    let again = Deed::Acknowledged {
        found_by: FoundBy::System,
        by: None,
    };
    assert_eq!(
        engine.observe(at(PAGE), &deed("2026-11-22T12:54:00Z", &again, &incident)),
        Vec::new()
    );

    let held = Deed::StepDone("hold".to_owned());
    let changed = engine.observe(at(PAGE), &deed("2026-11-22T12:55:00Z", &held, &incident));
    assert_eq!(state_of(puts(&changed)[0], "hold"), StepState::Done);
    let forged = Deed::StepDone("mend-1".to_owned());
    assert_eq!(
        engine.observe(at(PAGE), &deed("2026-11-22T12:56:00Z", &forged, &incident)),
        Vec::new()
    );
    let mut other = incident.clone();
    other.id = "inc_unknown".parse().unwrap();
    assert_eq!(
        engine.observe(at(PAGE), &deed("2026-11-22T12:57:00Z", &held, &other)),
        Vec::new()
    );
}

/// R119, R120: a token again is not the end: each counter that is read has to move.
#[test]
fn recovery_is_watched_until_every_counter_goes_on() {
    let (mut engine, _) = opened();
    for asset in ["DE-16", "DE-17"] {
        engine.observe(
            at(PAGE),
            &sample("2026-11-22T12:07:00Z", Metric::RowsWritten, asset, 61_000.0),
        );
    }
    let mint = Call {
        status: Some(200),
        ..Call::default()
    };
    let issued = Fact::Mint {
        call: mint,
        expires_in: Some(1_199),
        scope: None,
        generation: None,
        refresh_at: None,
        grant: None,
    };
    engine.observe(at(PAGE), &outcome("2026-11-22T13:20:00Z", issued));
    let healed = step(&mut engine, Strength::Healed, "2026-11-22T13:20:00Z");
    let incident = puts(&healed)[0];
    assert_eq!(
        incident.response.restored_at,
        Some(at("2026-11-22T13:20:00Z"))
    );
    assert_eq!(incident.response.recovered_at, None);
    assert_eq!(state_of(incident, "mend-1"), StepState::Done);
    assert_eq!(state_of(incident, "credential"), StepState::Done);
    assert_eq!(state_of(incident, "recovery"), StepState::Open);

    let rows = |asset, minute| sample(minute, Metric::RowsWritten, asset, 122_000.0);
    engine.observe(at(PAGE), &rows("DE-16", "2026-11-22T14:06:00Z"));
    let half = engine.tick(at("2026-11-22T14:07:00Z"));
    assert_eq!(
        puts(&half)[0].response.recovered_at,
        None,
        "one table still stands"
    );
    engine.observe(at(PAGE), &rows("DE-17", "2026-11-22T14:09:00Z"));
    let whole = engine.tick(at("2026-11-22T14:10:00Z"));
    let incident = puts(&whole)[0];
    assert_eq!(
        incident.response.recovered_at,
        Some(at("2026-11-22T14:09:00Z"))
    );
    assert_eq!(state_of(incident, "recovery"), StepState::Done);
    assert!(notices(&whole).is_empty());
    assert_eq!(
        engine.tick(at("2026-11-22T14:12:00Z")),
        Vec::new(),
        "nothing is left to watch"
    );
}

#[test]
fn without_a_counter_recovery_is_not_claimed() {
    let (mut engine, _) = opened();
    let healed = step(&mut engine, Strength::Healed, "2026-11-22T13:20:00Z");
    let incident = puts(&healed)[0];
    assert_eq!(state_of(incident, "recovery"), StepState::CannotTell);
    assert_eq!(engine.tick(at("2026-11-22T13:30:00Z")), Vec::new());
}

#[test]
fn what_came_back_is_not_restored_and_its_harm_is_counted_from_then() {
    let (mut engine, _) = opened();
    step(&mut engine, Strength::Healed, "2026-11-22T13:00:00Z");
    let mut signal = quiet_sunday(Strength::Page, "2026-11-22T13:10:00Z");
    signal.token_ends_at = Some(at("2026-11-22T13:19:59Z"));
    let back = engine.step(at("2026-11-22T13:10:00Z"), &signal, &all_well());
    let incident = puts(&back)[0];
    assert_eq!(incident.response.restored_at, None);
    assert_eq!(incident.response.recovery, None);
    assert_eq!(
        incident.outage.as_ref().unwrap().from,
        at("2026-11-22T13:19:59Z")
    );
}

/// The cause is written days later; the page still takes the mark.
#[test]
fn an_ended_incident_takes_marks_for_two_weeks() {
    let (mut engine, incident) = opened();
    step(&mut engine, Strength::Healed, "2026-11-22T13:20:00Z");
    engine.tick(at("2026-12-01T09:00:00Z"));
    let written = Deed::StepDone("cause".to_owned());
    let marked = engine.observe(
        at("2026-12-01T09:00:00Z"),
        &deed("2026-12-01T09:00:00Z", &written, &incident),
    );
    assert_eq!(state_of(puts(&marked)[0], "cause"), StepState::Done);
    engine.tick(at("2026-12-07T09:00:00Z"));
    let late = deed(
        "2026-12-07T09:00:00Z",
        &Deed::StepDone("procedure".to_owned()),
        &incident,
    );
    assert_eq!(
        engine.observe(at("2026-12-07T09:00:00Z"), &late),
        Vec::new()
    );
}

/// An incident that stays open for weeks is counted less and less often.
#[test]
fn an_old_incident_is_counted_as_often_as_its_age_allows() {
    let (mut engine, _) = opened();
    engine.tick(at("2026-12-20T12:51:29Z"));
    assert_eq!(engine.tick(at("2026-12-20T13:18:00Z")), Vec::new());
    assert_eq!(puts(&engine.tick(at("2026-12-20T13:20:00Z"))).len(), 1);
}
