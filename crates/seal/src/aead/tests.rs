use super::{Nonce, OpenError, PLAIN_BYTES_MAX, SealError, TAG_BYTES, open, seal};
use crate::Key;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key as PeerKey, Nonce as PeerNonce};
use proptest::prelude::*;

fn peer_seal(key: [u8; 32], nonce: [u8; 12], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let cipher = Aes256Gcm::new(&PeerKey::<Aes256Gcm>::from(key));
    let nonce = PeerNonce::from(nonce);
    cipher
        .encrypt(&nonce, Payload { msg: plain, aad })
        .expect("the peer seals")
}

fn refusal(key: u8, nonce: u8, aad: &[u8], sealed: &[u8]) -> OpenError {
    open(&Key::new([key; 32]), Nonce([nonce; 12]), aad, sealed)
        .err()
        .expect("refused")
}

#[test]
fn matches_the_published_vector_of_the_gcm_paper() {
    // Test case 14 of McGrew and Viega, "The Galois/Counter Mode of Operation": all zero.
    let sealed = seal(&Key::new([0; 32]), Nonce([0; 12]), b"", &[0; 16]).expect("sealed");
    let expected = [
        0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e, 0x07, 0x4e, 0xc5, 0xd3, 0xba, 0xf3, 0x9d,
        0x18, 0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99, 0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a,
        0xb9, 0x19,
    ];
    assert_eq!(sealed, expected);
}

#[test]
fn another_key_nonce_place_or_bit_does_not_open() {
    let sealed = seal(&Key::new([1; 32]), Nonce([2; 12]), b"row", b"CANARY").expect("sealed");
    assert_eq!(refusal(9, 2, b"row", &sealed), OpenError::Mismatch);
    assert_eq!(refusal(1, 9, b"row", &sealed), OpenError::Mismatch);
    assert_eq!(refusal(1, 2, b"another row", &sealed), OpenError::Mismatch);
    for at in 0..sealed.len() {
        let mut bent = sealed.clone();
        bent[at] ^= 1;
        assert_eq!(refusal(1, 2, b"row", &bent), OpenError::Mismatch);
    }
}

#[test]
fn impossible_lengths_are_named() {
    assert_eq!(
        refusal(1, 2, b"", &[0; 15]),
        OpenError::Length { found_bytes: 15 }
    );
    let long = vec![0; PLAIN_BYTES_MAX + 1];
    let sealed = seal(&Key::new([1; 32]), Nonce([2; 12]), b"", &long);
    assert_eq!(
        sealed,
        Err(SealError::TooLong {
            found_bytes: PLAIN_BYTES_MAX + 1
        })
    );
    let long = vec![0; PLAIN_BYTES_MAX + TAG_BYTES + 1];
    assert_eq!(
        refusal(1, 2, b"", &long),
        OpenError::Length {
            found_bytes: long.len()
        }
    );
}

proptest! {
    #[test]
    fn agrees_with_an_independent_implementation(
        key: [u8; 32],
        nonce: [u8; 12],
        aad in proptest::collection::vec(any::<u8>(), 0..200),
        plain in proptest::collection::vec(any::<u8>(), 0..2000),
    ) {
        let ours = seal(&Key::new(key), Nonce(nonce), &aad, &plain).expect("sealed");
        let theirs = peer_seal(key, nonce, &aad, &plain);
        prop_assert_eq!(&ours, &theirs);
        let opened = open(&Key::new(key), Nonce(nonce), &aad, &theirs).expect("opens");
        prop_assert_eq!(opened.into_bytes(), plain);
    }

    #[test]
    fn arbitrary_bytes_are_refused_without_a_panic(
        sealed in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        prop_assert!(open(&Key::new([3; 32]), Nonce([4; 12]), b"row", &sealed).is_err());
    }
}
