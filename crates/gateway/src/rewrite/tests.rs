use super::*;
use proptest::prelude::*;

const REST: &str = "https://mcdemo.rest.marketingcloudapis.com";

fn plan() -> Plan {
    Plan::new([
        (REST, "http://127.0.0.1:8601/rest.com/"),
        (
            "https://mcdemo.soap.marketingcloudapis.com/",
            "http://127.0.0.1:8601/soap.com",
        ),
        ("http://127.0.0.1:8700", "http://127.0.0.1:8601/auth.com"),
    ])
}

fn rewritten(text: &str) -> String {
    String::from_utf8(
        plan()
            .whole(Bytes::copy_from_slice(text.as_bytes()))
            .to_vec(),
    )
    .unwrap()
}

#[test]
fn the_tenants_urls_become_ours_and_others_stay() {
    let text = format!(r#"{{"next":"{REST}/data/v1?page=2","docs":"https://example.test/"}}"#);
    let want = r#"{"next":"http://127.0.0.1:8601/rest.com/data/v1?page=2","docs":"https://example.test/"}"#;
    assert_eq!(rewritten(&text), want);
}

#[test]
fn escaped_slashes_stay_escaped() {
    let text = REST.replace('/', "\\/") + "\\/x";
    assert_eq!(rewritten(&text), "http:\\/\\/127.0.0.1:8601\\/rest.com\\/x");
}

#[test]
fn a_longer_name_or_port_is_another_host() {
    for text in [
        "https://mcdemo.rest.marketingcloudapis.com.evil.test/",
        "http://127.0.0.1:87001/",
        "https://mcdemo.rest.marketingcloudapis.com:8443/",
    ] {
        assert_eq!(rewritten(text), text);
    }
}

proptest! {
    /// Where the chunks end changes nothing.
    #[test]
    fn any_cut_gives_the_same(cuts in proptest::collection::vec(1_usize..40, 1..30)) {
        let text = format!("a http {REST}/x httphttps://mcdemo.soap.marketingcloudapis.com/ {REST}htt");
        let whole = plan().whole(Bytes::copy_from_slice(text.as_bytes()));
        let mut rewriter = Rewriter::new(plan());
        let (mut out, mut rest) = (Vec::new(), text.as_bytes());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break }
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            out.extend_from_slice(&rewriter.push(now));
            rest = later;
        }
        out.extend_from_slice(&rewriter.finish());
        prop_assert_eq!(out, whole.to_vec());
    }

    /// Without a needle nothing changes, whatever the bytes.
    #[test]
    fn other_bytes_pass(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(plan().whole(Bytes::copy_from_slice(&bytes)).to_vec(), bytes);
    }
}
