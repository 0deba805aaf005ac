use super::TokenBytes;

#[test]
fn debug_says_that_there_is_a_token_and_not_which() {
    let token = TokenBytes::from("CANARY-token".to_owned());
    assert_eq!(format!("{token:?}"), "TokenBytes(hidden)");
    assert_eq!(format!("{:#?}", Some(&token)).matches("CANARY").count(), 0);
}

#[test]
fn a_clone_shares_the_same_bytes() {
    let token = TokenBytes::from("CANARY-token".to_owned());
    let shared = token.clone();
    let address = |token: &TokenBytes| token.expose(|bytes| bytes.as_ptr());
    assert_eq!(address(&token), address(&shared));
    drop(token);
    assert_eq!(shared.expose(<[u8]>::to_vec), b"CANARY-token");
    assert_eq!(shared.len(), 12);
    assert!(!shared.is_empty());
}
