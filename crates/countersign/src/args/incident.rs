//! What may be said to `incident`.

use clap::{Args as ClapArgs, Subcommand};

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
