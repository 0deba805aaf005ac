use super::*;

fn said(word: Option<&str>, body: &str) -> String {
    let integration = "INT-029".parse().expect("an id");
    let now = "2026-11-22T12:40:59Z".parse().expect("an instant");
    let state = State::of(word).expect("a state");
    let numbers = Numbers::of_body(body.as_bytes());
    let line = line(now, "nightly", &integration, state, numbers);
    String::from_utf8(line).expect("text")
}

#[test]
fn a_ping_says_that_a_job_began_ended_or_failed() {
    let head = r#"{"ts":"2026-11-22T12:40:59Z","source":"nightly","integration":"INT-029","#;
    let check = |word: Option<&str>, body: &str, tail: &str| {
        assert_eq!(said(word, body), format!("{head}{tail}}}"));
    };
    check(None, "", r#""kind":"ping","state":"ok""#);
    check(Some("0"), "", r#""kind":"ping","state":"ok""#);
    check(Some("start"), "rows=5", r#""kind":"ping","state":"start""#);
    check(
        Some("fail"),
        "Traceback: CANARY",
        r#""kind":"ping","state":"fail""#,
    );
    check(Some("3"), "", r#""kind":"ping","state":"3""#);
    check(
        None,
        "rows=61000",
        r#""kind":"run","state":"completed","rows":61000"#,
    );
    check(
        Some("3"),
        r#"{"rows":0,"duration_ms":183}"#,
        r#""kind":"run","state":"failed","rows":0,"duration_ms":183"#,
    );
}

#[test]
fn other_words_are_no_state() {
    for word in ["256", "-1", "end", "START"] {
        assert_eq!(State::of(Some(word)), None, "{word}");
    }
}
