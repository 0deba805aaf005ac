//! The command line.

mod analyze;
mod incident;
mod programs;
mod read;
mod servers;
mod tokens;

use crate::exit::Exit;
pub(crate) use analyze::{AnalyzeArgs, LogFormat};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
pub(crate) use incident::{AckArgs, ExpectedArgs, IncidentCommand};
pub(crate) use programs::{AgentArgs, AskAs, ConnectArgs, ExecArgs, LeaveArgs, OnBrokerDown};
pub(crate) use read::read;
pub(crate) use servers::ServerArgs;
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

/// `demo`.
#[derive(ClapArgs)]
pub(crate) struct DemoArgs {
    /// The story to play; `none` plays nothing
    #[arg(long, default_value = "quiet-sunday")]
    pub(crate) story: String,
    /// How many times as fast as the wall the demo's clock runs
    #[arg(long, default_value_t = 60.0)]
    pub(crate) speed: f64,
    /// Without the ninety days of generated history
    #[arg(long)]
    pub(crate) fresh: bool,
    /// List the stories and stop
    #[arg(long)]
    pub(crate) list: bool,
    /// Addresses
    #[command(flatten)]
    pub(crate) listen: ListenArgs,
    /// Address of the simulator
    #[arg(long, default_value = "127.0.0.1:8700")]
    pub(crate) sim_listen: std::net::SocketAddr,
    /// Address of the simulator's control
    #[arg(long, default_value = "127.0.0.1:8701")]
    pub(crate) sim_control_listen: std::net::SocketAddr,
}

/// Addresses of the two planes.
#[derive(ClapArgs)]
pub(crate) struct ListenArgs {
    /// Address of dashboard and API [default: 127.0.0.1:8600]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// Address of the broker [default: 127.0.0.1:8601]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) broker_listen: Option<String>,
}

/// Which planes a process serves.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Both.
    All,
    /// Secrets and tokens.
    Broker,
    /// Watching and telling.
    Watch,
}

/// `serve`.
#[derive(ClapArgs)]
pub(crate) struct ServeArgs {
    /// Which planes
    #[arg(long, value_enum, default_value_t = Role::All)]
    pub(crate) role: Role,
    /// Addresses
    #[command(flatten)]
    pub(crate) listen: ListenArgs,
}

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

/// `audit …`.
#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Recompute the whole chain
    Verify,
}
