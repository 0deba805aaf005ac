//! What was asked and answered: totals, and the last requests one by one.

use jiff::Timestamp;
use serde::Serialize;
use std::collections::VecDeque;
use std::net::IpAddr;

/// Requests kept one by one.
const KEPT_MAX: usize = 100_000;

/// How the bearer of a request stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// None was sent.
    None,
    /// It lived.
    Valid,
    /// Its time was over.
    Expired,
    /// It was killed early.
    Revoked,
    /// It was never issued here.
    Unknown,
}

/// One request and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// When.
    pub time: Timestamp,
    /// The route's template; `unknown` if none fits.
    pub route: &'static str,
    /// OAuth client id, as sent or as the token's.
    pub client_id: Option<String>,
    /// The credential, when the client is known.
    pub credential: Option<String>,
    /// The token's MID.
    pub mid: Option<u64>,
    /// Status; `None`: the connection was dropped.
    pub status: Option<u16>,
    /// How the bearer stood.
    pub token: TokenState,
    /// Who sent it.
    pub peer_ip: IpAddr,
}

/// Counts since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Requests of any kind.
    pub requests: u64,
    /// Token requests.
    pub token_requests: u64,
    /// Tokens issued.
    pub issued: u64,
    /// Token requests that got no token: refused, failed or dropped.
    pub refused: u64,
    /// Calls with a bearer that was not valid.
    pub dead_calls: u64,
}

/// The book.
#[derive(Debug, Default)]
pub struct Ledger {
    totals: Totals,
    kept: VecDeque<Record>,
}

impl Ledger {
    pub(crate) fn write(&mut self, record: Record, issued: bool) {
        self.totals.requests += 1;
        if record.route == crate::route::TOKEN {
            self.totals.token_requests += 1;
            let count = if issued {
                &mut self.totals.issued
            } else {
                &mut self.totals.refused
            };
            *count += 1;
        }
        if matches!(
            record.token,
            TokenState::Expired | TokenState::Revoked | TokenState::Unknown
        ) {
            self.totals.dead_calls += 1;
        }
        if self.kept.len() == KEPT_MAX {
            self.kept.pop_front();
        }
        self.kept.push_back(record);
    }

    /// Counts since the start.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The last requests, oldest first.
    pub fn requests(&self) -> impl Iterator<Item = &Record> {
        self.kept.iter()
    }
}
