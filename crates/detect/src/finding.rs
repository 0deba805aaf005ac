//! Findings: weaknesses that are not (yet) an outage, from outcomes, the estate and the calendar.
//!
//! Start at [`Findings`]. Each file below is one detector: it remembers of its subject what it needs
//! and holds a [`Claim`] while the weakness stands; the book turns claims into findings that are
//! opened once, updated, and closed by evidence. The numbers are rows of [`rules::ROWS`].

mod book;
mod claim;
mod deadline;
mod idle;
mod job;
mod known;
mod memory;
mod part;
mod renewal;
mod retry;
pub mod rules;
mod scope;
mod settle;
mod skew;
mod stale;
mod throttle;
mod unit;
mod user;

use crate::classify::{Verdict, classify, classify_call};
use book::Book;
pub use claim::Claim;
use countersign_model::class::Class;
use countersign_model::estate::Estate;
use countersign_model::finding::{Finding, FindingKind, Severity, Subject};
use countersign_model::id::{CredentialId, FindingId};
use countersign_model::outcome::{Call, Fact, Metric, Outcome};
use countersign_model::{SignedDuration, Timestamp};
use known::Known;
use memory::{Filed, State};
use part::Part;
pub use rules::{FindingRules, Limit};
use std::collections::BTreeSet;

/// What whoever takes outcomes in reports when one contradicts our own broker's evidence; its object
/// is the credential.
pub const CONTRADICTED: &str = "outcomes.contradicted";
/// At least so long between two looks at tokens that near their end.
const TOKENS_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// At least so long between two looks at everything that time alone can change.
const ALL_EVERY: SignedDuration = SignedDuration::from_secs(300);
/// Sources whose clocks are watched, and the longest name of one, bytes.
const SOURCES_MAX: usize = 256;
const SOURCE_BYTES_MAX: usize = 128;

/// Finds weaknesses. Outcomes in any order; the same outcomes and times lead to the same findings.
#[derive(Debug, Clone)]
pub struct Findings {
    rules: FindingRules,
    known: Known,
    book: Book,
    state: State,
    /// What changed of it since it was last asked for.
    changed: BTreeSet<Part>,
    declared: Vec<Claim>,
    tokens_looked_at: Option<Timestamp>,
    looked_at: Option<Timestamp>,
}

impl Findings {
    /// Nothing seen, nothing found.
    #[must_use]
    pub fn new(rules: FindingRules, estate: &Estate) -> Findings {
        Findings {
            rules,
            known: Known::of(estate),
            book: Book::default(),
            state: State::default(),
            changed: BTreeSet::new(),
            declared: Vec::new(),
            tokens_looked_at: None,
            looked_at: None,
        }
    }

    /// Takes a new estate. What left it is forgotten, and its findings close at the next tick.
    pub fn set_estate(&mut self, estate: &Estate) {
        self.known = Known::of(estate);
        self.changed
            .extend(self.state.forget_strangers(&self.known));
        self.looked_at = None;
    }

    /// Takes what the file of the estate alone says, in full: what it held before and does not now is
    /// closed at the next tick.
    pub fn declare(&mut self, claims: Vec<Claim>) {
        self.declared = claims;
        self.looked_at = None;
    }

    /// Takes up the findings that were open; memory comes by [`recall`](Self::recall).
    pub fn restore(&mut self, open: Vec<Finding>) {
        self.book.restore(open);
    }

    /// All open findings, by kind and subject.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.book.open()
    }

    /// Findings that changed since the last call, each once, as they are now.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        self.book.take_changed()
    }

    /// Files what another room found. It stands until it is withdrawn, or for a week after it was
    /// filed last.
    pub fn file(&mut self, now: Timestamp, claim: Claim) {
        let id = FindingId::of(claim.kind, &claim.subject);
        let kept = self.rules.days(Limit::FiledKeptDays);
        let until = now.checked_add(kept).unwrap_or(Timestamp::MAX);
        let (kind, subject) = (claim.kind, claim.subject.clone());
        let filed = Filed {
            claim: claim.clone(),
            until,
        };
        self.changed.insert(Part::Filed(id.clone()));
        self.state.filed.insert(id, filed);
        self.book.settle(now, kind, &subject, Some(claim));
    }

    /// Takes back what was filed.
    pub fn withdraw(&mut self, now: Timestamp, kind: FindingKind, subject: &Subject) {
        let id = FindingId::of(kind, subject);
        if self.state.filed.remove(&id).is_some() {
            self.changed.insert(Part::Filed(id));
            self.book.close(now, kind, subject);
        }
    }

    /// Judges one outcome. A time later than `now` is a clock that is wrong, and reads as `now`.
    pub fn observe(&mut self, now: Timestamp, outcome: &Outcome) {
        self.watch_from(outcome.ts.min(now));
        self.watch_clock(now, outcome);
        if outcome.ts > now {
            let outcome = Outcome {
                ts: now,
                ..outcome.clone()
            };
            return self.take(now, &outcome);
        }
        self.take(now, outcome);
    }

    /// Judges what time alone made true: tokens each minute, everything each five minutes.
    pub fn tick(&mut self, now: Timestamp) {
        self.watch_from(now);
        let is_due = |looked_at: Option<Timestamp>, span| {
            looked_at.is_none_or(|at| now.duration_since(at) >= span)
        };
        if is_due(self.looked_at, ALL_EVERY) {
            (self.looked_at, self.tokens_looked_at) = (Some(now), Some(now));
            self.settle_all(now);
        } else if is_due(self.tokens_looked_at, TOKENS_EVERY) {
            self.tokens_looked_at = Some(now);
            self.settle_tokens(now);
        }
    }

    fn watch_from(&mut self, at: Timestamp) {
        if self.state.watching_from.is_none() {
            self.state.watching_from = Some(at);
            self.changed.insert(Part::Watching);
        }
    }

    fn take(&mut self, now: Timestamp, outcome: &Outcome) {
        if let Fact::Audit { action, object } = &outcome.fact {
            let object = object.as_deref().and_then(|id| id.parse().ok());
            if let Some(id) = object.filter(|_| action == CONTRADICTED) {
                self.contradicted(now, &id, outcome);
            }
            return;
        }
        let credential = self.known.credential_of(outcome);
        if let Some(id) = &credential {
            self.take_for_credential(id, outcome);
        }
        match &outcome.fact {
            Fact::Call(call) | Fact::Probe(call) | Fact::Mint { call, .. } => {
                self.take_for_caller(outcome, call, credential.as_ref());
            }
            Fact::Run {
                rows, duration_ms, ..
            } => self.take_run(outcome, *rows, *duration_ms),
            Fact::Sample {
                metric: Metric::RowsWritten,
                asset,
                value,
            } => {
                let writer = self.known.writer_of.get(asset).cloned();
                if let Some(id) = writer {
                    let words = format!("{value:.0} rows were written to {asset}");
                    self.take_rows(&id, outcome, *value > 0.0, &words);
                    self.settle_credential(now, &id);
                }
            }
            Fact::Sample { .. } | Fact::Ping { .. } | Fact::Audit { .. } => {}
        }
        if let Some(id) = credential {
            self.settle_credential(now, &id);
        }
        if let Some(subject) = self.caller_of(outcome) {
            self.settle_caller(now, &subject);
        }
    }

    /// What one outcome says about its credential.
    fn take_for_credential(&mut self, id: &CredentialId, outcome: &Outcome) {
        let Some(known) = self.known.credentials.get(id) else {
            return;
        };
        let memory = self.state.credentials.entry(id.clone()).or_default();
        self.changed.insert(Part::Credential(id.clone()));
        match &outcome.fact {
            Fact::Mint {
                expires_in, scope, ..
            } => match classify(outcome, known.kind.grant()) {
                Verdict::Ok => {
                    memory.renewals.issued(outcome, *expires_in);
                    memory.users.issued(&self.rules, outcome);
                    memory.issued_at(outcome.ts);
                    memory.last_use.observe(outcome, true);
                    memory.stale.worked(known, outcome, "a token was issued");
                    if let Some(scope) = scope {
                        memory.scopes.issued(known, outcome, scope);
                    }
                    for flow in &known.flows {
                        let jobs = self.state.jobs.get_mut(flow);
                        if jobs.is_some_and(|jobs| jobs.issued(outcome.ts)) {
                            self.changed.insert(Part::Job(flow.clone()));
                        }
                    }
                }
                Verdict::Failed(class) => {
                    memory.renewals.failed(outcome);
                    memory.last_use.observe(outcome, false);
                    if class == Class::AuthRejected {
                        memory.stale.refused();
                    }
                }
                Verdict::Ignored => {}
            },
            Fact::Call(call) | Fact::Probe(call) => {
                memory.renewals.used(outcome);
                memory.scopes.called(outcome, call);
                let worked = call
                    .status
                    .is_some_and(|status| (200..300).contains(&status));
                memory.last_use.observe(outcome, worked);
                if worked {
                    memory.stale.worked(known, outcome, "a call was answered");
                } else if classify_call(call) == Verdict::Failed(Class::AuthRejected) {
                    memory.stale.refused();
                }
            }
            Fact::Ping { .. } | Fact::Run { .. } | Fact::Sample { .. } | Fact::Audit { .. } => {}
        }
    }

    /// Rows that were written, or not, by the work of a credential.
    fn take_rows(&mut self, id: &CredentialId, outcome: &Outcome, any: bool, words: &str) {
        let Some(known) = self.known.credentials.get(id) else {
            return;
        };
        let memory = self.state.credentials.entry(id.clone()).or_default();
        self.changed.insert(Part::Credential(id.clone()));
        memory.last_use.observe(outcome, any);
        match any {
            true => memory.stale.worked(known, outcome, words),
            false => memory.stale.refused(),
        }
    }

    fn take_run(&mut self, outcome: &Outcome, rows: Option<u64>, duration_ms: Option<u64>) {
        let Some(id) = &outcome.integration else {
            return;
        };
        let Some(flow) = self.known.flows.get(id) else {
            return;
        };
        let credential = flow.credential.clone();
        if let Some(rows) = rows {
            let words = format!("a run moved {rows} rows");
            self.take_rows(&credential, outcome, rows > 0, &words);
        }
        if let Some(duration_ms) = duration_ms {
            let memory = self.state.credentials.get(&credential);
            let tokens = memory.map_or(&[][..], |memory| memory.tokens.as_slice());
            let jobs = self.state.jobs.entry(id.clone()).or_default();
            self.changed.insert(Part::Job(id.clone()));
            jobs.ended(outcome, (duration_ms, rows), tokens);
        }
    }

    /// What one outcome says about the program that made it.
    fn take_for_caller(
        &mut self,
        outcome: &Outcome,
        call: &Call,
        credential: Option<&CredentialId>,
    ) {
        let Some(subject) = self.caller_of(outcome) else {
            return;
        };
        let flow = outcome.integration.as_ref();
        let flow = flow.and_then(|id| self.known.flows.get(id));
        let credential = credential.and_then(|id| self.known.credentials.get(id));
        let Some((place, units)) = flow
            .map(|flow| (&flow.place, &flow.units))
            .or_else(|| credential.map(|one| (&one.place, &one.units)))
        else {
            return;
        };
        let is_mint = matches!(outcome.fact, Fact::Mint { .. });
        // A slot of a shared credential works for all its users.
        let units = match (is_mint, credential) {
            (true, Some(credential)) => &credential.units,
            _ => units,
        };
        self.changed.insert(Part::Caller(subject.clone()));
        let caller = self.state.callers.entry(subject).or_default();
        caller.retries.observe(&self.rules, outcome, call);
        caller.storm.observe(&self.rules, outcome, call, is_mint);
        caller.units.observe(&self.rules, outcome, call, units);
        caller.throttle.observe(&self.rules, outcome, call, place);
    }

    fn watch_clock(&mut self, now: Timestamp, outcome: &Outcome) {
        let sources = &mut self.state.sources;
        let is_new = !sources.contains_key(&outcome.source);
        let is_too_much =
            outcome.source.len() > SOURCE_BYTES_MAX || (is_new && sources.len() >= SOURCES_MAX);
        if is_too_much || !skew::tells_a_moment(outcome) {
            return;
        }
        let skew = sources.entry(outcome.source.clone()).or_default();
        self.changed.insert(Part::Source(outcome.source.clone()));
        if skew.observe(now, &self.rules, outcome) {
            let subject = Subject::Source(outcome.source.clone());
            let claim = skew.claim(&outcome.source, &subject);
            self.book
                .settle(now, FindingKind::ClockSkew, &subject, claim);
        }
    }

    /// Somebody reported of a credential what our own broker's evidence contradicts.
    fn contradicted(&mut self, now: Timestamp, id: &CredentialId, outcome: &Outcome) {
        let Some(known) = self.known.credentials.get(id) else {
            return;
        };
        let claim = Claim {
            kind: FindingKind::Contradicted,
            subject: Subject::Credential(id.clone()),
            severity: Severity::Urgent,
            since: Some(outcome.ts),
            words: format!(
                "{}: refusals were reported that our own broker contradicts: it holds this {} and \
                 renews its token without trouble. Nothing was locked and nobody was paged for them.",
                known.name,
                known.noun()
            ),
            fix:
                "Ask security to look at who reports them; revoke the key with `countersign source \
                  revoke` if nobody knows."
                    .to_owned(),
            evidence: vec![claim::Mark::of(outcome).evidence("reported and contradicted")],
            bu: Some(known.place.bu.clone()),
            owner: known.place.owner.clone(),
            due: None,
        };
        if !self.book.holds(claim.kind, &claim.subject) {
            self.file(now, claim);
        } else if let Some(filed) = self
            .state
            .filed
            .get(&FindingId::of(claim.kind, &claim.subject))
        {
            let known = filed.claim.clone();
            self.file(now, known);
        }
    }
}

#[cfg(test)]
mod tests;
