//! Arguments about who asks for tokens, and of asking for one: `consumer`, `token`.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

/// `consumer …`.
#[derive(Subcommand)]
pub(crate) enum ConsumerCommand {
    /// Add one; its key is shown once
    Add(ConsumerAddArgs),
    /// All consumers
    List,
    /// Revoke a key, at once
    Revoke {
        /// Which
        id: String,
    },
}

/// `consumer add`.
#[derive(ClapArgs)]
pub(crate) struct ConsumerAddArgs {
    /// The integration it belongs to
    pub(crate) integration: String,
    /// Its id [default: the integration's with a number]
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// When its key ends, RFC 3339 [default: in a year]
    #[arg(long, value_name = "TIME")]
    pub(crate) ends: Option<String>,
    /// Networks it may call from, as in 10.0.0.0/8
    #[arg(long, value_name = "CIDR")]
    pub(crate) source: Vec<String>,
    /// Further MIDs it may ask for
    #[arg(long)]
    pub(crate) mid: Vec<u64>,
    /// Scopes it is limited to
    #[arg(long)]
    pub(crate) scope: Vec<String>,
    /// Least life of a token it is handed, seconds
    #[arg(long, default_value_t = 0)]
    pub(crate) min_ttl: u64,
    /// The real token, or a bearer for the gateway, which sees every call and renews in its midst
    /// [default: the integration's; without: direct for T0 and payments, gateway for the rest]
    #[arg(long, value_parser = ["direct", "gateway"])]
    pub(crate) vend: Option<String>,
    /// Only reads, through the gateway, and sees no contacts
    #[arg(long)]
    pub(crate) read_only: bool,
    /// The gateway never sends a write twice, even if the first was refused for a dead token
    #[arg(long)]
    pub(crate) no_resend: bool,
}

/// `token`.
#[derive(ClapArgs)]
pub(crate) struct TokenArgs {
    /// Which integration
    pub(crate) integration: String,
    /// Least life wanted, seconds
    #[arg(long, default_value_t = 0)]
    pub(crate) min_ttl: u64,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TokenFormat::Token)]
    pub(crate) format: TokenFormat,
}

/// How a token is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenFormat {
    /// The token alone.
    Token,
    /// A JSON document with life and hosts.
    Json,
    /// `Authorization: Bearer …`.
    Header,
    /// Lines for `eval` in a shell.
    Env,
}
