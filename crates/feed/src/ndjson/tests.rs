use super::*;
use countersign_model::outcome::{Call, Fact, Metric};
use proptest::prelude::*;

fn now() -> Timestamp {
    "2026-11-22T12:41:00Z".parse().expect("an instant")
}

fn read(text: &str) -> Decoded {
    decode(text.as_bytes(), now(), &Limits::default())
}

fn one(line: &str) -> Outcome {
    let mut decoded = read(line);
    assert_eq!(decoded.rejects, [], "{line}");
    decoded.outcomes.pop().expect("one outcome")
}

fn refused(line: &str) -> String {
    let decoded = read(line);
    assert_eq!(
        (decoded.outcomes.len(), decoded.n_rejected),
        (0, 1),
        "{line}"
    );
    decoded.rejects[0].reason.to_string()
}

const EXAMPLE: &str = r#"{"id":"01J","ts":"2026-11-22T12:40:59.120Z","source":"middleware","integration":"INT-029","bu":"LOY","credential":"INT-029","kind":"call","method":"POST","route":"/hub/v1/dataevents/key:{key}/rowset","status":401,"error_code":"0","attempt":1,"retry_of":null,"latency_ms":183,"n":1,"consumer":"etl-7","peer_ip":"203.0.113.9"}"#;

#[test]
fn a_call_is_read_with_all_its_fields() {
    let decoded = read(EXAMPLE);
    assert!(decoded.unknown_fields.is_empty());
    insta::assert_debug_snapshot!(decoded.outcomes);
}

#[test]
fn every_kind_is_read() {
    let kinds = [
        r#"{"kind":"mint","status":200,"expires_in":1199,"scope":"email_read","generation":7,"refresh_at":"2026-11-22T12:55:00Z","grant":"client_credentials"}"#,
        r#"{"kind":"call","status":200}"#,
        r#"{"kind":"probe","error_code":"tls_certificate_expired"}"#,
        r#"{"kind":"ping","state":"ok"}"#,
        r#"{"kind":"run","rows":0,"duration_ms":1200,"state":"completed"}"#,
        r#"{"kind":"sample","metric":"rows_written","asset":"DE-16","value":61000}"#,
        r#"{"kind":"audit","action":"package.modified","object":"INT-035"}"#,
    ];
    let facts: Vec<Fact> = kinds.iter().map(|line| one(line).fact).collect();
    assert!(
        matches!(&facts[0], Fact::Mint { expires_in: Some(1199), call, .. } if call.status == Some(200))
    );
    assert!(matches!(&facts[2], Fact::Probe(call) if call.status.is_none()));
    let sample = Fact::Sample {
        metric: Metric::RowsWritten,
        asset: countersign_model::id::AssetId::new("DE-16").expect("an id"),
        value: 61_000.0,
    };
    assert_eq!(facts[5], sample);
    assert!(matches!(&facts[6], Fact::Audit { object: Some(object), .. } if object == "INT-035"));
}

#[test]
fn every_metric_of_the_contract_is_known() {
    for metric in [
        "enrolments",
        "sends",
        "rows",
        "rows_written",
        "last_change",
        "queue_depth",
        "queue_age_s",
        "unsent",
        "consecutive_failures",
    ] {
        one(&format!(
            r#"{{"kind":"sample","metric":"{metric}","asset":"DE-16","value":1.5}}"#
        ));
    }
}

#[test]
fn bad_lines_are_named_and_never_stop_the_rest() {
    let text = "\u{feff}{\"kind\":\"ping\",\"state\":\"ok\"}\r\n\r\nrubbish\n[1]\n\
                {\"kind\":\"ping\"}\n{\"kind\":\"dance\"}\n{}\n  \n{\"kind\":\"ping\",\"state\":\"fail\"}";
    let decoded = read(text);
    assert_eq!(decoded.outcomes.len(), 2);
    assert_eq!(decoded.n_rejected, 5);
    let said: Vec<String> = decoded.rejects.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "line 3: the line is not one JSON object",
            "line 4: the line is not one JSON object",
            "line 5: a ping needs `state`",
            "line 6: `kind` must be one of mint, call, probe, ping, run, sample, audit",
            "line 7: a line needs `kind`",
        ]
    );
}

#[test]
fn a_wrong_value_is_named_by_its_field_and_never_repeated() {
    for (line, expected) in [
        (
            r#"{"kind":"call","status":"CANARY"}"#,
            "`status` must be an HTTP status from 100 to 599",
        ),
        (
            r#"{"kind":"call","status":99}"#,
            "`status` must be an HTTP status from 100 to 599",
        ),
        (r#"{"kind":"call","n":0}"#, "`n` must be 1 or more"),
        (
            r#"{"kind":"call","n":-1}"#,
            "`n` must be a whole number from 0",
        ),
        (
            r#"{"kind":"call","ts":"CANARY"}"#,
            "`ts` must be a time of RFC 3339",
        ),
        (
            r#"{"kind":"call","peer_ip":"CANARY"}"#,
            "`peer_ip` must be an IP address",
        ),
        (
            r#"{"kind":"call","integration":"CANARY 1"}"#,
            "`integration` must be an id of letters, digits and . _ : @ -",
        ),
        (
            r#"{"kind":"sample","metric":"CANARY","asset":"A","value":1}"#,
            "`metric` must be one of the metrics we know",
        ),
        (
            r#"{"kind":"sample","metric":"rows","asset":"A","value":"CANARY"}"#,
            "`value` must be a number",
        ),
        (r#"{"kind":7}"#, "`kind` must be text"),
        (
            r#"{"kind":"CANARY"}"#,
            "`kind` must be one of mint, call, probe, ping, run, sample, audit",
        ),
        (
            r#"{"kind":"ping","state":"ok","ts":"1999-01-01T00:00:00Z"}"#,
            "`ts` is too old; at most 172800 s",
        ),
    ] {
        let said = refused(line);
        assert_eq!(said, expected, "{line}");
        assert!(!said.contains("CANARY") && !said.contains("1999"));
    }
}

#[test]
fn unknown_and_misplaced_fields_are_ignored_and_counted() {
    let text = "{\"kind\":\"ping\",\"state\":\"ok\",\"colour\":\"red\",\"rows\":7}\n\
                {\"kind\":\"ping\",\"state\":\"ok\",\"colour\":{\"deep\":[]}}";
    let decoded = read(text);
    assert_eq!(decoded.outcomes.len(), 2);
    let expected = BTreeMap::from([("colour".to_owned(), 2), ("rows".to_owned(), 1)]);
    assert_eq!(decoded.unknown_fields, expected);
}

#[test]
fn made_up_names_cannot_fill_the_counters() {
    let lines: String = (0..500)
        .map(|i| format!("{{\"kind\":\"ping\",\"state\":\"ok\",\"x{i}\":1}}\n"))
        .collect();
    let decoded = read(&lines);
    assert_eq!(decoded.unknown_fields.len(), 65);
    assert_eq!(decoded.unknown_fields["(others)"], 436);
}

#[test]
fn an_absent_time_is_now_and_old_or_future_ones_are_refused() {
    let at = |ts: &str| format!(r#"{{"kind":"ping","state":"ok","ts":"{ts}"}}"#);
    assert_eq!(one(r#"{"kind":"ping","state":"ok"}"#).ts, now());
    assert_eq!(one(r#"{"kind":"ping","state":"ok","ts":null}"#).ts, now());
    one(&at("2026-11-20T12:41:00Z"));
    assert!(refused(&at("2026-11-20T12:40:59Z")).contains("too old"));
    one(&at("2026-11-22T12:46:00Z"));
    assert!(refused(&at("2026-11-22T12:46:01Z")).contains("future"));
    assert_eq!(one(&at("2026-11-22T06:41:00-06:00")).ts, now());
}

#[test]
fn a_batch_sent_twice_has_the_same_ids() {
    let line = r#"{"kind":"ping","state":"ok","ts":"2026-11-22T12:40:00Z"}"#;
    let later = decode(
        line.as_bytes(),
        now() + SignedDuration::from_mins(9),
        &Limits::default(),
    );
    assert_eq!(later.outcomes[0].id, one(line).id);
    assert_ne!(one(&line.replace(":40:", ":41:")).id, one(line).id);
}

#[test]
fn equal_lines_without_a_time_are_different_facts() {
    let line = r#"{"kind":"ping","state":"ok"}"#;
    let decoded = read(&format!("{line}\n{line}"));
    assert_ne!(decoded.outcomes[0].id, decoded.outcomes[1].id);
    let later = decode(
        line.as_bytes(),
        now() + SignedDuration::from_mins(5),
        &Limits::default(),
    );
    assert_ne!(later.outcomes[0].id, decoded.outcomes[0].id);
}

#[test]
fn a_line_beyond_the_bound_is_refused_alone() {
    let long = format!(r#"{{"kind":"ping","state":"{}"}}"#, "x".repeat(64 * 1024));
    let decoded = read(&format!("{long}\n{EXAMPLE}"));
    assert_eq!(decoded.outcomes.len(), 1);
    let bytes = long.len();
    let reason = RejectReason::TooLong {
        bytes,
        bytes_max: 64 * 1024,
    };
    assert_eq!(decoded.rejects, [Reject { line: 1, reason }]);
}

#[test]
fn rejects_are_counted_beyond_what_is_told() {
    let decoded = read(&"rubbish\n".repeat(1_500));
    assert_eq!((decoded.rejects.len(), decoded.n_rejected), (1_000, 1_500));
}

#[test]
fn a_query_never_enters_and_a_code_may_be_a_number() {
    let outcome =
        one(r#"{"kind":"call","route":"/hub/v1/x?email=CANARY@example.com","error_code":30003}"#);
    let Fact::Call(call) = outcome.fact else {
        panic!("a call")
    };
    assert_eq!(call.route.as_deref(), Some("/hub/v1/x"));
    assert_eq!(call.error_code.as_deref(), Some("30003"));
}

#[test]
fn a_client_id_is_handed_on_for_resolving_the_integration() {
    let decoded = read(r#"{"kind":"call","status":401,"client_id":"demo-client-029"}"#);
    let id = &decoded.outcomes[0].id;
    assert_eq!(
        decoded.client_ids.get(id).map(String::as_str),
        Some("demo-client-029")
    );
    assert!(decoded.unknown_fields.is_empty());
}

#[test]
fn bytes_that_are_no_text_are_one_bad_line() {
    let mut bytes = b"{\"kind\":\"ping\",\"state\":\"\xff\"}\n".to_vec();
    bytes.extend_from_slice(EXAMPLE.as_bytes());
    let decoded = decode(&bytes, now(), &Limits::default());
    assert_eq!((decoded.outcomes.len(), decoded.n_rejected), (1, 1));
}

#[test]
fn an_encoded_outcome_is_one_flat_line() {
    let line = encode(&one(EXAMPLE));
    assert!(!line.contains('\n'));
    let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(value["kind"], "call");
    assert_eq!(value["status"], 401);
    assert_eq!(value["ts"], "2026-11-22T12:40:59.12Z");
}

fn any_call() -> impl Strategy<Value = Call> {
    (
        any::<Option<String>>(),
        prop::option::of(100_u16..600),
        any::<Option<String>>(),
        any::<Option<u32>>(),
        any::<Option<u64>>(),
    )
        .prop_map(|(method, status, error_code, attempt, latency_ms)| Call {
            method,
            route: Some("/hub/v1/{key}".to_owned()),
            status,
            error_code,
            attempt,
            retry_of: Some(OutcomeId::new("out_1").expect("an id")),
            latency_ms,
        })
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let mint = (
        any_call(),
        any::<Option<u64>>(),
        any::<Option<String>>(),
        any::<bool>(),
    );
    prop_oneof![
        mint.prop_map(|(call, number, text, timed)| Fact::Mint {
            call,
            expires_in: number,
            scope: text.clone(),
            generation: number,
            refresh_at: timed.then(now),
            grant: text,
        }),
        any_call().prop_map(Fact::Call),
        any_call().prop_map(Fact::Probe),
        any::<String>().prop_map(|state| Fact::Ping { state }),
        (any::<Option<u64>>(), any::<String>()).prop_map(|(rows, state)| Fact::Run {
            rows,
            duration_ms: rows,
            state
        }),
        prop::num::f64::NORMAL.prop_map(|value| Fact::Sample {
            metric: Metric::QueueAgeS,
            asset: countersign_model::id::AssetId::new("DE-16").expect("an id"),
            value,
        }),
        (any::<String>(), any::<Option<String>>())
            .prop_map(|(action, object)| Fact::Audit { action, object }),
    ]
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_itself(
        fact in any_fact(), source in any::<String>(), n in 1..u64::MAX, ip in any::<std::net::IpAddr>(),
    ) {
        let outcome = Outcome {
            id: OutcomeId::new("01J-a").expect("an id"),
            ts: now(),
            source,
            integration: countersign_model::id::IntegrationId::new("INT-029").ok(),
            bu: None,
            credential: countersign_model::id::CredentialId::new("INT-029").ok(),
            consumer: None,
            peer_ip: Some(ip),
            n,
            fact,
        };
        let line = encode(&outcome);
        prop_assert_eq!(serde_json::from_str::<Outcome>(&line).ok(), Some(outcome.clone()));
        let decoded = read(&line);
        prop_assert!(decoded.unknown_fields.is_empty(), "{:?}", decoded.unknown_fields);
        prop_assert_eq!(decoded.outcomes, [outcome]);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let decoded = decode(&bytes, now(), &Limits::default());
        let n_rejected = usize::try_from(decoded.n_rejected).expect("small");
        let n_lines = bytes.split(|byte| *byte == b'\n').count();
        prop_assert!(decoded.outcomes.len() + n_rejected <= n_lines);
    }

    #[test]
    fn a_damaged_line_never_makes_the_decoder_panic(at in 0..EXAMPLE.len(), put in any::<u8>()) {
        let mut bytes = EXAMPLE.as_bytes().to_vec();
        bytes[at] = put;
        let decoded = decode(&bytes, now(), &Limits::default());
        prop_assert!(!decoded.outcomes.is_empty() || decoded.n_rejected > 0);
    }
}

/// A line of any bytes, among them such as break parsers, and lines that are right.
fn any_line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(Vec::new()),
        Just(vec![0; 9]),
        Just(b"\r".to_vec()),
        Just(b"\xef\xbb\xbf{\"kind\":\"ping\",\"state\":\"ok\"}".to_vec()),
        Just(b"{\"kind\":\"ping\",\"state\":\"ok\"}\r".to_vec()),
        Just(b"{\"kind\":\"ping\",\"state\":\"ok\",\"ts\":\"9999-12-31T23:59:59Z\"}".to_vec()),
        Just(b"{\"kind\":\"ping\",\"state\":\"ok\",\"ts\":\"-009999-01-01T00:00:00Z\"}".to_vec()),
        (0..80_000_usize).prop_map(|n| vec![b'['; n]),
        proptest::collection::vec(
            any::<u8>().prop_filter("no end", |byte| *byte != b'\n'),
            0..40
        ),
    ]
}

proptest! {
    #[test]
    fn every_line_that_is_not_blank_is_an_outcome_or_a_reject(
        lines in proptest::collection::vec(any_line(), 0..40)
    ) {
        let n = lines.iter().filter(|line| !line.trim_ascii().is_empty()).count();
        let bytes = lines.join(&b'\n');
        let decoded = decode(&bytes, now(), &Limits::default());
        let n_told = decoded.outcomes.len() as u64 + decoded.n_rejected;
        // A byte order mark at the very beginning may stand alone.
        prop_assert!(n_told == n as u64 || bytes.starts_with(b"\xef\xbb\xbf"));
        prop_assert_eq!(decoded.lines.len(), decoded.outcomes.len());
    }
}
