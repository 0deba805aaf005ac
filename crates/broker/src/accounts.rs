//! Once a second of the wall, what was vended goes into the audit chain and to the watch: the hot
//! path only counts, and a crash loses at most the last second.

use crate::books::{Books, Entry};
use crate::calls::{Calls, Counted};
use crate::consumer::{Known, Registry};
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

/// What the task works with.
pub struct Accounts {
    /// Who asked.
    pub registry: Arc<Registry>,
    /// What passed through the gateway.
    pub calls: Arc<Calls>,
    /// Where it is written.
    pub books: Arc<Books>,
    /// Where it is counted.
    pub metrics: Arc<Metrics>,
    /// Chance, for ids.
    pub entropy: Entropy,
    /// The house's clock.
    pub clock: Clock,
    /// Rung when outcomes wait.
    pub bell: Doorbell,
}

impl Accounts {
    /// Runs until the process ends.
    pub async fn run(self) {
        let mut every = tokio::time::interval(EVERY);
        loop {
            every.tick().await;
            self.write().await;
        }
    }

    /// Writes what happened since the last time, as one transaction.
    pub async fn write(&self) {
        let (busy, strangers) = self.registry.take_counts();
        let now = self.clock.now();
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
            entries.push(Entry::Record(Record {
                action: "consumer.not_accepted",
                object: "unknown".to_owned(),
                detail: vec![("count", strangers.to_string())],
            }));
        }
        if entries.is_empty() {
            return;
        }
        match self.books.commit(entries, now).await {
            Ok(dropped) => {
                self.metrics.outbox_dropped.inc_by(dropped);
                self.bell.ring(None);
            }
            Err(error) => {
                self.metrics.store_failures.inc();
                tracing::error!(error = %error, "accounts of vended tokens could not be written");
            }
        }
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
