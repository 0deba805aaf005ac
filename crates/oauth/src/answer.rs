//! Reads the body of a token endpoint. Two envelopes are known at SFMC's token URL: OAuth's
//! (`error`, `error_description`) and REST's (`message`, `errorcode`). Nothing of a body that could be
//! read as a token is ever kept in an error.

use countersign_model::mint::{DESCRIPTION_CHARS_MAX, MintResult};
use countersign_secret::TokenBytes;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// Largest answer read, in bytes; a real one has about 2 KB.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Longest access token accepted, in bytes. SFMC documents 512; core and others are longer.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// An answer as facts, with the token beside them.
pub struct Answer {
    /// What it says.
    pub result: MintResult,
    /// The token and where it works, when `result` is `Issued`.
    pub grant: Option<Granted>,
    /// A new refresh token, whatever else the answer is worth: a server that handed one out has taken
    /// the old one back (R3).
    pub refresh_token: Option<TokenBytes>,
}

/// A token as it came, and the hosts it works at.
pub struct Granted {
    /// The access token.
    pub access_token: Zeroizing<String>,
    /// Base URL of REST calls, with scheme and trailing slash.
    pub rest_instance_url: Option<String>,
    /// Base URL of SOAP calls, with scheme and trailing slash.
    pub soap_instance_url: Option<String>,
}

/// Reads one answer. Pure; `retry_after` is the header as sent.
#[must_use]
pub fn read(status: u16, retry_after: Option<&str>, body: &[u8]) -> Answer {
    let object = serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|value| match value {
            Value::Object(object) => Some(object),
            _ => None,
        });
    if (200..300).contains(&status) {
        return match object {
            Some(object) => read_success(status, object),
            None if body.iter().all(u8::is_ascii_whitespace) => unreadable(status, "empty body"),
            None => unreadable(status, "the body is not a JSON object"),
        };
    }
    let object = object.unwrap_or_default();
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    Answer {
        result: MintResult::Refused {
            status,
            error: text("error").and_then(code),
            errorcode: object.get("errorcode").and_then(Value::as_i64),
            retry_after_s: retry_after.and_then(|header| header.trim().parse().ok()),
            description: text("error_description").or(text("message")).map(sanitised),
        },
        grant: None,
        refresh_token: None,
    }
}

fn unreadable(status: u16, why: &str) -> Answer {
    Answer {
        result: MintResult::Unreadable {
            status,
            why: why.to_owned(),
        },
        grant: None,
        refresh_token: None,
    }
}

/// A success, whether or not its access token can be used. The legacy endpoint writes its names in
/// another case.
fn read_success(status: u16, mut object: Map<String, Value>) -> Answer {
    let refresh_token = match either(&mut object, "refresh_token", "refreshToken") {
        None | Some(Value::Null) => None,
        Some(Value::String(token)) if !token.is_empty() => Some(TokenBytes::from(token)),
        Some(_) => return unreadable(status, "refresh_token is not a text"),
    };
    Answer {
        refresh_token,
        ..read_access(status, object)
    }
}

fn either(object: &mut Map<String, Value>, name: &str, legacy: &str) -> Option<Value> {
    let found = object.remove(name);
    found.or_else(|| object.remove(legacy))
}

fn read_access(status: u16, mut object: Map<String, Value>) -> Answer {
    let token = match either(&mut object, "access_token", "accessToken") {
        Some(Value::String(token)) => Zeroizing::new(token),
        Some(_) => return unreadable(status, "access_token is not a string"),
        None => return unreadable(status, "access_token is missing"),
    };
    if token.is_empty() || token.len() > TOKEN_BYTES_MAX {
        return unreadable(status, "access_token is empty or too long");
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return unreadable(status, "access_token holds characters no header can carry");
    }
    let expires_in_s = match expires_in(either(&mut object, "expires_in", "expiresIn").as_ref()) {
        Ok(seconds) => seconds,
        Err(why) => return unreadable(status, why),
    };
    let url = |name: &str| object.get(name).and_then(Value::as_str).and_then(base_url);
    let grant = Granted {
        rest_instance_url: url("rest_instance_url").or_else(|| url("instance_url")),
        soap_instance_url: url("soap_instance_url"),
        access_token: token,
    };
    let scope = object.get("scope").and_then(Value::as_str).map(scopes);
    Answer {
        result: MintResult::Issued {
            expires_in_s,
            scope,
        },
        grant: Some(grant),
        refresh_token: None,
    }
}

/// RFC 6749 section 5.1 asks for a number; some servers send it as text. Zero and less are no life.
fn expires_in(value: Option<&Value>) -> Result<Option<u64>, &'static str> {
    const BAD: &str = "expires_in is not a positive number of seconds";
    let seconds = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse::<f64>().ok(),
        Some(_) => None,
    };
    match seconds {
        Some(seconds) if seconds >= 1.0 && seconds.is_finite() => {
            // A life beyond a day is cut by the pure core; beyond u32 it is nonsense all the same.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "bounded"
            )]
            let whole = seconds.min(f64::from(u32::MAX)) as u64;
            Ok(Some(whole))
        }
        _ => Err(BAD),
    }
}

/// Scopes as a sorted set.
#[must_use]
pub fn scopes(text: &str) -> Vec<String> {
    let mut scopes: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

/// Some documents show instance URLs without scheme or slash: both are added.
fn base_url(text: &str) -> Option<String> {
    let text = text.trim();
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let url = url::Url::parse(&with_scheme).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    let mut base = url.to_string();
    if !base.ends_with('/') {
        base.push('/');
    }
    Some(base)
}

/// An OAuth error code (RFC 6749 section 5.2), or nothing if it is not shaped like one.
fn code(text: &str) -> Option<String> {
    let shaped = !text.is_empty()
        && text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    shaped.then(|| text.to_owned())
}

/// Text of a stranger, for people: one line, printable, at most 200 characters, no long runs that
/// could be a token or a secret.
fn sanitised(text: &str) -> String {
    const WORD_CHARS_MAX: usize = 40;
    let words = text.split_whitespace().map(|word| {
        if word.chars().count() > WORD_CHARS_MAX {
            "[cut]"
        } else {
            word
        }
    });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars()
        .filter(|c| !c.is_control())
        .take(DESCRIPTION_CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests;
