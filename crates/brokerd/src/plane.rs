//! Composes the broker.

use crate::gate::Gate;
use crate::peer;
use axum::Router;
use countersign_broker::admin::AdminError;
use countersign_broker::books::{Books, BooksError};
use countersign_broker::outbox::Road;
use countersign_broker::plane::{Broker, OpenError as ComposeError, Options as BrokerOptions};
use countersign_gateway::Hosts;
use countersign_gateway::proxy::{Gateway, RoadError};
use countersign_host::clock::Clock;
use countersign_host::task::Tasks;
use countersign_model::Timestamp;
use countersign_model::estate::{Estate, VendMode};
use countersign_model::id::{CredentialId, IntegrationId};
use countersign_refresh::Config;
use countersign_secret::{MasterKey, Secret, TokenBytes};
use ipnet::IpNet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the broker is composed of.
pub struct Options {
    /// Folder of `vault.db`.
    pub data: PathBuf,
    /// The clock by which it renews.
    pub clock: Clock,
    /// Bearer of this run, for people's commands.
    pub run_token: String,
    /// The gateway may also send tokens to this machine: a simulator runs on it.
    pub loopback: bool,
    /// Base URL under which clients reach this broker; `None`: as each reached it.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// What of it concerns the way in and out.
struct Outside {
    loopback: bool,
    public_url: Option<String>,
    proxies: Vec<IpNet>,
}

impl Outside {
    fn of(options: &Options) -> Outside {
        Outside {
            loopback: options.loopback,
            public_url: options.public_url.clone(),
            proxies: options.trusted_proxies.clone(),
        }
    }
}

/// Why the broker could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The vault refuses: wrong key, not initialised, in use.
    #[error("{0}")]
    Refused(String),
    /// The vault failed.
    #[error("the vault could not be opened")]
    Vault(#[source] BooksError),
    /// The gateway's road out could not be set up.
    #[error("the gateway could not be set up")]
    Gateway(#[from] RoadError),
    /// The broker could not be composed.
    #[error("the broker could not be composed")]
    Compose(#[from] ComposeError),
}

/// A vault was not made, and why.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The store failed.
    #[error("the vault could not be made: {0}")]
    Vault(#[from] BooksError),
}

/// Whether the folder holds a vault.
#[must_use]
pub fn vault_exists(data: &Path) -> bool {
    Books::exists(data)
}

/// Makes a vault under the key; `now` dates its first record.
///
/// # Errors
/// [`Refused`].
pub async fn create_vault(data: &Path, key: &MasterKey, now: Timestamp) -> Result<(), Refused> {
    Books::create(data, key, now).await?;
    Ok(())
}

/// A broker that is ready to be served.
pub struct BrokerPlane {
    broker: Broker,
    gateway: Gateway,
    proxies: Vec<IpNet>,
}

impl BrokerPlane {
    /// Opens the vault and composes everything; nothing runs yet and nothing is minted.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(options: Options, key: &MasterKey) -> Result<BrokerPlane, OpenError> {
        let outside = Outside::of(&options);
        let parts = Self::parts(options, key).await?;
        Self::with_gateway(Broker::open(parts).await?, outside)
    }

    /// Opens the operations alone, for commands on a folder where no broker runs.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_offline(options: Options, key: &MasterKey) -> Result<BrokerPlane, OpenError> {
        let outside = Outside::of(&options);
        let parts = Self::parts(options, key).await?;
        Self::with_gateway(Broker::open_offline(parts).await?, outside)
    }

    fn with_gateway(broker: Broker, outside: Outside) -> Result<BrokerPlane, OpenError> {
        let source = Arc::new(Gate(broker.app().passage().clone()));
        let loopback = outside.loopback;
        let gateway = Gateway::new(source, Hosts { loopback }, outside.public_url)?;
        Ok(BrokerPlane {
            broker,
            gateway,
            proxies: outside.proxies,
        })
    }

    async fn parts(options: Options, key: &MasterKey) -> Result<BrokerOptions, OpenError> {
        let books = Books::open(&options.data, key).await.map_err(|error| {
            if error.is_refusal() {
                OpenError::Refused(error.to_string())
            } else {
                OpenError::Vault(error)
            }
        })?;
        Ok(BrokerOptions {
            books,
            clock: options.clock,
            run_token: options.run_token,
            public_url: options.public_url,
            config: Config::default(),
        })
    }

    /// The listener's routes.
    pub fn router(&self) -> Router {
        let router = self.broker.router(Some(self.gateway.router()));
        peer::behind(router, &self.proxies)
    }

    /// Starts the work.
    pub fn start(&mut self, tasks: &mut Tasks, road: Option<Arc<dyn Road>>) {
        self.broker.start(tasks, road);
    }

    /// A handle for a door in the same process.
    #[must_use]
    pub fn hand(&self) -> BrokerHand {
        BrokerHand(self.broker.app())
    }
}

/// Why the broker does not follow the watch to its next estate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFollowed {
    /// It works by an estate that the watch never had.
    #[error("the broker works by another estate than the watch")]
    Other,
    /// It refuses, for a reason a person can act on.
    #[error("{0}")]
    Refused(String),
}

/// What a door in the same process does to the broker. Cheap to clone.
#[derive(Clone)]
pub struct BrokerHand(countersign_broker::route::App);

impl BrokerHand {
    /// Puts an estate in force.
    ///
    /// # Errors
    /// A sentence for a person.
    pub async fn estate_put(&self, estate: &Estate, actor: &str) -> Result<(), String> {
        self.0
            .admin()
            .estate_put(estate, actor)
            .await
            .map_err(|error| error.to_string())
    }

    /// Replaces the estate that a watch in this process has in force by its next one.
    ///
    /// # Errors
    /// [`NotFollowed`]; the old estate is then still in force here.
    pub async fn estate_follow(
        &self,
        before: Option<&Estate>,
        next: &Estate,
        actor: &str,
    ) -> Result<(), NotFollowed> {
        let followed = self.0.admin().estate_follow(before, next, actor).await;
        followed.map_err(|error| match error {
            AdminError::EstateChanged => NotFollowed::Other,
            error => NotFollowed::Refused(error.to_string()),
        })
    }

    /// The estate in force; `None` before the first.
    ///
    /// # Errors
    /// A sentence for a person.
    pub async fn estate(&self) -> Result<Option<Estate>, String> {
        match self.0.admin().estate().await {
            Ok(estate) => Ok(Some(estate)),
            Err(AdminError::NoEstate) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Seals a secret.
    ///
    /// # Errors
    /// A sentence for a person.
    pub async fn secret_put(
        &self,
        credential: &CredentialId,
        secret: String,
        actor: &str,
    ) -> Result<(), String> {
        let put = self
            .0
            .admin()
            .secret_put(credential, Secret::from(secret), actor)
            .await;
        put.map(|_| ()).map_err(|error| error.to_string())
    }

    /// Seals a refresh token that an earlier consent brought.
    ///
    /// # Errors
    /// A sentence for a person.
    pub async fn refresh_token_put(
        &self,
        credential: &CredentialId,
        token: String,
        actor: &str,
    ) -> Result<(), String> {
        let put = self
            .0
            .admin()
            .refresh_token_put(credential, TokenBytes::from(token), actor)
            .await;
        put.map_err(|error| error.to_string())
    }

    /// Adds a consumer to an integration: its id, its key, its MID.
    ///
    /// # Errors
    /// A sentence for a person.
    pub async fn consumer_add(
        &self,
        integration: &IntegrationId,
        id: &str,
        min_ttl_s: u64,
        vend: VendMode,
        actor: &str,
    ) -> Result<(String, String, u64), String> {
        let new = countersign_broker::admin::NewConsumer {
            id: Some(id.parse().map_err(|error| format!("id: {error}"))?),
            integration: integration.clone(),
            mids: Vec::new(),
            scopes: Vec::new(),
            min_ttl_s,
            ends_at: None,
            sources: Vec::new(),
            vend: Some(vend),
            read_only: false,
            resends_writes: None,
        };
        let shown = self
            .0
            .admin()
            .consumer_add(new, actor)
            .await
            .map_err(|e| e.to_string())?;
        let consumer = shown.consumer;
        Ok((
            consumer.id.to_string(),
            shown.key.to_string(),
            consumer.default_mid,
        ))
    }
}
