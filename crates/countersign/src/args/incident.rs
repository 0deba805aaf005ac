//! What may be said to `incident`.

use clap::{Args as ClapArgs, Subcommand};
use countersign_model::Timestamp;

/// What to do about incidents.
#[derive(Subcommand)]
pub(crate) enum IncidentCommand {
    /// Open incidents; the same as `incidents`
    List {
        /// Closed ones too
        #[arg(long)]
        all: bool,
    },
    /// Everything that is known of one
    Show {
        /// Its id, `inc_…`
        id: String,
    },
    /// Take it on: whoever looks next knows that somebody is on it
    Ack(AckArgs),
    /// Say that it was to be expected, so that the same pages nobody; lists what was said without an id
    Expected(ExpectedArgs),
}

/// Who takes it on.
#[derive(ClapArgs)]
pub(crate) struct AckArgs {
    /// Its id, `inc_…`
    pub(crate) id: String,
    /// The team that takes it on; default: whoever holds the token that is used
    #[arg(long, value_name = "TEAM")]
    pub(crate) by: Option<String>,
    /// A person had found it before we said so
    #[arg(long)]
    pub(crate) found_by_person: bool,
}

/// Why it was to be expected, and when.
#[derive(ClapArgs)]
pub(crate) struct ExpectedArgs {
    /// Its id, `inc_…`
    pub(crate) id: Option<String>,
    /// Why, for people
    #[arg(long, requires = "id")]
    pub(crate) reason: Option<String>,
    /// Until when, `2026-11-23T18:00:00Z`: a planned change; with `--weekly` the last one
    #[arg(long, value_name = "TIME", requires = "reason")]
    pub(crate) until: Option<Timestamp>,
    /// The same hours of the same weekday, each week; this is meant without an end
    #[arg(long, requires = "reason", conflicts_with = "baseline")]
    pub(crate) weekly: bool,
    /// From now on: it is the new level
    #[arg(long, requires = "reason")]
    pub(crate) baseline: bool,
    /// The team that says it; default: whoever holds the token that is used
    #[arg(long, value_name = "TEAM")]
    pub(crate) by: Option<String>,
    /// Take it back
    #[arg(long, requires = "id", conflicts_with = "reason")]
    pub(crate) withdraw: bool,
}
