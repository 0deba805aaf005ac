//! The gateway beside nginx's `proxy_pass`, in front of one upstream: requests a second and the 99th
//! percentile of latency, taking turns.

use crate::house::{self, House};
use crate::load::{self, Timed};
use anyhow::Context;
use axum::Router;
use axum::http::header;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const ROUNDS: usize = 5;
const CONNECTIONS: usize = 64;
const REQUESTS: usize = 20_000;
/// Size of the upstream's answer, bytes: a page of a list.
const ANSWER: usize = 2_048;
const CONFIG: &str = include_str!("../../../bench/nginx.conf");

/// Prints both and the ratio.
pub(crate) async fn run() -> anyhow::Result<()> {
    let upstream = upstream().await?;
    let house = house::open_for_gateway(upstream).await?;
    let bearer = bearer(&house).await?;
    let nginx = Nginx::start(upstream).await?;
    let ours = call(house.address, "/rest.com/data/v1/x", &bearer);
    let theirs = call(nginx.address, "/data/v1/x", "none");
    let (mut gateway, mut peer) = (Vec::new(), Vec::new());
    load::timed(house.address, &ours, CONNECTIONS, REQUESTS / 10).await?;
    load::timed(nginx.address, &theirs, CONNECTIONS, REQUESTS / 10).await?;
    for _ in 0..ROUNDS {
        gateway.push(load::timed(house.address, &ours, CONNECTIONS, REQUESTS).await?);
        peer.push(load::timed(nginx.address, &theirs, CONNECTIONS, REQUESTS).await?);
    }
    let (ours, theirs) = (median(gateway), median(peer));
    println!("gateway            {ours}");
    println!("nginx proxy_pass   {theirs}");
    println!(
        "ratio of medians   {:.2} (p99 {:.1} times nginx's)",
        ours.rate / theirs.rate,
        ours.p99_ms / theirs.p99_ms
    );
    Ok(())
}

fn call(to: SocketAddr, path: &str, bearer: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: {to}\r\nauthorization: Bearer {bearer}\r\n\r\n")
}

/// Serves one answer, whatever is asked.
async fn upstream() -> anyhow::Result<SocketAddr> {
    let body = format!("{{\"items\":\"{}\"}}", "x".repeat(ANSWER - 12));
    let app = Router::new().fallback(move || {
        let body = body.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], body) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    countersign_host::task::spawn(async move { drop(axum::serve(listener, app).await) });
    Ok(address)
}

async fn bearer(house: &House) -> anyhow::Result<String> {
    let body = serde_json::json!({ "grant_type": "client_credentials",
        "client_id": house.client_id, "client_secret": house.client_secret });
    let url = format!("http://{}/v2/token", house.address);
    let client = countersign_host::http::client(Duration::from_secs(5)).build()?;
    let answer: serde_json::Value = client.post(url).json(&body).send().await?.json().await?;
    let bearer = answer["access_token"].as_str().context("no bearer")?;
    Ok(bearer.to_owned())
}

/// Name of the configuration in nginx's folder.
const CONFIG_FILE: &str = "nginx.conf";

struct Nginx {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Nginx {
    async fn start(upstream: SocketAddr) -> anyhow::Result<Nginx> {
        let folder = tempfile::tempdir()?;
        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = free.local_addr()?;
        drop(free);
        let config = CONFIG
            .replace("{folder}", &folder.path().display().to_string())
            .replace("{upstream}", &upstream.to_string())
            .replace("{listen}", &address.to_string());
        std::fs::write(folder.path().join(CONFIG_FILE), config)?;
        let child = command(&folder)
            .stderr(Stdio::inherit())
            .spawn()
            .context("nginx is not installed (Debian: apt-get install nginx-light)")?;
        let nginx = Nginx {
            child,
            address,
            folder,
        };
        for _ in 0..100 {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                return Ok(nginx);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("nginx does not answer at {address}")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // A killed master leaves its workers behind; one that is asked to stop takes them with it.
        let asked = command(&self.folder).args(["-s", "stop"]).status();
        if !asked.is_ok_and(|status| status.success()) {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

/// nginx with its configuration in `folder`.
fn command(folder: &TempDir) -> Command {
    let mut command = Command::new("nginx");
    command.arg("-c").arg(folder.path().join(CONFIG_FILE));
    command.arg("-p").arg(folder.path());
    command
}

/// The round in the middle by its rate, with the spread of all.
struct Median {
    rate: f64,
    p99_ms: f64,
    slowest: f64,
    fastest: f64,
}

fn median(mut rounds: Vec<Timed>) -> Median {
    rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let mut p99: Vec<f64> = rounds.iter().map(|round| round.p99_ms).collect();
    p99.sort_by(f64::total_cmp);
    Median {
        rate: rounds[rounds.len() / 2].rate,
        p99_ms: p99[p99.len() / 2],
        slowest: rounds.first().map_or(0.0, |round| round.rate),
        fastest: rounds.last().map_or(0.0, |round| round.rate),
    }
}

impl std::fmt::Display for Median {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:>8.0} requests/s (median; {:.0} to {:.0}), p99 {:.2} ms",
            self.rate, self.slowest, self.fastest, self.p99_ms
        )
    }
}
