//! Once a second of the wall, what was vended goes into the audit chain and to the watch: the hot
//! path only counts, and a crash loses at most the last second. A second that the vault could not
//! take is written with the next one it takes.

use crate::backlog::{Backlog, Ledger};
use crate::books::Entry;
use crate::calls::{Calls, Counted};
use crate::consumer::{Claim, Known, Registry};
use crate::metrics::Metrics;
use crate::tell::{Record, SOURCE};
use countersign_host::clock::Clock;
use countersign_host::doorbell::Doorbell;
use countersign_host::entropy::Entropy;
use countersign_model::Timestamp;
use countersign_model::id::OutcomeId;
use countersign_model::outcome::{Fact, Outcome};
use std::sync::Arc;
use std::time::Duration;

/// How often accounts are written.
const EVERY: Duration = Duration::from_secs(1);

/// A request whose id and key were not accepted.
const NOT_ACCEPTED: &str = "consumer.not_accepted";

/// What the task works with.
pub(crate) struct Accounts<L> {
    /// Who asked.
    pub(crate) registry: Arc<Registry>,
    /// What passed through the gateway.
    pub(crate) calls: Arc<Calls>,
    /// Where it is written.
    pub(crate) backlog: Backlog<L>,
    /// Where it is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// Chance, for ids.
    pub(crate) entropy: Entropy,
    /// The house's clock.
    pub(crate) clock: Clock,
    /// Rung when outcomes wait.
    pub(crate) bell: Doorbell,
}

impl<L: Ledger> Accounts<L> {
    /// Runs until the process ends.
    pub(crate) async fn run(mut self) {
        let mut every = tokio::time::interval(EVERY);
        loop {
            every.tick().await;
            self.write().await;
        }
    }

    /// Writes what happened since the last time, as one transaction, after what still waits.
    async fn write(&mut self) {
        let now = self.clock.now();
        let entries = self.entries(now);
        if entries.is_empty() && !self.backlog.waits() {
            return;
        }
        self.backlog.write(entries, now).await;
        if !self.backlog.waits() {
            self.bell.ring(None);
        }
    }

    /// What happened since the last time.
    fn entries(&self, now: Timestamp) -> Vec<Entry> {
        // Claims first: whoever comes in between is a stranger of this second and a claim of the next.
        let claims = self.registry.take_claims();
        let (busy, strangers) = self.registry.take_counts();
        self.registry.seen().strangers(strangers);
        let mut entries = Vec::new();
        for (known, vended, refused) in busy {
            self.registry
                .seen()
                .counted(&known.consumer, vended, refused, now);
            self.metrics.vended("ok", vended);
            self.metrics.vended("refused", refused);
            entries.push(Entry::Record(record(&known, vended, refused)));
            for (action, n) in [("token.vended", vended), ("token.not_vended", refused)] {
                if n > 0 {
                    entries.push(Entry::Outcome(Box::new(
                        self.outcome(&known, action, n, now),
                    )));
                }
            }
        }
        for counted in self.calls.take() {
            self.metrics.passed(counted.sort.status, counted.n);
            entries.push(Entry::Outcome(Box::new(self.call(counted, now))));
        }
        if strangers > 0 {
            self.metrics.vended("unknown_consumer", strangers);
        }
        let claimed: u64 = claims.iter().map(|claim| claim.n).sum();
        for claim in claims {
            entries.extend(self.claim(&claim, now));
        }
        let strangers = strangers.saturating_sub(claimed);
        if strangers > 0 {
            entries.push(Entry::Record(Record {
                action: NOT_ACCEPTED,
                object: "unknown".to_owned(),
                detail: vec![("count", strangers.to_string())],
            }));
        }
        entries
    }

    /// Somebody used a consumer's id, and its key was wrong, ended, or used from elsewhere.
    fn claim(&self, claim: &Claim, now: Timestamp) -> [Entry; 2] {
        let mut detail = vec![("count", claim.n.to_string())];
        detail.extend(claim.peer_ip.map(|peer| ("peer_ip", peer.to_string())));
        let mut outcome = self.outcome(&claim.known, NOT_ACCEPTED, claim.n, now);
        outcome.peer_ip = claim.peer_ip;
        [
            Entry::Record(Record {
                action: NOT_ACCEPTED,
                object: claim.known.consumer.id.to_string(),
                detail,
            }),
            Entry::Outcome(Box::new(outcome)),
        ]
    }

    fn call(&self, counted: Counted, now: Timestamp) -> Outcome {
        Outcome {
            id: OutcomeId::mint(now, self.entropy.u64()),
            ts: now,
            source: SOURCE.to_owned(),
            fact: Fact::Call(counted.call()),
            n: counted.n,
            integration: Some(counted.sort.integration),
            bu: None,
            credential: Some(counted.sort.credential),
            consumer: Some(counted.sort.consumer),
            peer_ip: counted.sort.peer_ip,
        }
    }

    fn outcome(&self, known: &Known, action: &str, n: u64, now: Timestamp) -> Outcome {
        let consumer = &known.consumer;
        Outcome {
            id: OutcomeId::mint(now, self.entropy.u64()),
            ts: now,
            source: SOURCE.to_owned(),
            integration: Some(consumer.integration.clone()),
            bu: None,
            credential: Some(consumer.credential.clone()),
            consumer: Some(consumer.id.clone()),
            peer_ip: None,
            n,
            fact: Fact::Audit {
                action: action.to_owned(),
                object: None,
            },
        }
    }
}

fn record(known: &Known, vended: u64, refused: u64) -> Record {
    Record {
        action: "token.vended",
        object: known.consumer.id.to_string(),
        detail: vec![
            ("integration", known.consumer.integration.to_string()),
            ("vended", vended.to_string()),
            ("refused", refused.to_string()),
        ],
    }
}

#[cfg(test)]
mod tests;
