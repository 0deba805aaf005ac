//! The watch as one process: ledger, pipeline, outbox, dashboard.
//!
//! Floor 5, open wing: nothing in this binary could open a vault or mint a token. A library with a
//! thin `main`, so that `countersign serve` composes the very same watch (ADR-0004).

mod keep;
mod plane;
mod port;
mod tail;

pub use countersign_watch::Watch;
pub use plane::{OpenError, Options, WatchPlane, dashboard_url, ledger_exists, rules};
pub use port::{EstateSink, NotPut};
