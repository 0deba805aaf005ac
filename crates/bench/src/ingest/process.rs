//! The watch as a process of its own: what it is sent, and what it took.

use anyhow::{Context, ensure};
use countersign_host::http;
use serde::Deserialize;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Ticks of `/proc/PID/stat` in a second, on every Linux.
const TICKS: f64 = 100.0;

/// What the watch says once it listens.
#[derive(Deserialize)]
struct Ready {
    url: String,
    token: String,
}

/// How long outcomes waited to be judged, over the run.
#[derive(Deserialize)]
pub(crate) struct Lag {
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// A watch that runs.
pub(crate) struct Watch {
    child: Child,
    stdout: BufReader<ChildStdout>,
    ready: Ready,
    client: reqwest::Client,
    _folder: TempDir,
}

impl Watch {
    /// Starts it on one core.
    pub(crate) fn start() -> anyhow::Result<Watch> {
        let folder = tempfile::tempdir()?;
        let mut child = Command::new("taskset")
            .args(["-c", "0"])
            .arg(std::env::current_exe()?)
            .arg("ingest-watch")
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("taskset, of util-linux, starts the watch")?;
        let mut stdout = BufReader::new(child.stdout.take().context("piped")?);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let ready = serde_json::from_str(&line).context("the watch did not become ready")?;
        Ok(Watch {
            child,
            stdout,
            ready,
            client: http::client(Duration::from_secs(60)).build()?,
            _folder: folder,
        })
    }

    /// Sends a batch, of which every line must be kept.
    pub(crate) async fn post(&self, lines: String) -> anyhow::Result<()> {
        let n = lines.lines().count();
        let url = format!("{}/api/v1/outcomes", self.ready.url);
        let request = self.client.post(url).bearer_auth(&self.ready.token);
        let request = request.header("content-type", "application/x-ndjson");
        let answer = request.body(lines).send().await?;
        let report: Value = answer.error_for_status()?.json().await?;
        ensure!(report["accepted"] == n, "not all was kept: {report}");
        Ok(())
    }

    async fn get(&self, path: &str) -> anyhow::Result<reqwest::Response> {
        let url = format!("{}{path}", self.ready.url);
        let request = self.client.get(url).bearer_auth(&self.ready.token);
        Ok(request.send().await?.error_for_status()?)
    }

    /// Waits until nothing waits to be judged.
    pub(crate) async fn judged(&self) -> anyhow::Result<()> {
        loop {
            let metrics = self.get("/metrics").await?.text().await?;
            if metrics.contains("\ncountersign_outcomes_waiting 0\n") {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The incidents that are open, each as its cause and title.
    pub(crate) async fn incidents(&self) -> anyhow::Result<Vec<String>> {
        let list: Value = self.get("/api/v1/incidents").await?.json().await?;
        let list = list["incidents"].as_array().context("a list")?.clone();
        let told = |one: &Value| format!("{} {}", one["root_cause"], one["title"]);
        Ok(list.iter().map(told).collect())
    }

    /// Seconds of processor time so far.
    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, after_name) = stat.rsplit_once(") ").context("a name in brackets")?;
        let fields: Vec<&str> = after_name.split(' ').collect();
        let ticks = |at: usize| {
            fields
                .get(at)
                .context("short")?
                .parse::<f64>()
                .context("no number")
        };
        Ok((ticks(11)? + ticks(12)?) / TICKS)
    }

    /// The most memory it had, MiB.
    pub(crate) fn rss_mib(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        Ok(kib.context("no VmHWM")?.trim().parse::<f64>()? / 1024.0)
    }

    /// Ends it and gives how long outcomes waited.
    pub(crate) fn end(&mut self) -> anyhow::Result<Lag> {
        drop(self.child.stdin.take());
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        ensure!(self.child.wait()?.success(), "the watch did not end well");
        serde_json::from_str(&line).context("it said nothing of its lag")
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
