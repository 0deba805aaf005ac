//! Who may ask: whoever shows this run's key, or, on a socket that lets in this user alone, anybody
//! there. Nothing that was passed on by a proxy.

use crate::house::run_token;
use axum::http::HeaderMap;
use ring::digest::{SHA256, digest};

/// Least length of a key that a person chose.
const KEY_CHARS_MIN: usize = 32;
/// Headers by which a proxy says that it passed a request on.
const PASSED_ON: [&str; 3] = ["x-forwarded-for", "forwarded", "via"];

/// Lets callers in.
#[derive(Clone)]
pub(crate) enum Gate {
    /// Who shows the key with this SHA-256.
    Key([u8; 32]),
    /// Anybody: the listener has looked who it is.
    Socket,
}

impl Gate {
    /// A gate with a key of its own, and the key.
    pub(crate) fn with_new_key() -> (Gate, String) {
        let key = run_token();
        (Gate::Key(hash(&key)), key)
    }

    /// A gate with a key that was chosen; refused if it could be guessed.
    pub(crate) fn with_key(key: &str) -> Result<Gate, String> {
        if key.chars().count() < KEY_CHARS_MIN {
            return Err(format!(
                "the agent's key must have {KEY_CHARS_MIN} characters or more"
            ));
        }
        Ok(Gate::Key(hash(key)))
    }

    /// Whether `key` opens it. Hashes are compared, so that the time it takes tells nothing.
    pub(crate) fn admits(&self, key: &str) -> bool {
        match self {
            Gate::Key(known) => hash(key) == *known,
            Gate::Socket => true,
        }
    }
}

fn hash(key: &str) -> [u8; 32] {
    digest(&SHA256, key.as_bytes())
        .as_ref()
        .try_into()
        .expect("SHA-256 has 32 bytes")
}

/// Whether a proxy passed this request on: then it comes from further away than this machine.
pub(crate) fn passed_on(headers: &HeaderMap) -> bool {
    PASSED_ON.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::{Gate, passed_on};
    use axum::http::{HeaderMap, HeaderValue};

    #[test]
    fn only_the_key_of_this_run_opens() {
        let (gate, key) = Gate::with_new_key();
        assert!(gate.admits(&key) && key.len() >= 43, "256 bits");
        assert!(!gate.admits("") && !gate.admits(&key[1..]));
        assert!(!Gate::with_new_key().0.admits(&key), "another run's");
        assert!(Gate::with_key("CANARY-short").is_err());
    }

    #[test]
    fn what_a_proxy_passed_on_is_seen() {
        let mut headers = HeaderMap::new();
        assert!(!passed_on(&headers));
        headers.insert("X-Forwarded-For", HeaderValue::from_static("10.0.0.1"));
        assert!(passed_on(&headers));
    }
}
