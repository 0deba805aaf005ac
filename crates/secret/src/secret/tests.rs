use super::Secret;
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
assert_lacks!(Secret: Debug, Display, Clone, ToString);

#[test]
fn exposes_exactly_the_bytes_it_was_given() {
    let secret = Secret::from("CANARY-client-secret".to_owned());
    assert_eq!(secret.expose(<[u8]>::to_vec), b"CANARY-client-secret");
    assert_eq!(secret.len(), 20);
    assert!(!secret.is_empty());
    assert!(Secret::new(Vec::new()).is_empty());
}

#[test]
fn a_buffer_with_spare_room_is_taken_over_whole() {
    let mut roomy = Vec::with_capacity(256);
    roomy.extend_from_slice(b"CANARY");
    assert_eq!(Secret::new(roomy).expose(<[u8]>::to_vec), b"CANARY");
}

#[test]
fn wiping_leaves_no_byte_behind() {
    let mut secret = Secret::from("CANARY-to-be-wiped".to_owned());
    secret.wipe();
    assert!(secret.expose(|bytes| bytes.iter().all(|byte| *byte == 0)));
}
