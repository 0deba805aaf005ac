use super::*;
use countersign_feed::demo_estate;

fn told(claims: &[Claim], kind: FindingKind) -> Vec<String> {
    let of_kind = claims.iter().filter(|claim| claim.kind == kind);
    of_kind.map(|claim| claim.subject.to_string()).collect()
}

#[test]
fn the_demo_estate_declares_its_known_weaknesses_and_no_others() {
    let claims = declared(&demo_estate());
    let expected = [
        (FindingKind::OwnerMissing, vec!["integration:INT-047"]),
        (FindingKind::BackupMissing, vec!["integration:INT-045"]),
        (FindingKind::LegacyPackage, vec!["credential:INT-028"]),
        (FindingKind::ScopesBroad, vec!["credential:INT-007"]),
        (FindingKind::CredentialShared, vec!["credential:INT-008"]),
        (FindingKind::ClientShared, vec![]),
        (FindingKind::CredentialBorrowed, vec![]),
        (FindingKind::MonitoringWrites, vec![]),
        (FindingKind::OfflineMissing, vec![]),
    ];
    for (kind, subjects) in &expected {
        assert_eq!(told(&claims, *kind), *subjects, "{}", kind.as_str());
    }
    let n: usize = expected.iter().map(|(_, subjects)| subjects.len()).sum();
    assert_eq!(claims.len(), n);
}

#[test]
fn the_kinds_that_a_file_tells_are_those_of_the_table() {
    for kind in FindingKind::ALL {
        let has_code = CODES.iter().any(|(_, of, _)| *of == kind);
        assert_eq!(has_code, kind.is_declared(), "{}", kind.as_str());
    }
    for (code, kind, _) in CODES {
        assert_eq!(code, kind.as_str());
    }
}

#[test]
fn a_declared_weakness_names_its_team_and_unit() {
    let claims = declared(&demo_estate());
    let backup = claims
        .iter()
        .find(|claim| claim.kind == FindingKind::BackupMissing);
    let backup = backup.expect("INT-045 has none");
    assert_eq!(backup.owner.as_deref(), Some("Revenue Operations"));
    assert_eq!(backup.bu, Some("B2B".parse().unwrap()));
    let words = "Lead enrichment call inside journeys (INT-045) has no backup.";
    assert_eq!(
        (backup.words.as_str(), backup.fix.as_str()),
        (words, "Name a second team.")
    );
}

#[test]
fn a_message_that_begins_with_no_single_id_stays_as_it_is() {
    let shared = "INT-008, INT-009 share the credential INT-008.";
    assert_eq!(named(shared, "Order confirmation NA"), shared);
    assert_eq!(
        named("INT-007 holds 39 scopes.", ""),
        "INT-007 holds 39 scopes."
    );
}
