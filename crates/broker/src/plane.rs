//! Composes the broker: sealed store, machine, driver, vendor, routes.

use crate::accounts::Accounts;
use crate::admin::Admin;
use crate::backlog::Backlog;
use crate::bearer::Bearers;
use crate::books::{Books, BooksError};
use crate::calls::Calls;
use crate::consent::Consents;
use crate::consumer::Registry;
use crate::driver::{Command, Driver, Parts, ROAD_MAX};
use crate::flight::Airline;
use crate::metrics::Metrics;
use crate::outbox::{self, Road};
use crate::passage::Passage;
use crate::route::{App, AppParts, router};
use crate::specs;
use crate::vend::{Driven, Vendor};
use axum::Router;
use countersign_host::clock::Clock;
use countersign_host::doorbell::Doorbell;
use countersign_host::entropy::Entropy;
use countersign_host::http;
use countersign_host::task::Tasks;
use countersign_oauth::client::{ClientError, EXCHANGE_S_MAX, TokenClient};
use countersign_refresh::{Config, JitterKey, Machine};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// What a broker is composed of.
pub struct Options {
    /// The opened vault.
    pub books: Books,
    /// The house's clock.
    pub clock: Clock,
    /// Bearer that admits people's commands.
    pub run_token: String,
    /// Limits.
    pub config: Config,
    /// Base URL under which clients reach this broker; `None`: as each reached it.
    pub public_url: Option<String>,
}

/// Why the broker could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The vault.
    #[error("the vault could not be read")]
    Books(#[from] BooksError),
    /// The HTTP client.
    #[error("the road out could not be set up")]
    Client(#[from] ClientError),
}

/// A broker that is ready to run.
pub struct Broker {
    app: App,
    vendor: Arc<Vendor>,
    registry: Arc<Registry>,
    books: Arc<Books>,
    metrics: Arc<Metrics>,
    entropy: Entropy,
    bell: Doorbell,
    work: Option<(Driver, mpsc::Receiver<Command>)>,
}

impl Broker {
    /// Opens a broker that will run: slots are restored from the vault, nothing is minted yet.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(options: Options) -> Result<Broker, OpenError> {
        Self::compose(options, true).await
    }

    /// Opens the same operations on a folder where no broker runs; it holds no tokens ready.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_offline(options: Options) -> Result<Broker, OpenError> {
        Self::compose(options, false).await
    }

    async fn compose(options: Options, running: bool) -> Result<Broker, OpenError> {
        let Options {
            books,
            clock,
            run_token,
            config,
            public_url,
        } = options;
        let books = Arc::new(books);
        let entropy = Entropy::default();
        let metrics = Arc::new(Metrics::default());
        let registry = Arc::new(Registry::new(books.lookup()));
        for (lookup, consumer) in books.consumers().await? {
            registry.put(lookup, consumer);
        }
        let (sender, receiver) = mpsc::channel(ROAD_MAX);
        let vendor = Arc::new(Vendor::new(sender.clone(), clock.clone()));
        let bell = Doorbell::default();
        let jitter_key = JitterKey::from(books.jitter_key());
        let mut codes = None;
        let work = if running {
            let client = || http::client(Duration::from_secs(EXCHANGE_S_MAX));
            let client = TokenClient::new(client, !clock.is_system())?;
            codes = Some(client.clone());
            let airline = Airline {
                books: Arc::clone(&books),
                client,
                clock: clock.clone(),
                driver: sender,
                entropy: entropy.clone(),
            };
            let mut driver = Driver::new(Parts {
                machine: Machine::new(config, jitter_key),
                vendor: Arc::clone(&vendor),
                books: Arc::clone(&books),
                airline,
                entropy: entropy.clone(),
                outbox: bell.clone(),
                metrics: Arc::clone(&metrics),
            });
            let stored = books.restore(clock.now()).await?;
            driver.note_unreadable(&stored.unreadable).await;
            if let Some(estate) = books.estate().await? {
                let held = books.held().await?;
                driver.restore(specs::slots(&estate, &held), stored).await;
            }
            Some((driver, receiver))
        } else {
            None
        };
        let admin = Arc::new(Admin {
            books: Arc::clone(&books),
            estate_turn: tokio::sync::Mutex::default(),
            vendor: Arc::clone(&vendor),
            registry: Arc::clone(&registry),
            entropy: entropy.clone(),
            consents: Consents::new(codes),
            running,
            started_at: vendor.clock().now(),
        });
        let passage = Passage {
            bearers: Arc::new(Bearers::new(|label| registry.lookup(label))),
            registry: Arc::clone(&registry),
            vendor: Arc::clone(&vendor),
            calls: Arc::new(Calls::default()),
        };
        let app = App::new(AppParts {
            passage,
            admin,
            vendor: Arc::clone(&vendor),
            registry: Arc::clone(&registry),
            metrics: Arc::clone(&metrics),
            token: run_token,
            public_url,
            jitter_key,
        });
        Ok(Broker {
            app,
            vendor,
            registry,
            books,
            metrics,
            entropy,
            bell,
            work,
        })
    }

    /// The listener's routes; `rest` takes every path that is none of them.
    pub fn router(&self, rest: Option<Router>) -> Router {
        router(self.app.clone(), rest)
    }

    /// The operations, for a door in the same process.
    #[must_use]
    pub fn admin(&self) -> &Admin {
        self.app.admin()
    }

    /// The app, to keep beside the router.
    #[must_use]
    pub fn app(&self) -> App {
        self.app.clone()
    }

    /// Readers' side.
    #[must_use]
    pub fn vendor(&self) -> &Arc<Vendor> {
        &self.vendor
    }

    /// Starts the work. `road`: the way to the watch; without one, outcomes wait in the outbox.
    pub fn start(&mut self, tasks: &mut Tasks, road: Option<Arc<dyn Road>>) {
        if let Some((driver, receiver)) = self.work.take() {
            let vendor = Arc::clone(&self.vendor);
            tasks.spawn("broker driver", async move {
                let _driven = Driven::now(vendor);
                driver.run(receiver).await;
            });
        }
        if let Some(road) = road {
            tasks.spawn(
                "broker outbox",
                outbox::run(Arc::clone(&self.books), road, self.bell.clone()),
            );
        }
        let accounts = Accounts {
            calls: Arc::clone(&self.app.passage().calls),
            registry: Arc::clone(&self.registry),
            backlog: Backlog::new(Arc::clone(&self.books), Arc::clone(&self.metrics)),
            metrics: Arc::clone(&self.metrics),
            entropy: self.entropy.clone(),
            clock: self.vendor.clock().clone(),
            bell: self.bell.clone(),
        };
        tasks.spawn("broker accounts", accounts.run());
    }
}
