//! What watching counters costs: nanoseconds for a bucket and bytes for a series, over many series that
//! take turns as they do in the watch, so that none of them is warm in a cache.
//!
//! `cargo run --release -p countersign-bench -- series [SERIES]`.

use anyhow::{Context, ensure};
use countersign_detect::series::{Bucket, Kind, Series, Settings};
use countersign_host::clock::stopwatch;
use countersign_model::{SignedDuration, Timestamp, schedule};

/// Series that take turns.
const SERIES: usize = 200;
/// Length of a bucket, seconds.
const INTERVAL_S: u32 = 300;
/// Buckets that fill the memory: seven weeks.
const WARM: i64 = 7 * 7 * 288;
/// Buckets that are timed: a week.
const TIMED: i64 = 7 * 288;
/// Monday, 5 January 2026.
const START_S: i64 = 1_767_571_200;

/// Fills and times, and prints.
pub(crate) fn run(mut args: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let n_series = args.next().map_or(Ok(SERIES), |n| n.parse())?;
    ensure!(n_series > 0, "write how many series, at least 1");
    let zone = schedule::zone("Europe/Berlin").context("the bundled zones")?;
    let settings = Settings::new("Welcome journey", INTERVAL_S, zone);
    let mut series: Vec<Series> = (0..n_series)
        .map(|_| Series::new(Kind::Enrolments, settings.clone()))
        .collect();
    let start = Timestamp::from_second(START_S)?;
    feed(&mut series, start, 0..WARM);
    let started = stopwatch();
    let alarms = feed(&mut series, start, WARM..WARM + TIMED);
    let buckets = TIMED as f64 * n_series as f64;
    let each_ns = started.elapsed().as_secs_f64() * 1e9 / buckets;
    let bytes = series.iter().map(Series::memory_bytes).max().unwrap_or(0);
    let kept = serde_json::to_string(series[0].snapshot())?.len();
    println!("{n_series} series, {buckets} buckets after {WARM} each; {alarms} alarms");
    println!("one bucket   {each_ns:>6.0} ns");
    println!("one series   {bytes:>6} bytes in memory, {kept} as JSON");
    Ok(())
}

/// Feeds each series its buckets, series by series within a bucket; how many alarms there were.
fn feed(series: &mut [Series], start: Timestamp, buckets: std::ops::Range<i64>) -> usize {
    let interval = SignedDuration::from_secs(i64::from(INTERVAL_S));
    let mut alarms = 0;
    let mut draw = 7_u64;
    for n in buckets {
        let at = start + SignedDuration::from_secs(n * i64::from(INTERVAL_S));
        for one in series.iter_mut() {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let count = 30 + (draw >> 33) % 21;
            let bucket = Bucket::value(at, count as f64);
            alarms += usize::from(one.observe(at + interval, bucket).is_some());
        }
    }
    alarms
}
