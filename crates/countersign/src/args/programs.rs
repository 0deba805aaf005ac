//! Arguments of what programs work with: `exec`, `agent`, `connect`, `leave`.

use clap::{Args as ClapArgs, ValueEnum};
use std::path::PathBuf;

/// `exec`.
#[derive(ClapArgs)]
#[command(after_long_help = ENVIRONMENT)]
pub(crate) struct ExecArgs {
    /// Which integration
    pub(crate) integration: String,
    /// Least life of every token the job is handed, seconds
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) min_ttl: u64,
    /// If the broker cannot be reached before the start: `stop` starts nothing, `run` starts the job,
    /// and its token requests are told to wait until the broker is back
    #[arg(long, value_enum, default_value_t = OnBrokerDown::Stop)]
    pub(crate) on_broker_down: OnBrokerDown,
    /// The SDK or tool the job works with (`connect --list`): sets its variables, and refuses one that no
    /// setting can point here
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
    /// Also set SFMC_ACCESS_TOKEN, for a program that cannot ask: one token, which ends when it ends
    #[arg(long)]
    pub(crate) env_token: bool,
    /// Start it although it will outlive the one token it gets
    #[arg(long)]
    pub(crate) anyway: bool,
    /// As whom
    #[command(flatten)]
    pub(crate) ask: AskAs,
    /// The program and its arguments, after --
    #[arg(last = true, required = true, value_name = "CMD")]
    pub(crate) command: Vec<String>,
}

const ENVIRONMENT: &str = "\
The job finds in its environment:
  COUNTERSIGN_TOKEN_URL      the token endpoint, for this run: POST, JSON or form, SFMC's shape
  COUNTERSIGN_SDK_AUTH_URL   the same, in the form that sfmc-sdk and mcdev accept
  SFMC_AUTH_BASE_URI         its base, for what adds /v2/token (or /v1/requestToken) itself
  SFMC_CLIENT_ID             the integration's id
  SFMC_CLIENT_SECRET         a key for this run; it opens nothing else, and nothing afterwards
  SFMC_ACCOUNT_ID            the MID
  SFMC_REST_URL, SFMC_SOAP_URL   where calls go
  SFMC_ACCESS_TOKEN          with --env-token
NO_PROXY is widened by 127.0.0.1 if a proxy is set. Other variables SFMC_… and FUELSDK_…, and those of ours
that end in KEY, TOKEN, SECRET or PASSWORD, are taken away. Signals are handed on. It ends with the job's code, or
128 and the signal; 125 if it did not start the job, whatever the reason; 126 or 127 if the program cannot
be run or is not there.";

/// As whom to ask the broker: the operator of the data folder, or a consumer.
#[derive(ClapArgs)]
pub(crate) struct AskAs {
    /// Ask as this consumer, with its key in COUNTERSIGN_CONSUMER_KEY: all that another machine needs
    #[arg(long, value_name = "ID")]
    pub(crate) consumer: Option<String>,
    /// Its key, in a file, instead of COUNTERSIGN_CONSUMER_KEY
    #[arg(long, value_name = "FILE", requires = "consumer")]
    pub(crate) consumer_key_file: Option<PathBuf>,
    /// Where the broker is, for --consumer [default: the one of the data folder]
    #[arg(long, value_name = "URL", requires = "consumer")]
    pub(crate) broker: Option<String>,
    /// The MID that --consumer asks for [default: the consumer's own]
    #[arg(long, value_name = "MID", requires = "consumer")]
    pub(crate) account_id: Option<u64>,
}

/// What to do without a broker.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnBrokerDown {
    /// Start anyway.
    Run,
    /// Start nothing.
    Stop,
}

/// `agent`.
#[derive(ClapArgs)]
#[command(after_long_help = AGENT_KEY)]
pub(crate) struct AgentArgs {
    /// Which integrations
    #[arg(required = true)]
    pub(crate) integrations: Vec<String>,
    /// Where to listen: 127.0.0.1:PORT with a key, or unix:/PATH for programs of this user
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8602")]
    pub(crate) listen: String,
    /// Its key, in this file: read from there, or made and written there (0600)
    #[arg(long, value_name = "FILE", conflicts_with = "print_key")]
    pub(crate) key_file: Option<PathBuf>,
    /// Make a key for this run and print it
    #[arg(long)]
    pub(crate) print_key: bool,
    /// As whom
    #[command(flatten)]
    pub(crate) ask: AskAs,
    /// Least life of every token it hands out, seconds
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) min_ttl: u64,
}

const AGENT_KEY: &str = "\
Programs show a key as their client_secret. It is the one in COUNTERSIGN_AGENT_KEY (32 characters or more),
else that of --key-file, else, with --print-key, one of this run that standard output tells once. Standard
output holds no secret without --print-key. On unix:/PATH there is no key: the kernel says who asks.";

/// `connect`.
#[derive(ClapArgs)]
pub(crate) struct ConnectArgs {
    /// Which integration
    #[arg(required_unless_present = "list")]
    pub(crate) integration: Option<String>,
    /// Which SDK or tool
    #[arg(long, value_name = "NAME", required_unless_present = "list")]
    pub(crate) client: Option<String>,
    /// List the SDKs and tools, and stop
    #[arg(long)]
    pub(crate) list: bool,
    /// Make a consumer for it; its key is shown once
    #[arg(long)]
    pub(crate) new_consumer: bool,
    /// What the new consumer is handed: the real token, or a bearer for the gateway [default: the
    /// integration's, as for consumer add]
    #[arg(long, requires = "new_consumer", value_parser = ["direct", "gateway"])]
    pub(crate) vend: Option<String>,
    /// Which consumer, if the integration has several
    #[arg(long, value_name = "ID", conflicts_with = "new_consumer")]
    pub(crate) consumer: Option<String>,
    /// Do not wait for its first request
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// Wait so long at most, seconds
    #[arg(long, value_name = "S", default_value_t = 600)]
    pub(crate) wait: u64,
}

/// `leave`.
#[derive(ClapArgs)]
pub(crate) struct LeaveArgs {
    /// Which integration
    pub(crate) integration: String,
    /// The program works with its own secret again: revoke its consumers here, and check
    #[arg(long)]
    pub(crate) done: bool,
    /// Revoke although it may still work here: tokens were asked for a short while ago, or its next run
    /// is still to come
    #[arg(long, requires = "done")]
    pub(crate) anyway: bool,
}
