use super::*;

fn named(target: &str, hosts: &[&str]) -> Option<String> {
    let mut headers = HeaderMap::new();
    for host in hosts {
        headers.append(header::HOST, host.parse().expect("a value"));
    }
    base_url(&target.parse().expect("a target"), &headers)
}

#[test]
fn the_target_comes_before_the_header_and_either_is_enough() {
    assert_eq!(
        named("/v2/token", &["a.test:81"]),
        Some("http://a.test:81".to_owned())
    );
    assert_eq!(
        named("http://b.test/v2/token", &[]),
        Some("http://b.test".to_owned())
    );
    assert_eq!(
        named("http://b.test/", &["a.test"]),
        Some("http://b.test".to_owned())
    );
    assert_eq!(
        named("/", &["[::1]:8601"]),
        Some("http://[::1]:8601".to_owned())
    );
}

#[test]
fn what_is_no_host_is_no_address() {
    assert_eq!(named("/", &[]), None);
    for host in [
        "",
        "user@a.test",
        "a.test/path",
        "a.test b.test",
        "http://a.test",
        "a\"b",
    ] {
        assert_eq!(named("/", &[host]), None, "{host}");
    }
    assert_eq!(named("/", &["a.test", "b.test"]), None);
}
