use super::{KeyId, NamedKey, OpenError, Place, Sealed};
use crate::format::FormatError;
use countersign_model::id::{BuId, CredentialId, SlotId};
use countersign_model::token::Generation;
use countersign_secret::{Secret, TokenBytes};
use proptest::prelude::*;

/// Bytes that never repeat within a test.
fn counter() -> impl FnMut(&mut [u8]) {
    let mut next: u8 = 0;
    move |bytes| {
        for byte in bytes {
            next = next.wrapping_add(1);
            *byte = next;
        }
    }
}

fn bu(id: &str) -> BuId {
    id.parse().expect("an id")
}
fn credential(id: &str) -> CredentialId {
    id.parse().expect("an id")
}

#[test]
fn a_secret_opens_only_in_its_own_row_and_version() {
    let mut entropy = counter();
    let key = NamedKey::draw(&mut entropy);
    let (loy, crm, one, two) = (
        bu("LOY"),
        bu("CRM"),
        credential("INT-1"),
        credential("INT-2"),
    );
    let home = Place::Secret {
        bu: &loy,
        credential: &one,
        version: 2,
    };
    let secret = Secret::from("CANARY-secret".to_owned());
    let sealed = Sealed::secret(&key, home, &secret, &mut entropy).expect("sealed");
    let opened = sealed.open_secret(&key, home).expect("V2: opens at home");
    assert_eq!(opened.expose(<[u8]>::to_vec), b"CANARY-secret");

    let slot: SlotId = "INT-1.7".parse().expect("an id");
    let generation = Generation(2);
    for elsewhere in [
        Place::Secret {
            bu: &crm,
            credential: &one,
            version: 2,
        },
        Place::Secret {
            bu: &loy,
            credential: &two,
            version: 2,
        },
        Place::Secret {
            bu: &loy,
            credential: &one,
            version: 1,
        },
        Place::Secret {
            bu: &loy,
            credential: &one,
            version: 3,
        },
        Place::CredentialKey {
            bu: &loy,
            credential: &one,
        },
        Place::BuKey { bu: &loy },
        Place::Token {
            bu: &loy,
            credential: &one,
            slot: &slot,
            generation,
        },
    ] {
        let refused = sealed.open_secret(&key, elsewhere).err();
        assert_eq!(refused, Some(OpenError::Mismatch), "V2: {elsewhere:?}");
    }
}

#[test]
fn a_token_opens_only_in_its_own_slot_and_generation() {
    let mut entropy = counter();
    let key = NamedKey::draw(&mut entropy);
    let (owner, id) = (bu("LOY"), credential("INT-1"));
    let (slot, other): (SlotId, SlotId) = (
        "INT-1.7".parse().expect("an id"),
        "INT-1.8".parse().expect("an id"),
    );
    let place = |slot, generation| Place::Token {
        bu: &owner,
        credential: &id,
        slot,
        generation: Generation(generation),
    };
    let token = TokenBytes::from("CANARY-token".to_owned());
    let sealed = Sealed::token(&key, place(&slot, 4), &token, &mut entropy).expect("sealed");
    assert!(sealed.open_token(&key, place(&slot, 4)).is_ok());
    for elsewhere in [place(&slot, 3), place(&slot, 5), place(&other, 4)] {
        assert_eq!(
            sealed.open_token(&key, elsewhere).err(),
            Some(OpenError::Mismatch)
        );
    }
}

#[test]
fn ids_that_run_together_do_not_share_a_place() {
    let mut entropy = counter();
    let key = NamedKey::draw(&mut entropy);
    let (a, bc, ab, c) = (bu("A"), credential("BC"), bu("AB"), credential("C"));
    let home = Place::CredentialKey {
        bu: &a,
        credential: &bc,
    };
    let sealed = Sealed::wrap(&key, home, &NamedKey::draw(&mut entropy), &mut entropy);
    let elsewhere = Place::CredentialKey {
        bu: &ab,
        credential: &c,
    };
    assert_eq!(
        sealed.unwrap_key(&key, elsewhere).err(),
        Some(OpenError::Mismatch)
    );
}

#[test]
fn a_record_names_the_key_it_needs() {
    let mut entropy = counter();
    let (key, other) = (NamedKey::draw(&mut entropy), NamedKey::draw(&mut entropy));
    let owner = bu("LOY");
    let place = Place::BuKey { bu: &owner };
    let sealed = Sealed::wrap(&key, place, &NamedKey::draw(&mut entropy), &mut entropy);
    let refused = sealed.unwrap_key(&other, place).err();
    assert_eq!(refused, Some(OpenError::OtherKey { wanted: key.id }));
    assert_eq!(KeyId([0xab; 8]).to_string(), "abababababababab");
}

#[test]
fn every_bit_of_a_record_counts() {
    let mut entropy = counter();
    let key = NamedKey::draw(&mut entropy);
    let owner = bu("LOY");
    let place = Place::BuKey { bu: &owner };
    let bytes = Sealed::wrap(&key, place, &NamedKey::draw(&mut entropy), &mut entropy).encode();
    for at in 0..bytes.len() {
        let mut bent = bytes.clone();
        bent[at] ^= 0x10;
        let opened = Sealed::decode(&bent)
            .map_err(OpenError::from)
            .and_then(|sealed| sealed.unwrap_key(&key, place));
        assert!(opened.is_err(), "byte {at}");
    }
    let unknown = Sealed::decode(&[9, 0, 0]).err();
    assert_eq!(unknown, Some(FormatError::UnknownFormat { found: 9 }));
}

/// V1: what is told about a sealed record exposes nothing of it.
#[test]
fn nothing_told_about_a_record_holds_the_secret() {
    let mut entropy = counter();
    let key = NamedKey::draw(&mut entropy);
    let (owner, id) = (bu("LOY"), credential("INT-1"));
    let place = Place::Secret {
        bu: &owner,
        credential: &id,
        version: 1,
    };
    let secret = Secret::from("CANARY-secret".to_owned());
    let sealed = Sealed::secret(&key, place, &secret, &mut entropy).expect("sealed");
    let error = sealed
        .open_secret(&NamedKey::draw(&mut entropy), place)
        .err()
        .expect("refused");
    let told = format!("{sealed:?} {error} {error:?} {place:?}");
    assert!(!told.contains("CANARY"), "{told}");
    assert!(!sealed.encode().windows(6).any(|window| window == b"CANARY"));
}

proptest! {
    #[test]
    fn a_record_survives_its_bytes(plain in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut entropy = counter();
        let key = NamedKey::draw(&mut entropy);
        let (owner, id) = (bu("LOY"), credential("INT-1"));
        let place = Place::Secret { bu: &owner, credential: &id, version: 1 };
        let secret = Secret::new(plain.clone());
        let sealed = Sealed::secret(&key, place, &secret, &mut entropy).expect("sealed");
        let read = Sealed::decode(&sealed.encode()).expect("a record");
        prop_assert_eq!(&read, &sealed);
        let opened = read.open_secret(&key, place).expect("opens");
        prop_assert!(opened.expose(|bytes| bytes == plain.as_slice()));
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_never_open(
        bytes in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        let mut entropy = counter();
        let key = NamedKey::draw(&mut entropy);
        let owner = bu("LOY");
        let place = Place::BuKey { bu: &owner };
        let opened = Sealed::decode(&bytes)
            .map_err(OpenError::from)
            .and_then(|sealed| sealed.unwrap_key(&key, place));
        prop_assert!(opened.is_err());
    }
}
