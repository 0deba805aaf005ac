use super::*;

#[test]
fn the_same_kind_and_subject_have_the_same_id_and_others_another() {
    let subject: Subject = "credential:INT-029".parse().unwrap();
    let id = FindingId::of(FindingKind::Ending, &subject);
    assert_eq!(id.as_str(), "ending:credential:INT-029");
    assert_eq!(id, FindingId::of(FindingKind::Ending, &subject));
    assert_ne!(id, FindingId::of(FindingKind::KeyOld, &subject));
}

#[test]
fn any_name_of_a_source_makes_an_id_that_can_be_read_back() {
    let long = "x".repeat(4_000);
    let names = ["middleware", "my service/2", "", "é", &long, "my service 2"];
    let mut ids: Vec<FindingId> = names
        .iter()
        .map(|name| FindingId::of(FindingKind::ClockSkew, &Subject::Source((*name).to_owned())))
        .collect();
    for id in &ids {
        assert_eq!(id.as_str().parse::<FindingId>().as_ref(), Ok(id));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), names.len());
}

#[test]
fn a_subject_is_written_with_its_sort_and_read_back() {
    for text in [
        "credential:INT-029",
        "integration:INT-003",
        "asset:DE-16",
        "consumer:etl-7",
        "source:my service",
    ] {
        assert_eq!(text.parse::<Subject>().unwrap().to_string(), text);
    }
    for text in ["credential:", "INT-029", "user:x", "credential:a b"] {
        assert!(text.parse::<Subject>().is_err(), "{text}");
    }
}

#[test]
fn names_of_kinds_and_severities_are_those_on_the_wire() {
    for kind in FindingKind::ALL {
        let wire = serde_json::to_value(kind).unwrap();
        assert_eq!(wire, kind.as_str());
    }
    for severity in [
        Severity::Info,
        Severity::Warning,
        Severity::Urgent,
        Severity::Critical,
    ] {
        assert_eq!(serde_json::to_value(severity).unwrap(), severity.as_str());
    }
}
