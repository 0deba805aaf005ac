//! What a person's consent leaves behind: refresh tokens, and the families they form.

pub(crate) mod code;
pub(crate) mod proof;

use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// Refresh tokens remembered; older ones are unknown.
const TOKENS_MAX: usize = 50_000;

/// What a refresh token stands for.
#[derive(Debug, Clone)]
pub(crate) struct Consent {
    /// Label of the package.
    pub(crate) label: String,
    /// The MID that tokens work in unless another is asked for.
    pub(crate) mid: u64,
    /// What was consented to.
    pub(crate) scopes: Vec<String>,
    /// All that came of one consent share this number.
    pub(crate) family: u64,
}

impl Consent {
    /// Whether it outlives the person's session (documented: only with this scope).
    pub(crate) fn is_offline(&self) -> bool {
        self.scopes.iter().any(|scope| scope == "offline")
    }
}

/// How a refresh token stands.
#[derive(Debug, Clone)]
enum Standing {
    Live,
    /// It was exchanged, and this was the answer.
    Spent {
        at: Timestamp,
        answer: Value,
    },
    Dead,
}

#[derive(Debug, Clone)]
struct Held {
    consent: Consent,
    made_at: Timestamp,
    ends_at: Timestamp,
    standing: Standing,
}

/// What a presented refresh token is.
#[derive(Debug, Clone)]
pub(crate) enum Shown {
    /// None of this client's, past its life, or killed.
    Nothing,
    /// It can be exchanged. It was made at the instant.
    Live(Consent, Timestamp),
    /// It was exchanged before, and there was this answer.
    Spent {
        consent: Consent,
        at: Timestamp,
        answer: Value,
    },
}

/// Every refresh token of late.
#[derive(Debug, Clone, Default)]
pub(crate) struct GrantBook {
    held: BTreeMap<String, Held>,
    order: VecDeque<String>,
    n_families: u64,
}

impl GrantBook {
    /// A number for a new consent.
    pub(crate) fn next_family(&mut self) -> u64 {
        self.n_families += 1;
        self.n_families
    }

    /// Remembers a new refresh token.
    pub(crate) fn add(
        &mut self,
        text: String,
        consent: Consent,
        (made_at, ends_at): (Timestamp, Timestamp),
    ) {
        if self.order.len() >= TOKENS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.held.remove(&oldest);
        }
        self.order.push_back(text.clone());
        let held = Held {
            consent,
            made_at,
            ends_at,
            standing: Standing::Live,
        };
        self.held.insert(text, held);
    }

    /// Looks a refresh token up as a client presents it.
    pub(crate) fn judge(&self, now: Timestamp, label: &str, text: &str) -> Shown {
        let Some(held) = self.held.get(text) else {
            return Shown::Nothing;
        };
        if held.consent.label != label || now >= held.ends_at {
            return Shown::Nothing;
        }
        let consent = held.consent.clone();
        match &held.standing {
            Standing::Live => Shown::Live(consent, held.made_at),
            Standing::Spent { at, answer } => Shown::Spent {
                consent,
                at: *at,
                answer: answer.clone(),
            },
            Standing::Dead => Shown::Nothing,
        }
    }

    /// Where a token of that client works unless another MID is asked for, whatever its standing.
    pub(crate) fn mid_of(&self, label: &str, text: &str) -> Option<u64> {
        let held = self.held.get(text)?;
        (held.consent.label == label).then_some(held.consent.mid)
    }

    /// Marks a refresh token as exchanged.
    pub(crate) fn spend(&mut self, now: Timestamp, text: &str, answer: Value) {
        if let Some(held) = self.held.get_mut(text) {
            held.standing = Standing::Spent { at: now, answer };
        }
    }

    /// Kills every refresh token whose consent `hits`, spent ones too; the families that ended, each
    /// once.
    pub(crate) fn kill(&mut self, hits: impl Fn(&Consent) -> bool) -> Vec<u64> {
        let mut ended = Vec::new();
        for held in self.held.values_mut().filter(|held| hits(&held.consent)) {
            if matches!(held.standing, Standing::Live) && !ended.contains(&held.consent.family) {
                ended.push(held.consent.family);
            }
            held.standing = Standing::Dead;
        }
        ended
    }

    /// The refresh tokens of a package that can be exchanged, oldest first.
    pub(crate) fn live(&self, now: Timestamp, label: &str) -> Vec<&str> {
        let is_live = |text: &&String| {
            self.held.get(*text).is_some_and(|held| {
                held.consent.label == label
                    && now < held.ends_at
                    && matches!(held.standing, Standing::Live)
            })
        };
        let live = self.order.iter().filter(is_live);
        live.map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests;
