//! Outcomes into the watch over HTTP, made durable, classified and correlated: a steady stream, and a flood
//! of failures. The watch is a process of its own, on one core, so that its memory and its time are its own.
//!
//! `cargo run --release -p countersign-bench -- ingest [SECONDS]` and `-- burst`.

mod process;
mod watch;

use anyhow::{Context, ensure};
use countersign_host::clock::{stopwatch, wall_now};
use countersign_model::{SignedDuration, Timestamp};
use process::Watch;
use std::fmt::Write;
use std::time::Duration;

pub(crate) use watch::serve;

/// Outcomes a second.
const RATE: usize = 20_000;
/// Outcomes of one batch; so many batches are sent a second that the rate comes out.
const BATCH: usize = 1_000;
const SECONDS: usize = 30;
/// Flows that the lines are spread over: those of the demo estate.
const FLOWS: usize = 40;
/// Failures of the flood, in batches, and the time over which they happened.
const FLOOD: usize = 100_000;
const FLOOD_SPAN: SignedDuration = SignedDuration::from_mins(10);
/// Whose credential it is that fails in the flood: one that others hold.
const FAILING: &str = "INT-021";

/// Sends a steady stream and prints what it cost.
pub(crate) fn run(mut args: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let seconds = args.next().map_or(Ok(SECONDS), |n| n.parse())?;
    runtime()?.block_on(stream(seconds))
}

/// Sends a flood of failures at once and prints what came of it.
pub(crate) fn burst() -> anyhow::Result<()> {
    runtime()?.block_on(flood())
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

async fn stream(seconds: usize) -> anyhow::Result<()> {
    let mut watch = Watch::start()?;
    let n = RATE * seconds / BATCH;
    let started = stopwatch();
    let cpu = watch.cpu_seconds()?;
    let mut took = Vec::with_capacity(n);
    for number in 0..n {
        // Counted from when it was due, so that a watch that is slow cannot hide it.
        let due = Duration::from_secs_f64((number * BATCH) as f64 / RATE as f64);
        tokio::time::sleep(due.saturating_sub(started.elapsed())).await;
        watch.post(lines(number * BATCH, wall_now())?).await?;
        took.push(started.elapsed().saturating_sub(due));
    }
    let sent = started.elapsed().as_secs_f64();
    watch.judged().await?;
    let all = started.elapsed().as_secs_f64();
    let cpu = watch.cpu_seconds()? - cpu;
    let outcomes = (n * BATCH) as f64;
    took.sort();
    let ms = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    let rss = watch.rss_mib()?;
    let lag = watch.end()?;
    println!("{outcomes} outcomes in {sent:.1} s, all judged after {all:.1} s, one core");
    println!("taken       {:>8.0} outcomes/s", outcomes / sent);
    println!("judged      {:>8.0} outcomes/s", outcomes / all);
    println!(
        "a batch of {BATCH} is durable after p50 {:.0} ms, p99 {:.0} ms",
        ms(0.5),
        ms(0.99)
    );
    println!(
        "and judged after p50 {:.0} ms, p99 {:.0} ms more",
        lag.p50_ms, lag.p99_ms
    );
    println!(
        "CPU         {:>8.3} s for 1,000 outcomes",
        cpu / outcomes * 1e3
    );
    println!("memory      {rss:>8.0} MiB at most");
    Ok(())
}

/// A batch: calls of many flows, 3 of 100 failing here and there.
fn lines(from: usize, now: Timestamp) -> anyhow::Result<String> {
    let mut text = String::with_capacity(BATCH * 320);
    for number in from..from + BATCH {
        let flow = number % FLOWS + 1;
        let status = match (number / FLOWS) % 100 {
            33 => 404,
            66 => 429,
            99 => 500,
            _ => 200,
        };
        writeln!(
            text,
            "{{\"id\":\"b{number:024}\",\"ts\":\"{now:.3}\",\"source\":\"middleware\",\
             \"integration\":\"INT-{flow:03}\",\"kind\":\"call\",\"method\":\"POST\",\
             \"route\":\"/hub/v1/dataevents/key:{{key}}/rowset\",\"status\":{status},\
             \"attempt\":1,\"latency_ms\":{},\"n\":1,\"consumer\":\"etl-{flow}\"}}",
            20 + number % 800
        )?;
    }
    Ok(text)
}

async fn flood() -> anyhow::Result<()> {
    let mut watch = Watch::start()?;
    let end = wall_now();
    let mut batches = Vec::new();
    for batch in 0..FLOOD / BATCH {
        let mut text = String::with_capacity(BATCH * 256);
        for number in batch * BATCH..(batch + 1) * BATCH {
            let share = number as f64 / FLOOD as f64;
            let ts = end - FLOOD_SPAN + FLOOD_SPAN.mul_f64(share);
            writeln!(
                text,
                "{{\"id\":\"f{number:024}\",\"ts\":\"{ts:.3}\",\"source\":\"middleware\",\
                 \"integration\":\"{FAILING}\",\"kind\":\"call\",\"method\":\"POST\",\
                 \"route\":\"/hub/v1/dataevents/key:{{key}}/rowset\",\"status\":401}}"
            )?;
        }
        batches.push(text);
    }
    let started = stopwatch();
    for batch in batches {
        watch.post(batch).await?;
    }
    let sent = started.elapsed().as_secs_f64();
    watch.judged().await?;
    let judged = started.elapsed().as_secs_f64();
    let incidents = watch.incidents().await?;
    let rss = watch.rss_mib()?;
    watch.end()?;
    println!("{FLOOD} failures of one credential taken in {sent:.2} s, judged after {judged:.2} s");
    println!("incidents   {:>8}", incidents.len());
    incidents
        .iter()
        .for_each(|one| println!("            {one}"));
    println!("memory      {rss:>8.0} MiB at most (bound: 200 MB)");
    let opened = incidents.first().context("no incident was opened")?;
    ensure!(incidents.len() == 1, "one cause is one incident");
    ensure!(opened.contains(FAILING), "the cause is another");
    Ok(())
}
