//! What tells one state of an estate from every other: the entity tag of RFC 9110 section 8.8.3, and the
//! conditions that are put on it, so that of two changes made from one state the second is refused.

use axum::http::HeaderMap;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use countersign_model::estate::Estate;
use ring::digest::{SHA256, digest};

/// Bytes of the hash that a tag keeps.
const TAG_BYTES: usize = 16;

/// The entity tag of an estate, in its quotes.
#[must_use]
pub fn tag(estate: &Estate) -> String {
    let text = serde_json::to_vec(estate).expect("an estate is JSON");
    let hash = digest(&SHA256, &text);
    let digits: String = hash.as_ref()[..TAG_BYTES]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{digits}\"")
}

/// The conditions of a request on what is in force (RFC 9110 section 13.1), as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// `If-Match`: it must be one of these, or with `*` anything at all.
    pub if_match: Option<String>,
    /// `If-None-Match`: it must be none of these, and with `*` nothing at all.
    pub if_none_match: Option<String>,
}

/// Why a change is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// Something is in force, and the change does not say what it was made from.
    Missing,
    /// What is in force is not what the change was made from.
    Changed,
}

impl Conditions {
    /// Those of a request. A header line that is no text names no tag.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Conditions {
        let list = |name| {
            let lines = headers.get_all(name).iter();
            let lines: Vec<&str> = lines
                .map(|line| line.to_str().unwrap_or_default())
                .collect();
            (!lines.is_empty()).then(|| lines.join(","))
        };
        Conditions {
            if_match: list(IF_MATCH),
            if_none_match: list(IF_NONE_MATCH),
        }
    }

    /// Whether what is in force, if anything is, may be replaced by `next`. What is replaced has to be named:
    /// a change that names nothing could write over one that its maker never saw (RFC 6585 section 3).
    ///
    /// # Errors
    /// [`Unmet`]; then nothing is to be changed. A change that is in force already is no error, if it was
    /// made from something: its maker did not hear of its success (RFC 9110 section 13.1.1).
    pub fn allow(&self, current: Option<&Estate>, next: &Estate) -> Result<(), Unmet> {
        let named = self.if_match.is_some() || self.if_none_match.is_some();
        if !named && current.is_some() {
            return Err(Unmet::Missing);
        }
        let again = self.if_match.is_some() && self.if_none_match.is_none();
        if self.are_met(current) || (again && current == Some(next)) {
            return Ok(());
        }
        Err(Unmet::Changed)
    }

    /// Whether they are met by what is in force; `None`: nothing is.
    fn are_met(&self, current: Option<&Estate>) -> bool {
        let own = current.map(tag);
        let names =
            |list: &str, weakly: bool| own.as_deref().is_some_and(|own| names(list, own, weakly));
        let matches = self.if_match.as_deref();
        let differs = self.if_none_match.as_deref();
        matches.is_none_or(|list| names(list, false))
            && !differs.is_some_and(|list| names(list, true))
    }
}

/// Whether a list of tags has this one in it. `weakly`: a tag marked as weak counts too.
fn names(list: &str, own: &str, weakly: bool) -> bool {
    list.split(',').map(str::trim).any(|one| {
        let one = match one.strip_prefix("W/") {
            Some(weak) if weakly => weak,
            _ => one,
        };
        one == "*" || one == own
    })
}

#[cfg(test)]
mod tests;
