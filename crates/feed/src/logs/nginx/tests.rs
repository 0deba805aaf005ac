use super::*;

const COMBINED: &str = r#"203.0.113.9 - etl-7 [22/Nov/2026:12:40:59 +0000] "POST /hub/v1/dataevents/key:CANARY/rowset?x=CANARY HTTP/1.1" 401 77 "-" "python-requests/2.32""#;

fn read(line: &str) -> String {
    match Reader::default().read(line) {
        Ok(read) => format!(
            "{} {} {} {} {:?} int={} client={} consumer={} id={} mint={}",
            read.ts_ms.expect("a time"),
            read.method,
            read.route,
            read.status,
            read.latency_ms,
            read.integration,
            read.client_id,
            read.consumer,
            read.id,
            read.is_mint,
        ),
        Err(reason) => reason.to_string(),
    }
}

#[test]
fn the_combined_format_is_read_without_keys_and_queries() {
    assert_eq!(
        read(COMBINED),
        "1795351259000 POST /hub/v1/dataevents/key:{key}/rowset 401 None int= client= \
         consumer=etl-7 id= mint=false"
    );
    assert!(is_line(COMBINED));
}

#[test]
fn names_behind_it_say_whose_it_is_and_what_the_upstream_said() {
    let line = format!(
        "{COMBINED} rt=1.250 us=502, 200 ut=0.100, 0.183 int=INT-029 client=\"demo-1\" id=r-1 x=y"
    );
    assert_eq!(
        read(&line),
        "1795351259000 POST /hub/v1/dataevents/key:{key}/rowset 200 Some(183) int=INT-029 \
         client=demo-1 consumer=etl-7 id=r-1 mint=false"
    );
    let absent = format!("{COMBINED} rt=1.250 us=- ut=- int=- client=-");
    assert!(read(&absent).contains("401 Some(1250) int= client= consumer=etl-7"));
}

#[test]
fn a_request_for_a_token_is_a_mint() {
    let line = COMBINED.replace("/hub/v1/dataevents/key:CANARY/rowset?x=CANARY", "/v2/token");
    assert!(read(&line).ends_with("mint=true"));
}

#[test]
fn a_line_that_is_none_says_why_and_repeats_nothing() {
    let cases = [
        ("", "the line is not a line of an nginx access log"),
        ("CANARY", "the line is not a line of an nginx access log"),
        (
            r#"::1 - - [yesterday] "GET / HTTP/1.1" 200 1"#,
            "`time_local` must be a time as in 22/Nov/2026:12:40:59 +0000",
        ),
        (
            r#"::1 - - [22/Nov/2026:12:40:59 +0000] "\x16\x03CANARY" 400 1"#,
            "`request` must be a method and a path",
        ),
        (
            r#"::1 - - [22/Nov/2026:12:40:59 +0000] "GET /a HTTP/1.1" CANARY 1"#,
            "`status` must be an HTTP status from 100 to 599",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(read(line), expected, "{line}");
        assert!(!read(line).contains("CANARY"));
    }
}

#[test]
fn quotes_inside_quotes_do_not_end_them() {
    let line = r#"::1 - - [22/Nov/2026:12:40:59 +0000] "GET /a HTTP/1.1" 200 1 "-" "an \"agent\" us=500" us=204"#;
    assert!(read(line).contains(" 204 "), "{}", read(line));
}
