//! The request of `POST /v2/token` as clients really send it: JSON or form, the MID as number or
//! text, the secret in the body or in a Basic header (RFC 6749 section 2.3.1).

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use base64::Engine;
use serde_json::{Map, Value};
use std::fmt;
use zeroize::Zeroizing;

/// Largest body read, in bytes.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// Longest scope list read, in bytes; all of SFMC's scopes together have about 2 KB.
const SCOPE_BYTES_MAX: usize = 8 * 1024;

/// A readable token request.
pub struct TokenRequest {
    /// The consumer's id.
    pub client_id: String,
    /// The consumer's key.
    pub client_secret: Zeroizing<String>,
    /// MID asked for; `None`: the consumer's own.
    pub account_id: Option<u64>,
    /// Scopes asked for, sorted; `None`: all the slot has. An empty set is a set.
    pub scope: Option<Vec<String>>,
}

/// Why a body is no token request. `Display` names the field and the fix, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Not JSON and not a form.
    Body,
    /// A field is absent.
    Missing(&'static str),
    /// A field has the wrong type or shape.
    Wrong(&'static str, &'static str),
    /// A grant that we do not serve here.
    Grant,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Body => f.write_str(
                "the body must be a JSON object or a form (Content-Type application/json or \
                 application/x-www-form-urlencoded)",
            ),
            Unreadable::Missing(field) => write!(f, "{field} is missing"),
            Unreadable::Wrong(field, want) => write!(f, "{field} must be {want}"),
            Unreadable::Grant => f.write_str("grant_type must be client_credentials"),
        }
    }
}

/// Reads a request. `content_type` and `authorization` are the headers as sent.
///
/// # Errors
/// [`Unreadable`], which tells what to change.
pub fn read(
    content_type: Option<&str>,
    authorization: Option<&str>,
    body: &[u8],
) -> Result<TokenRequest, Unreadable> {
    let fields = fields(content_type, body)?;
    let text = |name: &'static str| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Unreadable::Wrong(name, "text")),
    };
    // To SFMC a grant that is absent is one that it does not support.
    if text("grant_type")? != Some("client_credentials") {
        return Err(Unreadable::Grant);
    }
    let (client_id, client_secret) = match authorization.and_then(basic) {
        Some(pair) => pair,
        None => {
            let id = text("client_id")?.ok_or(Unreadable::Missing("client_id"))?;
            let secret = text("client_secret")?.ok_or(Unreadable::Missing("client_secret"))?;
            (id.to_owned(), Zeroizing::new(secret.to_owned()))
        }
    };
    Ok(TokenRequest {
        client_id,
        client_secret,
        account_id: account_id(fields.get("account_id"))?,
        scope: scope(text("scope")?)?,
    })
}

/// The body of a token request.
///
/// # Errors
/// Status and words for a caller whose body is too large, or did not come whole.
pub fn arrived(body: Result<Bytes, BytesRejection>) -> Result<Bytes, (StatusCode, &'static str)> {
    match body {
        Ok(body) if body.len() <= BODY_BYTES_MAX => Ok(body),
        Err(error) if error.status() != StatusCode::PAYLOAD_TOO_LARGE => {
            let words = "the body broke off, or came too slowly";
            Err((StatusCode::REQUEST_TIMEOUT, words))
        }
        Ok(_) | Err(_) => Err((StatusCode::PAYLOAD_TOO_LARGE, "the body is over 16 KiB")),
    }
}

fn fields(content_type: Option<&str>, body: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    let form = content_type.is_some_and(|kind| {
        kind.trim()
            .to_ascii_lowercase()
            .starts_with("application/x-www-form-urlencoded")
    });
    if form {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(body).map_err(|_| Unreadable::Body)?;
        return Ok(pairs
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)))
            .collect());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Unreadable::Body),
    }
}

/// Id and key of a Basic header, each form-encoded before they were joined (RFC 6749 section 2.3.1);
/// `None` if it is none.
pub(crate) fn basic(header: &str) -> Option<(String, Zeroizing<String>)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(
        base64::prelude::BASE64_STANDARD
            .decode(encoded.trim())
            .ok()?,
    );
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let id = form_decoded(id)?.as_str().to_owned();
    Some((id, form_decoded(secret)?))
}

/// A text without its form encoding: `+` is a space, and an escape that is none stays as it is, so that
/// clients that encode nothing get by with all but these two.
fn form_decoded(text: &str) -> Option<Zeroizing<String>> {
    // As the one value of a form: what would end it stays what it is.
    let escaped = text.replace('&', "%26");
    let form = Zeroizing::new(format!("={}", Zeroizing::new(escaped).as_str()));
    let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(&form).ok()?;
    let (_, value) = pairs.pop()?;
    Some(Zeroizing::new(value))
}

/// Clients send the MID as a number, as text, as empty text or not at all.
fn account_id(value: Option<&Value>) -> Result<Option<u64>, Unreadable> {
    const WRONG: Unreadable = Unreadable::Wrong("account_id", "a business unit's MID, a number");
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => number.as_u64().map(Some).ok_or(WRONG),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| WRONG),
        Some(_) => Err(WRONG),
    }
}

fn scope(text: Option<&str>) -> Result<Option<Vec<String>>, Unreadable> {
    let Some(text) = text else { return Ok(None) };
    if text.len() > SCOPE_BYTES_MAX {
        return Err(Unreadable::Wrong("scope", "at most 8 KiB of scope names"));
    }
    let mut scopes: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    scopes.sort();
    scopes.dedup();
    Ok(Some(scopes))
}

#[cfg(test)]
mod tests;
