//! The machine from outside: scripts, others' defects, whole estates, and any sequence of inputs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod defects;
mod estates;
mod exchanges;
mod misuse;
mod properties;
mod rotation;
mod script;
mod scripts;
mod strikes;
mod world;
