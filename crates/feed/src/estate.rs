//! The estate file: [`decode`] it, [`lint`] it, [`plan`] a change, [`encode`] it again.
//!
//! The format is described for people in `docs/formats/estate.md` and for machines in
//! `docs/formats/estate.schema.json`, which is [`json_schema`] written down. One schema serves
//! both: [`decode`] walks it, so that a file's faults are all reported at once, each with its
//! path, its line and a way out.

mod check;
mod decode;
mod demo;
mod encode;
mod lint;
mod nearest;
mod plan;
mod schema;
mod tree;

pub use decode::{ESTATE_BYTES_MAX, Fault, Format, decode};
pub use demo::demo_estate;
pub use encode::encode;
pub use lint::{AUTH_HOST_SHARE_MAX, Finding, Severity, lint, lint_load};
pub use plan::{Change, FieldChange, ObjectKind, Plan, Section, plan};
pub use schema::json_schema;

#[cfg(test)]
mod tests;
