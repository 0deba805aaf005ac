use super::*;
use crate::view::sample::{at, estate, now, platform, points};
use countersign_model::class::Class;
use countersign_model::incident::Refused;

#[test]
fn the_cause_is_told_in_one_plain_sentence() {
    let view = incident_view(&points(), &estate(), now());
    let said =
        "The secret of Points balance load (INT-029) ended on 22 November 2026 and is refused.";
    assert_eq!(view.cause, said);
}

#[test]
fn a_refused_secret_that_should_still_live_is_not_called_ended() {
    let mut estate = estate();
    for credential in &mut estate.credentials {
        credential.ends = "2027-05-01".parse().ok();
    }
    let view = incident_view(&points(), &estate, now());
    let said = "The secret of Points balance load (INT-029) is refused: \
                it ended, was revoked, or its package is off.";
    assert_eq!(view.cause, said);
}

#[test]
fn a_cause_that_the_estate_does_not_know_still_has_a_sentence() {
    let view = incident_view(&points(), &Estate::default(), now());
    assert!(
        view.cause.starts_with("Credential INT-029 is refused"),
        "{}",
        view.cause
    );
    let view = incident_view(&platform(), &estate(), now());
    let said = "Marketing Cloud itself answers late, with server errors, or not at all.";
    assert_eq!(view.cause, said);
}

#[test]
fn the_table_says_through_what_each_thing_hangs_on_the_cause() {
    let view = incident_view(&points(), &estate(), now());
    let row = |id| view.rows.iter().find(|row| row.id == id).unwrap();
    assert_eq!(row("DE-16").through, "is fed by INT-029");
    assert_eq!(row("J-12").through, "reads DE-16");
    assert_eq!(row("C-2").kind, "Launch");
}

#[test]
fn what_marketing_cloud_shows_stands_beside_what_is_counted() {
    let view = incident_view(&points(), &estate(), now());
    let reminder = view.screens.iter().find(|row| row.id == "J-12").unwrap();
    assert!(reminder.shown.starts_with("Running."), "{reminder:?}");
    assert_eq!(
        reminder.counted,
        "Nothing counts it. By the cause: Keeps running, with reminders with old balances."
    );
    assert!(!reminder.seen);
    assert_eq!(
        view.screens[0].id, "J-12",
        "where the customer notices stands first"
    );
}

#[test]
fn a_resolved_incident_counts_nothing_down() {
    let resolved = Incident {
        resolved_at: Some(at("14:00:00")),
        ..points()
    };
    let view = incident_view(&resolved, &estate(), at("14:30:00"));
    assert_eq!(view.harm.unwrap().countdown, None);
}

#[test]
fn every_class_ends_a_sentence_for_every_cause() {
    let classes = [
        Class::Scope,
        Class::GrantDead,
        Class::Throttled,
        Class::Local,
        Class::ZeroRows,
    ];
    for class in classes {
        let view = incident_view(&Incident { class, ..points() }, &estate(), now());
        assert!(
            view.cause.ends_with('.') && view.cause.contains("INT-029"),
            "{}",
            view.cause
        );
    }
}

/// Only a refused secret is blamed on the secret, whatever end date the estate gives it.
#[test]
fn the_cause_blames_what_was_refused() {
    let said = |class, refused| {
        let incident = Incident {
            class,
            refused,
            ..points()
        };
        incident_view(&incident, &estate(), now()).cause
    };
    let rows = [
        (
            Class::AuthRejected,
            Some(Refused::AppUser),
            "The app user or client of Points",
        ),
        (
            Class::AuthRejected,
            Some(Refused::Calls),
            "The calls of Points",
        ),
        (
            Class::AuthRejected,
            None,
            "Points balance load (INT-029) is refused by",
        ),
        (
            Class::Certificate,
            None,
            "A certificate on the way of Points",
        ),
        (
            Class::Policy,
            None,
            "Points balance load (INT-029) is refused by an account policy",
        ),
        (
            Class::Upstream,
            None,
            "The token host of Points balance load (INT-029) answers late",
        ),
    ];
    for (class, refused, start) in rows {
        let cause = said(class, refused);
        assert!(cause.starts_with(start), "{cause}");
        assert!(!cause.contains("ended on"), "{cause}");
    }
}
