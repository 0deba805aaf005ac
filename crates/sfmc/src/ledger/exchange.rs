//! What became of each refresh token: exact counts, and the latest tokens one by one.

use std::collections::{BTreeMap, VecDeque};

/// Refresh tokens kept one by one.
const KEPT_MAX: usize = 50_000;

/// What became of a refresh token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// Label of its package.
    pub credential: String,
    /// How often it was exchanged.
    pub exchanged: u64,
    /// How often it was presented and refused.
    pub refused: u64,
}

/// The exchanges of refresh tokens. A request that was turned away before its token was looked at, by
/// an outage or a throttle, is none.
#[derive(Debug, Clone, Default)]
pub struct Exchanges {
    by_token: BTreeMap<String, Uses>,
    order: VecDeque<String>,
    n_handed_out: u64,
    n_exchanged: u64,
    n_refused: u64,
    n_lost: u64,
}

impl Exchanges {
    /// Notes a new refresh token.
    pub(crate) fn handed_out(&mut self, token: &str, label: &str) {
        self.n_handed_out += 1;
        self.uses(token, label);
    }

    /// Notes an exchange.
    pub(crate) fn exchanged(&mut self, token: &str) {
        self.n_exchanged += 1;
        self.uses(token, "").exchanged += 1;
    }

    /// Notes that a token was presented and refused.
    pub(crate) fn refused(&mut self, token: &str) {
        self.n_refused += 1;
        // What was never handed out is counted, not kept: anybody can make up any number of them.
        if let Some(uses) = self.by_token.get_mut(token) {
            uses.refused += 1;
        }
    }

    /// Notes that the answer of an exchange did not arrive.
    pub(crate) fn lost(&mut self) {
        self.n_lost += 1;
    }

    fn uses(&mut self, token: &str, label: &str) -> &mut Uses {
        if !self.by_token.contains_key(token) {
            if self.order.len() >= KEPT_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.by_token.remove(&oldest);
            }
            self.order.push_back(token.to_owned());
        }
        let new = || Uses {
            credential: label.to_owned(),
            ..Uses::default()
        };
        self.by_token.entry(token.to_owned()).or_insert_with(new)
    }

    /// Refresh tokens handed out since the start, those of consents of earlier included.
    #[must_use]
    pub fn n_handed_out(&self) -> u64 {
        self.n_handed_out
    }

    /// Exchanges carried out, whether or not their answer arrived.
    #[must_use]
    pub fn n_exchanged(&self) -> u64 {
        self.n_exchanged
    }

    /// Exchanges refused because of the token.
    #[must_use]
    pub fn n_refused(&self) -> u64 {
        self.n_refused
    }

    /// Exchanges carried out whose answer did not arrive.
    #[must_use]
    pub fn n_lost(&self) -> u64 {
        self.n_lost
    }

    /// Refresh tokens presented more than once, with what became of them.
    pub fn used_again(&self) -> impl Iterator<Item = (&str, &Uses)> {
        self.by_token()
            .filter(|(_, uses)| uses.exchanged + uses.refused > 1)
    }

    /// Every refresh token still kept, in alphabetical order.
    pub fn by_token(&self) -> impl Iterator<Item = (&str, &Uses)> {
        let all = self.by_token.iter();
        all.map(|(token, uses)| (token.as_str(), uses))
    }
}
