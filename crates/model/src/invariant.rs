//! The catalogue of invariants. Each id appears in code, in a test and here.

/// One promise that code asserts and tests prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invariant {
    /// Short id, as written in code and tests.
    pub id: &'static str,
    /// The promise.
    pub promise: &'static str,
}

/// Every invariant built so far. `cargo xtask tidy` checks that each id is used and tested.
pub const CATALOGUE: &[Invariant] = &[
    Invariant {
        id: "R1",
        promise: "at most one token request in flight per slot",
    },
    Invariant {
        id: "R2",
        promise: "an answer is applied at most once, also when late or doubled",
    },
    Invariant {
        id: "R3",
        promise: "a refresh token that was received is never lost, also when late or beside rubbish",
    },
    Invariant {
        id: "R4",
        promise: "waits are bounded and jittered; no storm follows an outage",
    },
    Invariant {
        id: "R5",
        promise: "a valid token is never displaced by an error",
    },
    Invariant {
        id: "R6",
        promise: "no refresh token is sent after an exchange of it whose end is unknown, unless its provider allows it or a person does",
    },
    Invariant {
        id: "V1",
        promise: "secret bytes are exposed at the listed sites only",
    },
    Invariant {
        id: "V2",
        promise: "a ciphertext opens only in its own row and version",
    },
    Invariant {
        id: "A1",
        promise: "every state change commits together with its audit record",
    },
    Invariant {
        id: "I1",
        promise: "one root cause has one open incident",
    },
    Invariant {
        id: "N1",
        promise: "a notice is sent at least once, with an idempotency key",
    },
];
