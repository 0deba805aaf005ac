//! What can be broken, where, and for how long.

mod kind;
mod order;

pub use kind::{ELSEWHERE, KINDS, Kind, KindRow};
pub use order::{FaultError, FaultOrder};

use jiff::{SignedDuration, Timestamp};

/// A rival minter kills the live token this often (design 4.4).
pub(crate) const RIVAL_EVERY: SignedDuration = SignedDuration::from_secs(120);

/// What a fault hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The whole platform.
    All,
    /// One tenant.
    Tenant(String),
    /// One business unit, by MID.
    Unit(u64),
    /// One package or outside client, by label.
    Package(String),
    /// One asset, by its id in the estate.
    Asset(String),
}

/// One fault at work.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Its id, `flt_1`.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// What it hits.
    pub target: Target,
    /// The field that named the target, as in `credential`.
    pub field: &'static str,
    /// What was named, for mending.
    pub named: String,
    /// Share of what is hit, above 0 and at most 1.
    pub share: f64,
    /// Extra latency, milliseconds.
    pub latency_ms: u64,
    /// When it began.
    pub since: Timestamp,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// When a rival last minted.
    pub(crate) rival_at: Option<Timestamp>,
}

/// Where a request happens, as far as it is known: what faults are compared with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    pub(crate) tenant: Option<String>,
    /// The MID a token is asked for or works in.
    pub(crate) mid: Option<u64>,
    /// The MID the package was made in.
    pub(crate) home: Option<u64>,
    pub(crate) label: Option<String>,
    pub(crate) asset: Option<String>,
}

impl Fault {
    /// Whether it hits there. A fault of a package hits it in every unit, so one of a unit hits the
    /// packages made there.
    pub(crate) fn hits(&self, place: &Place) -> bool {
        match &self.target {
            Target::All => true,
            Target::Tenant(named) => place.tenant.as_ref() == Some(named),
            Target::Unit(mid) if self.kind.is_of_package() => place.home == Some(*mid),
            Target::Unit(mid) => place.mid == Some(*mid),
            Target::Package(named) => place.label.as_ref() == Some(named),
            Target::Asset(named) => place.asset.as_ref() == Some(named),
        }
    }

    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now >= until)
    }
}
