//! Tokens handed out, and what becomes of them.

use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

/// Tokens remembered; older ones are unknown, which to a caller is the same as expired.
const TOKENS_MAX: usize = 50_000;

/// A token that was handed out.
#[derive(Debug, Clone)]
pub struct Token {
    /// Client id it was handed to.
    pub client_id: String,
    /// Label of its package.
    pub label: String,
    /// The MID it works in.
    pub mid: u64,
    /// The MID that its context names: another one while the fault `wrong_bu` lasts.
    pub told_mid: u64,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// When it was minted.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub ends_at: Timestamp,
    /// The consent it goes back to, if a person gave one.
    pub family: Option<u64>,
    /// Who asked for it, at the legacy endpoint.
    pub minted_from: Option<IpAddr>,
}

impl Token {
    /// Whether it holds one of these scopes.
    #[must_use]
    pub fn holds_any(&self, scopes: &[&str]) -> bool {
        self.scopes
            .iter()
            .any(|held| scopes.contains(&held.as_str()))
    }
}

/// What a request presented as a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// Nothing.
    None,
    /// A token that works.
    Valid,
    /// A token past its life.
    Expired,
    /// A token that was killed.
    Revoked,
    /// No token of this platform.
    Unknown,
}

impl Presented {
    /// Its name in the ledger.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Presented::None => "none",
            Presented::Valid => "valid",
            Presented::Expired => "expired",
            Presented::Revoked => "revoked",
            Presented::Unknown => "unknown",
        }
    }
}

#[derive(Debug, Clone)]
struct Held {
    token: Arc<Token>,
    revoked: bool,
}

/// Every token of late.
#[derive(Debug, Clone, Default)]
pub(crate) struct TokenBook {
    held: BTreeMap<String, Held>,
    order: VecDeque<String>,
}

impl TokenBook {
    /// Looks a token up as it stands at `now`.
    pub(crate) fn judge(
        &self,
        now: Timestamp,
        bearer: Option<&str>,
    ) -> (Option<Arc<Token>>, Presented) {
        let Some(bearer) = bearer else {
            return (None, Presented::None);
        };
        let Some(held) = self.held.get(bearer) else {
            return (None, Presented::Unknown);
        };
        let presented = match held {
            Held { revoked: true, .. } => Presented::Revoked,
            Held { token, .. } if now >= token.ends_at => Presented::Expired,
            Held { .. } => Presented::Valid,
        };
        (Some(Arc::clone(&held.token)), presented)
    }

    /// Remembers a new token.
    pub(crate) fn add(&mut self, text: String, token: Token) {
        if self.order.len() >= TOKENS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.held.remove(&oldest);
        }
        self.order.push_back(text.clone());
        self.held.insert(
            text,
            Held {
                token: Arc::new(token),
                revoked: false,
            },
        );
    }

    /// Kills the oldest live tokens of a client and MID beyond the newest `n`.
    pub(crate) fn keep_newest(&mut self, now: Timestamp, label: &str, mid: u64, n: usize) {
        let live = |held: &Held| {
            let token = &held.token;
            !held.revoked && now < token.ends_at && token.label == label && token.mid == mid
        };
        let own: Vec<String> = self
            .order
            .iter()
            .filter(|text| self.held.get(*text).is_some_and(live))
            .cloned()
            .collect();
        for text in own.iter().take(own.len().saturating_sub(n)) {
            if let Some(held) = self.held.get_mut(text) {
                held.revoked = true;
            }
        }
    }

    /// Kills every token that `hits`.
    pub(crate) fn revoke(&mut self, hits: impl Fn(&Token) -> bool) {
        let hit = self.held.values_mut().filter(|held| hits(&held.token));
        hit.for_each(|held| held.revoked = true);
    }
}
