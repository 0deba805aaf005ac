//! Reads the command line. What is wrong with it is said in the way of the command that was meant: a
//! scheduler must be able to tell a job that `exec` did not start from one that failed.

use super::Args;
use crate::exit::Exit;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, Error, FromArgMatches};
use std::ffi::OsString;
use std::process::ExitCode;

/// The command line, or the end of the process.
pub(crate) fn read() -> Result<Args, ExitCode> {
    let words: Vec<OsString> = std::env::args_os().collect();
    parsed(&words).map_err(|error| {
        if error.use_stderr() && is_exec(&words) {
            let text = error.render().to_string();
            let text = text.strip_prefix("error: ").unwrap_or(&text);
            return Exit::no_job(text.trim_end()).print(false);
        }
        error.exit()
    })
}

fn parsed(words: &[OsString]) -> Result<Args, Error> {
    let matches = Args::command().try_get_matches_from(words)?;
    let mut args = Args::from_arg_matches(&matches)?;
    args.servers.in_argv = in_argv(&matches);
    Ok(args)
}

/// Flags that brought a bearer as an argument.
fn in_argv(matches: &ArgMatches) -> Vec<&'static str> {
    let flags = [("token", "--token"), ("broker_token", "--broker-token")];
    let named = flags
        .into_iter()
        .filter(|(id, _)| matches.value_source(id) == Some(ValueSource::CommandLine));
    named.map(|(_, flag)| flag).collect()
}

/// Whether `exec` was meant, as far as the words can be read.
fn is_exec(words: &[OsString]) -> bool {
    let read = Args::command()
        .ignore_errors(true)
        .try_get_matches_from(words);
    read.is_ok_and(|matches| matches.subcommand_name() == Some("exec"))
}

#[cfg(test)]
mod tests;
