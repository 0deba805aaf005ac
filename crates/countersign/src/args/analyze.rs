//! Arguments of `analyze`.

use clap::{Args as ClapArgs, ValueEnum};
use std::path::PathBuf;

/// `analyze`.
#[derive(ClapArgs)]
pub(crate) struct AnalyzeArgs {
    /// The logs; gzip is seen by its beginning, `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Their format [default: told from each file's beginning]
    #[arg(long, value_enum)]
    pub(crate) format: Option<LogFormat>,
    /// How JSON lines of another program are read (TOML or YAML): `[fields]` with a path for each
    /// field of an outcome
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// Estate that says whose the lines are and what hangs on it [default: made from their ids]
    #[arg(long, value_name = "FILE")]
    pub(crate) estate: Option<PathBuf>,
    /// The integration of lines that name none [default: named after the file]
    #[arg(long, value_name = "ID")]
    pub(crate) integration: Option<String>,
    /// Threads that read [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
}

/// Formats of logs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Our own outcome lines
    Ndjson,
    /// nginx access logs: combined, and anything behind it written as name=value
    Nginx,
    /// CSV with a header
    Csv,
    /// JSON lines of another program, with --mapping
    Json,
}
