//! What may be said of what a house runs: `estate`, its credentials, the sources of its outcomes, its audit chain.

use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// `estate …`.
#[derive(Subcommand)]
pub(crate) enum EstateCommand {
    /// Check a file
    Lint {
        /// The file
        file: PathBuf,
    },
    /// What applying a file would change; exit 4 if anything
    Plan {
        /// The file
        file: PathBuf,
    },
    /// Put a file in force
    Apply {
        /// The file
        file: PathBuf,
    },
    /// Print what is in force
    Export,
}

/// `credential …`.
#[derive(Subcommand)]
pub(crate) enum CredentialCommand {
    /// Put a secret in (prompt, --fd or standard input), or register an observed credential
    Add(CredentialAddArgs),
    /// All credentials
    List,
    /// One credential
    Show {
        /// Which
        id: String,
    },
    /// Have a person consent to a web app, or put a refresh token in
    Authorize(CredentialAuthorizeArgs),
    /// Turn it off: nothing is minted or handed out
    Disable {
        /// Which
        id: String,
        /// Why, for the audit trail
        #[arg(long)]
        reason: String,
    },
    /// Turn it on again, and open its lock
    Enable {
        /// Which
        id: String,
        /// Why, for the audit trail
        #[arg(long)]
        reason: String,
    },
}

/// `credential authorize`.
#[derive(ClapArgs)]
pub(crate) struct CredentialAuthorizeArgs {
    /// Its id in the estate
    pub(crate) id: String,
    /// Put in a refresh token you hold already (prompt, --fd or standard input)
    #[arg(long, conflicts_with = "replay_once")]
    pub(crate) refresh_token: bool,
    /// Read the refresh token from this open descriptor
    #[arg(long, value_name = "N", requires = "refresh_token")]
    pub(crate) fd: Option<u32>,
    /// Send the quarantined refresh token once more; if it was spent, the provider may revoke the
    /// grant
    #[arg(long)]
    pub(crate) replay_once: bool,
}

/// `credential add`.
#[derive(ClapArgs)]
pub(crate) struct CredentialAddArgs {
    /// Its id in the estate
    pub(crate) id: String,
    /// Only register it: somebody else holds the secret
    #[arg(long)]
    pub(crate) observe: bool,
    /// Show the token requests it would make, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Read the secret from this open descriptor
    #[arg(long, value_name = "N")]
    pub(crate) fd: Option<u32>,
    /// Business unit, for one that is not in the estate yet
    #[arg(long)]
    pub(crate) bu: Option<String>,
    /// Kind, for one that is not in the estate yet
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// OAuth client id, for one that is not in the estate yet
    #[arg(long)]
    pub(crate) client_id: Option<String>,
    /// Whoever else uses this client id has moved here, or has stopped
    #[arg(long)]
    pub(crate) others_moved: bool,
}

/// `source …`.
#[derive(Subcommand)]
pub(crate) enum SourceCommand {
    /// Add one; its key is shown once
    Add {
        /// What to call it
        name: String,
        /// A broker of ours: it speaks for all integrations
        #[arg(long, conflicts_with = "integration")]
        broker: bool,
        /// An integration it may speak for; may be given again
        #[arg(long, value_name = "ID", required_unless_present = "broker")]
        integration: Vec<String>,
        /// A key for one job that says with curl alone that it ran
        #[arg(long, conflicts_with = "broker")]
        ping: bool,
    },
    /// All sources
    List,
    /// Revoke a key, at once
    Revoke {
        /// Which
        name: String,
    },
}

/// `audit …`.
#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Recompute the whole chain
    Verify,
}
