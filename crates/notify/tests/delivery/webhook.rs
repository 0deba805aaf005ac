//! Standard Webhooks, as a receiver checks it.

use crate::hook_server::{Answer, HookServer};
use crate::{build, notice, now};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_notify::{Channels, DeliveryResult};
use serde_json::json;

fn channels(url: &str) -> Channels {
    build(json!([{"kind": "webhook", "url": url, "secret_env": "HOOK_SECRET"}]))
}

async fn deliver(channels: &Channels) -> DeliveryResult {
    let channel = channels.find("webhook").unwrap();
    channel
        .deliver(now(), &notice(), Some("http://127.0.0.1:8600"))
        .await
}

async fn result_of(answer: Answer) -> DeliveryResult {
    let server = HookServer::start(vec![answer]).await;
    deliver(&channels(&server.url)).await
}

/// HMAC-SHA256 from the definition in RFC 2104, so that the check shares nothing with the signer.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let sha256 = |bytes: &[u8]| {
        ring::digest::digest(&ring::digest::SHA256, bytes)
            .as_ref()
            .to_vec()
    };
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        block
            .iter_mut()
            .zip(key)
            .for_each(|(byte, key)| *byte ^= key);
        block.to_vec()
    };
    let inner = sha256(&[padded(0x36), message.to_vec()].concat());
    sha256(&[padded(0x5c), inner].concat())
}

fn expected_signature(secret: &str, signed: &str) -> String {
    let key = STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap())
        .unwrap();
    format!("v1,{}", STANDARD.encode(hmac(&key, signed.as_bytes())))
}

#[tokio::test]
async fn a_receiver_can_verify_what_it_gets() {
    let server = HookServer::start(vec![]).await;
    assert_eq!(
        deliver(&channels(&server.url)).await,
        DeliveryResult::Accepted
    );

    let received = &server.received()[0];
    assert_eq!(received.header("content-type"), "application/json");
    assert_eq!(received.header("webhook-id"), "ntc_01");
    assert_eq!(
        received.header("webhook-timestamp"),
        now().as_second().to_string()
    );
    let body = std::str::from_utf8(&received.body).unwrap();
    let signed = format!("ntc_01.{}.{body}", now().as_second());
    let signature = expected_signature(crate::HOOK_SECRET, &signed);
    assert_eq!(received.header("webhook-signature"), signature);

    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["type"], "incident.opened");
    assert_eq!(body["data"]["summary"], notice().summary);
    assert_eq!(
        body["data"]["url"],
        "http://127.0.0.1:8600/incidents/inc_01"
    );
}

#[tokio::test]
async fn while_a_secret_changes_over_both_sign() {
    let server = HookServer::start(vec![]).await;
    let channels = build(json!([{
        "kind": "webhook", "url": server.url,
        "secret_env": "HOOK_SECRET", "previous_secret_env": "OLD_HOOK_SECRET",
    }]));
    deliver(&channels).await;
    let received = &server.received()[0];
    let body = std::str::from_utf8(&received.body).unwrap();
    let signed = format!("ntc_01.{}.{body}", now().as_second());
    let old = crate::lookup("OLD_HOOK_SECRET").unwrap();
    let both = [crate::HOOK_SECRET, &old].map(|secret| expected_signature(secret, &signed));
    assert_eq!(received.header("webhook-signature"), both.join(" "));
}

#[tokio::test]
async fn a_second_attempt_says_the_same_under_the_same_id() {
    let server = HookServer::start(vec![(503, vec![])]).await;
    let channels = channels(&server.url);
    let first = deliver(&channels).await;
    let error = "the receiver answered 503".to_owned();
    assert_eq!(
        first,
        DeliveryResult::Failed {
            error,
            retry_after_ms: None
        }
    );
    assert_eq!(deliver(&channels).await, DeliveryResult::Accepted);

    let received = server.received();
    assert_eq!(
        received[0].header("webhook-id"),
        received[1].header("webhook-id")
    );
    assert_eq!(received[0].body, received[1].body);
}

#[tokio::test]
async fn answers_are_final_only_when_nobody_can_mend_them() {
    for status in [200, 201, 202, 204] {
        assert_eq!(
            result_of((status, vec![])).await,
            DeliveryResult::Accepted,
            "{status}"
        );
    }
    for status in [400, 410, 413, 422] {
        let result = result_of((status, vec![])).await;
        assert!(
            matches!(result, DeliveryResult::Refused { .. }),
            "{status}: {result:?}"
        );
    }
    for status in [401, 403, 404, 408, 429, 500, 502, 503, 504] {
        let result = result_of((status, vec![])).await;
        assert!(
            matches!(result, DeliveryResult::Failed { .. }),
            "{status}: {result:?}"
        );
    }
}

#[tokio::test]
async fn retry_after_is_read_as_seconds_and_as_a_date() {
    let asked = async |text: &str| match result_of((503, vec![("retry-after", text.into())])).await
    {
        DeliveryResult::Failed { retry_after_ms, .. } => retry_after_ms,
        other => panic!("{other:?}"),
    };
    assert_eq!(asked("120").await, Some(120_000));
    assert_eq!(asked("Sun, 22 Nov 2026 12:52:30 GMT").await, Some(60_000));
    assert_eq!(asked("Sun, 22 Nov 2026 12:00:00 GMT").await, Some(0));
    assert_eq!(asked("soon").await, None);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = HookServer::start(vec![]).await;
    let answer = (307, vec![("location", elsewhere.url.clone())]);
    let result = result_of(answer).await;
    assert!(
        matches!(result, DeliveryResult::Failed { .. }),
        "{result:?}"
    );
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn nobody_at_home_is_told_in_words_without_the_url() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let result = deliver(&channels(&format!("http://{address}/key/CANARY"))).await;
    let error = "no connection to the receiver".to_owned();
    assert_eq!(
        result,
        DeliveryResult::Failed {
            error,
            retry_after_ms: None
        }
    );
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_tried_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let mut peer = tokio::task::JoinSet::new();
    peer.spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            drop(socket);
        }
    });
    let result = deliver(&channels(&url)).await;
    assert!(
        matches!(result, DeliveryResult::Failed { .. }),
        "{result:?}"
    );
}
