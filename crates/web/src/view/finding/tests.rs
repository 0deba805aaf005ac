use super::*;
use crate::view::sample::{at, estate, now, weakness};

#[test]
fn a_finding_is_told_with_its_remedy_team_and_urgency_in_words() {
    let findings = [weakness(FindingKind::ScopeRemoved, Severity::Urgent)];
    let rows = rows(&findings, &estate(), now());
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].words, findings[0].words);
    assert_eq!(rows[0].fix, findings[0].fix);
    assert_eq!(
        rows[0].owner.as_deref(),
        Some("Loyalty Product Engineering")
    );
    assert_eq!((rows[0].word, rows[0].tone), ("Act within days", "at-risk"));
    assert_eq!(rows[0].since.iso, at("12:50:00").to_string());
}

#[test]
fn what_has_a_list_of_its_own_is_not_listed_twice() {
    let findings = [
        weakness(FindingKind::Ending, Severity::Critical),
        weakness(FindingKind::OwnerMissing, Severity::Warning),
    ];
    assert_eq!(rows(&findings, &estate(), now()), []);
    assert_eq!(todos(&findings).count(), 0);
}

#[test]
fn only_what_presses_is_a_thing_to_do() {
    let findings = [
        weakness(FindingKind::WrongBu, Severity::Urgent),
        weakness(FindingKind::SecondUser, Severity::Warning),
        weakness(FindingKind::Throttled, Severity::Info),
    ];
    let todos: Vec<Todo> = todos(&findings).collect();
    assert_eq!(todos.len(), 1);
    assert!(
        todos[0].words.ends_with(&findings[0].fix),
        "{}",
        todos[0].words
    );
}
