//! The broker as one process: vault, slots, token endpoint.
//!
//! Floor 5, sealed wing. A library with a thin `main`, so that `countersign serve` composes the very
//! same broker (ADR-0004).

mod gate;
mod master_key;
mod others;
mod peer;
mod plane;
mod preview;
mod road;

pub use countersign_broker::outbox::{Road, RoadError};
pub use countersign_secret::MasterKey;
pub use master_key::{KeyError, Text, master_key, new_master_key};
pub use others::{OtherUsers, other_users};
pub use plane::{
    BrokerHand, BrokerPlane, NotFollowed, OpenError, Options, Refused, create_vault, vault_exists,
};
pub use preview::{MintPlan, host_shares, mint_plans};
pub use road::WatchRoad;
