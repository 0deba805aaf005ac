use super::{MasterKey, MasterKeyError};
use proptest::prelude::*;

fn refusal(text: &str) -> MasterKeyError {
    MasterKey::from_base64(text).err().expect("refused")
}

#[test]
fn a_key_survives_its_base64_text() {
    let text = MasterKey::new([7; 32]).to_base64();
    assert_eq!(text.len(), 44);
    let read = MasterKey::from_base64(&format!("  {}\n", *text)).expect("a key");
    assert!(read.expose(|bytes| *bytes == [7; 32]));
    let unpadded = text.trim_end_matches('=');
    assert!(MasterKey::from_base64(unpadded).is_ok());
}

#[test]
fn an_absent_a_malformed_and_a_short_key_are_told_apart() {
    assert_eq!(refusal(" \n"), MasterKeyError::Missing);
    assert_eq!(refusal("CANARY!not*base64"), MasterKeyError::Malformed);
    assert_eq!(
        refusal("Q0FOQVJZ"),
        MasterKeyError::WrongLength { found_bytes: 6 }
    );
}

#[test]
fn no_refusal_repeats_what_was_typed() {
    for text in [
        "CANARY!not*base64",
        "CANARYCANARYCANARYCANARY",
        "CANARY=CANARY",
    ] {
        let error = refusal(text);
        let told = format!("{error} {error:?}");
        assert!(!told.contains("CANARY"), "{told}");
    }
}

#[test]
fn wiping_leaves_no_byte_behind() {
    let mut key = MasterKey::new([9; 32]);
    key.wipe();
    assert!(key.expose(|bytes| *bytes == [0; 32]));
}

proptest! {
    #[test]
    fn any_text_is_a_key_or_a_refusal_and_never_a_panic(text in ".{0,80}") {
        let _ = MasterKey::from_base64(&text);
    }
}
