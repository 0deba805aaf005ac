//! Composes the watch.

use crate::keep;
use crate::port::{EstateDoor, EstateSink, IngestDoor, ResponseDoor};
use crate::tail;
use axum::Router;
use countersign_host::clock::{Clock, wall_now};
use countersign_host::entropy::Entropy;
use countersign_host::environment;
use countersign_host::task::Tasks;
use countersign_model::estate::{ESTATE_VERSION, Estate};
use countersign_notify::{ChannelConfig, Channels};
use countersign_store::{DATABASE_FILE, StoreError, WatchStore};
use countersign_watch::{Committed, Rules, Watch, WatchParts};
use countersign_web::{App, Live, Metrics, PingGate, sign_in_link, token_hash};
use prometheus_client::registry::Registry;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Label of the bearer of the present run.
const THIS_RUN: &str = "this run";

/// What the watch is composed of.
pub struct Options {
    /// Folder of `watch.db`.
    pub data: PathBuf,
    /// The clock by which it judges.
    pub clock: Clock,
    /// Absolute URL of the dashboard, without trailing slash.
    pub base_url: String,
    /// Channels as written in the configuration.
    pub notify: Vec<toml::Table>,
    /// Rules of paging as written in the configuration.
    pub rules: toml::Table,
    /// How long what is kept, as written in the configuration.
    pub keep: toml::Table,
    /// Log files to follow, as written in the configuration.
    pub tail: Vec<toml::Table>,
    /// Bearer of this run, for local commands and a broker in the same process.
    pub run_token: String,
    /// Where a new estate also has to go: the broker, when it runs beside.
    pub estate_sink: Option<Arc<dyn EstateSink>>,
    /// Makes ids; `None`: by chance. The demo hands one in, to be the same every time.
    pub seed: Option<u64>,
}

/// Why the watch could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The ledger.
    #[error("the watch's ledger could not be opened")]
    Store(#[from] StoreError),
    /// What the configuration says of channels and rules.
    #[error("{}", .0.join("\n"))]
    Settings(Vec<String>),
}

impl OpenError {
    /// Whether a person has to act first: another process, folder or program. Exit code 3.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, OpenError::Store(error) if error.is_refusal())
    }
}

/// Whether the folder holds a watch's ledger.
#[must_use]
pub fn ledger_exists(data: &Path) -> bool {
    data.join(DATABASE_FILE).exists()
}

/// A watch that is ready to be served.
pub struct WatchPlane {
    /// The handle.
    pub watch: Watch,
    app: App,
    tasks: Vec<countersign_watch::Task>,
}

impl WatchPlane {
    /// Opens the ledger and composes everything; nothing runs yet.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(options: Options) -> Result<WatchPlane, OpenError> {
        let channels = channels(&options.notify)?;
        let rules = rules(&options.rules)?;
        let keep = keep::read(&options.keep).map_err(OpenError::Settings)?;
        let tails = tail::read(&options.tail).map_err(OpenError::Settings)?;
        let store = WatchStore::open(&options.data)?;
        let entropy = Entropy::default();
        admit_run(&store, &options.run_token).await?;
        let estate = store.estate_get().await?.unwrap_or_else(empty_estate);
        let live = Live::new(entropy.u64());
        let told = live.clone();
        let parts = WatchParts {
            store: store.clone(),
            clock: options.clock.clone(),
            channels,
            dashboard_url: Some(options.base_url.clone()),
            estate,
            rules,
            keep,
            tails,
            seed: options.seed.unwrap_or_else(|| entropy.u64()),
            on_commit: Arc::new(move |committed: &Committed<'_>| {
                committed
                    .incidents
                    .iter()
                    .for_each(|incident| told.incident(incident));
                committed
                    .findings
                    .iter()
                    .for_each(|finding| told.finding(finding));
                committed
                    .statuses
                    .iter()
                    .for_each(|status| told.status(status));
            }),
        };
        let (watch, tasks) = Watch::build(parts);
        let app = App {
            store,
            clock: options.clock,
            wall: Arc::new(wall_now),
            entropy,
            ingest: Arc::new(IngestDoor(watch.clone())),
            response: Arc::new(ResponseDoor(watch.clone())),
            estate: Arc::new(EstateDoor::new(
                watch.clone(),
                options.estate_sink,
                live.clone(),
            )),
            estate_turn: Arc::default(),
            live,
            metrics: Metrics::new(Registry::default()),
            pings: PingGate::default(),
            base_url: options.base_url.into(),
        };
        Ok(WatchPlane { watch, app, tasks })
    }

    /// Dashboard and API.
    pub fn router(&self) -> Router {
        countersign_web::router(self.app.clone())
    }

    /// A new one-time sign-in link.
    ///
    /// # Errors
    /// [`OpenError::Store`] if it cannot be kept.
    pub async fn sign_in_link(&self) -> Result<String, OpenError> {
        Ok(sign_in_link(&self.app).await?.url)
    }

    /// Starts the work.
    pub fn start(&mut self, tasks: &mut Tasks) {
        for (name, work) in self.tasks.drain(..) {
            tasks.spawn(name, work);
        }
    }

    /// Ends open streams, so that the listener can stop.
    pub fn close(&self) {
        self.app.live.close();
    }
}

/// Admits this run's bearer, and no earlier run's: the ledger's lock says that those have ended.
async fn admit_run(store: &WatchStore, run_token: &str) -> Result<(), StoreError> {
    store.api_tokens_forget(THIS_RUN.to_owned()).await?;
    store
        .api_token_put(token_hash(run_token), THIS_RUN.to_owned())
        .await
}

fn empty_estate() -> Estate {
    Estate {
        version: ESTATE_VERSION,
        ..Estate::default()
    }
}

fn channels(tables: &[toml::Table]) -> Result<Channels, OpenError> {
    let mut configs = Vec::new();
    let mut faults = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        match table.clone().try_into::<ChannelConfig>() {
            Ok(config) => configs.push(config),
            Err(error) => faults.push(format!("notify[{number}]: {error}")),
        }
    }
    if !faults.is_empty() {
        return Err(OpenError::Settings(faults));
    }
    Channels::build(&configs, environment::read)
        .map_err(|faults| OpenError::Settings(faults.iter().map(ToString::to_string).collect()))
}

/// The rules of paging, with what the configuration says of them.
///
/// # Errors
/// [`OpenError::Settings`], one sentence for each fault.
pub fn rules(table: &toml::Table) -> Result<Rules, OpenError> {
    let number = |value: &toml::Value| match value {
        toml::Value::Integer(whole) => i32::try_from(*whole).ok().map(f64::from),
        toml::Value::Float(number) => Some(*number),
        _ => None,
    };
    let written = table
        .iter()
        .map(|(name, value)| (name.as_str(), number(value)));
    Rules::overridden(written).map_err(OpenError::Settings)
}

/// The URL under which a bound dashboard is reached: the configured one, or its own address.
#[must_use]
pub fn dashboard_url(configured: Option<&str>, bound: SocketAddr) -> String {
    configured.map_or_else(|| format!("http://{bound}"), str::to_owned)
}

#[cfg(test)]
pub(crate) mod tests;
