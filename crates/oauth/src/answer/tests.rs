use super::*;
use proptest::prelude::*;

fn issued(body: &str) -> (Option<u64>, Option<Vec<String>>, Granted) {
    let answer = read(200, None, body.as_bytes());
    match (answer.result, answer.grant) {
        (
            MintResult::Issued {
                expires_in_s,
                scope,
            },
            Some(grant),
        ) => (expires_in_s, scope, grant),
        (other, _) => panic!("not issued: {other:?}"),
    }
}

fn why(body: &str) -> String {
    match read(200, None, body.as_bytes()).result {
        MintResult::Unreadable { why, .. } => why,
        other => panic!("readable: {other:?}"),
    }
}

#[test]
fn a_full_answer_gives_life_scopes_and_hosts() {
    let (life, scope, grant) = issued(
        r#"{"access_token":"CANARY.a.b.c","token_type":"Bearer","expires_in":1079,
            "scope":"offline email_read email_read","soap_instance_url":"https://mcx.soap.test/",
            "rest_instance_url":"mcx.rest.test"}"#,
    );
    assert_eq!(life, Some(1079));
    assert_eq!(
        scope,
        Some(vec!["email_read".to_owned(), "offline".to_owned()])
    );
    assert_eq!(
        grant.rest_instance_url.as_deref(),
        Some("https://mcx.rest.test/")
    );
    assert_eq!(
        grant.soap_instance_url.as_deref(),
        Some("https://mcx.soap.test/")
    );
}

#[test]
fn a_life_may_be_text_and_may_be_missing_but_not_zero() {
    assert_eq!(
        issued(r#"{"access_token":"t","expires_in":"1079"}"#).0,
        Some(1079)
    );
    assert_eq!(issued(r#"{"access_token":"t"}"#).0, None);
    for life in ["0", "-5", "\"soon\"", "[]", "\"NaN\"", "0.2"] {
        assert!(
            why(&format!(r#"{{"access_token":"t","expires_in":{life}}}"#)).contains("expires_in")
        );
    }
}

#[test]
fn empty_200_is_not_a_token() {
    assert_eq!(why(""), "empty body");
    assert_eq!(
        why("<html>sign in to the network</html>"),
        "the body is not a JSON object"
    );
    assert_eq!(why("{}"), "access_token is missing");
    assert_eq!(
        why(r#"{"access_token":""}"#),
        "access_token is empty or too long"
    );
    assert_eq!(why(r#"{"access_token":7}"#), "access_token is not a string");
    assert!(why("{\"access_token\":\"a\\nb\"}").contains("header"));
}

#[test]
fn both_envelopes_of_an_error_are_read() {
    let answer = read(
        401,
        None,
        br#"{"error":"invalid_client","error_description":"Nope."}"#,
    );
    let MintResult::Refused {
        error, description, ..
    } = answer.result
    else {
        panic!("refused")
    };
    assert_eq!(
        (error.as_deref(), description.as_deref()),
        (Some("invalid_client"), Some("Nope."))
    );
    let answer = read(
        429,
        Some("5"),
        br#"{"message":"blocked","errorcode":50200}"#,
    );
    let MintResult::Refused {
        errorcode,
        retry_after_s,
        ..
    } = answer.result
    else {
        panic!("refused")
    };
    assert_eq!((errorcode, retry_after_s), (Some(50200), Some(5)));
}

#[test]
fn a_strangers_text_is_cut_to_one_harmless_line() {
    let secret = "CANARY".repeat(10);
    let body = format!(r#"{{"error":"x y","error_description":"bad\n\u0007 {secret} end"}}"#);
    let MintResult::Refused {
        error, description, ..
    } = read(400, None, body.as_bytes()).result
    else {
        panic!("refused")
    };
    assert_eq!(error, None, "no code has a space");
    assert_eq!(description.as_deref(), Some("bad  [cut] end"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let answer = read(status, Some("x"), &body);
        prop_assert_eq!(matches!(answer.result, MintResult::Issued { .. }), answer.grant.is_some());
    }
}
