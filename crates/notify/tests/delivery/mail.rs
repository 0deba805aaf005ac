//! Mail, as the server of the receiver sees it.

use crate::smtp_server::SmtpServer;
use crate::{build, notice, now};
use countersign_notify::{Channels, DeliveryResult};
use serde_json::json;

fn channels(port: u16, extra: &[(&str, &str)]) -> Channels {
    let mut config = json!({
        "kind": "mail", "server": "127.0.0.1", "port": port, "security": "none",
        "from": "Countersign <countersign@example.org>",
        "to": ["loyalty-on-call@example.org", "Platform <platform@example.org>"],
    });
    for (field, value) in extra {
        config[*field] = json!(value);
    }
    build(json!([config]))
}

async fn deliver(channels: &Channels, name: &str) -> DeliveryResult {
    channels
        .find(name)
        .unwrap()
        .deliver(now(), &notice(), Some("https://watch.example.org"))
        .await
}

const LOYALTY: &str = "mail:loyalty-on-call@example.org";

#[tokio::test]
async fn a_mail_arrives_with_text_html_and_stable_ids() {
    let server = SmtpServer::start(vec![]).await;
    let channels = channels(server.port, &[]);
    assert_eq!(channels.names(), [LOYALTY, "mail:platform@example.org"]);
    assert_eq!(deliver(&channels, LOYALTY).await, DeliveryResult::Accepted);

    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    assert!(
        letters[0].to.contains("loyalty-on-call@example.org"),
        "{}",
        letters[0].to
    );
    let content = &letters[0].content;
    for part in [
        "From: Countersign <countersign@example.org>\r\n",
        "Subject: Loyalty: points data stopped refreshing.\r\n",
        "Message-ID: <ntc_01@example.org>\r\n",
        "References: <inc_01@example.org>\r\n",
        "Date: Sun, 22 Nov 2026 12:51:30 +0000\r\n",
        "Content-Type: multipart/alternative",
        "From 10:00 today 11,500 members will get old balances.",
        "https://watch.example.org/incidents/inc_01",
    ] {
        assert!(content.contains(part), "{part:?} is missing in\n{content}");
    }
    let place = |part: &str| content.find(part).unwrap();
    assert!(
        place("text/plain") < place("text/html"),
        "plain text comes first"
    );
}

#[tokio::test]
async fn an_address_that_is_refused_does_not_hold_up_the_others() {
    let refusals = vec![("RCPT TO:<loyalty", "550 5.1.1 no such mailbox")];
    let server = SmtpServer::start(refusals).await;
    let channels = channels(server.port, &[]);
    let error = "the mail server answered 550".to_owned();
    assert_eq!(
        deliver(&channels, LOYALTY).await,
        DeliveryResult::Refused { error }
    );
    let other = deliver(&channels, "mail:platform@example.org").await;
    assert_eq!(other, DeliveryResult::Accepted);
}

#[tokio::test]
async fn a_busy_server_is_tried_again() {
    let server = SmtpServer::start(vec![("MAIL", "451 4.7.1 greylisted")]).await;
    let result = deliver(&channels(server.port, &[]), LOYALTY).await;
    let error = "the mail server answered 451".to_owned();
    assert_eq!(
        result,
        DeliveryResult::Failed {
            error,
            retry_after_ms: None
        }
    );
}

#[tokio::test]
async fn a_refused_sign_in_can_be_mended_so_it_is_tried_again() {
    let server = SmtpServer::start(vec![("AUTH", "535 5.7.8 no")]).await;
    let sign_in = [("user", "countersign"), ("password_env", "SMTP_PASSWORD")];
    let result = deliver(&channels(server.port, &sign_in), LOYALTY).await;
    let error = "the mail server answered 535".to_owned();
    assert_eq!(
        result,
        DeliveryResult::Failed {
            error,
            retry_after_ms: None
        }
    );
}

#[tokio::test]
async fn without_starttls_no_mail_leaves() {
    let server = SmtpServer::start(vec![]).await;
    let result = deliver(&channels(server.port, &[("security", "starttls")]), LOYALTY).await;
    assert!(
        matches!(result, DeliveryResult::Failed { .. }),
        "{result:?}"
    );
    assert!(server.letters().is_empty());
}

#[tokio::test]
async fn no_server_is_told_in_words() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let result = deliver(&channels(port, &[]), LOYALTY).await;
    let error = "no connection to the mail server".to_owned();
    assert_eq!(
        result,
        DeliveryResult::Failed {
            error,
            retry_after_ms: None
        }
    );
}
