use super::{FormatError, Reader, Writer};
use proptest::prelude::*;

#[test]
fn fields_that_run_together_as_text_stay_apart() {
    let one = Writer::new(1).field(b"ab").field(b"c").finish();
    let other = Writer::new(1).field(b"a").field(b"bc").finish();
    assert_ne!(one, other);
}

#[test]
fn faults_are_named_by_place() {
    let bytes = Writer::new(1).number(7).field(b"abc").finish();
    let mut reader = Reader::new(1, &bytes).expect("format 1");
    assert_eq!(reader.number(), Ok(7));
    assert_eq!(reader.field(), Ok(&b"abc"[..]));
    assert_eq!(reader.finish(), Ok(()));

    assert_eq!(
        Reader::new(2, &bytes).err(),
        Some(FormatError::UnknownFormat { found: 1 })
    );
    assert_eq!(
        Reader::new(1, b"").err(),
        Some(FormatError::EndsEarly { at: 0 })
    );
    let mut short = Reader::new(1, &bytes[..12]).expect("format 1");
    assert_eq!(short.number(), Ok(7));
    assert_eq!(short.field(), Err(FormatError::EndsEarly { at: 9 }));
    let unread = Reader::new(1, &bytes).expect("format 1");
    assert_eq!(unread.finish(), Err(FormatError::TooLong { extra: 15 }));
}

proptest! {
    #[test]
    fn fields_survive_the_round_trip(
        number: u64,
        fields in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..8),
    ) {
        let mut writer = Writer::new(9).number(number);
        for field in &fields {
            writer = writer.field(field);
        }
        let bytes = writer.finish();
        let mut reader = Reader::new(9, &bytes).expect("format 9");
        prop_assert_eq!(reader.number(), Ok(number));
        for field in &fields {
            prop_assert_eq!(reader.field(), Ok(field.as_slice()));
        }
        prop_assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        if let Ok(mut reader) = Reader::new(1, &bytes) {
            while reader.text("any").is_ok() {}
            let _ = reader.finish();
        }
    }
}
