//! `analyze FILE…`: what happened, from logs alone.

use crate::args::{AnalyzeArgs, Args, LogFormat};
use crate::command::estate;
use crate::exit::Exit;
use crate::output;
use countersign_analyze::{FormatName, Options};
use countersign_feed::logs::mapping::Mapping;
use countersign_host::clock::wall_now;
use countersign_host::settings::RawSettings;
use countersign_model::id::IntegrationId;
use std::path::Path;
use std::thread::available_parallelism;

/// Runs the command.
pub(crate) fn run(args: &Args, analyze: &AnalyzeArgs) -> Result<(), Exit> {
    let analysis = countersign_analyze::analyze(&options(args, analyze)?)
        .map_err(|fault| Exit::input(format!("{:#}", anyhow::Error::from(fault))))?;
    if args.json {
        output::document(&analysis);
    } else {
        print!("{analysis}");
    }
    Ok(())
}

fn options(args: &Args, analyze: &AnalyzeArgs) -> Result<Options, Exit> {
    let integration = analyze.integration.as_deref().map(|id| {
        IntegrationId::new(id).map_err(|error| Exit::input(format!("--integration: {error}")))
    });
    let settings = RawSettings::load(args.config.as_deref(), &args.data)
        .map_err(|faults| Exit::input(faults.to_string()))?;
    let rules = countersign_watchd::rules(&settings.rules)
        .map_err(|faults| Exit::input(faults.to_string()))?;
    let processors = available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(Options {
        files: analyze.files.clone(),
        format: analyze.format.map(name),
        mapping: analyze.mapping.as_deref().map(mapping).transpose()?,
        estate: analyze.estate.as_deref().map(estate::read).transpose()?,
        integration: integration.transpose()?,
        rules,
        threads: analyze.threads.map_or(processors, usize::from),
        now: wall_now(),
    })
}

fn name(format: LogFormat) -> FormatName {
    match format {
        LogFormat::Ndjson => FormatName::Ndjson,
        LogFormat::Nginx => FormatName::Nginx,
        LogFormat::Csv => FormatName::Csv,
        LogFormat::Json => FormatName::Json,
    }
}

fn mapping(file: &Path) -> Result<Mapping, Exit> {
    let named = |why: String| Exit::input(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
    let is_toml = file
        .extension()
        .is_some_and(|extension| extension == "toml");
    Mapping::decode(&text, is_toml).map_err(|fault| named(fault.to_string()))
}
