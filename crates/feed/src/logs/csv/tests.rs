use super::*;
use countersign_model::outcome::Fact;

fn header(line: &str) -> Header {
    Header::read(line).expect("a header")
}

fn one(head: &str, line: &str) -> Result<OneRead, RejectReason> {
    header(head).decode(line, 7, Timestamp::MIN)
}

#[test]
fn a_header_names_the_columns_in_any_order() {
    let read = one(
        "Timestamp,client_id,\"path\",status_code,colour,integration",
        "2026-11-22 12:40:59,demo-1,\"/contacts/v1/contacts/4711?x=CANARY\",401,red,INT-029",
    )
    .expect("a record");
    assert_eq!(read.outcome.ts.to_string(), "2026-11-22T12:40:59Z");
    assert_eq!(read.client_id.as_deref(), Some("demo-1"));
    let Fact::Call(call) = read.outcome.fact else {
        panic!("a call")
    };
    assert_eq!(call.route.as_deref(), Some("/contacts/v1/contacts/{id}"));
    assert_eq!(call.status, Some(401));
    assert_eq!(header("time,status,colour").unknown, ["colour"]);
}

#[test]
fn other_delimiters_and_quoted_ones_are_read() {
    let read = one("ts;status;integration", "1795351259;\"200\";INT-1").expect("a record");
    assert_eq!(read.outcome.integration.expect("an id").as_str(), "INT-1");
    let read = one("ts\tstatus\tsource", "1795351259\t200\ta,b").expect("a record");
    assert_eq!(read.outcome.source, "a,b");
}

#[test]
fn empty_values_are_absent() {
    let read = one("ts,status,integration,error_code", "1795351259,401,-,").expect("a record");
    assert_eq!(read.outcome.integration, None);
}

#[test]
fn a_token_request_is_a_mint_and_a_kind_may_be_given() {
    let read = one("ts,url,status", "1795351259,https://x/v2/token,401").expect("a record");
    assert!(matches!(read.outcome.fact, Fact::Mint { .. }));
    let read = one("ts,kind,state", "1795351259,ping,ok").expect("a record");
    assert!(matches!(read.outcome.fact, Fact::Ping { .. }));
}

#[test]
fn a_bad_record_is_refused_alone() {
    for line in [
        "1795351259",
        "1795351259,200,INT-1,more",
        "1795351259,\"200,INT-1",
        "1795351259,teapot,INT-1",
        "yesterday,200,INT-1",
        "1795351259,200,INT 1",
        "1795351259,,INT-1",
    ] {
        assert!(one("ts,status,integration", line).is_err(), "{line}");
    }
}

#[test]
fn a_line_that_names_no_time_or_status_is_no_header() {
    for line in ["", "a,b,c", "ts,route", "status,route", "1795351259,200"] {
        assert_eq!(Header::read(line), None, "{line}");
    }
}
