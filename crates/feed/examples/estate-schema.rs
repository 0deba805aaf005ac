//! Prints the JSON Schema of the estate file, for `docs/formats/estate.schema.json`:
//!
//! ```text
//! cargo run -p countersign-feed --example estate-schema > docs/formats/estate.schema.json
//! ```

fn main() {
    println!("{:#}", countersign_feed::estate::json_schema());
}
