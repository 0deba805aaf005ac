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

use exit::Exit;
use std::process::ExitCode;
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    let args = match args::read() {
        Ok(args) => args,
        Err(end) => return end,
    };
    let json = args.json;
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(exit) => return args.command.own_fault(exit).print(json),
    };
    countersign_host::http::install_tls();
    match runtime.block_on(command::run(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.print(json),
    }
}

/// The runtime. Where no descriptor is left, making one may panic as well as fail.
fn runtime() -> Result<Runtime, Exit> {
    match std::panic::catch_unwind(Runtime::new) {
        Ok(Ok(runtime)) => Ok(runtime),
        Ok(Err(error)) => Err(Exit::failed(format!("no runtime: {error}"))),
        Err(_) => Err(Exit::failed("no runtime: making it panicked")),
    }
}
