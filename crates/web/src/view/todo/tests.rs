use super::*;
use crate::view::horizon::endings;
use crate::view::sample::{all_healthy, estate, now, points, statuses};
use crate::view::unit::unit_statuses;
use countersign_model::status::IntegrationStatus;

fn words(statuses: &[IntegrationStatus], open: &[Incident]) -> Vec<String> {
    let estate = estate();
    let units = unit_statuses(&estate, statuses, open, now());
    let todos = todos(&estate, &units, open, &[], &endings(&estate, now()));
    todos.into_iter().map(|todo| todo.words).collect()
}

#[test]
fn the_first_step_of_an_open_incident_comes_first_and_its_secret_is_not_named_twice() {
    let words = words(&statuses(), &[points()]);
    assert_eq!(
        words[0],
        "In Setup, generate a second secret for the package."
    );
    assert!(
        !words
            .iter()
            .any(|words| words.contains("Points balance load")),
        "{words:?}"
    );
}

#[test]
fn ended_secrets_unseen_and_ownerless_integrations_follow() {
    let words = words(&statuses(), &[]);
    assert!(words[0].starts_with("Renew the secret of"), "{words:?}");
    assert!(words[0].ends_with("it ended 7 days ago."), "{words:?}");
    assert!(
        words.contains(&"Make 1 integration visible: it is unknown today.".to_owned()),
        "{words:?}"
    );
    assert!(
        words.last().unwrap().starts_with("Name an owner for "),
        "{words:?}"
    );
}

#[test]
fn nothing_is_asked_for_when_nothing_is_to_do() {
    let mut estate = estate();
    estate.credentials.clear();
    for integration in &mut estate.integrations {
        integration.owner = Some("Somebody".to_owned());
    }
    let units = unit_statuses(&estate, &all_healthy(), &[], now());
    assert_eq!(todos(&estate, &units, &[], &[], &[]), []);
}
