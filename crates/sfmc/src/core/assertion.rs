//! Assertions of the JWT bearer flow (RFC 7523): who signed, for whom, until when.

use super::ConnectedApp;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Longest assertion read, bytes.
const BYTES_MAX: usize = 16 * 1024;
/// How far in the future an assertion may end. Documented as a few minutes; lenient, as clients'
/// clocks differ.
const LIFE_MAX: SignedDuration = SignedDuration::from_mins(10);

/// An assertion, read and not yet believed.
pub(super) struct Assertion {
    /// Consumer key of who signed.
    pub(super) issuer: String,
    /// User name of whom it is for.
    pub(super) subject: String,
    audience: String,
    ends_at: Option<Timestamp>,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(part).ok()
}

impl Assertion {
    /// Reads an assertion signed with RS256; `None` if it is anything else.
    pub(super) fn parse(text: &str) -> Option<Assertion> {
        if text.len() > BYTES_MAX {
            return None;
        }
        let mut parts = text.split('.');
        let (head, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let header: Value = serde_json::from_slice(&decoded(head)?).ok()?;
        if header.get("alg").and_then(Value::as_str) != Some("RS256") {
            return None;
        }
        let body: Value = serde_json::from_slice(&decoded(claims)?).ok()?;
        let claim = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        // One client writes the end as text.
        let ends_at = match body.get("exp")? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        Some(Assertion {
            issuer: claim("iss")?,
            subject: claim("sub")?,
            audience: claim("aud")?,
            ends_at: ends_at.and_then(|second| Timestamp::from_second(second).ok()),
            signed: format!("{head}.{claims}").into_bytes(),
            signature: decoded(signature)?,
        })
    }

    /// What is wrong with it, in core's words; `anybody`: an app without a certificate believes any
    /// signature.
    pub(super) fn fault(
        &self,
        now: Timestamp,
        app: &ConnectedApp,
        base_url: &str,
        anybody: bool,
    ) -> Option<&'static str> {
        let believed = match &app.certificate {
            Some(certificate) => {
                certificate.is_good(now) && certificate.has_signed(&self.signed, &self.signature)
            }
            None => anybody && !self.signature.is_empty(),
        };
        if !believed {
            return Some("invalid assertion");
        }
        if !self.is_for(base_url) {
            return Some("Audience validation failed");
        }
        let latest = now.checked_add(LIFE_MAX).unwrap_or(Timestamp::MAX);
        match self.ends_at {
            Some(at) if now < at && at <= latest => None,
            _ => Some("expired authorization code"),
        }
    }

    /// Core's sign-in hosts, any domain of the org, or this listener.
    fn is_for(&self, base_url: &str) -> bool {
        let audience = self.audience.trim_end_matches('/');
        let host = audience.strip_prefix("https://").unwrap_or_default();
        host.ends_with(".salesforce.com") || audience == base_url.trim_end_matches('/')
    }
}
