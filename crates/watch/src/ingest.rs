//! Outcome lines from producers: decoded, checked against what their key may say, made durable.

use crate::handle::{Watch, WatchError};
use crate::resolve::resolve;
use countersign_detect::finding::CONTRADICTED;
use countersign_feed::ndjson::{self, Limits};
use countersign_model::Timestamp;
use countersign_model::estate::{CredentialMode, Estate};
use countersign_model::id::{CredentialId, IntegrationId, OutcomeId};
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::response::DEED_PREFIX;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Most rejects told one by one; the rest is counted.
const REJECTS_MAX: usize = 1_000;
/// Bytes of a batch that are decoded and made durable together, at least.
const PIECE_BYTES: usize = 1024 * 1024;
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
    /// [`WatchError`] if the ledger refuses. Of a batch of more than a mebibyte the beginning may then
    /// be kept already: sent again whole, it counts once by its ids.
    pub async fn ingest(
        &self,
        lines: &[u8],
        scope: &IngestScope,
    ) -> Result<IngestReport, WatchError> {
        let now = self.clock().now();
        let mut report = IngestReport::default();
        let mut forged = Forged::new();
        let mut first = 1;
        for piece in pieces(lines) {
            let sifted = self.ingest_piece(first, piece, now, scope, &mut report);
            for (what, n) in sifted.await? {
                let all = forged.entry(what).or_default();
                *all = u64::saturating_add(*all, n);
            }
            first += memchr::memchr_iter(b'\n', piece).count() as u64;
        }
        self.note(forged).await?;
        Ok(report)
    }

    /// Takes a part of a batch, whose first line has the number `first`; gives what was forged in it.
    async fn ingest_piece(
        &self,
        first: u64,
        piece: &[u8],
        now: Timestamp,
        scope: &IngestScope,
        report: &mut IngestReport,
    ) -> Result<Forged, WatchError> {
        let limits = Limits::default();
        let decoded = ndjson::decode_from(first, piece, now, &limits);
        let client_ids = decoded.client_ids;
        let told = decoded.outcomes.into_iter().zip(decoded.lines);
        let told = told.map(|(outcome, line)| Told {
            client_id: client_ids.get(&outcome.id).cloned(),
            outcome,
            line,
        });
        let sifted = sift(&self.estate(), scope, None, told);
        let appended = self.append(sifted.kept).await?;
        report.accepted += appended.accepted as u64;
        report.duplicates += appended.duplicates as u64;
        report.rejected += decoded.n_rejected + sifted.rejects.len() as u64;
        report.contradicted += sifted.contradicted;
        let unreadable = decoded.rejects.iter().map(|reject| IngestReject {
            line: reject.line,
            reason: reject.reason.to_string(),
        });
        let mut rejects: Vec<_> = unreadable.chain(sifted.rejects).collect();
        rejects.sort();
        let room = REJECTS_MAX.saturating_sub(report.rejects.len());
        report.rejects.extend(rejects.into_iter().take(room));
        for (name, n) in &decoded.unknown_fields {
            ndjson::count(&mut report.unknown_fields, name, *n, &limits);
        }
        Ok(sifted.forged)
    }

    /// Keeps on record, once an hour for each credential, that somebody told what our broker did not
    /// see. It is no evidence about the credential.
    pub(crate) async fn note(&self, forged: Forged) -> Result<(), WatchError> {
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
pub(crate) type Forged = BTreeMap<(CredentialId, String), u64>;

/// An outcome as a line told it.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) outcome: Outcome,
    /// Number of the line.
    pub(crate) line: u64,
    /// The OAuth client id beside it.
    pub(crate) client_id: Option<String>,
}

/// What may be kept of what was told, and what may not.
#[derive(Debug, Default)]
pub(crate) struct Sifted {
    pub(crate) kept: Vec<Outcome>,
    pub(crate) forged: Forged,
    /// How many lines are in `forged`.
    pub(crate) contradicted: u64,
    pub(crate) rejects: Vec<IngestReject>,
}

/// Says whose each outcome is, and keeps those that a producer of this scope may tell. One that nobody
/// can place is `fallback`'s.
pub(crate) fn sift(
    estate: &Estate,
    scope: &IngestScope,
    fallback: Option<&IntegrationId>,
    told: impl Iterator<Item = Told>,
) -> Sifted {
    let mut sifted = Sifted::default();
    for Told {
        mut outcome,
        line,
        client_id,
    } in told
    {
        resolve(estate, &mut outcome, client_id.as_deref());
        if outcome.integration.is_none() && outcome.credential.is_none() {
            outcome.integration = fallback.cloned();
            resolve(estate, &mut outcome, None);
        }
        let objection = scope.objection(estate, &outcome);
        let contradicts = scope.contradicts(estate, &outcome);
        let reason = match (contradicts, objection) {
            (Some(credential), objection) => {
                sifted.contradicted += 1;
                let told = (credential.clone(), outcome.source.clone());
                let n = sifted.forged.entry(told).or_default();
                *n = u64::saturating_add(*n, outcome.n);
                objection.unwrap_or(ONLY_THE_BROKER)
            }
            (None, Some(reason)) => reason,
            (None, None) => {
                sifted.kept.push(outcome);
                continue;
            }
        };
        let reason = reason.to_owned();
        sifted.rejects.push(IngestReject { line, reason });
    }
    sifted
}

/// A batch in parts of whole lines, without a byte order mark: what is held of it as outcomes at one
/// time does not grow with it.
fn pieces(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = lines.strip_prefix(b"\xef\xbb\xbf").unwrap_or(lines);
    std::iter::from_fn(move || {
        let near = rest.get(PIECE_BYTES..).unwrap_or_default();
        let end = memchr::memchr(b'\n', near).map(|end| PIECE_BYTES + end + 1);
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
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
