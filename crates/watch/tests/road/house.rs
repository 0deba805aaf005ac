//! A watch on the demo estate with a clock that moves when the test says so.

use crate::hook_server::HookServer;
use countersign_feed::estate::demo_estate;
use countersign_host::clock::{Clock, ClockControl};
use countersign_model::Timestamp;
use countersign_model::id::OutcomeId;
use countersign_model::incident::Incident;
use countersign_model::outcome::{Call, Fact, Outcome};
use countersign_notify::{ChannelConfig, Channels};
use countersign_store::{IncidentFilter, WatchStore};
use countersign_watch::{Keep, OnCommit, Rules, Watch, WatchParts};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinSet;

const SEED: u64 = 7;

/// Twelve times the word: 72 characters of base64 are 54 bytes.
pub(crate) const HOOK_SECRET: &str =
    "whsec_CANARYCANARYCANARYCANARYCANARYCANARYCANARYCANARYCANARYCANARYCANARYCANARY";

pub(crate) struct House {
    pub(crate) watch: Watch,
    pub(crate) store: WatchStore,
    pub(crate) control: ClockControl,
    tasks: JoinSet<()>,
}

impl House {
    /// Opens the house in `dir`, at `start`, with one webhook that leads to `hook`.
    pub(crate) fn open(dir: &Path, start: Timestamp, hook: &HookServer) -> House {
        House::open_with(dir, start, hook, Arc::new(|_| {}))
    }

    pub(crate) fn open_with(
        dir: &Path,
        start: Timestamp,
        hook: &HookServer,
        on_commit: OnCommit,
    ) -> House {
        let store = WatchStore::open(dir).unwrap();
        let (clock, control) = Clock::stepped(start, 0.0);
        let parts = WatchParts {
            store: store.clone(),
            clock,
            channels: channels(&hook.url),
            dashboard_url: Some("http://127.0.0.1:8600".to_owned()),
            estate: demo_estate(),
            rules: Rules::default(),
            keep: Keep::default(),
            tails: Vec::new(),
            seed: SEED,
            on_commit,
        };
        let (watch, work) = Watch::build(parts);
        let mut tasks = JoinSet::new();
        for (_, task) in work {
            tasks.spawn(task);
        }
        let runner = control.clone();
        tasks.spawn(async move { runner.run().await });
        House {
            watch,
            store,
            control,
            tasks,
        }
    }

    /// Stops everything at once, wherever it is.
    pub(crate) async fn kill(mut self) {
        self.tasks.shutdown().await;
    }

    /// Moves the clock to `at`.
    pub(crate) async fn advance_to(&self, from: Timestamp, at: Timestamp) {
        self.control.advance(at.duration_since(from)).await;
    }

    pub(crate) async fn send(&self, outcome: Outcome) {
        self.watch.outcomes(vec![outcome]).await.unwrap();
        self.watch.quiesce().await;
    }

    pub(crate) async fn open_incidents(&self) -> Vec<Incident> {
        self.store
            .incidents(IncidentFilter::Open, 10)
            .await
            .unwrap()
    }
}

fn channels(url: &str) -> Channels {
    let config = json!([{"kind": "webhook", "url": url, "secret_env": "HOOK_SECRET"}]);
    let configs: Vec<ChannelConfig> = serde_json::from_value(config).unwrap();
    Channels::build(&configs, |_| Some(HOOK_SECRET.to_owned())).unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    format!("2026-11-22T{text}Z").parse().unwrap()
}

/// A renewal of INT-029 that the token endpoint refused.
pub(crate) fn refusal(ts: Timestamp) -> Outcome {
    let call = Call {
        method: Some("POST".to_owned()),
        route: Some("/v2/token".to_owned()),
        status: Some(401),
        error_code: Some("invalid_client".to_owned()),
        attempt: Some(1),
        retry_of: None,
        latency_ms: Some(120),
    };
    mint(ts, call, None)
}

/// A renewal of INT-029 that worked.
pub(crate) fn success(ts: Timestamp) -> Outcome {
    let call = Call {
        status: Some(200),
        attempt: Some(1),
        ..Call::default()
    };
    mint(ts, call, Some(1199))
}

fn mint(ts: Timestamp, call: Call, expires_in: Option<u64>) -> Outcome {
    Outcome {
        id: OutcomeId::new(format!("mint-{}", ts.as_second())).unwrap(),
        ts,
        source: "broker".to_owned(),
        integration: Some("INT-029".parse().unwrap()),
        bu: Some("LOY".parse().unwrap()),
        credential: Some("INT-029".parse().unwrap()),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Mint {
            call,
            expires_in,
            scope: None,
            generation: None,
            refresh_at: None,
            grant: Some("client_credentials".to_owned()),
        },
    }
}
