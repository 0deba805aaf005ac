//! Counters of this listener in Prometheus' text format. Labels are routes and states, never ids.

use crate::app::{App, IngestReport};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_model::status::Health;
use countersign_store::{IncidentFilter, Tail, TailCounts, TailState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Most open incidents counted one by one.
const INCIDENTS_MAX: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

/// The registry and this room's instruments. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<RequestLabels, Counter>,
    outcomes: Family<StateLabels, Counter>,
    streams: Gauge,
    incidents_open: Gauge,
    integrations: Family<StateLabels, Gauge>,
    deliveries: Family<StateLabels, Gauge>,
    dropped: Family<StateLabels, Counter>,
    waiting: Gauge,
    tails: Family<StateLabels, Gauge>,
    tail_lines: Family<StateLabels, Counter>,
}

impl Metrics {
    /// Registers this room's instruments beside those already in `registry`.
    #[must_use]
    pub fn new(mut registry: Registry) -> Metrics {
        let requests = Family::default();
        let outcomes = Family::default();
        let (streams, incidents_open) = (Gauge::default(), Gauge::default());
        let integrations = Family::default();
        let deliveries = Family::default();
        let dropped = Family::default();
        let waiting = Gauge::default();
        let (tails, tail_lines) = (Family::default(), Family::default());
        let own = registry.sub_registry_with_prefix("countersign");
        own.register("http_requests", "Answered requests", requests.clone());
        own.register("outcome_lines", "Outcome lines received", outcomes.clone());
        own.register("live_streams", "Open event streams", streams.clone());
        own.register("incidents_open", "Open incidents", incidents_open.clone());
        own.register(
            "integrations",
            "Integrations by health",
            integrations.clone(),
        );
        own.register(
            "deliveries",
            "Deliveries not done, by state",
            deliveries.clone(),
        );
        own.register(
            "ledger_dropped",
            "Rows that the ledger let go of before their time, by what",
            dropped.clone(),
        );
        own.register(
            "outcomes_waiting",
            "Outcomes that are durable and not judged yet",
            waiting.clone(),
        );
        own.register(
            "tails",
            "Log files that are followed, by state",
            tails.clone(),
        );
        own.register(
            "tail_lines",
            "Lines of followed log files, by what became of them",
            tail_lines.clone(),
        );
        let registry = Arc::new(registry);
        Metrics {
            registry,
            requests,
            outcomes,
            streams,
            incidents_open,
            integrations,
            deliveries,
            dropped,
            waiting,
            tails,
            tail_lines,
        }
    }

    pub(crate) fn request(&self, method: &Method, route: Option<&str>, status: StatusCode) {
        let route = route.unwrap_or("unknown").to_owned();
        let method = match *method {
            Method::GET | Method::HEAD | Method::POST | Method::PUT => method.to_string(),
            _ => "other".to_owned(),
        };
        let labels = RequestLabels {
            method,
            route,
            status: status.as_u16(),
        };
        self.requests.get_or_create(&labels).inc();
    }

    pub(crate) fn outcomes(&self, report: &IngestReport) {
        let counts = [
            ("accepted", report.accepted),
            ("duplicate", report.duplicates),
            ("rejected", report.rejected - report.contradicted),
            ("contradicted", report.contradicted),
        ];
        for (state, n) in counts {
            self.outcomes
                .get_or_create(&StateLabels { state })
                .inc_by(n);
        }
    }
}

/// `GET /metrics`.
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    sample(&app).await?;
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &app.metrics.registry)
        .map_err(|error| Problem::internal(&error))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok((
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind))],
        text,
    )
        .into_response())
}

/// Reads what is a state rather than an event at the moment somebody asks.
async fn sample(app: &App) -> Result<(), Problem> {
    let metrics = &app.metrics;
    metrics.streams.set(number(app.live.n_streams()));
    let open = app
        .store
        .incidents(IncidentFilter::Open, INCIDENTS_MAX)
        .await?;
    metrics.incidents_open.set(number(open.len()));
    let statuses = app.store.statuses().await?;
    let healths = [
        (Health::Healthy, "healthy"),
        (Health::Unknown, "unknown"),
        (Health::AtRisk, "at_risk"),
        (Health::Degraded, "degraded"),
        (Health::Failing, "failing"),
    ];
    for (health, state) in healths {
        let n = statuses
            .iter()
            .filter(|status| status.health == health)
            .count();
        metrics
            .integrations
            .get_or_create(&StateLabels { state })
            .set(number(n));
    }
    let outbox = app.store.outbox_health().await?;
    for (state, n) in [("pending", outbox.pending), ("dead", outbox.dead)] {
        let gauge = metrics.deliveries.get_or_create(&StateLabels { state });
        gauge.set(i64::try_from(n).unwrap_or(i64::MAX));
    }
    for (what, n) in app.store.dropped().await? {
        let state = what.as_str();
        let counter = metrics.dropped.get_or_create(&StateLabels { state });
        counter.inner().store(n, Ordering::Relaxed);
    }
    let waiting = app.store.backlog().await?.outcomes;
    let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
    metrics.waiting.set(waiting);
    sample_tails(metrics, &app.store.tail_list().await?);
    Ok(())
}

fn sample_tails(metrics: &Metrics, tails: &[Tail]) {
    let states = [
        (TailState::Following, "following"),
        (TailState::Quiet, "quiet"),
        (TailState::Missing, "missing"),
        (TailState::Unreadable, "unreadable"),
    ];
    for (known, state) in states {
        let of = tails.iter().filter(|tail| tail.standing.state == known);
        let gauge = metrics.tails.get_or_create(&StateLabels { state });
        gauge.set(number(of.count()));
    }
    let sum = |of: fn(&TailCounts) -> u64| tails.iter().map(|tail| of(&tail.place.counts)).sum();
    let counts: [(_, u64); 4] = [
        ("accepted", sum(|counts| counts.accepted)),
        ("duplicate", sum(|counts| counts.duplicates)),
        ("rejected", sum(|counts| counts.rejected)),
        ("file_lost", sum(|counts| counts.files_lost)),
    ];
    for (state, n) in counts {
        let counter = metrics.tail_lines.get_or_create(&StateLabels { state });
        counter.inner().store(n, Ordering::Relaxed);
    }
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
