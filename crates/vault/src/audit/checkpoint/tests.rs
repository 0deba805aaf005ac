use super::{Checkpoint, SignatureError, SignedCheckpoint, Signer};
use proptest::prelude::*;

fn checkpoint() -> Checkpoint {
    let at = "2026-11-22T12:40:59.120Z".parse().expect("a time");
    Checkpoint {
        seq: 9,
        hash: [7; 32],
        count: 9,
        at,
    }
}

#[test]
fn a_signature_holds_for_its_checkpoint_and_key_only() {
    let signer = Signer::from_seed(&[1; 32]);
    let signed = signer.sign(checkpoint());
    assert_eq!(signed.check(&signer.public_key()), Ok(()));
    let other = Signer::from_seed(&[2; 32]).public_key();
    assert_eq!(signed.check(&other), Err(SignatureError));
    let later = Checkpoint {
        count: 8,
        ..checkpoint()
    };
    let bent = SignedCheckpoint {
        checkpoint: later,
        ..signed.clone()
    };
    assert_eq!(bent.check(&signer.public_key()), Err(SignatureError));
    let cut = SignedCheckpoint {
        signature: Vec::new(),
        ..signed
    };
    assert_eq!(cut.check(&signer.public_key()), Err(SignatureError));
}

#[test]
fn a_checkpoint_survives_its_bytes() {
    assert_eq!(Checkpoint::decode(&checkpoint().encode()), Ok(checkpoint()));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        prop_assert!(Checkpoint::decode(&bytes).is_err());
    }
}
