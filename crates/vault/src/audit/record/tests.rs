use super::{Ending, Record};
use crate::format::FormatError;
use countersign_model::Timestamp;
use proptest::prelude::*;

fn record() -> Record {
    Record {
        seq: 7,
        at: "2026-11-22T12:40:59.120Z".parse().expect("a time"),
        actor: "team:crm".to_owned(),
        action: "credential.secret_put".to_owned(),
        object: "INT-029".to_owned(),
        outcome: Ending::Done,
        detail: vec![("version".to_owned(), "2".to_owned())],
    }
}

#[test]
fn a_record_is_written_in_one_way_only() {
    let record = record();
    let bytes = record.encode();
    assert_eq!(Record::decode(&bytes), Ok(record));
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(
        Record::decode(&longer),
        Err(FormatError::TooLong { extra: 1 })
    );
    assert!(Record::decode(&bytes[..bytes.len() - 1]).is_err());
}

#[test]
fn a_text_moved_to_the_next_field_is_another_record() {
    let mut moved = record();
    (moved.actor, moved.action) = ("team:cr".to_owned(), "mcredential.secret_put".to_owned());
    assert_ne!(moved.encode(), record().encode());
}

#[test]
fn a_value_outside_its_set_is_named() {
    let bytes = record().encode();
    let at = bytes
        .windows(4)
        .position(|window| window == b"done")
        .expect("the outcome");
    let mut bent = bytes.clone();
    bent[at] = b'g';
    assert_eq!(
        Record::decode(&bent),
        Err(FormatError::BadField { field: "outcome" })
    );
    bent[at] = 0xff;
    assert_eq!(
        Record::decode(&bent),
        Err(FormatError::BadField { field: "outcome" })
    );
}

fn any_record() -> impl Strategy<Value = Record> {
    let ending = prop_oneof![
        Just(Ending::Done),
        Just(Ending::Refused),
        Just(Ending::Failed)
    ];
    let text = || ".{0,20}";
    let detail = proptest::collection::vec((text(), text()), 0..4);
    (
        any::<u64>(),
        any::<i32>(),
        text(),
        text(),
        text(),
        ending,
        detail,
    )
        .prop_map(|(seq, second, actor, action, object, outcome, detail)| {
            let at = Timestamp::from_second(i64::from(second)).expect("within jiff's range");
            Record {
                seq,
                at,
                actor,
                action,
                object,
                outcome,
                detail,
            }
        })
}

proptest! {
    #[test]
    fn records_survive_their_bytes(record in any_record()) {
        prop_assert_eq!(Record::decode(&record.encode()), Ok(record));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        if let Ok(record) = Record::decode(&bytes) {
            prop_assert_eq!(record.encode(), bytes);
        }
    }

    #[test]
    fn a_bent_record_never_panics(record in any_record(), at: prop::sample::Index, bit in 0..8u8) {
        let mut bytes = record.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert_ne!(Record::decode(&bytes), Ok(record));
    }
}
