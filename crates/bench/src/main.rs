//! Load and peers, in one run: how fast a hot slot is vended beside a bare handler that does the same
//! parse, hash and lookup. Prints requests a second (median and spread of the rounds) and the ratio.
//!
//! Run it with `cargo run --release -p countersign-bench`, `-- gateway` for the gateway beside nginx,
//! `-- analyze` for the analysis of logs beside DuckDB, `-- series` for the watching of counters,
//! `-- ingest` for a steady stream of outcomes into the watch, and `-- burst` for a flood of failures.
//! Loopback only; it ends by itself.

mod analyze;
mod bare;
mod gateway;
mod house;
mod ingest;
mod load;
mod series;

use countersign_host::http;

/// Rounds; the two handlers take turns, so that neighbours on the machine hit both.
const ROUNDS: usize = 7;
/// Connections held open at once.
const CONNECTIONS: usize = 64;
/// Requests per round and handler.
const REQUESTS: usize = 40_000;

fn main() -> anyhow::Result<()> {
    http::install_tls();
    let mut args = std::env::args().skip(1);
    let work = args.next();
    match work.as_deref() {
        Some("analyze") => return analyze::run(args),
        Some("series") => return series::run(args),
        Some("ingest") => return ingest::run(args),
        Some("burst") => return ingest::burst(),
        // The watch that these two start, in a folder.
        Some("ingest-watch") => {
            let folder = args.next().unwrap_or_default();
            return ingest::serve(folder.as_ref());
        }
        // The runs that `analyze` starts, each with its file.
        Some(one @ ("analyze-full" | "analyze-group")) => {
            let file = args.next().unwrap_or_default();
            return analyze::one(one == "analyze-full", file.as_ref());
        }
        _ => {}
    }
    let runtime = tokio::runtime::Runtime::new()?;
    match work.as_deref() {
        None => runtime.block_on(run()),
        Some("gateway") => runtime.block_on(gateway::run()),
        Some(other) => {
            anyhow::bail!("{other}: write gateway, analyze, series, ingest, burst, or nothing")
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let house = house::open().await?;
    let bare = bare::serve(&house.client_id, &house.client_secret).await?;
    let body = serde_json::json!({
        "grant_type": "client_credentials",
        "client_id": house.client_id,
        "client_secret": house.client_secret,
    })
    .to_string();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    load::run(house.address, &body, CONNECTIONS, REQUESTS / 10).await?;
    load::run(bare, &body, CONNECTIONS, REQUESTS / 10).await?;
    for _ in 0..ROUNDS {
        ours.push(load::run(house.address, &body, CONNECTIONS, REQUESTS).await?);
        theirs.push(load::run(bare, &body, CONNECTIONS, REQUESTS).await?);
    }
    let (ours, theirs) = (Spread::of(ours), Spread::of(theirs));
    println!("vend, hot slot     {ours}");
    println!("bare axum handler  {theirs}");
    println!("ratio of medians   {:.2}", ours.median / theirs.median);
    println!("token requests the simulator saw: {}", house.mints());
    Ok(())
}

/// Requests a second over the rounds.
struct Spread {
    median: f64,
    min: f64,
    max: f64,
}

impl Spread {
    fn of(mut rates: Vec<f64>) -> Spread {
        rates.sort_by(f64::total_cmp);
        let last = rates.len() - 1;
        Spread {
            median: rates[last / 2],
            min: rates[0],
            max: rates[last],
        }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Spread { median, min, max } = self;
        write!(f, "{median:>8.0} requests/s (median; {min:.0} to {max:.0})")
    }
}
