use super::*;
use proptest::prelude::*;

const FORM: Option<&str> = Some("application/x-www-form-urlencoded; charset=utf-8");

fn json(body: &str) -> Result<TokenRequest, Unreadable> {
    read(Some("application/json"), None, body.as_bytes())
}

fn fault(body: &str) -> String {
    json(body).err().expect("a fault").to_string()
}

#[test]
fn json_and_form_say_the_same() {
    let body = r#"{"grant_type":"client_credentials","client_id":"c","client_secret":"CANARY",
        "account_id":"519000100","scope":"b a b"}"#;
    let form = "grant_type=client_credentials&client_id=c&client_secret=CANARY\
        &account_id=519000100&scope=b+a%20b";
    for request in [json(body), read(FORM, None, form.as_bytes())] {
        let request = request.expect("readable");
        assert_eq!(request.client_id, "c");
        assert_eq!(request.client_secret.as_str(), "CANARY");
        assert_eq!(request.account_id, Some(519_000_100));
        assert_eq!(request.scope, Some(vec!["a".to_owned(), "b".to_owned()]));
    }
}

#[test]
fn the_mid_may_be_a_number_or_text_or_nothing() {
    let with = |mid: &str| {
        json(&format!(
            r#"{{"grant_type":"client_credentials","client_id":"c","client_secret":"s","account_id":{mid}}}"#
        ))
    };
    for (sent, read) in [
        ("7", Some(7)),
        ("\" 7 \"", Some(7)),
        ("\"\"", None),
        ("null", None),
    ] {
        assert_eq!(with(sent).expect("readable").account_id, read);
    }
    for sent in ["-1", "1.5", "[]", "\"x\"", "true"] {
        assert_eq!(
            with(sent).err().expect("a fault").to_string(),
            "account_id must be a business unit's MID, a number"
        );
    }
}

#[test]
fn a_basic_header_carries_the_key() {
    let header = format!(
        "Basic {}",
        base64::prelude::BASE64_STANDARD.encode("c:CANARY:x")
    );
    let request = read(FORM, Some(&header), b"grant_type=client_credentials").expect("read");
    assert_eq!(
        (request.client_id.as_str(), request.client_secret.as_str()),
        ("c", "CANARY:x")
    );
}

#[test]
fn a_basic_header_is_form_decoded_as_the_standard_has_it() {
    let pair = |sent: &str| {
        let header = format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(sent));
        let (id, secret) = basic(&header).expect("a pair");
        (id, secret.as_str().to_owned())
    };
    let two = |id: &str, secret: &str| (id.to_owned(), secret.to_owned());
    for (sent, id, secret) in [
        ("a%2Bb%25%3A:CANARY%2B%25%3a%26", "a+b%:", "CANARY+%:&"),
        ("a+b:CANARY+x", "a b", "CANARY x"),
        // As clients that encode nothing write it: what is no escape stays.
        ("c&d=e:CANARY%:x&y=z%zz", "c&d=e", "CANARY%:x&y=z%zz"),
        ("c:", "c", ""),
        ("%C3%A4:CANARY\u{e4}", "\u{e4}", "CANARY\u{e4}"),
    ] {
        assert_eq!(pair(sent), two(id, secret), "{sent}");
    }
}

#[test]
fn every_fault_names_its_field_and_no_value() {
    assert_eq!(fault("[]"), Unreadable::Body.to_string());
    for grant in [
        "{}",
        r#"{"grant_type":null}"#,
        r#"{"grant_type":"password"}"#,
    ] {
        let read = json(grant);
        assert_eq!(read.err(), Some(Unreadable::Grant), "{grant}");
        assert_eq!(fault(grant), "grant_type must be client_credentials");
    }
    assert_eq!(fault(r#"{"grant_type":7}"#), "grant_type must be text");
    assert_eq!(
        fault(r#"{"grant_type":"client_credentials"}"#),
        "client_id is missing"
    );
    let no_secret =
        r#"{"grant_type":"client_credentials","client_id":"c","client_secret":["CANARY"]}"#;
    assert_eq!(fault(no_secret), "client_secret must be text");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(form: bool, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(read(if form { FORM } else { None }, Some("Basic ###"), &body));
    }
}
