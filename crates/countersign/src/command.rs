//! One file per command: parse, ask, print.

mod agent;
mod analyze;
mod audit;
mod backtest;
mod connect;
mod consumer;
mod credential;
mod demo;
pub(crate) mod estate;
mod exec;
mod findings;
mod incident;
mod incidents;
mod init;
mod leave;
mod login;
mod others;
mod renew;
mod serve;
mod sim;
mod simulate;
mod source;
mod status;
mod token;

use crate::args::{Args, Command};
use crate::exit::Exit;

/// Does what the command line says.
pub(crate) async fn run(args: Args) -> Result<(), Exit> {
    // A job's refusal is the first it says; machines that read JSON are told by the documentation.
    if !args.json && !matches!(args.command, Command::Exec(_)) {
        args.servers.warn();
    }
    match &args.command {
        Command::Demo(demo) => demo::run(&args, demo).await,
        Command::Serve(serve) => serve::run(&args, serve).await,
        Command::Sim(sim) => sim::run(&args, sim).await,
        Command::Simulate(simulate) => simulate::run(&args, simulate),
        Command::Init { role } => init::run(&args, *role).await,
        Command::Login => login::run(&args).await,
        Command::Estate(estate) => estate::run(&args, estate).await,
        Command::Credential(credential) => credential::run(&args, credential).await,
        Command::Consumer(consumer) => consumer::run(&args, consumer).await,
        Command::Source(source) => source::run(&args, source).await,
        Command::Token(token) => token::run(&args, token).await,
        Command::Exec(exec) => exec::run(&args, exec).await,
        Command::Agent(agent) => agent::run(&args, agent).await,
        Command::Connect(connect) => connect::run(&args, connect).await,
        Command::Leave(leave) => leave::run(&args, leave).await,
        Command::Status { bu } => status::run(&args, bu.as_deref()).await,
        Command::Incidents { all } => incidents::run(&args, *all).await,
        Command::Incident(incident) => incident::run(&args, incident).await,
        Command::Findings { all } => findings::run(&args, *all).await,
        Command::Renew { integration } => renew::run(&args, integration).await,
        Command::Backtest(backtest) => backtest::run(&args, backtest),
        Command::Analyze(analyze) => analyze::run(&args, analyze),
        Command::Audit(audit) => audit::run(&args, audit).await,
    }
}
