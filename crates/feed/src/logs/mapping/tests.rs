use super::*;
use countersign_model::outcome::Fact;

const MAPPING: &str = r#"
[fields]
ts = "@timestamp"
integration = "labels.app"
status = "http.response.status_code"
route = "url.path"
latency_ms = { path = "event.duration", unit = "ns" }
kind = { path = "event.action", values = { token = "mint", request = "call" } }

[constants]
source = "middleware"
"#;

fn mapping() -> Mapping {
    Mapping::decode(MAPPING, true).expect("a mapping")
}

fn read(line: &str) -> Result<OneRead, RejectReason> {
    mapping().read(line.as_bytes(), 1, Timestamp::MIN)
}

#[test]
fn paths_lead_into_objects_and_to_keys_with_dots() {
    for line in [
        r#"{"@timestamp":"2026-11-22T12:40:59Z","labels":{"app":"INT-029"},"http":{"response":{"status_code":401}},"url":{"path":"/a/17"},"event":{"duration":183000000,"action":"request"}}"#,
        r#"{"@timestamp":1795351259,"labels.app":"INT-029","http":{"response.status_code":"401"},"url.path":"/a/17","event.duration":183000000}"#,
    ] {
        let outcome = read(line).expect("a line").outcome;
        assert_eq!(outcome.ts.to_string(), "2026-11-22T12:40:59Z");
        assert_eq!(outcome.integration.expect("an id").as_str(), "INT-029");
        assert_eq!(outcome.source, "middleware");
        let Fact::Call(call) = outcome.fact else {
            panic!("a call")
        };
        let found = (call.status, call.route.as_deref(), call.latency_ms);
        assert_eq!(found, (Some(401), Some("/a/{id}"), Some(183)));
    }
}

#[test]
fn their_words_become_ours() {
    let line = r#"{"@timestamp":1795351259,"event":{"action":"token"},"http":{"response":{"status_code":401}}}"#;
    assert!(matches!(
        read(line).expect("a line").outcome.fact,
        Fact::Mint { .. }
    ));
}

#[test]
fn yaml_is_read_too() {
    let yaml = "fields:\n  ts: t\n  status: s\n";
    assert_eq!(
        Mapping::decode(yaml, false)
            .expect("a mapping")
            .fields
            .len(),
        2
    );
}

#[test]
fn a_mapping_that_cannot_work_is_refused() {
    let refused = |text: &str| {
        Mapping::decode(text, true)
            .expect_err("refused")
            .to_string()
    };
    assert!(refused("[fields]\nts='a'\ncolour='b'").contains("`colour` is no field"));
    assert!(refused("[fields]\nstatus='b'").contains("must say where `ts` is"));
    assert!(refused("[fields]\nts='b'").contains("must say where `ts` is"));
    assert!(refused("rubbish").contains("expected"));
}

#[test]
fn a_line_without_time_or_answer_is_refused_alone() {
    for line in [
        "rubbish",
        "[]",
        "{}",
        r#"{"@timestamp":"2026-11-22T12:40:59Z"}"#,
        r#"{"http":{"response":{"status_code":401}}}"#,
    ] {
        assert!(read(line).is_err(), "{line}");
    }
}
