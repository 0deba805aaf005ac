//! What was asked and answered: exact totals, and the latest requests one by one.

mod exchange;

pub use exchange::{Exchanges, Uses};

use crate::token::Presented;
use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

/// Requests kept one by one.
const KEPT_MAX: usize = 100_000;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Method.
    pub method: String,
    /// Route, keys replaced by `{…}`; the path itself if there is no such route.
    pub route: String,
    /// Client id: sent with a token request, or the one the token was handed to.
    pub client_id: Option<String>,
    /// Label of the package, if known.
    pub credential: Option<String>,
    /// MID, if known.
    pub mid: Option<u64>,
    /// Status; 0 for no answer.
    pub status: u16,
    /// What was presented as a token.
    pub token: Presented,
    /// Who called.
    pub peer: Option<IpAddr>,
    /// How many equal requests it stands for.
    pub n: u64,
}

/// Token requests of one credential.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mints {
    /// Answered with 200.
    pub minted: u64,
    /// Answered otherwise, or not at all.
    pub refused: u64,
}

/// The ledger.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    kept: VecDeque<Entry>,
    total: u64,
    by_status: BTreeMap<u16, u64>,
    mints: Mints,
    dead_calls: u64,
    by_credential: BTreeMap<String, Mints>,
}

impl Ledger {
    /// Adds a request; `is_mint`: it went to a token endpoint.
    pub(crate) fn add(&mut self, mut entry: Entry, is_mint: bool) {
        self.total += 1;
        entry.number = self.total;
        *self.by_status.entry(entry.status).or_default() += 1;
        if !matches!(entry.token, Presented::None | Presented::Valid) {
            self.dead_calls += 1;
        }
        if is_mint {
            self.mints.count(entry.status);
            if let Some(label) = &entry.credential {
                self.by_credential
                    .entry(label.clone())
                    .or_default()
                    .count(entry.status);
            }
        }
        if self.kept.len() == KEPT_MAX {
            self.kept.pop_front();
        }
        self.kept.push_back(entry);
    }

    /// The requests still kept with a number above `since`.
    pub fn after(&self, since: u64) -> impl Iterator<Item = &Entry> {
        // Numbers have no gaps, so the place of the first one wanted can be computed.
        let first = self.kept.front().map_or(0, |entry| entry.number - 1);
        let skip = usize::try_from(since.saturating_sub(first)).unwrap_or(usize::MAX);
        self.kept.iter().skip(skip)
    }

    /// All requests ever.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Requests by status; 0 stands for no answer.
    #[must_use]
    pub fn by_status(&self) -> &BTreeMap<u16, u64> {
        &self.by_status
    }

    /// Token requests of all.
    #[must_use]
    pub fn mints(&self) -> Mints {
        self.mints
    }

    /// Calls with a token that did not work.
    #[must_use]
    pub fn dead_calls(&self) -> u64 {
        self.dead_calls
    }

    /// Token requests by credential, where it is known.
    #[must_use]
    pub fn by_credential(&self) -> &BTreeMap<String, Mints> {
        &self.by_credential
    }
}

impl Mints {
    fn count(&mut self, status: u16) {
        if status == 200 {
            self.minted += 1
        } else {
            self.refused += 1
        }
    }
}

#[cfg(test)]
mod tests;
