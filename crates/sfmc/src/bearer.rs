//! Issued tokens, and how a bearer stands.

use crate::ledger::TokenState;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Above this many tokens, those long over are forgotten.
const TOKENS_MAX: usize = 20_000;
/// How long an expired token is still known as expired.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// A token and what it may do.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) label: String,
    pub(crate) client_id: String,
    pub(crate) mid: u64,
    pub(crate) scopes: Vec<String>,
    pub(crate) minted: Timestamp,
    pub(crate) dies: Timestamp,
    pub(crate) revoked: bool,
}

/// All tokens.
#[derive(Default)]
pub(crate) struct Tokens(BTreeMap<String, Issued>);

impl Tokens {
    pub(crate) fn add(&mut self, token: String, issued: Issued) {
        if self.0.len() >= TOKENS_MAX {
            let now = issued.minted;
            self.0
                .retain(|_, one| now.duration_since(one.dies) < REMEMBERED);
        }
        self.0.insert(token, issued);
    }

    /// Kills the tokens that `dead` picks.
    pub(crate) fn revoke(&mut self, dead: impl Fn(&Issued) -> bool) {
        for issued in self.0.values_mut().filter(|issued| dead(issued)) {
            issued.revoked = true;
        }
    }

    /// How the bearer of an `authorization` header stands.
    pub(crate) fn check(
        &self,
        authorization: Option<&str>,
        now: Timestamp,
    ) -> (TokenState, Option<&Issued>) {
        let Some(header) = authorization else {
            return (TokenState::None, None);
        };
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => return (TokenState::Unknown, None),
        };
        match self.0.get(token) {
            None => (TokenState::Unknown, None),
            Some(issued) if issued.revoked => (TokenState::Revoked, Some(issued)),
            Some(issued) if now >= issued.dies => (TokenState::Expired, Some(issued)),
            Some(issued) => (TokenState::Valid, Some(issued)),
        }
    }
}
