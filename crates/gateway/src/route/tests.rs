use super::*;

#[test]
fn keys_and_ids_are_left_out_and_words_stay() {
    assert_eq!(
        rest("/hub/v1/dataevents/key:LOY_Points/rowset"),
        "/hub/v1/dataevents/key:{key}/rowset"
    );
    assert_eq!(
        rest("/data/v1/customobjectdata/key/LOY_Points/rowset"),
        "/data/v1/customobjectdata/key/{…}/rowset"
    );
    assert_eq!(
        rest("/messaging/v1/email/messages/someone@example.test"),
        "/messaging/v1/email/messages/{…}"
    );
    assert_eq!(
        rest("//Platform/V1/tokenContext/"),
        "/Platform/V1/tokenContext"
    );
    assert_eq!(rest(""), "/");
}

#[test]
fn a_long_path_is_a_short_route() {
    let path = "/data/v1".repeat(100);
    assert!(rest(&path).len() <= LEN_MAX + 4);
    assert!(rest(&"/ü".repeat(300)).len() <= LEN_MAX + 4);
}

#[test]
fn every_word_is_there_once_and_in_lower_case() {
    let words: std::collections::BTreeSet<&str> = WORDS.into_iter().collect();
    assert_eq!(words.len(), WORDS.len());
    assert!(WORDS.iter().all(|word| *word == word.to_ascii_lowercase()));
}

#[test]
fn a_soap_action_is_quoted_or_bare_and_never_more_than_a_word() {
    assert_eq!(soap(Some("Retrieve")), "/Service.asmx#Retrieve");
    assert_eq!(soap(Some("\"Create\"")), "/Service.asmx#Create");
    assert_eq!(
        soap(Some("<x>&someone@example.test")),
        "/Service.asmx#xsomeoneexampletest"
    );
    assert_eq!(soap(Some(&"a".repeat(90))).len(), 13 + 1 + 20);
    assert_eq!(soap(None), "/Service.asmx");
}
