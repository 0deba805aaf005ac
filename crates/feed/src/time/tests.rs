use super::*;

fn check(text: &str, expected: Option<&str>) {
    let expected = expected.map(|at| at.parse::<Timestamp>().expect("an instant"));
    assert_eq!(any_time(text), expected, "{text}");
}

#[test]
fn times_of_many_logs_are_read() {
    let at = Some("2026-11-22T12:40:59Z");
    check("2026-11-22T12:40:59Z", at);
    check("2026-11-22T06:40:59-06:00", at);
    check("2026-11-22 12:40:59", at);
    check("2026-11-22 12:40:59 UTC", at);
    check("22/Nov/2026:12:40:59 +0000", at);
    check("22/Nov/2026:06:40:59 -0600", at);
    check("1795351259", at);
    check("1795351259000", at);
    check("1795351259000000", at);
    check("1795351259.0", at);
}

#[test]
fn what_is_no_time_is_none() {
    for text in [
        "",
        "yesterday",
        "22/Foo/2026:12:40:59 +0000",
        "32/Nov/2026:12:40:59 +0000",
        "22/Nov/2026:12:40:59",
        "1e300",
        "NaN",
        "-",
    ] {
        check(text, None);
    }
}
