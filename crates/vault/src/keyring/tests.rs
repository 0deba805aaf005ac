use super::{Keyring, SystemKey, WrapKeys};
use crate::envelope::{OpenError, Sealed};
use countersign_model::id::{BuId, CredentialId};
use countersign_secret::{MasterKey, TokenBytes};
use std::collections::BTreeMap;

fn counter() -> impl FnMut(&mut [u8]) {
    let mut next: u8 = 0;
    move |bytes| {
        for byte in bytes {
            next = next.wrapping_add(1);
            *byte = next;
        }
    }
}

fn wraps(byte: u8) -> WrapKeys {
    WrapKeys::new(&MasterKey::new([byte; 32]), &[])
}

fn open(wraps: WrapKeys, stored: &BTreeMap<SystemKey, Sealed>) -> Result<Keyring, OpenError> {
    Keyring::open(wraps, |kind| {
        stored.get(&kind).cloned().ok_or(OpenError::Mismatch)
    })
}

fn ring(entropy: &mut impl FnMut(&mut [u8])) -> Keyring {
    let stored = Keyring::draw_system_keys(&wraps(1), entropy)
        .into_iter()
        .collect();
    open(wraps(1), &stored).expect("opens")
}

#[test]
fn the_sentinel_knows_its_master_key_and_its_vault() {
    let mut entropy = counter();
    let sealed = wraps(1).sentinel(&[5; 16], &mut entropy);
    assert_eq!(wraps(1).check_sentinel(&[5; 16], &sealed), Ok(()));
    let wanted = wraps(1).active_id();
    assert_eq!(
        wraps(2).check_sentinel(&[5; 16], &sealed),
        Err(OpenError::OtherKey { wanted })
    );
    assert_eq!(
        wraps(1).check_sentinel(&[6; 16], &sealed),
        Err(OpenError::Mismatch)
    );
}

#[test]
fn several_master_keys_are_present_at_once() {
    let mut entropy = counter();
    let (old, new) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
    let by_old = wraps(1).sentinel(&[5; 16], &mut entropy);
    let both = WrapKeys::new(&new, &[&old]);
    assert_eq!(both.check_sentinel(&[5; 16], &by_old), Ok(()));
    let by_new = both.sentinel(&[5; 16], &mut entropy);
    assert_eq!(by_new.key, both.active_id());
    assert_ne!(by_new.key, by_old.key);
    assert_eq!(wraps(2).check_sentinel(&[5; 16], &by_new), Ok(()));
}

#[test]
fn system_keys_that_trade_places_do_not_open() {
    let mut entropy = counter();
    let mut stored: BTreeMap<_, _> = Keyring::draw_system_keys(&wraps(1), &mut entropy)
        .into_iter()
        .collect();
    assert!(open(wraps(1), &stored).is_ok());
    assert!(open(wraps(2), &stored).is_err());
    let jitter = stored[&SystemKey::Jitter].clone();
    stored.insert(SystemKey::Fingerprint, jitter);
    assert_eq!(open(wraps(1), &stored).err(), Some(OpenError::Mismatch));
}

#[test]
fn each_owner_and_each_credential_has_a_key_of_its_own() {
    let mut entropy = counter();
    let ring = ring(&mut entropy);
    let (loy, crm): (BuId, BuId) = ("LOY".parse().expect("id"), "CRM".parse().expect("id"));
    let (one, two): (CredentialId, CredentialId) =
        ("INT-1".parse().expect("id"), "INT-2".parse().expect("id"));
    let (loy_key, loy_wrap) = ring.draw_bu_key(&loy, &mut entropy);
    let (crm_key, _) = ring.draw_bu_key(&crm, &mut entropy);
    let (one_key, one_wrap) = Keyring::draw_credential_key(&loy_key, &loy, &one, &mut entropy);
    let (two_key, _) = Keyring::draw_credential_key(&loy_key, &loy, &two, &mut entropy);
    assert_ne!(one_key.key.as_bytes(), two_key.key.as_bytes());

    let again = ring.open_bu_key(&loy, &loy_wrap).expect("opens");
    assert!(Keyring::open_credential_key(&again, &loy, &one, &one_wrap).is_ok());
    assert_eq!(
        ring.open_bu_key(&crm, &loy_wrap).err(),
        Some(OpenError::Mismatch)
    );
    let moved = Keyring::open_credential_key(&loy_key, &loy, &two, &one_wrap);
    assert_eq!(moved.err(), Some(OpenError::Mismatch));
    let taken = Keyring::open_credential_key(&crm_key, &crm, &one, &one_wrap);
    assert_eq!(
        taken.err(),
        Some(OpenError::OtherKey { wanted: loy_key.id })
    );
}

#[test]
fn fingerprints_and_lookups_are_keyed_and_steady() {
    let mut entropy = counter();
    let (ring, other) = (ring(&mut entropy), ring(&mut entropy));
    let token = |text: &str| TokenBytes::from(text.to_owned());
    let print = ring.system.fingerprint(&token("CANARY-token"));
    assert_eq!(print.len(), 16);
    assert!(print.chars().all(|digit| digit.is_ascii_hexdigit()));
    assert_eq!(print, ring.system.fingerprint(&token("CANARY-token")));
    assert_ne!(print, ring.system.fingerprint(&token("CANARY-token2")));
    assert_ne!(print, other.system.fingerprint(&token("CANARY-token")));
    let lookup = ring.system.consumer_lookup(b"CANARY-key");
    assert_eq!(lookup, ring.system.consumer_lookup(b"CANARY-key"));
    assert_ne!(lookup, other.system.consumer_lookup(b"CANARY-key"));
    assert_ne!(ring.system.lookup_key(), ring.system.jitter_key());
}
