//! `countersign`: one command line for people, and both planes in one process for a small team.

mod agent;
mod args;
mod clients;
mod command;
mod exit;
mod house;
mod link;
mod output;
mod secret_input;

use clap::Parser;
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let json = args.json;
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return Exit::failed(format!("no runtime: {error}")).print(json),
    };
    countersign_host::http::install_tls();
    match runtime.block_on(command::run(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.print(json),
    }
}
