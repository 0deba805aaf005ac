//! The watch of a bench: real ledger, real listener, the demo estate. It looks now and then how long the
//! oldest outcome has waited to be judged, and says so when its standard input ends.

use countersign_host::clock::{Clock, wall_now};
use countersign_host::http;
use countersign_host::task::{self, Tasks};
use countersign_model::Timestamp;
use countersign_watchd::{Options, WatchPlane};
use serde_json::json;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

const TOKEN: &str = "bench";
/// Pause between two looks.
const EVERY: Duration = Duration::from_millis(20);

/// Serves until standard input ends.
pub(crate) fn serve(folder: &Path) -> anyhow::Result<()> {
    http::install_tls();
    tokio::runtime::Runtime::new()?.block_on(run(folder))
}

async fn run(folder: &Path) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let mut plane = WatchPlane::open(Options {
        data: folder.to_owned(),
        clock: Clock::system(),
        base_url: url.clone(),
        notify: Vec::new(),
        rules: toml::Table::new(),
        keep: toml::Table::new(),
        tail: Vec::new(),
        run_token: TOKEN.to_owned(),
        estate_sink: None,
        seed: Some(7),
    })
    .await?;
    plane
        .watch
        .set_estate(countersign_feed::demo_estate())
        .await?;
    let mut tasks = Tasks::default();
    plane.start(&mut tasks);
    let app = plane.router();
    task::spawn(async move { drop(axum::serve(listener, app).await) });
    println!("{}", json!({ "url": url, "token": TOKEN }));
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let mut lags = Vec::new();
    while !ended.is_finished() {
        tokio::time::sleep(EVERY).await;
        let oldest = plane.watch.store().backlog().await?.oldest_at;
        lags.push(oldest.map_or(0.0, waited_ms));
    }
    lags.sort_by(f64::total_cmp);
    let of = |share: f64| {
        let at = (lags.len().saturating_sub(1) as f64 * share) as usize;
        lags.get(at).copied().unwrap_or_default()
    };
    println!("{}", json!({ "p50_ms": of(0.5), "p99_ms": of(0.99) }));
    Ok(())
}

fn waited_ms(since: Timestamp) -> f64 {
    wall_now().duration_since(since).as_secs_f64() * 1e3
}
