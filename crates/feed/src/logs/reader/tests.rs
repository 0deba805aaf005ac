use super::*;
use crate::logs::format::FormatName;
use crate::logs::mapping::Mapping;
use std::sync::Arc;

const NGINX: &str = r#"203.0.113.9 - etl-7 [22/Nov/2026:12:40:59 +0000] "POST /hub/v1/x HTTP/1.1" 401 77 "-" "-" int=INT-029"#;

fn now() -> Timestamp {
    "2026-11-22T12:45:00Z".parse().expect("a time")
}

fn reader(name: FormatName, head: &str) -> LineReader {
    let mapping = r#"{"fields":{"ts":"at","status":"code"},"constants":{"integration":"INT-029"}}"#;
    let mapping = Arc::new(Mapping::decode(mapping, false).expect("a mapping"));
    let mapping = (name == FormatName::Json).then_some(&mapping);
    let format = Format::of(head.as_bytes(), Some(name), mapping).expect("a format");
    LineReader::new(format, Limits::default())
}

fn said(reader: &mut LineReader, line: &str) -> String {
    match reader.read(line.as_bytes(), 3, now()) {
        Ok(read) => {
            let (it, call) = (&read.outcome, &read.outcome.fact);
            let status = match call {
                Fact::Call(call) | Fact::Mint { call, .. } => call.status,
                _ => None,
            };
            let integration = it.integration.as_ref().map(ToString::to_string);
            format!("{} {integration:?} {status:?}", it.ts)
        }
        Err(reason) => reason.to_string(),
    }
}

#[test]
fn every_format_is_read_as_the_same_outcome() {
    let expected = r#"2026-11-22T12:40:59Z Some("INT-029") Some(401)"#;
    let csv = "ts,integration,status";
    let lines = [
        (FormatName::Nginx, "", NGINX),
        (FormatName::Csv, csv, "2026-11-22T12:40:59Z,INT-029,401"),
        (
            FormatName::Json,
            "",
            r#"{"at":"2026-11-22T12:40:59Z","code":401}"#,
        ),
        (
            FormatName::Ndjson,
            "",
            r#"{"ts":"2026-11-22T12:40:59Z","integration":"INT-029","kind":"call","status":401}"#,
        ),
    ];
    for (name, head, line) in lines {
        assert_eq!(said(&mut reader(name, head), line), expected, "{name:?}");
    }
}

#[test]
fn a_token_route_of_an_access_log_is_a_token_request() {
    let line = NGINX.replace("/hub/v1/x", "/v2/token");
    let read = reader(FormatName::Nginx, "").read(line.as_bytes(), 1, now());
    assert!(matches!(
        read.expect("read").outcome.fact,
        Fact::Mint { .. }
    ));
}

#[test]
fn equal_lines_of_an_access_log_are_two_facts_and_an_id_of_its_own_is_kept() {
    let mut reader = reader(FormatName::Nginx, "");
    let mut id = |line: &str, number| {
        let read = reader.read(line.as_bytes(), number, now()).expect("read");
        (read.id_is_given, read.outcome.id)
    };
    let (first, second) = (id(NGINX, 1), id(NGINX, 2));
    assert!(!first.0 && first.1 != second.1);
    let given = id(&format!("{NGINX} id=r-1"), 3);
    assert_eq!((given.0, given.1.as_str()), (true, "r-1"));
}

#[test]
fn what_no_line_should_be_is_refused_by_name() {
    let mut nginx = reader(FormatName::Nginx, "");
    assert_eq!(
        said(&mut nginx, &NGINX.replace("22/Nov", "19/Nov")),
        "`ts` is too old; at most 172800 s"
    );
    assert_eq!(
        said(&mut nginx, &NGINX.replace("12:40", "13:40")),
        "`ts` is in the future; at most 300 s"
    );
    assert_eq!(
        said(&mut nginx, &NGINX.replace("INT-029", "INT/029")),
        "`integration` must be an id of letters, digits and . _ : @ -"
    );
    let long = "x".repeat(64 * 1024 + 1);
    assert_eq!(
        said(&mut nginx, &long),
        "the line has 65537 bytes; at most 65536"
    );
    let torn = nginx.read(&[0xff, 0xfe, 0, 0], 1, now()).expect_err("torn");
    assert_eq!(torn.to_string(), "the line is not text in UTF-8");
}
