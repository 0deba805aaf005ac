//! `countersign-brokerd`: the broker alone, beside the secrets of its business units.

use anyhow::{Context, anyhow};
use clap::Parser;
use countersign_brokerd::{
    BrokerPlane, OpenError, Options, Road, WatchRoad, master_key, vault_exists,
};
use countersign_host::clock::Clock;
use countersign_host::entropy::Entropy;
use countersign_host::listen::{self, Limits};
use countersign_host::run_file::RunFile;
use countersign_host::settings::{RawSettings, Settings};
use countersign_host::task::Tasks;
use countersign_host::{http, signal, telemetry};
use data_encoding::BASE64URL_NOPAD;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Bad input; a refusal (no vault, no key, a wrong one).
const INPUT: u8 = 2;
const REFUSED: u8 = 3;

/// The broker: it holds secrets sealed, keeps tokens alive and hands them out.
#[derive(Parser)]
#[command(name = "countersign-brokerd", version)]
struct Args {
    /// Folder of the vault.
    #[arg(long, default_value = "./countersign-data")]
    data: PathBuf,
    /// Configuration file; default: countersign.toml in the data folder.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Address of the broker.
    #[arg(long)]
    broker_listen: Option<String>,
}

/// The end of the process: its code and its words.
struct End(u8, anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for End {
    fn from(error: E) -> End {
        End(1, error.into())
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(End(code, error)) => {
            eprintln!("countersign-brokerd: {error:#}");
            ExitCode::from(code)
        }
    }
}

fn run(args: &Args) -> Result<(), End> {
    let input = |fault: String| End(INPUT, anyhow!(fault));
    let raw = RawSettings::load(args.config.as_deref(), &args.data);
    let mut raw = raw.map_err(|faults| input(faults.to_string()))?;
    if args.broker_listen.is_some() {
        raw.broker_listen.clone_from(&args.broker_listen);
    }
    let settings = raw.meant().map_err(|faults| input(faults.to_string()))?;
    telemetry::install(&settings.log, settings.log_json).map_err(input)?;
    http::install_tls();
    if !vault_exists(&args.data) {
        let folder = args.data.display();
        return Err(End(
            REFUSED,
            anyhow!("{folder} holds no vault: countersign init"),
        ));
    }
    tokio::runtime::Runtime::new()?.block_on(serve(&args.data, &settings))
}

async fn serve(data: &Path, settings: &Settings) -> Result<(), End> {
    let key = master_key(&settings.master_key)
        .await
        .map_err(|error| End(REFUSED, error.into()))?;
    let listener = tokio::net::TcpListener::bind(settings.broker_listen)
        .await
        .with_context(|| format!("broker_listen: {}", settings.broker_listen))?;
    let url = format!("http://{}", listener.local_addr()?);
    let token = BASE64URL_NOPAD.encode(&Entropy::default().bytes_32());
    let options = Options {
        data: data.to_owned(),
        clock: Clock::system(),
        run_token: token.clone(),
        loopback: settings.gateway_loopback,
        public_url: settings.broker_url.clone(),
        trusted_proxies: settings.trusted_proxies.clone(),
    };
    let mut plane = BrokerPlane::open(options, &key)
        .await
        .map_err(|error| match error {
            OpenError::Refused(why) => End(REFUSED, anyhow!(why)),
            other => other.into(),
        })?;
    drop(key);
    let road: Option<Arc<dyn Road>> = match &settings.watch {
        None => None,
        Some((base, file)) => {
            let token = std::fs::read_to_string(file)
                .with_context(|| format!("watch_token_file {}", file.display()))?;
            Some(Arc::new(WatchRoad::new(base, token.trim().to_owned())?))
        }
    };
    let run = RunFile {
        pid: std::process::id(),
        dashboard: None,
        broker: Some(url.clone()),
        sim: None,
        sim_control: None,
        token,
    };
    run.write(data).context("run.json")?;
    println!("broker {url}");
    let mut tasks = Tasks::default();
    plane.start(&mut tasks, road);
    let router = plane.router();
    tasks.spawn("broker listener", async move {
        listen::serve(listener, router, Limits::default()).await;
    });
    let ended: Result<(), anyhow::Error> = tokio::select! {
        asked = signal::asked_to_stop() => asked.map_err(Into::into),
        task = tasks.any_ended() => Err(anyhow!("a task ended by itself: {task:?}")),
    };
    run.remove(data);
    Ok(ended?)
}
