//! `analyze` beside DuckDB, over one file of outcome lines: the group-by of (integration, minute, class
//! of status) alone, and the full work to incidents. Each run is a process of its own, so that its
//! memory is its own; the two take turns.
//!
//! `cargo run --release -p countersign-bench -- analyze [LINES] [PYTHON]`. PYTHON has `duckdb`;
//! without it only our own numbers are printed.

mod lines;

use anyhow::{Context, ensure};
use countersign_analyze::{Format, Options, for_each_chunk};
use countersign_feed::ndjson::scan::Scanner;
use countersign_host::clock::wall_now;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const ROUNDS: usize = 5;
const THREADS: usize = 2;
const LINES: u64 = 5_000_000;
const PEER: &str = include_str!("../../../bench/duckdb_group_by.py");

/// What one run took.
#[derive(Serialize, Deserialize)]
struct Run {
    seconds: f64,
    rss_mib: f64,
    /// Groups or incidents: equal work gives equal numbers.
    found: u64,
}

/// Makes the file, runs all and prints.
pub(crate) fn run(mut args: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let n = args.next().map_or(Ok(LINES), |n| n.parse())?;
    let python = args.next();
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("outcomes.ndjson");
    lines::write(&file, n)?;
    let bytes = std::fs::metadata(&file)?.len();
    println!("{n} lines, {:.2} GB, {THREADS} threads", bytes as f64 / 1e9);
    let script = folder.path().join("peer.py");
    std::fs::write(&script, PEER)?;
    let (mut group, mut full, mut peer) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        group.push(ours("analyze-group", &file)?);
        full.push(ours("analyze-full", &file)?);
        if let Some(python) = &python {
            let mut command = Command::new(python);
            command.arg(&script).arg(&file).arg(THREADS.to_string());
            peer.push(answer(&mut command)?);
        }
    }
    let groups = group[0].found;
    let group = told("group-by alone", n, group);
    let full = told("to incidents", n, full);
    if !peer.is_empty() {
        ensure!(peer[0].found == groups, "the two found different groups");
        let peer = told("DuckDB group-by", n, peer);
        println!("group-by: {:.2} times DuckDB's speed", peer / group);
        println!("to incidents: {:.2} times DuckDB's speed", peer / full);
    }
    Ok(())
}

/// Runs one kind of work here and prints what it took, for the process that started us.
pub(crate) fn one(is_full: bool, file: &Path) -> anyhow::Result<()> {
    let options = Options {
        files: vec![file.to_owned()],
        format: None,
        mapping: None,
        estate: None,
        integration: None,
        rules: countersign_analyze::Rules::default(),
        threads: THREADS,
        now: wall_now(),
    };
    let started = wall_now();
    let found = if is_full {
        countersign_analyze::analyze(&options)?.incidents.len() as u64
    } else {
        group_by(&options)?
    };
    let run = Run {
        seconds: wall_now().duration_since(started).as_secs_f64(),
        rss_mib: peak_mib()?,
        found,
    };
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

fn ours(work: &str, file: &Path) -> anyhow::Result<Run> {
    answer(Command::new(std::env::current_exe()?).arg(work).arg(file))
}

fn answer(command: &mut Command) -> anyhow::Result<Run> {
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {said}");
    serde_json::from_slice(&output.stdout).context("a run says what it took")
}

/// Prints median, spread and memory; gives the median in seconds.
fn told(name: &str, n: u64, mut runs: Vec<Run>) -> f64 {
    runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let last = runs.len() - 1;
    let (min, median, max) = (runs[0].seconds, runs[last / 2].seconds, runs[last].seconds);
    let rss = runs.iter().map(|run| run.rss_mib).fold(0.0, f64::max);
    println!(
        "{name:<16} {median:>6.2} s (median; {min:.2} to {max:.2}), {:>5.2} M lines/s, {rss:>5.0} MiB",
        n as f64 / median / 1e6
    );
    median
}

/// The most memory this process had, from the kernel.
fn peak_mib() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    Ok(kib.context("VmHWM")?.parse::<f64>()? / 1024.0)
}

/// Counts by integration, minute and class of status.
#[derive(Default)]
struct Groups {
    scanner: Scanner,
    names: BTreeMap<String, usize>,
    counts: Vec<BTreeMap<i64, [u64; 6]>>,
    /// The last minute of each integration, not yet among the counts.
    open: Vec<(i64, [u64; 6])>,
}

fn group_by(options: &Options) -> anyhow::Result<u64> {
    let parts = for_each_chunk(options, Groups::default, |groups, chunk| {
        assert!(matches!(chunk.format(), Format::Ndjson));
        let text = std::str::from_utf8(chunk.bytes).expect("our own lines");
        for line in text.lines() {
            groups.add(line);
        }
    })?;
    let mut all: BTreeMap<(String, i64, usize), u64> = BTreeMap::new();
    let mut parts = parts;
    for part in &mut parts {
        part.close_all();
        for (name, number) in &part.names {
            for (minute, classes) in &part.counts[*number] {
                for (class, n) in classes.iter().enumerate().filter(|(_, n)| **n > 0) {
                    *all.entry((name.clone(), *minute, class)).or_default() += n;
                }
            }
        }
    }
    Ok(all.len() as u64)
}

impl Groups {
    fn add(&mut self, line: &str) {
        let call = self.scanner.call(line).expect("our own lines");
        let number = match self.names.get(call.integration) {
            Some(number) => *number,
            None => {
                self.counts.push(BTreeMap::new());
                self.open.push((0, [0; 6]));
                let number = self.names.len();
                self.names.insert(call.integration.to_owned(), number);
                number
            }
        };
        let minute = call.ts_ms.expect("our own lines").div_euclid(60_000);
        if self.open[number].0 != minute {
            self.close(number);
            self.open[number].0 = minute;
        }
        self.open[number].1[usize::from(call.status / 100)] += call.n;
    }

    fn close(&mut self, number: usize) {
        let (minute, classes) = &mut self.open[number];
        let known = self.counts[number].entry(*minute).or_default();
        for (known, n) in known.iter_mut().zip(std::mem::take(classes)) {
            *known += n;
        }
    }

    fn close_all(&mut self) {
        (0..self.open.len()).for_each(|number| self.close(number));
    }
}
