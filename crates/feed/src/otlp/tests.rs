use super::*;
use prost::Message;
use serde_json::json;

/// A refused call as an SDK of the present writes it in JSON.
fn refused() -> Value {
    json!({"resourceSpans": [{
        "resource": {"attributes": [text("service.name", "etl-7"), text("countersign.integration", "INT-029")]},
        "scopeSpans": [{"scope": {"name": "requests"}, "spans": [span(3, json!([
            text("http.request.method", "POST"),
            text("url.full", "https://mc01.rest.marketingcloudapis.com/hub/v1/dataevents/key:CANARY/rowset?x=CANARY"),
            text("server.address", "mc01.rest.marketingcloudapis.com"),
            {"key": "http.response.status_code", "value": {"intValue": "401"}},
            text("error.type", "401"),
            {"key": "http.request.resend_count", "value": {"intValue": 1}},
        ]))]}],
    }]})
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

fn span(kind: i32, attributes: Value) -> Value {
    json!({"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "POST",
           "kind": kind, "startTimeUnixNano": "1795351259000000000",
           "endTimeUnixNano": 1_795_351_259_183_000_000_u64, "attributes": attributes,
           "status": {"code": 2}, "flags": 257, "events": [], "links": []})
}

fn of_span(span: Value) -> Value {
    json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
}

fn lines(signal: Signal, body: &Value) -> Vec<Value> {
    let mapped =
        decode(signal, Encoding::Json, body.to_string().as_bytes(), None).expect("readable");
    let lines = mapped.lines.split(|byte| *byte == b'\n');
    let lines: Vec<Value> = lines
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len() as u64, mapped.n_lines);
    let decoded = crate::ndjson::decode(
        &mapped.lines,
        "2026-11-22T12:41:00Z".parse().expect("an instant"),
        &crate::ndjson::Limits::default(),
    );
    assert_eq!((decoded.rejects, decoded.unknown_fields.len()), (vec![], 0));
    lines
}

#[test]
fn a_client_span_is_a_call_without_keys_and_queries() {
    let line = lines(Signal::Traces, &refused()).remove(0);
    let expected = json!({
        "id": "eee19b7ec3c1b174", "ts": "2026-11-22T12:40:59.183Z", "kind": "call", "source": "etl-7",
        "consumer": "etl-7", "integration": "INT-029", "method": "POST", "status": 401,
        "route": "/hub/v1/dataevents/key:{key}/rowset", "attempt": 2, "latency_ms": 183,
    });
    assert_eq!(line, expected);
}

#[test]
fn binary_and_json_come_to_the_same() {
    let traces: wire::Traces = serde_json::from_value(refused()).expect("traces");
    let binary = decode(
        Signal::Traces,
        Encoding::Protobuf,
        &traces.encode_to_vec(),
        None,
    );
    let json = decode(
        Signal::Traces,
        Encoding::Json,
        refused().to_string().as_bytes(),
        None,
    );
    assert_eq!(binary, json);
    assert_eq!(binary.expect("readable").n_lines, 1);
}

#[test]
fn a_request_for_a_token_is_a_mint_also_with_the_older_names() {
    let body = of_span(span(
        3,
        json!([
            text("http.method", "POST"),
            text("http.url", "https://mc01.auth.marketingcloudapis.com/v2/token"),
            {"key": "http.status_code", "value": {"intValue": 401}},
            text("countersign.error_code", "invalid_client"),
            text("countersign.client_id", "demo-1"),
        ]),
    ));
    let line = lines(Signal::Traces, &body).remove(0);
    assert_eq!(
        (&line["kind"], &line["error_code"]),
        (&json!("mint"), &json!("invalid_client"))
    );
    assert_eq!(line["client_id"], "demo-1");
}

#[test]
fn an_exception_without_an_answer_becomes_our_word_for_it() {
    for (error, code) in [
        ("requests.exceptions.ConnectTimeout", "connect_timeout"),
        ("ReadTimeout", "timeout"),
        ("java.net.UnknownHostException", "dns_failed"),
        ("requests.exceptions.SSLError", "tls_failed"),
        ("CertificateExpiredException", "tls_certificate_expired"),
        ("ConnectionRefusedError", "connect_failed"),
        ("ECONNRESET", "connection_reset"),
    ] {
        let attributes = json!([
            text("http.request.method", "GET"),
            text("url.full", "https://mc01.rest.marketingcloudapis.com/a"),
            text("error.type", error),
        ]);
        let line = lines(Signal::Traces, &of_span(span(3, attributes))).remove(0);
        assert_eq!(line["error_code"], code, "{error}");
        assert!(line.get("status").is_none());
    }
}

#[test]
fn a_sender_for_one_integration_need_not_name_it() {
    let mut body = refused();
    body["resourceSpans"][0]["resource"]["attributes"] = json!([]);
    let whose = "INT-007".parse().expect("an id");
    let read = |body: &Value| {
        let text = body.to_string();
        let mapped = decode(
            Signal::Traces,
            Encoding::Json,
            text.as_bytes(),
            Some(&whose),
        );
        String::from_utf8(mapped.expect("readable").lines).expect("text")
    };
    assert!(read(&body).contains(r#""integration":"INT-007""#));
    assert!(read(&refused()).contains(r#""integration":"INT-029""#));
}

#[test]
fn telemetry_of_others_is_passed_over() {
    let http = |host: &str| {
        json!([
            text("http.request.method", "GET"),
            text("server.address", host),
            {"key": "http.response.status_code", "value": {"intValue": 500}},
        ])
    };
    for body in [
        of_span(span(2, http("mc01.rest.marketingcloudapis.com"))),
        of_span(span(3, http("api.example.com"))),
        of_span(span(3, http("notsalesforce.com"))),
        of_span(span(3, json!([text("db.system.name", "postgresql")]))),
        json!({}),
        json!({"resourceSpans": []}),
    ] {
        let mapped = decode(
            Signal::Traces,
            Encoding::Json,
            body.to_string().as_bytes(),
            None,
        );
        assert_eq!(mapped.expect("readable").n_lines, 0, "{body}");
    }
}

#[test]
fn a_log_record_is_a_line_or_a_call_or_nothing() {
    let record = |body: Value, attributes: Value| {
        json!({"resourceLogs": [{"resource": {"attributes": [text("countersign.integration", "INT-029")]},
            "scopeLogs": [{"logRecords": [{"timeUnixNano": "1795351259000000000",
                "observedTimeUnixNano": "1795351259000000001", "severityText": "ERROR",
                "body": body, "attributes": attributes}]}]}]})
    };
    let words = json!({"stringValue": "call failed"});
    let whole = json!({"stringValue": "{\"kind\":\"ping\",\"state\":\"ok\"}"});
    let cases = [
        (record(whole, json!([])), Some("ping")),
        (
            record(
                words.clone(),
                json!([text("kind", "mint"), {"key": "status", "value": {"intValue": "401"}}]),
            ),
            Some("mint"),
        ),
        (
            record(
                words.clone(),
                json!([
                    text("http.request.method", "GET"), text("url.path", "/a"),
                    {"key": "http.response.status_code", "value": {"intValue": "401"}},
                ]),
            ),
            Some("call"),
        ),
        (record(words.clone(), json!([])), None),
        (
            record(json!({"kvlistValue": {"values": []}}), json!([])),
            None,
        ),
    ];
    for (body, expected) in cases {
        let found = lines(Signal::Logs, &body).pop();
        let kind = found
            .as_ref()
            .map(|line| line["kind"].as_str().expect("text"));
        assert_eq!(kind, expected, "{body}");
        if let Some(line) = found {
            assert_eq!(line["integration"], "INT-029");
            assert_eq!(line["ts"], "2026-11-22T12:40:59Z");
        }
    }
}

#[test]
fn rubbish_is_refused_whole() {
    for body in [
        &b"rubbish"[..],
        b"[]",
        b"{\"resourceSpans\":7}",
        b"\xff\xff\xff",
    ] {
        let fault = Err(OtlpFault::Unreadable(Encoding::Json));
        assert_eq!(decode(Signal::Traces, Encoding::Json, body, None), fault);
    }
    let fault = Err(OtlpFault::Unreadable(Encoding::Protobuf));
    assert_eq!(
        decode(Signal::Logs, Encoding::Protobuf, b"rubbish", None),
        fault
    );
}

#[test]
fn answers_are_those_of_the_protocol() {
    let json =
        |n| String::from_utf8(answer(Signal::Traces, Encoding::Json, n, "why")).expect("text");
    assert_eq!(json(0), "{}");
    assert_eq!(
        json(3),
        r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"why"}}"#
    );
    assert!(answer(Signal::Logs, Encoding::Protobuf, 0, "").is_empty());
    let binary = answer(Signal::Logs, Encoding::Protobuf, 3, "why");
    assert_eq!(binary, b"\x0a\x07\x08\x03\x12\x03why");
    assert_eq!(refusal(Encoding::Protobuf, "why"), b"\x08\x03\x12\x03why");
}
