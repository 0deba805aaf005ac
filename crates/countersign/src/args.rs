//! The command line.

mod analyze;
mod estate;
mod incident;
mod programs;
mod read;
mod serve;
mod servers;
mod sim;
mod tokens;

use crate::exit::Exit;
pub(crate) use analyze::{AnalyzeArgs, LogFormat};
use clap::{Parser, Subcommand};
pub(crate) use estate::{
    AuditCommand, CredentialAddArgs, CredentialAuthorizeArgs, CredentialCommand, EstateCommand,
    SourceCommand,
};
pub(crate) use incident::{AckArgs, ExpectedArgs, IncidentCommand};
pub(crate) use programs::{AgentArgs, AskAs, ConnectArgs, ExecArgs, LeaveArgs, OnBrokerDown};
pub(crate) use read::read;
pub(crate) use serve::{DemoArgs, ListenArgs, Role, ServeArgs};
pub(crate) use servers::ServerArgs;
pub(crate) use sim::{BacktestArgs, Loudness, SimArgs, SimCommand, SimulateArgs};
use std::path::PathBuf;
pub(crate) use tokens::{ConsumerAddArgs, ConsumerCommand, TokenArgs, TokenFormat};

/// Keeps Marketing Cloud API credentials alive, and sees within minutes when one of them dies.
#[derive(Parser)]
#[command(name = "countersign", version, propagate_version = true)]
pub(crate) struct Args {
    /// Folder of the stores.
    #[arg(
        long,
        global = true,
        default_value = "./countersign-data",
        value_name = "DIR"
    )]
    pub(crate) data: PathBuf,
    /// Configuration file; default: countersign.toml in the data folder.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Servers elsewhere
    #[command(flatten)]
    pub(crate) servers: ServerArgs,
    /// Print JSON: one document, or one line per item.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Everything at once, on a simulated tenant: see a secret die and be told of it
    Demo(DemoArgs),
    /// Run the real thing
    Serve(ServeArgs),
    /// A simulated Marketing Cloud tenant to test against
    Sim(SimArgs),
    /// Play scenarios in virtual time and mark what the watch makes of them; lists ours without one
    Simulate(SimulateArgs),
    /// Prepare a data folder: configuration, stores, and a master key on standard output
    Init {
        /// For which planes: a broker has a vault and a key, a watch a ledger and people who sign in
        #[arg(long, value_enum, default_value_t = Role::All)]
        role: Role,
    },
    /// A new one-time link to sign in to the dashboard
    Login,
    /// The estate as code
    #[command(subcommand)]
    Estate(EstateCommand),
    /// Credentials: their secrets go in and never come out
    #[command(subcommand)]
    Credential(CredentialCommand),
    /// Programs that ask for tokens
    #[command(subcommand)]
    Consumer(ConsumerCommand),
    /// Producers of outcomes and their ingest keys: brokers on their own, and others
    #[command(subcommand)]
    Source(SourceCommand),
    /// A fresh token for an integration
    Token(TokenArgs),
    /// Run a job with a token endpoint beside it: no token, no job
    Exec(ExecArgs),
    /// A token endpoint on this machine, for programs that run on
    Agent(AgentArgs),
    /// What to paste into an SDK or tool, and its first request
    Connect(ConnectArgs),
    /// The way back: an integration takes its own secret again
    Leave(LeaveArgs),
    /// How everything is doing
    Status {
        /// Only this business unit
        bu: Option<String>,
    },
    /// Open incidents
    Incidents {
        /// Closed ones too
        #[arg(long)]
        all: bool,
    },
    /// One incident: what is known, and who is on it
    #[command(subcommand)]
    Incident(IncidentCommand),
    /// Weaknesses that are no outage yet
    Findings {
        /// Closed ones too
        #[arg(long)]
        all: bool,
    },
    /// Renew an integration's token now
    Renew {
        /// Which integration
        integration: String,
    },
    /// Run the counter detectors over recorded series, and write what they would have told
    Backtest(BacktestArgs),
    /// What happened, from logs: incidents out of outcome lines, nginx logs, CSV or JSON, no server
    Analyze(AnalyzeArgs),
    /// The audit chain
    #[command(subcommand)]
    Audit(AuditCommand),
}

impl Command {
    /// A fault of this process, as the command tells it: `exec` says that no job was started.
    pub(crate) fn own_fault(&self, exit: Exit) -> Exit {
        match self {
            Command::Exec(_) => exit.of_no_job(),
            _ => exit,
        }
    }
}
