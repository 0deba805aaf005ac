//! Outcome lines from producers: decoded, checked against what their key may say, made durable.

use crate::handle::{Watch, WatchError};
use crate::resolve::resolve;
use countersign_feed::ndjson::{self, Decoded, Limits};
use countersign_model::estate::Estate;
use countersign_model::id::IntegrationId;
use countersign_model::outcome::{Fact, Outcome};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Most rejects told one by one; the rest is counted.
const REJECTS_MAX: usize = 1_000;

/// For whose integrations a producer may speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IngestScope {
    /// For all: our own broker.
    All,
    /// For these only. Such a producer may not speak as the broker, nor of another credential.
    Only(BTreeSet<IntegrationId>),
}

/// What became of a batch of outcome lines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct IngestReport {
    /// Lines kept, now durable.
    pub accepted: u64,
    /// Lines whose id came within the last 48 h; ignored.
    pub duplicates: u64,
    /// Lines that could not be used, told below or not.
    pub rejected: u64,
    /// Which lines and why, in their order, at most 1,000.
    pub rejects: Vec<IngestReject>,
    /// Fields that were ignored, by name.
    pub unknown_fields: BTreeMap<String, u64>,
}

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct IngestReject {
    /// Its number in the batch, counted from 1.
    pub line: u64,
    /// Why, for a person; never repeats a value of the line.
    pub reason: String,
}

impl Watch {
    /// Takes a batch of NDJSON. Everything it reports as accepted is durable; a bad line never
    /// stops the rest, and a batch that is sent twice counts once.
    ///
    /// # Errors
    /// [`WatchError`] if the ledger refuses; then nothing of the batch was kept.
    pub async fn ingest(
        &self,
        lines: &[u8],
        scope: &IngestScope,
    ) -> Result<IngestReport, WatchError> {
        let limits = Limits {
            rejects_max: usize::MAX,
            ..Limits::default()
        };
        let decoded = ndjson::decode(lines, self.clock().now(), &limits);
        let (outcomes, mut report) = sift(lines, decoded, &self.estate(), scope);
        let appended = self.append(outcomes).await?;
        report.accepted = u64::try_from(appended.accepted).unwrap_or(u64::MAX);
        report.duplicates = u64::try_from(appended.duplicates).unwrap_or(u64::MAX);
        Ok(report)
    }
}

/// What may be kept, and a report of what may not.
fn sift(
    lines: &[u8],
    decoded: Decoded,
    estate: &Estate,
    scope: &IngestScope,
) -> (Vec<Outcome>, IngestReport) {
    let told = |reject: &ndjson::Reject| IngestReject {
        line: reject.line,
        reason: reject.reason.to_string(),
    };
    let mut rejects: Vec<_> = decoded.rejects.iter().map(told).collect();
    let numbers = lines_kept(lines, &decoded.rejects);
    let mut kept = Vec::with_capacity(decoded.outcomes.len());
    for (mut outcome, line) in decoded.outcomes.into_iter().zip(numbers) {
        let client_id = decoded.client_ids.get(&outcome.id).map(String::as_str);
        resolve(estate, &mut outcome, client_id);
        match scope.objection(estate, &outcome) {
            None => kept.push(outcome),
            Some(reason) => rejects.push(IngestReject {
                line,
                reason: reason.to_owned(),
            }),
        }
    }
    rejects.sort();
    let rejected = u64::try_from(rejects.len()).unwrap_or(u64::MAX);
    rejects.truncate(REJECTS_MAX);
    let unknown_fields = decoded.unknown_fields;
    (
        kept,
        IngestReport {
            rejected,
            rejects,
            unknown_fields,
            ..IngestReport::default()
        },
    )
}

/// Numbers of the lines that became outcomes, in order: all but blank and rejected ones.
fn lines_kept(lines: &[u8], rejects: &[ndjson::Reject]) -> Vec<u64> {
    let lines = lines.strip_prefix(b"\xef\xbb\xbf").unwrap_or(lines);
    let rejected: BTreeSet<u64> = rejects.iter().map(|reject| reject.line).collect();
    (1..)
        .zip(lines.split(|byte| *byte == b'\n'))
        .filter(|(number, line)| !line.trim_ascii().is_empty() && !rejected.contains(number))
        .map(|(number, _)| number)
        .collect()
}

impl IngestScope {
    /// Why a producer of this scope may not say this; `None` if it may.
    fn objection(&self, estate: &Estate, outcome: &Outcome) -> Option<&'static str> {
        let IngestScope::Only(allowed) = self else {
            return None;
        };
        if outcome.source == "broker" {
            return Some("this key may not report as `broker`");
        }
        if matches!(outcome.fact, Fact::Audit { .. }) {
            return Some("this key may not report a kind of `audit`");
        }
        let Some(id) = outcome
            .integration
            .as_ref()
            .filter(|id| allowed.contains(*id))
        else {
            return Some("this key may not report for that `integration`");
        };
        let own = estate
            .integration(id)
            .map(|integration| &integration.credential);
        if outcome.credential.as_ref() != own {
            return Some("`credential` is not the one this `integration` uses");
        }
        None
    }
}
