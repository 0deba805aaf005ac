//! `countersign-watchd`: the watch alone, for everyone with a security review.

use anyhow::{Context, anyhow};
use clap::Parser;
use countersign_host::clock::Clock;
use countersign_host::entropy::Entropy;
use countersign_host::run_file::RunFile;
use countersign_host::settings::{RawSettings, Settings};
use countersign_host::task::Tasks;
use countersign_host::{file, http, signal, telemetry};
use countersign_watchd::{OpenError, Options, WatchPlane, dashboard_url};
use data_encoding::BASE64URL_NOPAD;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The watch: it sees when a credential stops working, and can mint nothing.
#[derive(Parser)]
#[command(name = "countersign-watchd", version)]
struct Args {
    /// Folder of the watch's data.
    #[arg(long, default_value = "./countersign-data")]
    data: PathBuf,
    /// Configuration file; default: countersign.toml in the data folder.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Address of dashboard and API.
    #[arg(long)]
    listen: Option<String>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let settings = match settings(&args) {
        Ok(settings) => settings,
        Err(faults) => {
            eprintln!("countersign-watchd: {faults}");
            return ExitCode::from(2);
        }
    };
    match run(&args.data, settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("countersign-watchd: {error:#}");
            match error.downcast_ref::<OpenError>() {
                Some(error) if error.is_refusal() => ExitCode::from(3),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn settings(args: &Args) -> Result<Settings, countersign_host::settings::Faults> {
    let mut raw = RawSettings::load(args.config.as_deref(), &args.data)?;
    if args.listen.is_some() {
        raw.listen.clone_from(&args.listen);
    }
    raw.meant()
}

fn run(data: &Path, settings: Settings) -> anyhow::Result<()> {
    telemetry::install(&settings.log, settings.log_json).map_err(|fault| anyhow!(fault))?;
    http::install_tls();
    file::private_dir(data).with_context(|| format!("folder {}", data.display()))?;
    tokio::runtime::Runtime::new()?.block_on(serve(data, settings))
}

async fn serve(data: &Path, settings: Settings) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("listen: {}", settings.listen))?;
    let base_url = dashboard_url(settings.public_url.as_deref(), listener.local_addr()?);
    let token = BASE64URL_NOPAD.encode(&Entropy::default().bytes_32());
    let mut plane = WatchPlane::open(Options {
        data: data.to_owned(),
        clock: Clock::system(),
        base_url: base_url.clone(),
        notify: settings.notify,
        rules: settings.rules,
        keep: settings.keep,
        tail: settings.tail,
        run_token: token.clone(),
        estate_sink: None,
        seed: None,
    })
    .await?;
    let run = RunFile {
        pid: std::process::id(),
        dashboard: Some(base_url.clone()),
        broker: None,
        sim: None,
        sim_control: None,
        token,
    };
    run.write(data).context("run.json")?;
    println!(
        "dashboard {base_url}\nsign in   {}",
        plane.sign_in_link().await?
    );
    let mut tasks = Tasks::default();
    plane.start(&mut tasks);
    let server = axum::serve(listener, plane.router());
    let ended = tokio::select! {
        ended = server => ended.map_err(Into::into),
        asked = signal::asked_to_stop() => asked.map_err(Into::into),
        task = tasks.any_ended() => Err(anyhow!("a task ended: {task:?}")),
    };
    plane.close();
    run.remove(data);
    ended
}
