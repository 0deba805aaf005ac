//! What the pages and the API work with, handed in by the door that serves them.

use crate::live::Live;
use crate::metrics::Metrics;
use crate::ping_gate::PingGate;
use bytes::Bytes;
use countersign_host::clock::Clock;
use countersign_host::entropy::Entropy;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::id::{IncidentId, IntegrationId};
use countersign_model::response::Deed;
use countersign_store::WatchStore;
use futures::future::BoxFuture;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything a handler may use. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The watch's ledger.
    pub store: WatchStore,
    /// The clock whose time pages show; the demo's runs fast.
    pub clock: Clock,
    /// The wall's time, in which sign-in links and sessions live.
    pub wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Where tokens come from.
    pub entropy: Entropy,
    /// Where outcomes go.
    pub ingest: Arc<dyn IngestPort>,
    /// Where a new estate goes.
    pub estate: Arc<dyn EstatePort>,
    /// Whose turn it is to change the estate: a condition holds until the change is made.
    pub estate_turn: Arc<tokio::sync::Mutex<()>>,
    /// Where what people do about incidents goes.
    pub response: Arc<dyn ResponsePort>,
    /// What happens now, for open pages.
    pub live: Live,
    /// Counters behind `/metrics`.
    pub metrics: Metrics,
    /// How often jobs may ping.
    pub pings: PingGate,
    /// Absolute URL of this listener, without trailing slash. `https` makes cookies secure.
    pub base_url: Arc<str>,
}

/// For whose integrations a producer of outcomes may speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IngestScope {
    /// For all, as a broker of ours.
    Broker,
    /// For all, as an operator.
    All,
    /// For these only; lines about others are rejects.
    Only(BTreeSet<IntegrationId>),
}

/// What became of a batch of outcome lines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct IngestReport {
    /// Lines kept.
    pub accepted: u64,
    /// Lines whose id was known already.
    pub duplicates: u64,
    /// Lines that could not be used, told below or not.
    pub rejected: u64,
    /// Of these: token requests of a brokered credential that only its broker can see.
    pub contradicted: u64,
    /// Which lines and why, at most 1,000.
    pub rejects: Vec<IngestReject>,
    /// Fields that were ignored, by name.
    pub unknown_fields: BTreeMap<String, u64>,
}

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IngestReject {
    /// Its number in the batch, counted from 1.
    pub line: u64,
    /// Why, for a person; never repeats a value of the line.
    pub reason: String,
}

/// Why a port did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// It refuses, for a reason the caller can act on.
    #[error("{reason}")]
    Refused {
        /// Why, for a person.
        reason: String,
    },
    /// What it has is not what the change was made from.
    #[error("{reason}")]
    Changed {
        /// What it has instead, and what to do, for a person.
        reason: String,
    },
    /// It has too much to do; the caller should come back.
    #[error("too busy")]
    Busy,
    /// It failed.
    #[error("failed")]
    Failed {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Takes outcome lines to the watch.
pub trait IngestPort: Send + Sync {
    /// Decodes a batch of NDJSON and makes it durable before it answers.
    ///
    /// # Errors
    /// [`PortError`]. Of a batch of more than a mebibyte the beginning may then be kept already; it may
    /// be sent again whole, and counts once by its ids.
    fn accept(
        &self,
        lines: Bytes,
        scope: IngestScope,
    ) -> BoxFuture<'_, Result<IngestReport, PortError>>;
}

/// Takes a new estate to everyone who works by it.
pub trait EstatePort: Send + Sync {
    /// Replaces the estate in the store, the watch and, where there is one, the broker. `before` is the one
    /// in force.
    ///
    /// # Errors
    /// [`PortError`]; the old estate is then still in force.
    fn replace(&self, before: Option<Estate>, next: Estate)
    -> BoxFuture<'_, Result<(), PortError>>;
}

/// Takes what people do about incidents to the watch.
pub trait ResponsePort: Send + Sync {
    /// Makes a deed durable; the incident shows it a moment later.
    ///
    /// # Errors
    /// [`PortError`]; it was then not noted, and may be sent again.
    fn note(&self, incident: IncidentId, deed: Deed) -> BoxFuture<'_, Result<(), PortError>>;
}
