//! Outcome lines from producers: decoded, checked against what their key may say, made durable.

use crate::handle::{Watch, WatchError};
use crate::resolve::resolve;
use countersign_detect::finding::CONTRADICTED;
use countersign_feed::ndjson::{self, Decoded, Limits};
use countersign_model::estate::{CredentialMode, Estate};
use countersign_model::id::{CredentialId, IntegrationId, OutcomeId};
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::response::DEED_PREFIX;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Most rejects told one by one; the rest is counted.
const REJECTS_MAX: usize = 1_000;
/// Most characters logged of a name that a producer gave itself.
const NAME_CHARS_MAX: usize = 64;
/// How our brokers call themselves.
const BROKER: &str = "broker";
const ONLY_THE_BROKER: &str =
    "only the broker reports token requests of a credential that it holds";

/// For whose integrations a producer may speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IngestScope {
    /// For all, as a broker of ours: it alone reports token requests of credentials that brokers
    /// hold, and what brokers do.
    Broker,
    /// For all, as an operator.
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
    /// Of these: token requests of a brokered credential, told by somebody who cannot have seen
    /// one.
    pub contradicted: u64,
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
        let (outcomes, forged, mut report) = sift(lines, decoded, &self.estate(), scope);
        let appended = self.append(outcomes).await?;
        self.note(forged).await?;
        report.accepted = u64::try_from(appended.accepted).unwrap_or(u64::MAX);
        report.duplicates = u64::try_from(appended.duplicates).unwrap_or(u64::MAX);
        Ok(report)
    }

    /// Keeps on record, once an hour for each credential, that somebody told what our broker did not
    /// see. It is no evidence about the credential.
    async fn note(&self, forged: Forged) -> Result<(), WatchError> {
        let now = self.clock().now();
        let hour = now.strftime("%Y%m%dT%H");
        let mut notes = Vec::new();
        for ((credential, source), n) in forged {
            let told: String = source.chars().take(NAME_CHARS_MAX).collect();
            tracing::warn!(
                %credential, source = ?told, n,
                "token requests were reported that only the broker can see; they were refused"
            );
            let id = OutcomeId::new(format!("contradicted-{hour}-{credential}"));
            notes.extend(id.ok().map(|id| Outcome {
                id,
                ts: now,
                source: "watch".to_owned(),
                integration: None,
                bu: None,
                credential: None,
                consumer: None,
                peer_ip: None,
                n,
                fact: Fact::Audit {
                    action: CONTRADICTED.to_owned(),
                    object: Some(credential.to_string()),
                },
            }));
        }
        if !notes.is_empty() {
            self.append(notes).await?;
        }
        Ok(())
    }
}

/// How many token requests were told that cannot have been seen, by credential and source.
type Forged = BTreeMap<(CredentialId, String), u64>;

/// What may be kept, and a report of what may not.
fn sift(
    lines: &[u8],
    decoded: Decoded,
    estate: &Estate,
    scope: &IngestScope,
) -> (Vec<Outcome>, Forged, IngestReport) {
    let told = |reject: &ndjson::Reject| IngestReject {
        line: reject.line,
        reason: reject.reason.to_string(),
    };
    let mut rejects: Vec<_> = decoded.rejects.iter().map(told).collect();
    let numbers = lines_kept(lines, &decoded.rejects);
    let mut kept = Vec::with_capacity(decoded.outcomes.len());
    let mut forged = Forged::new();
    let mut contradicted = 0;
    for (mut outcome, line) in decoded.outcomes.into_iter().zip(numbers) {
        let client_id = decoded.client_ids.get(&outcome.id).map(String::as_str);
        resolve(estate, &mut outcome, client_id);
        let objection = scope.objection(estate, &outcome);
        if let Some(credential) = scope.contradicts(estate, &outcome) {
            contradicted += 1;
            let told = (credential.clone(), outcome.source.clone());
            let n = forged.entry(told).or_default();
            *n = u64::saturating_add(*n, outcome.n);
            let reason = objection.unwrap_or(ONLY_THE_BROKER).to_owned();
            rejects.push(IngestReject { line, reason });
            continue;
        }
        match objection {
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
        forged,
        IngestReport {
            rejected,
            contradicted,
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
        if is_deed(outcome) {
            return Some("what people do about incidents is told to the dashboard, not reported");
        }
        if *self == IngestScope::Broker {
            return None;
        }
        if outcome.source == BROKER {
            return Some("this key may not report as `broker`");
        }
        if matches!(outcome.fact, Fact::Audit { .. }) {
            return Some("this key may not report a kind of `audit`");
        }
        let IngestScope::Only(allowed) = self else {
            return None;
        };
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

    /// The credential whose token requests this tells of, if only our broker can see them: it holds
    /// the secret, so whoever else mints with it is not who they should be, or mints nothing.
    fn contradicts<'a>(&self, estate: &Estate, outcome: &'a Outcome) -> Option<&'a CredentialId> {
        let is_broker = *self == IngestScope::Broker && outcome.source == BROKER;
        if is_broker || !matches!(outcome.fact, Fact::Mint { .. }) {
            return None;
        }
        let credential = outcome.credential.as_ref()?;
        let known = estate.credential(credential)?;
        (known.mode == CredentialMode::Brokered).then_some(credential)
    }
}

/// Whether it says that a person did something about an incident; no producer may.
fn is_deed(outcome: &Outcome) -> bool {
    matches!(&outcome.fact, Fact::Audit { action, .. } if action.starts_with(DEED_PREFIX))
}
