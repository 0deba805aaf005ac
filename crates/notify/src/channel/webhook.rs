//! A signed POST, as Standard Webhooks describes it.
//!
//! Headers: `webhook-id` (the notice's id: the idempotency key, the same on every attempt),
//! `webhook-timestamp` (Unix seconds of this attempt), `webhook-signature` (`v1,` + base64 of
//! HMAC-SHA256 over `id.timestamp.body`; several while a secret changes over). The body is described
//! at `message::webhook_body`. Redirects are not followed and the answer's body is not read.

use super::{DeliveryResult, is_loopback, secret_of};
use crate::config::{ChannelConfig, ChannelFault, WebhookConfig};
use crate::message;
use crate::secret::ChannelSecret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_model::Timestamp;
use countersign_model::notice::Notice;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use ring::hmac;
use std::time::Duration;
use url::Url;
use zeroize::Zeroizing;

/// Time one attempt has, from connect to status line.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes a signing secret may have (Standard Webhooks, *Signature scheme*).
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

pub(super) struct Webhook {
    client: reqwest::Client,
    /// May hold a key in its path; never shown.
    url: Url,
    /// The present secret first.
    secrets: Vec<ChannelSecret>,
}

impl Webhook {
    pub(super) fn build(
        config: &ChannelConfig,
        webhook: &WebhookConfig,
        lookup: &impl Fn(&str) -> Option<String>,
    ) -> Result<Webhook, ChannelFault> {
        let url = checked_url(&webhook.url).map_err(|why| config.fault("url", why))?;
        let mut secrets = vec![signing_secret(
            config,
            "secret_env",
            &webhook.secret_env,
            lookup,
        )?];
        if let Some(variable) = &webhook.previous_secret_env {
            secrets.push(signing_secret(
                config,
                "previous_secret_env",
                variable,
                lookup,
            )?);
        }
        let client = client(&url).map_err(|_| config.fault("url", "no TLS on this machine"))?;
        Ok(Webhook {
            client,
            url,
            secrets,
        })
    }

    pub(super) async fn deliver(
        &self,
        now: Timestamp,
        notice: &Notice,
        dashboard_url: Option<&str>,
    ) -> DeliveryResult {
        let body = message::webhook_body(notice, dashboard_url);
        let id = notice.id.as_str();
        let timestamp = now.as_second();
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", self.signatures(id, timestamp, &body))
            .body(body);
        match request.send().await {
            Ok(answer) => judge(answer.status().as_u16(), answer.headers(), now),
            Err(error) => DeliveryResult::failed(words_of(&error)),
        }
    }

    fn signatures(&self, id: &str, timestamp: i64, body: &str) -> String {
        let signed = format!("{id}.{timestamp}.{body}");
        let sign = |secret: &ChannelSecret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
            format!(
                "v1,{}",
                STANDARD.encode(hmac::sign(&key, signed.as_bytes()))
            )
        };
        self.secrets.iter().map(sign).collect::<Vec<_>>().join(" ")
    }
}

fn checked_url(text: &str) -> Result<Url, String> {
    let url: Url = text
        .parse()
        .map_err(|_| "is not a URL: write https://…".to_owned())?;
    let host = url
        .host_str()
        .ok_or_else(|| "names no host: write https://HOST/…".to_owned())?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(host) => Ok(url),
        "http" => Err("is not encrypted: write https://… (http is for loopback only)".to_owned()),
        other => Err(format!("{other}:// cannot be POSTed to: write https://…")),
    }
}

fn signing_secret(
    config: &ChannelConfig,
    field: &'static str,
    variable: &str,
    lookup: &impl Fn(&str) -> Option<String>,
) -> Result<ChannelSecret, ChannelFault> {
    let text = Zeroizing::new(secret_of(config, field, variable, lookup)?);
    let bytes = text
        .trim()
        .strip_prefix("whsec_")
        .and_then(|rest| STANDARD.decode(rest).ok());
    match bytes {
        Some(bytes) if SECRET_BYTES.contains(&bytes.len()) => Ok(ChannelSecret::new(bytes)),
        _ => Err(config.fault(
            field,
            format!("{variable} must hold whsec_ followed by the base64 of 24 to 64 bytes"),
        )),
    }
}

fn client(url: &Url) -> Result<reqwest::Client, reqwest::Error> {
    // An error only says that a provider was installed before.
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(ATTEMPT_TIMEOUT)
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")));
    if url.host_str().is_some_and(is_loopback) {
        builder = builder.no_proxy();
    }
    builder.build()
}

/// 2xx is done. 4xx that speaks about this message or says that the endpoint is gone is final; what
/// an operator of the receiver can mend (a route, a key, a limit) is tried again, because a notice
/// lost to somebody's deployment is lost all the same.
fn judge(status: u16, headers: &HeaderMap, now: Timestamp) -> DeliveryResult {
    let error = format!("the receiver answered {status}");
    match status {
        200..=299 => DeliveryResult::Accepted,
        400 | 405 | 406 | 410 | 411 | 413 | 414 | 415 | 422 | 431 => {
            DeliveryResult::Refused { error }
        }
        _ => DeliveryResult::Failed {
            error,
            retry_after_ms: retry_after_ms(headers, now),
        },
    }
}

/// RFC 9110 section 10.2.3: seconds or a date.
fn retry_after_ms(headers: &HeaderMap, now: Timestamp) -> Option<u64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(seconds.saturating_mul(1_000));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(u64::try_from(at.duration_since(now).as_millis()).unwrap_or(0))
}

/// Our own words: the library's would name the URL.
fn words_of(error: &reqwest::Error) -> &'static str {
    if error.is_connect() {
        "no connection to the receiver"
    } else if error.is_timeout() {
        "no answer within 10 s"
    } else {
        "the exchange with the receiver broke off"
    }
}
