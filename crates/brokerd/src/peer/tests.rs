use super::*;

fn peer(near: &str, forwarded: &[&str]) -> String {
    let mut headers = HeaderMap::new();
    for line in forwarded {
        headers.append("x-forwarded-for", line.parse().expect("a header"));
    }
    let proxies = ["127.0.0.1/32", "10.0.0.0/8"].map(|net| net.parse().expect("a network"));
    of(near.parse().expect("an address"), &headers, &proxies).to_string()
}

#[test]
fn a_trusted_proxy_is_believed_and_nobody_else() {
    assert_eq!(peer("127.0.0.1", &["203.0.113.9"]), "203.0.113.9");
    assert_eq!(peer("::ffff:127.0.0.1", &["203.0.113.9"]), "203.0.113.9");
    assert_eq!(peer("198.51.100.4", &["203.0.113.9"]), "198.51.100.4");
    assert_eq!(peer("::ffff:198.51.100.4", &[]), "198.51.100.4");
}

#[test]
fn what_the_client_wrote_itself_is_left_of_what_counts() {
    assert_eq!(peer("127.0.0.1", &["10.1.1.1, 203.0.113.9"]), "203.0.113.9");
    assert_eq!(
        peer("127.0.0.1", &["1.2.3.4, 203.0.113.9, 10.9.9.9"]),
        "203.0.113.9"
    );
    assert_eq!(
        peer("127.0.0.1", &["1.2.3.4", "203.0.113.9:4711"]),
        "203.0.113.9"
    );
    assert_eq!(peer("127.0.0.1", &["[2001:db8::7]:443"]), "2001:db8::7");
    assert_eq!(peer("127.0.0.1", &["::ffff:203.0.113.9"]), "203.0.113.9");
}

#[test]
fn a_chain_that_cannot_be_read_is_the_proxy_itself() {
    for chain in [&["203.0.113.9, unknown"][..], &[""], &[], &["10.1.1.1"]] {
        assert_eq!(peer("127.0.0.1", chain), "127.0.0.1", "{chain:?}");
    }
}
