//! `backtest`: what the counter detectors would have told of recorded series, judged by whoever keeps
//! the answers.
//!
//! Reads `meta.json` and the CSV files it names, in the order of their rows, and nothing else of the
//! folder (design 4.5).

mod recorded;

use crate::args::{Args, BacktestArgs, Loudness};
use crate::exit::Exit;
use crate::output;
use countersign_detect::series::{Alarm, Change, Series, Severity};
use recorded::Recorded;
use serde::Serialize;
use serde_json::json;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One alarm as a line.
#[derive(Debug, Serialize)]
struct Line {
    series: String,
    ts_alarm: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts_clear: Option<String>,
    severity: &'static str,
    kind: &'static str,
    score: f64,
    why: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, backtest: &BacktestArgs) -> Result<(), Exit> {
    let all = recorded::read(&backtest.dir)?;
    let least = match backtest.severity {
        Loudness::Page => Severity::Page,
        Loudness::Warn => Severity::Warn,
    };
    let lines = on_all_cores(&all, |recorded| alarms(recorded, least));
    let mut text = String::new();
    for line in &lines {
        let line = serde_json::to_string(line).expect("our own values are JSON");
        writeln!(text, "{line}").expect("a string takes everything");
    }
    let out = &backtest.out;
    std::fs::write(out, text)
        .map_err(|error| Exit::failed(format!("{}: {error}", out.display())))?;
    let buckets: usize = all.iter().map(|recorded| recorded.buckets.len()).sum();
    if args.json {
        let (series, alarms) = (all.len(), lines.len());
        output::document(&json!({ "series": series, "buckets": buckets, "alarms": alarms }));
    } else {
        println!(
            "{} series, {buckets} buckets: {} alarms in {}",
            all.len(),
            lines.len(),
            out.display()
        );
    }
    Ok(())
}

/// What `work` gives for each item, in their order; as many at a time as there are cores.
fn on_all_cores(all: &[Recorded], work: impl Fn(&Recorded) -> Vec<Line> + Sync) -> Vec<Line> {
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, Vec<Line>)> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..workers.min(all.len()))
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        match all.get(n) {
                            Some(recorded) => done.push((n, work(recorded))),
                            None => return done,
                        }
                    }
                })
            })
            .collect();
        hands
            .into_iter()
            .flat_map(|hand| hand.join().expect("no detector panics"))
            .collect()
    });
    done.sort_by_key(|(n, _)| *n);
    done.into_iter().flat_map(|(_, lines)| lines).collect()
}

/// Everything one series tells, from `least` on.
fn alarms(recorded: &Recorded, least: Severity) -> Vec<Line> {
    let mut series = Series::new(recorded.kind, recorded.settings());
    let mut lines: Vec<Line> = Vec::new();
    let mut open = 0;
    for bucket in &recorded.buckets {
        let now = bucket.start + recorded.interval();
        match series.observe(now, *bucket) {
            Some(Change::Closed(alarm)) => {
                for line in &mut lines[open..] {
                    line.ts_clear = Some(alarm.at.to_string());
                }
                open = lines.len();
            }
            Some(Change::Opened(alarm) | Change::Raised(alarm)) if alarm.severity >= least => {
                lines.push(line(&recorded.id, &alarm));
            }
            Some(_) | None => {}
        }
    }
    lines
}

fn line(series: &str, alarm: &Alarm) -> Line {
    Line {
        series: series.to_owned(),
        ts_alarm: alarm.at.to_string(),
        ts_clear: None,
        severity: alarm.severity.as_str(),
        kind: alarm.class.as_str(),
        score: (alarm.strength * 100.0).round() / 100.0,
        why: alarm.words.clone(),
    }
}
