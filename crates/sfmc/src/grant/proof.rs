//! Proof that who redeems a code is who asked for it (RFC 7636).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

/// How a verifier is turned into its challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// It is its own challenge.
    Plain,
    /// Its SHA-256, in base64 for URLs without padding.
    S256,
}

/// A challenge as it came with an authorization request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    method: Method,
    text: String,
}

/// Whether a text has the form of a verifier or challenge: 43 to 128 unreserved characters.
fn is_well_formed(text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

impl Challenge {
    /// Reads `code_challenge` and `code_challenge_method`, which is `plain` if absent; `None` if
    /// either has another form.
    pub(crate) fn parse(text: &str, method: Option<&str>) -> Option<Challenge> {
        let method = match method {
            None | Some("plain") => Method::Plain,
            Some("S256") => Method::S256,
            Some(_) => return None,
        };
        is_well_formed(text).then(|| Challenge {
            method,
            text: text.to_owned(),
        })
    }

    /// Whether the challenge was made from this verifier.
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        let made = match self.method {
            Method::Plain => verifier.to_owned(),
            Method::S256 => {
                BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref())
            }
        };
        is_well_formed(verifier) && made == self.text
    }
}

#[cfg(test)]
mod tests;
