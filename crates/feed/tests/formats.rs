//! The documents of the formats tell the truth.

use countersign_feed::demo_estate;
use countersign_feed::estate::{Format, decode, encode, json_schema, lint};

const GUIDE: &str = include_str!("../../../docs/formats/estate.md");
const SCHEMA: &str = include_str!("../../../docs/formats/estate.schema.json");
const DEMO: &str = include_str!("../estates/demo.yaml");

/// The fenced YAML of the guide.
fn example() -> &'static str {
    let (_, rest) = GUIDE
        .split_once("```yaml\n")
        .expect("the guide has an example");
    rest.split_once("```").expect("the example ends").0
}

fn value_of(yaml: &str) -> serde_json::Value {
    serde_saphyr::from_str(yaml).expect("it is YAML")
}

fn complaints(value: &serde_json::Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&json_schema()).expect("a legal schema");
    validator
        .iter_errors(value)
        .map(|error| error.to_string())
        .collect()
}

#[test]
fn the_schema_on_file_is_current() {
    assert!(
        SCHEMA == format!("{:#}\n", json_schema()),
        "docs/formats/estate.schema.json is stale; renew it with \
         `cargo run -p countersign-feed --example estate-schema`"
    );
}

#[test]
fn the_example_of_the_guide_is_an_estate_without_a_flaw() {
    let estate = decode(example(), Format::Yaml).expect("the example is an estate");
    assert_eq!(lint(&estate), []);
    assert_eq!(decode(&encode(&estate), Format::Yaml), Ok(estate));
}

#[test]
fn estates_fit_the_schema_also_for_another_validator() {
    assert_eq!(complaints(&value_of(DEMO)), Vec::<String>::new());
    assert_eq!(complaints(&value_of(example())), Vec::<String>::new());
    assert_eq!(
        complaints(&value_of(&encode(&demo_estate()))),
        Vec::<String>::new()
    );
}

#[test]
fn what_we_refuse_the_other_validator_refuses_too() {
    for (from, to) in [
        ("tier: T0", "tier: T9"),
        ("tier: T0", "teir: T0"),
        ("mid: 519000100", "mid: \"519000100\""),
        ("version: 1", "version: -1"),
        ("kind: on-demand", "kind: 7"),
        ("reads: [", "reads: 5 # ["),
        ("id: demo\n", "id: \"de mo\"\n"),
    ] {
        let damaged = DEMO.replacen(from, to, 1);
        assert_ne!(damaged, DEMO, "{from}");
        assert!(decode(&damaged, Format::Yaml).is_err(), "{from} -> {to}");
        assert!(
            !complaints(&value_of(&damaged)).is_empty(),
            "{from} -> {to}"
        );
    }
}

#[test]
fn the_guide_names_every_word_of_the_lint() {
    let mut estate = demo_estate();
    estate.version = 2;
    estate.integrations[0].owner = None;
    for finding in lint(&estate) {
        assert!(
            GUIDE.contains(&format!("`{}`", finding.code)),
            "{}",
            finding.code
        );
    }
}
