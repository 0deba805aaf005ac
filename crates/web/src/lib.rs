//! The watch's dashboard and API: server-rendered pages, JSON, a live stream, ingest.
//!
//! Floor 4, open wing. Start at [`router`]: hand it an [`App`] with the store, the clocks and the
//! ports, and serve what it returns. Pages are complete without script; the one script keeps them
//! fresh. Deciding what to show is pure and lives in the view modules; handlers parse, call, map.

mod access;
mod api;
mod app;
mod assets;
mod guard;
mod health;
mod live;
mod metrics;
mod page;
mod ping_gate;
mod problem;
mod router;
mod sign_in;
mod view;

pub use access::token_hash;
pub use app::{
    App, EstatePort, IngestPort, IngestReject, IngestReport, IngestScope, PortError, ResponsePort,
};
pub use live::Live;
pub use metrics::Metrics;
pub use ping_gate::PingGate;
pub use problem::{Code, Problem};
pub use router::router;
pub use sign_in::{SignInLink, sign_in_link};

#[cfg(test)]
mod tests;
