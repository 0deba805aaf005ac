//! Arguments that name servers elsewhere, and their bearers.

use clap::Args as ClapArgs;
use std::path::PathBuf;

/// Servers elsewhere, and how they are spoken to.
#[derive(ClapArgs)]
pub(crate) struct ServerArgs {
    /// A server elsewhere, watch or broker, instead of the one that runs on the data folder.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// The broker elsewhere, where --server names the watch.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) broker_server: Option<String>,
    /// Bearer for --server. As an argument it stands in the process list, for every user of this machine
    /// to read: the variable or --token-file keeps it out.
    #[arg(
        long,
        global = true,
        value_name = "T",
        env = "COUNTERSIGN_TOKEN",
        allow_hyphen_values = true,
        hide_env_values = true
    )]
    pub(crate) token: Option<String>,
    /// Bearer for --server, in a file; an open descriptor is /dev/fd/N.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Bearer for --broker-server; the same holds as for --token.
    #[arg(
        long,
        global = true,
        value_name = "T",
        env = "COUNTERSIGN_BROKER_TOKEN",
        allow_hyphen_values = true,
        hide_env_values = true
    )]
    pub(crate) broker_token: Option<String>,
    /// Bearer for --broker-server, in a file; an open descriptor is /dev/fd/N.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) broker_token_file: Option<PathBuf>,
    /// Send bearers and keys over plain http to another machine too, where others may read them.
    #[arg(long, global = true, env = "COUNTERSIGN_ALLOW_PLAIN_HTTP")]
    pub(crate) allow_plain_http: bool,
    /// Flags that brought a bearer as an argument.
    #[arg(skip)]
    pub(super) in_argv: Vec<&'static str>,
}

impl ServerArgs {
    /// Says of a bearer in the arguments that others can read it: it cannot be taken out any more.
    pub(crate) fn warn(&self) {
        for flag in &self.in_argv {
            let variable = match *flag {
                "--token" => "COUNTERSIGN_TOKEN",
                _ => "COUNTERSIGN_BROKER_TOKEN",
            };
            eprintln!(
                "countersign: {flag} stands in the process list, for every user of this machine to \
                 read: put it into {variable}, or into a file ({flag}-file)"
            );
        }
    }
}
