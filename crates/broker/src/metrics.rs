//! Counters of this process in the Prometheus text format.

use crate::cell::Cell;
use countersign_model::Timestamp;
use countersign_refresh::Event;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Labels of a per-class counter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ByResult {
    result: String,
}

/// Labels of a per-slot gauge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct BySlot {
    slot: String,
}

/// Everything this process counts.
pub struct Metrics {
    registry: Registry,
    mints: Family<ByResult, Counter>,
    vends: Family<ByResult, Counter>,
    calls: Family<ByResult, Counter>,
    valid: Family<BySlot, Gauge>,
    expires_in: Family<BySlot, Gauge<f64, AtomicU64>>,
    reactive: Counter,
    gap_ms: Counter,
    /// Writes to the vault that failed.
    pub store_failures: Counter,
    /// Entries that wait for the vault to be writable.
    pub store_waiting: Gauge,
    /// Entries that were lost because too many waited.
    pub store_lost: Counter,
    /// Outcomes that the outbox's bound pushed out before the watch had them.
    pub outbox_dropped: Counter,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("countersign_broker");
        let metrics = Metrics {
            mints: Family::default(),
            vends: Family::default(),
            calls: Family::default(),
            valid: Family::default(),
            expires_in: Family::default(),
            reactive: Counter::default(),
            gap_ms: Counter::default(),
            store_failures: Counter::default(),
            store_waiting: Gauge::default(),
            store_lost: Counter::default(),
            outbox_dropped: Counter::default(),
            registry: Registry::default(),
        };
        registry.register(
            "token_requests",
            "Token requests, by result",
            metrics.mints.clone(),
        );
        registry.register(
            "vends",
            "Requests of consumers, by result",
            metrics.vends.clone(),
        );
        registry.register(
            "calls",
            "Calls that passed through the gateway, by their answer",
            metrics.calls.clone(),
        );
        registry.register(
            "token_valid",
            "1 if the slot has a usable token",
            metrics.valid.clone(),
        );
        registry.register(
            "token_expires_in_seconds",
            "Life left of the slot's token",
            metrics.expires_in.clone(),
        );
        registry.register(
            "reactive_renewals",
            "Renewals that came after the mandatory line; each is a defect",
            metrics.reactive.clone(),
        );
        registry.register(
            "gap_milliseconds",
            "Time slots kept warm were without a usable token; each is a defect",
            metrics.gap_ms.clone(),
        );
        register_store(&mut registry, &metrics);
        Metrics {
            registry,
            ..metrics
        }
    }
}

fn register_store(registry: &mut Registry, metrics: &Metrics) {
    registry.register(
        "store_failures",
        "Writes to the vault that failed",
        metrics.store_failures.clone(),
    );
    registry.register(
        "store_waiting",
        "Entries that wait for the vault to be writable",
        metrics.store_waiting.clone(),
    );
    registry.register(
        "store_lost",
        "Entries lost because too many waited for the vault; each is a defect",
        metrics.store_lost.clone(),
    );
    registry.register(
        "outbox_dropped",
        "Outcomes pushed out of the outbox before the watch had them",
        metrics.outbox_dropped.clone(),
    );
}

impl Metrics {
    /// Counts an event of the machine.
    pub fn count(&self, event: &Event) {
        let mint = |result: &str| {
            let by = ByResult {
                result: result.to_owned(),
            };
            self.mints.get_or_create(&by).inc();
        };
        match event {
            Event::Minted { reactive, .. } => {
                mint("ok");
                self.reactive.inc_by(u64::from(*reactive));
            }
            Event::MintFailed { class, .. } => mint(class.class().as_str()),
            Event::GapEnded { gap_ms, .. } => {
                self.gap_ms.inc_by(*gap_ms);
            }
            _ => {}
        }
    }

    /// Counts answers to consumers.
    pub fn vended(&self, result: &str, n: u64) {
        let by = ByResult {
            result: result.to_owned(),
        };
        self.vends.get_or_create(&by).inc_by(n);
    }

    /// Counts calls that passed through the gateway, by the hundred of their status.
    pub fn passed(&self, status: Option<u16>, n: u64) {
        let result = match status {
            None => "no_answer",
            Some(100..=299) => "2xx",
            Some(300..=399) => "3xx",
            Some(401) => "401",
            Some(403) => "403",
            Some(429) => "429",
            Some(400..=499) => "4xx",
            Some(_) => "5xx",
        };
        let by = ByResult {
            result: result.to_owned(),
        };
        self.calls.get_or_create(&by).inc_by(n);
    }

    /// The text of `/metrics`; gauges of the slots are taken now.
    #[must_use]
    pub fn text(&self, cells: &[Arc<Cell>], now: Timestamp) -> String {
        self.valid.clear();
        self.expires_in.clear();
        for cell in cells {
            let by = BySlot {
                slot: cell.slot.to_string(),
            };
            let shown = cell.shown();
            let ends = shown
                .token()
                .and(shown.view.facts.as_ref())
                .map(|facts| facts.expires_at);
            let left_s = ends.map_or(0.0, |ends| ends.duration_since(now).as_secs_f64().max(0.0));
            self.valid.get_or_create(&by).set(i64::from(left_s > 0.0));
            self.expires_in.get_or_create(&by).set(left_s);
        }
        let mut text = String::new();
        // Writing into a `String` does not fail.
        encode(&mut text, &self.registry).ok();
        text
    }
}
