//! Recorded series: `meta.json` and one CSV file for each.

use crate::exit::Exit;
use countersign_detect::series::{Bucket, Kind, Reading, Settings};
use countersign_model::estate::PlannedKind;
use countersign_model::{SignedDuration, Timestamp, civil, schedule};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Longest bucket that is read: a week, seconds.
const INTERVAL_MAX_S: u32 = 7 * 86_400;

/// One recorded series.
#[derive(Debug)]
pub(super) struct Recorded {
    /// Its id.
    pub(super) id: String,
    /// What is counted.
    pub(super) kind: Kind,
    interval_s: u32,
    /// Its rows, in their order.
    pub(super) buckets: Vec<Bucket>,
}

impl Recorded {
    /// What the detector is told of it. Times are those of its source, so its zone is UTC.
    pub(super) fn settings(&self) -> Settings {
        let zone = schedule::zone("UTC").expect("UTC is a zone");
        Settings::new(&self.id, self.interval_s, zone)
    }

    /// Length of a bucket.
    pub(super) fn interval(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.interval_s))
    }
}

/// What a detector may know of a series.
#[derive(Debug, Deserialize)]
struct Meta {
    file: PathBuf,
    interval_s: u32,
    signal: Signal,
    #[serde(default)]
    calendar: Vec<Holiday>,
    #[serde(default)]
    announced: Vec<Announced>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Signal {
    Count,
    GaugeRows,
    QueueDepth,
    BatchRows,
}

#[derive(Debug, Deserialize)]
struct Holiday {
    date: civil::Date,
}

#[derive(Debug, Deserialize)]
struct Announced {
    start: Timestamp,
    end: Timestamp,
}

/// Reads a folder.
///
/// # Errors
/// Bad input, with the file and, where there is one, the line.
pub(super) fn read(folder: &Path) -> Result<Vec<Recorded>, Exit> {
    let path = folder.join("meta.json");
    let text = text_of(&path)?;
    let metas: BTreeMap<String, Meta> =
        serde_json::from_str(&text).map_err(|error| fault(&path, error))?;
    metas
        .into_iter()
        .map(|(id, meta)| recorded(folder, id, &meta))
        .collect()
}

fn text_of(path: &Path) -> Result<String, Exit> {
    std::fs::read_to_string(path).map_err(|error| fault(path, error))
}

fn fault(path: &Path, why: impl std::fmt::Display) -> Exit {
    Exit::input(format!("{}: {why}", path.display()))
}

fn recorded(folder: &Path, id: String, meta: &Meta) -> Result<Recorded, Exit> {
    let path = folder.join(&meta.file);
    let is_inside = meta
        .file
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !is_inside {
        return Err(fault(&path, "a series lies inside its folder"));
    }
    if !(1..=INTERVAL_MAX_S).contains(&meta.interval_s) {
        let why = format!("interval_s of {id}: write 1 to {INTERVAL_MAX_S}");
        return Err(fault(&folder.join("meta.json"), why));
    }
    let text = text_of(&path)?;
    let rows = text.lines().enumerate().skip(1);
    let buckets: Result<Vec<Bucket>, Exit> = rows
        .filter(|(_, row)| !row.trim().is_empty())
        .map(|(n, row)| {
            bucket(row, meta).map_err(|why| fault(&path, format!("line {}: {why}", n + 1)))
        })
        .collect();
    Ok(Recorded {
        id,
        kind: match meta.signal {
            Signal::Count => Kind::Events,
            Signal::GaugeRows => Kind::Rows,
            Signal::QueueDepth => Kind::QueueDepth,
            Signal::BatchRows => Kind::Runs,
        },
        interval_s: meta.interval_s,
        buckets: buckets?,
    })
}

/// One row, `ts,value`.
fn bucket(row: &str, meta: &Meta) -> Result<Bucket, String> {
    let (ts, value) = row
        .split_once(',')
        .ok_or("it is not of the form ts,value")?;
    let start: Timestamp = ts
        .trim()
        .parse()
        .map_err(|_| format!("{ts:?} is no time of RFC 3339"))?;
    let value: f64 = value
        .trim()
        .parse()
        .map_err(|_| format!("{value:?} is no number"))?;
    Ok(Bucket {
        start,
        reading: Reading::Value(value),
        planned: planned(start, meta),
    })
}

fn planned(start: Timestamp, meta: &Meta) -> Option<PlannedKind> {
    let date = start.to_string();
    let is_holiday = |holiday: &Holiday| date.starts_with(&holiday.date.to_string());
    if meta.calendar.iter().any(is_holiday) {
        return Some(PlannedKind::Holiday);
    }
    let is_launch = |span: &Announced| (span.start..span.end).contains(&start);
    meta.announced
        .iter()
        .any(is_launch)
        .then_some(PlannedKind::Launch)
}
