//! Arguments of what is played and judged without a provider: `sim`, `simulate`, `backtest`.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `sim`.
#[derive(ClapArgs)]
pub(crate) struct SimArgs {
    /// Break or mend a running simulator instead of running one
    #[command(subcommand)]
    pub(crate) command: Option<SimCommand>,
    /// Estate to simulate; default: the demo's
    #[arg(long, value_name = "FILE")]
    pub(crate) estate: Option<PathBuf>,
    /// Scenario whose faults are played
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Address of the tenant
    #[arg(long, default_value = "127.0.0.1:8700")]
    pub(crate) sim_listen: std::net::SocketAddr,
    /// Address of the control
    #[arg(long, default_value = "127.0.0.1:8701")]
    pub(crate) sim_control_listen: std::net::SocketAddr,
    /// Set a switch, as in --set expires_in=20; `--switches` lists them
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// List the switches and stop
    #[arg(long)]
    pub(crate) switches: bool,
    /// Seed of everything that is by chance
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
}

/// `sim break`, `sim mend`.
#[derive(Subcommand)]
pub(crate) enum SimCommand {
    /// Break something in a running simulator
    Break {
        /// An id of the estate (credential, integration, asset, business unit), or `all`
        target: String,
        /// The fault, as in secret_expired
        fault: String,
        /// How long, as in 10m; default: until mended
        #[arg(long = "for", value_name = "DURATION")]
        duration: Option<String>,
        /// Share of requests hit, 0 to 1
        #[arg(long)]
        share: Option<f64>,
        /// Delay of auth_slow, as in 2s
        #[arg(long)]
        latency: Option<String>,
        /// Control of the running simulator [default: from run.json, else http://127.0.0.1:8701]
        #[arg(long, value_name = "URL")]
        control: Option<String>,
    },
    /// Mend it
    Mend {
        /// What was broken
        target: String,
        /// Control of the running simulator
        #[arg(long, value_name = "URL")]
        control: Option<String>,
    },
}

/// `simulate`.
#[derive(ClapArgs)]
pub(crate) struct SimulateArgs {
    /// Scenario files, or names of ours; `corpus` stands for all of ours
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// Exit with 1 if anything did not come as expected
    #[arg(long)]
    pub(crate) check: bool,
    /// Print what the world reports, one outcome a line, instead of judging it
    #[arg(long, conflicts_with_all = ["check", "verbose"])]
    pub(crate) outcomes: bool,
    /// Tell what every incident did and when, and what was missed
    #[arg(long, short = 'v')]
    pub(crate) verbose: bool,
    /// Write what came of it as a page, and beside it as JSON lines for machines
    #[arg(long, value_name = "FILE.md", conflicts_with = "outcomes")]
    pub(crate) report: Option<PathBuf>,
    /// Play it once more with each unconfirmed switch of the provider set the other way, and write
    /// what changes as a page
    #[arg(long, value_name = "FILE.md", conflicts_with = "outcomes")]
    pub(crate) flips: Option<PathBuf>,
    /// Of the unconfirmed switches, only this one; may be given again
    #[arg(long, value_name = "SWITCH", requires = "flips")]
    pub(crate) flip: Vec<String>,
    /// Set a switch of the provider, as in --set ip_block_status=401; `sim --switches` lists them
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
}

/// `backtest`.
#[derive(ClapArgs)]
pub(crate) struct BacktestArgs {
    /// Folder with meta.json and series/*.csv
    pub(crate) dir: PathBuf,
    /// Where the alarms go, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// The least that is written
    #[arg(long, value_enum, default_value_t = Loudness::Page)]
    pub(crate) severity: Loudness,
}

/// The least severity that is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Loudness {
    /// What would wake somebody.
    Page,
    /// Warnings too.
    Warn,
}
