use super::*;
use crate::ndjson::decode_one;
use countersign_model::Timestamp;
use countersign_model::outcome::{Call, Fact, Outcome};
use proptest::prelude::*;

const EXAMPLE: &str = r#"{"id":"01J","ts":"2026-11-22T12:40:59.120Z","source":"middleware","integration":"INT-029","bu":"LOY","credential":"INT-029","kind":"call","method":"POST","route":"/hub/v1/dataevents/key:{key}/rowset?x=1","status":401,"error_code":"0","attempt":1,"retry_of":null,"latency_ms":183,"n":2,"consumer":"etl-7","peer_ip":"203.0.113.9"}"#;

/// What the slow road says of the same line.
fn oracle(line: &str) -> Option<(Outcome, Option<String>)> {
    let read = decode_one(line.as_bytes(), 1, Timestamp::MIN).ok()?;
    Some((read.outcome, read.client_id))
}

/// Where the fast road reads a line, it reads what the slow one reads; ids of origins are checked
/// later on this road, so a line with a bad one is nobody's loss.
fn check(line: &str) -> bool {
    let Some(fast) = Scanner::default().call(line) else {
        return false;
    };
    let Some((outcome, client_id)) = oracle(line) else {
        let origins = [
            fast.integration,
            fast.bu,
            fast.credential,
            fast.consumer,
            fast.peer_ip,
        ];
        assert!(
            origins
                .iter()
                .any(|text| !text.is_empty() && legal_id(text).is_none())
                || fast.peer_ip.parse::<std::net::IpAddr>().is_err(),
            "{line}"
        );
        return true;
    };
    let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
    let Fact::Call(call) = &outcome.fact else {
        panic!("a call: {line}")
    };
    let slow = (
        text(outcome.integration.as_ref().map(AsRef::as_ref)),
        text(outcome.bu.as_ref().map(AsRef::as_ref)),
        text(outcome.credential.as_ref().map(AsRef::as_ref)),
        text(outcome.consumer.as_ref().map(AsRef::as_ref)),
        client_id.unwrap_or_default(),
        outcome.n,
        call.clone(),
    );
    let some = |text: &str, found: &Option<String>| found.as_ref().map(|_| text.to_owned());
    let fast_read = (
        fast.integration.to_owned(),
        fast.bu.to_owned(),
        fast.credential.to_owned(),
        fast.consumer.to_owned(),
        fast.client_id.to_owned(),
        fast.n,
        Call {
            method: some(fast.method, &call.method),
            route: some(fast.route, &call.route),
            status: (fast.status != 0).then_some(fast.status),
            error_code: some(fast.error_code, &call.error_code),
            attempt: fast.attempt,
            retry_of: fast.retry_of.parse().ok(),
            latency_ms: fast.latency_ms,
        },
    );
    assert_eq!(fast_read, slow, "{line}");
    match fast.ts_ms {
        None => assert_eq!(outcome.ts, Timestamp::MIN, "{line}"),
        Some(ms) => assert_eq!(ms, outcome.ts.as_millisecond(), "{line}"),
    }
    if !fast.id.is_empty() {
        assert_eq!(fast.id, outcome.id.as_str());
    }
    true
}

#[test]
fn a_plain_call_is_read_as_the_slow_road_reads_it() {
    assert!(check(EXAMPLE));
    let read = Scanner::default().call(EXAMPLE).expect("a call");
    assert_eq!((read.status, read.n, read.latency_ms), (401, 2, Some(183)));
    assert_eq!(read.route, "/hub/v1/dataevents/key:{key}/rowset");
}

#[test]
fn blanks_absent_times_and_offsets_are_read_too() {
    for line in [
        r#"{ "kind" : "call" , "status" : 200 }"#,
        r#"{"kind":"call","ts":"2026-11-22T06:40:59-06:00"}"#,
        r#"{"kind":"call","ts":"2026-11-22T12:40:59Z","n":18446744073709551615}"#,
        r#"{"kind":"call","error_code":30003,"colour":"red","deep":false}"#,
    ] {
        assert!(check(line), "{line}");
    }
}

#[test]
fn what_is_not_plain_is_left_to_the_slow_road() {
    for line in [
        r#"{"kind":"mint","status":200}"#,
        r#"{"kind":"call","route":"/a\u002fb"}"#,
        r#"{"kind":"call","status":200,"status":401}"#,
        r#"{"kind":"call","status":99}"#,
        r#"{"kind":"call","status":200.0}"#,
        r#"{"kind":"call","n":0}"#,
        r#"{"kind":"call","n":-1}"#,
        r#"{"kind":"call","n":007}"#,
        r#"{"kind":"call","more":{"a":1}}"#,
        r#"{"kind":"call","id":""}"#,
        r#"{"kind":"call","id":"a b"}"#,
        r#"{"kind":"call"} x"#,
        r#"{"kind":"call",}"#,
        r#"{"kind":"call""#,
        r#"{"kind":"call","ts":"yesterday"}"#,
        r#"{"kind":"call","ts":"2026-11-22T12:40:59.Z"}"#,
        r#"["kind","call"]"#,
        "",
    ] {
        assert!(Scanner::default().call(line).is_none(), "{line}");
    }
}

#[test]
fn the_minute_it_remembers_is_the_one_it_read() {
    let mut scanner = Scanner::default();
    let mut ms = |ts: &str| {
        let line = format!(r#"{{"kind":"call","ts":"{ts}"}}"#);
        let read = scanner.call(&line)?;
        read.ts_ms
    };
    let expected = |ts: &str| ts.parse::<Timestamp>().ok().map(Timestamp::as_millisecond);
    for ts in [
        "2026-11-22T12:40:59Z",
        "2026-11-22T12:40:00.5Z",
        "2026-11-22T12:41:00.123456789Z",
        "2028-02-29T23:59:59Z",
        "1999-12-31T23:59:59.9Z",
    ] {
        assert_eq!(ms(ts), expected(ts), "{ts}");
    }
    for ts in [
        "2027-02-29T23:59:59Z",
        "2026-11-22T24:40:59Z",
        "2026-11-22T12:40:61Z",
    ] {
        assert_eq!(ms(ts), None, "{ts}");
    }
}

#[test]
fn lines_of_another_layout_are_read_after_each_other() {
    let mut scanner = Scanner::default();
    for line in [
        r#"{"kind":"call","status":200,"n":2}"#,
        r#"{"kind":"call","n":3,"status":401}"#,
        r#"{ "kind":"call", "n" : 4 }"#,
        r#"{"kind":"call","status":200,"n":5,"colour":1}"#,
        r#"{"kind":"call"}"#,
        r#"{"kind":"call","status":500,"n":6,"colour":"x","id":"a"}"#,
    ] {
        let read = scanner.call(line);
        assert_eq!(read, Scanner::default().call(line), "{line}");
        assert!(read.is_some(), "{line}");
    }
}

#[test]
fn a_tab_before_the_closing_quote_is_no_blank() {
    let line = "{\"id\":\"01J\",\"kind\":\"call\",\"status\":401,\"consumer\":\"etl-\t\"}";
    assert!(Scanner::default().call(line).is_none());
    assert!(Scanner::default().call(&line.replace('\t', "")).is_some());
}

#[test]
fn a_text_ends_at_its_first_quote_escape_or_control() {
    for len in 0..40 {
        for end in [b'"', b'\\', 0, 0x1f, b'\n'] {
            for filling in [b'a', b'!', b'#', b' ', b']', 0x7f, 0x80, 0xff] {
                let mut bytes = vec![filling; len];
                bytes.push(end);
                bytes.extend([b'"', filling, b'\\', filling, 0, filling, filling]);
                assert_eq!(end_of_text(&bytes), Some(len), "{len} {end} {filling}");
            }
        }
        assert_eq!(end_of_text(&vec![b'a'; len]), None);
    }
}

proptest! {
    #[test]
    fn a_damaged_line_is_read_as_the_slow_road_reads_it_or_not_at_all(
        at in 0..EXAMPLE.len(), put in any::<u8>(),
    ) {
        let mut bytes = EXAMPLE.as_bytes().to_vec();
        bytes[at] = put;
        if let Ok(line) = std::str::from_utf8(&bytes) {
            check(line);
        }
    }

    #[test]
    fn fields_in_any_order_and_form_are_read_alike(
        picks in prop::collection::vec((0..12usize, 0..8usize), 1..10),
    ) {
        const NAMES: [&str; 12] = ["id", "ts", "integration", "status", "n", "route", "latency_ms",
            "error_code", "attempt", "client_id", "colour", "retry_of"];
        const VALUES: [&str; 8] = [r#""INT-1""#, "200", "null", r#""2026-11-22T12:40:59Z""#, "1.5",
            r#""a\"b""#, "true", r#""""#];
        let mut line = String::from(r#"{"kind":"call""#);
        for (name, value) in picks {
            line.push_str(&format!(",\"{}\":{}", NAMES[name], VALUES[value]));
        }
        line.push('}');
        check(&line);
    }
}
