use super::*;
use crate::view::sample::{all_healthy, at, estate, now, platform, points, statuses, weakness};
use countersign_model::finding::{FindingKind, Severity};

fn kept() -> Promises {
    promise::promises(&estate(), &[], &[], now())
}

fn page_with(
    estate: &Estate,
    statuses: &[IntegrationStatus],
    incidents: &[Incident],
    findings: &[Finding],
) -> Today {
    let read = Read {
        statuses,
        incidents,
        findings,
        promises: &kept(),
    };
    today(Some(estate), &read, now())
}

fn page(statuses: &[IntegrationStatus], incidents: &[Incident]) -> Today {
    page_with(&estate(), statuses, incidents, &[])
}

#[test]
fn the_incident_whose_harm_is_nearest_stands_first() {
    let page = page(&statuses(), &[platform(), points()]);
    let ids: Vec<&str> = page.incidents.iter().map(|card| card.id.as_str()).collect();
    assert_eq!(ids, ["inc_01points", "inc_02platform"]);
    assert_eq!(page.incidents[1].owner, "No owner is declared");
}

#[test]
fn suspicions_are_counted_and_not_shown_as_incidents() {
    let suspect = Incident {
        state: IncidentState::Suspect,
        opened_at: None,
        ..points()
    };
    let page = page(&all_healthy(), &[suspect]);
    assert_eq!(page.incidents, []);
    assert_eq!(page.headline.before, "No customer is affected.");
    let said = "1 suspicion is being checked; nobody has been told yet.";
    assert_eq!(page.suspicions.as_deref(), Some(said));
}

#[test]
fn only_renewals_ahead_are_listed_soonest_first_and_bounded() {
    let mut all = all_healthy();
    all[0].next_renewal_at = Some(at("12:52:30"));
    all[1].next_renewal_at = Some(at("12:51:00"));
    let page = page(&all, &[]);
    assert_eq!(page.renewals.len(), ROWS_MAX);
    assert_eq!(page.renewals[0].countdown.words, "30 s");
    let late = all[1].integration.to_string();
    assert!(page.renewals.iter().all(|renewal| renewal.id != late));
}

#[test]
fn long_lists_are_cut_and_what_is_left_is_counted() {
    let mut estate = estate();
    for credential in &mut estate.credentials {
        credential.ends = "2026-11-25".parse().ok();
    }
    let page = page_with(&estate, &statuses(), &[points()], &[]);
    assert_eq!(page.endings.len(), ROWS_MAX);
    assert_eq!(page.endings_left, estate.credentials.len() - ROWS_MAX);
    assert_eq!(page.todos.len(), ROWS_MAX);
    assert!(page.todos_left > 0);
}

#[test]
fn without_an_estate_the_page_says_how_to_begin() {
    let page = today(
        None,
        &Read {
            statuses: &[],
            incidents: &[],
            findings: &[],
            promises: &kept(),
        },
        now(),
    );
    assert!(!page.has_estate);
    assert_eq!(page.next, "countersign estate apply estate.yaml");
    assert_eq!(page.headline.tone, "unknown");
}

#[test]
fn findings_are_listed_gravest_first_as_they_came_and_the_rest_is_counted() {
    let findings = vec![weakness(FindingKind::WrongBu, Severity::Urgent); ROWS_MAX + 2];
    let page = page_with(&estate(), &all_healthy(), &[], &findings);
    assert_eq!((page.findings.len(), page.findings_left), (ROWS_MAX, 2));
    assert!(
        page.todos
            .iter()
            .any(|todo| todo.words.starts_with(&findings[0].words))
    );
    assert_eq!(page.headline.before, "No customer is affected.");
}
