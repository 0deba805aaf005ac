//! The estate of the demo, the stories and the tests: invented, with no real company or person.

use super::decode::{Format, decode};
use countersign_model::estate::Estate;

/// The demo estate's file, as written by hand.
pub(super) const DEMO_YAML: &str = include_str!("../../estates/demo.yaml");

/// Returns the demo estate: one tenant, eight business units, 48 integrations.
///
/// # Panics
/// If the file built into this crate is not an estate, which its tests rule out.
#[must_use]
pub fn demo_estate() -> Estate {
    decode(DEMO_YAML, Format::Yaml).expect("the built-in demo estate is valid; tests decode it")
}
