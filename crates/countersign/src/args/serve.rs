//! What a server is told: `serve` and `demo`, and where they listen.

use clap::{Args as ClapArgs, ValueEnum};

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
