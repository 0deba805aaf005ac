use super::basic;
use crate::request::Request;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::collections::BTreeMap;

#[test]
fn a_basic_header_is_form_decoded_as_the_standard_has_it() {
    for (sent, id, secret) in [
        ("a%2Bb%25%3A:CANARY%2B%25%3a%20", "a+b%:", "CANARY+%: "),
        ("a+b:CANARY+x", "a b", "CANARY x"),
        // As clients that encode nothing write it: what is no escape stays.
        ("c:CANARY%:x%zz", "c", "CANARY%:x%zz"),
    ] {
        let header = format!("Basic {}", BASE64_STANDARD.encode(sent));
        let request = Request {
            headers: BTreeMap::from([("authorization".to_owned(), header)]),
            ..Request::default()
        };
        let pair = (id.to_owned(), secret.to_owned());
        assert_eq!(basic(&request), Some(pair), "{sent}");
    }
}
