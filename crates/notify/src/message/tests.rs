use super::*;

fn notice() -> Notice {
    Notice {
        id: "ntc_1".parse().unwrap(),
        kind: NoticeKind::IncidentOpened,
        incident: "inc_1".parse().unwrap(),
        team: Some("Loyalty & Co".to_owned()),
        subject: "Loyalty: points\r\nBcc: someone@example.org".to_owned(),
        summary: "11,500 members get <old> balances.".to_owned(),
        detail: vec!["renewal refused twice".to_owned()],
        created_at: "2026-11-22T12:51:29Z".parse().unwrap(),
    }
}

#[test]
fn a_webhook_body_has_type_timestamp_and_data() {
    let body = webhook_body(&notice(), Some("http://127.0.0.1:8600/"));
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["type"], "incident.opened");
    assert_eq!(body["timestamp"], "2026-11-22T12:51:29Z");
    assert_eq!(body["data"]["notice"], "ntc_1");
    assert_eq!(body["data"]["url"], "http://127.0.0.1:8600/incidents/inc_1");
    assert_eq!(body["data"]["detail"][0], "renewal refused twice");
}

#[test]
fn a_subject_cannot_smuggle_a_header() {
    assert_eq!(
        mail_words(&notice(), None).subject,
        "Loyalty: points  Bcc: someone@example.org"
    );
}

#[test]
fn html_is_escaped_and_text_is_not() {
    let words = mail_words(&notice(), Some("https://watch.example.org"));
    assert!(
        words
            .html
            .contains("11,500 members get &#60;old&#62; balances."),
        "{}",
        words.html
    );
    assert!(
        words
            .text
            .starts_with("11,500 members get <old> balances.\n"),
        "{}",
        words.text
    );
    assert!(
        words
            .text
            .contains("https://watch.example.org/incidents/inc_1")
    );
    assert!(words.text.contains("For: Loyalty & Co"));
}

#[test]
fn without_a_dashboard_there_is_no_link() {
    let words = mail_words(&notice(), None);
    assert!(!words.text.contains("incidents/"));
    assert!(!words.html.contains("<a "));
}
