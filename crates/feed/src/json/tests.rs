use super::*;
use serde::Deserialize;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Way {
    Direct,
    Gateway,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Sample {
    id: countersign_model::id::ConsumerId,
    #[serde(default)]
    mids: Vec<u64>,
    #[serde(default)]
    way: Option<Way>,
    #[serde(default)]
    on: bool,
    #[serde(default)]
    ends: Option<countersign_model::Timestamp>,
}

fn words(body: &str) -> String {
    read::<Sample>(body.as_bytes())
        .expect_err("it is wrong")
        .to_string()
}

#[test]
fn a_good_body_is_read() {
    let read: Sample = read(br#"{"id":"a","mids":[7],"way":"direct"}"#).expect("it is good");
    assert_eq!(read.mids, [7]);
}

#[test]
fn each_fault_names_its_field_and_what_to_write() {
    for (body, expected) in [
        ("{}", "id: it is missing"),
        (
            r#"{"id":"a","mids":[7,"CANARY"]}"#,
            "mids[1]: write a whole number, zero or more",
        ),
        (r#"{"id":"a","mids":"CANARY"}"#, "mids: write a list"),
        (
            r#"{"id":"a","way":"CANARY"}"#,
            "way: write direct or gateway",
        ),
        (r#"{"id":"a","on":"CANARY"}"#, "on: write true or false"),
        (
            r#"{"id":"a b"}"#,
            "id: an id may hold letters, digits and . _ : @ - only; found ' '",
        ),
        (
            r#"{"id":"a","ends":"CANARY"}"#,
            "ends: it does not have the form that this field takes",
        ),
        (
            r#"{"id":"a","wya":"CANARY"}"#,
            "wya: no such field here: write one of id, mids, way, on, ends",
        ),
        ("7", "the body: write an object"),
    ] {
        let words = words(body);
        assert_eq!(words, expected, "{body}");
        assert!(!words.contains("CANARY"), "{words}");
    }
}

#[test]
fn what_is_no_json_is_told_by_its_place() {
    for body in ["", "{\"id\":", "{\"id\":\"a\"} CANARY", "CANARY"] {
        let words = words(body);
        assert!(words.contains("not JSON from line 1"), "{body}: {words}");
        assert!(!words.contains("CANARY"), "{words}");
    }
}
