use super::{Key, KeyLengthError, Opened};
use std::fmt::{Debug, Display};

/// Compiles only while `$type` implements none of the traits: with one of them, the call below
/// would have two candidates.
macro_rules! assert_lacks {
    ($type:ty: $($trait:path),+) => {$(
        const _: fn() = || {
            trait AmbiguousIfPresent<A> {
                fn probe() {}
            }
            impl<T: ?Sized> AmbiguousIfPresent<()> for T {}
            struct Present;
            impl<T: ?Sized + $trait> AmbiguousIfPresent<Present> for T {}
            let _ = <$type as AmbiguousIfPresent<_>>::probe;
        };
    )+};
}
assert_lacks!(Key: Debug, Display, Clone);
assert_lacks!(Opened: Debug, Display, Clone);

#[test]
fn a_key_of_another_length_is_refused() {
    for len in [0, 16, 31, 33] {
        let refused = Key::from_slice(&vec![1; len]).err();
        assert_eq!(refused, Some(KeyLengthError { found_bytes: len }));
    }
    assert!(Key::from_slice(&[1; 32]).is_ok());
}

#[test]
fn wiping_leaves_no_byte_behind() {
    let mut key = Key::new([7; 32]);
    key.wipe();
    assert_eq!(*key.as_bytes(), [0; 32]);
    let mut opened = Opened::new(b"CANARY".to_vec());
    opened.wipe();
    assert!(opened.as_bytes().iter().all(|byte| *byte == 0));
}
