//! The tests of one series as the watch uses it: buckets in, alarms out.

mod calendar;
mod clocks;
pub(super) mod flow;
mod kept;
mod late;
mod rhythms;
mod rows_and_runs;
mod stopped;

use super::{Alarm, Change, Series, Severity};
use countersign_model::Timestamp;

/// A time.
fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Feeds a flow bucket by bucket; gives every change with the time it was told.
fn told(series: &mut Series, buckets: impl IntoIterator<Item = super::Bucket>) -> Vec<Change> {
    let interval = i64::from(series.settings().interval_s);
    buckets
        .into_iter()
        .filter_map(|bucket| {
            let now = bucket.start + countersign_model::SignedDuration::from_secs(interval);
            series.observe(now, bucket)
        })
        .collect()
}

/// The alarms that opened or became graver, from a severity on.
fn alarms(changes: &[Change], least: Severity) -> Vec<&Alarm> {
    changes
        .iter()
        .filter(|change| !matches!(change, Change::Closed(_)))
        .map(Change::alarm)
        .filter(|alarm| alarm.severity >= least)
        .collect()
}
