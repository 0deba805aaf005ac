//! The estate file's JSON Schema, made from the types themselves.

use countersign_model::estate::Estate;

/// Returns the JSON Schema (draft 2020-12) of the estate file.
///
/// `docs/formats/estate.schema.json` is this, pretty-printed; a test keeps it current.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Estate).to_value()
}
