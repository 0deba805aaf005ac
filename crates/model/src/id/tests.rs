use super::*;
use crate::Timestamp;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a legal instant")
}

#[test]
fn an_id_holds_letters_digits_and_five_marks() {
    for text in [
        "INT-029",
        "a",
        "INT-029.519000140",
        "slot:1",
        "ops@demo",
        "a_b",
    ] {
        assert_eq!(
            IntegrationId::new(text).map(|id| id.to_string()),
            Ok(text.to_owned())
        );
    }
}

#[test]
fn a_text_that_is_no_id_says_why() {
    assert_eq!(IntegrationId::new(""), Err(IdError::Empty));
    assert_eq!(
        IntegrationId::new("a b"),
        Err(IdError::Character { found: ' ' })
    );
    assert_eq!(
        IntegrationId::new("a/b"),
        Err(IdError::Character { found: '/' })
    );
    assert_eq!(
        IntegrationId::new("ä"),
        Err(IdError::Character { found: 'ä' })
    );
    assert_eq!(
        IntegrationId::new("x".repeat(129)),
        Err(IdError::TooLong { len: 129 })
    );
    assert!(IntegrationId::new("x".repeat(ID_BYTES_MAX)).is_ok());
}

#[test]
fn an_id_is_checked_when_it_is_read() {
    assert!(serde_json::from_str::<AssetId>("\"DE-16\"").is_ok());
    assert!(serde_json::from_str::<AssetId>("\"DE 16\"").is_err());
    assert!(serde_json::from_str::<AssetId>("16").is_err());
}

#[test]
fn a_slot_is_named_after_credential_unit_and_scope_set() {
    let credential = CredentialId::new("INT-029").expect("an id");
    assert_eq!(
        SlotId::of(&credential, 519_000_140, None).as_str(),
        "INT-029.519000140"
    );
    let narrow = SlotId::of(&credential, 519_000_140, Some("read"));
    assert_eq!(narrow.as_str(), "INT-029.519000140.read");
}

#[test]
fn minted_ids_sort_by_time_whatever_the_chance() {
    let early = IncidentId::mint(at(1_795_000_000), u64::MAX);
    let late = IncidentId::mint(at(1_795_000_001), 0);
    assert!(early < late, "{early} {late}");
    assert_eq!(early.as_str().len(), "inc_".len() + 20);
    assert!(IncidentId::new(early.as_str()).is_ok());
}

#[test]
fn minted_ids_of_one_moment_differ_by_chance() {
    assert_ne!(NoticeId::mint(at(0), 1), NoticeId::mint(at(0), 2));
    assert_eq!(OutcomeId::mint(at(0), 7), OutcomeId::mint(at(0), 7));
}
