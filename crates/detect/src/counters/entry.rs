//! One counter: how often it is read, what a number is a bucket of, and the alarm that stands.

use super::bucket;
use crate::series::{Alarm, Change, Kind, Series, SeriesState, Settings};
use countersign_model::Timestamp;
use countersign_model::estate::PlannedKind;
use serde::{Deserialize, Serialize};

/// Readings from which the rhythm is learned, where no schedule tells.
const LEARNED_FROM: usize = 3;
/// Rhythms that people set, seconds; what is learned is the nearest.
const RHYTHMS_S: [u32; 12] = [
    60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400,
];

/// One counter of one asset.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    state: State,
    series: Option<(Kind, Series)>,
    pub(super) alarm: Option<Alarm>,
    pub(super) good_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct State {
    interval_s: Option<u32>,
    /// Whether runs of the flow tell it, and no sample.
    by_run: bool,
    first: Vec<Timestamp>,
    /// The newest bucket, to which a second report of the same time is added.
    newest: Option<(Timestamp, f64)>,
}

/// An entry as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    state: State,
    series: Option<SeriesState>,
    alarm: Option<Alarm>,
    good_at: Option<Timestamp>,
}

impl Entry {
    pub(super) fn new(interval_s: Option<u32>, by_run: bool) -> Entry {
        Entry {
            state: State {
                interval_s,
                by_run,
                ..State::default()
            },
            series: None,
            alarm: None,
            good_at: None,
        }
    }

    pub(super) fn interval_s(&self) -> Option<u32> {
        self.state.interval_s
    }

    pub(super) fn is_set(&self) -> bool {
        self.series.is_some()
    }

    /// Whether readings of that origin count: a sample of the very counter wins over runs for good.
    pub(super) fn is_for(&mut self, by_run: bool) -> bool {
        if self.state.by_run && !by_run {
            self.state.by_run = false;
        }
        self.state.by_run == by_run
    }

    /// Takes up settings; what is remembered stays where it still fits.
    pub(super) fn set(self, kind: Kind, settings: Settings) -> Entry {
        let series = match self.series {
            Some((_, known)) => Series::restore(kind, settings, known.snapshot().clone()),
            None => Series::new(kind, settings),
        };
        Entry {
            series: Some((kind, series)),
            ..self
        }
    }

    /// Learns how often the counter is read, from the shortest of the first gaps.
    pub(super) fn learn(&mut self, ts: Timestamp) {
        if self.state.interval_s.is_some() {
            return;
        }
        let first = &mut self.state.first;
        if !first.contains(&ts) {
            first.push(ts);
            first.sort_unstable();
        }
        if first.len() <= LEARNED_FROM {
            return;
        }
        let gaps = first
            .windows(2)
            .map(|two| two[1].duration_since(two[0]).as_secs());
        let shortest = gaps.min().unwrap_or(300).unsigned_abs();
        let apart = |rhythm: &u32| u64::from(*rhythm).abs_diff(shortest);
        self.state.interval_s = RHYTHMS_S.into_iter().min_by_key(apart);
        first.clear();
    }

    /// Takes a reading; the alarm's change, if there is one.
    pub(super) fn observe(
        &mut self,
        now: Timestamp,
        ts: Timestamp,
        value: f64,
        planned: Option<PlannedKind>,
    ) -> Option<Change> {
        let (kind, series) = self.series.as_mut()?;
        let interval_s = i64::from(self.state.interval_s?);
        let (start, value) = match kind {
            Kind::Enrolments | Kind::Sends | Kind::Events => {
                // Read at its end: a bucket that ended about now.
                let ended = (ts.as_second() + interval_s / 2).div_euclid(interval_s) * interval_s;
                let start = Timestamp::from_second(ended - interval_s).ok()?;
                match self.state.newest {
                    Some((newest, known)) if newest == start => (start, known + value),
                    _ => (start, value),
                }
            }
            _ => (ts, value),
        };
        if self.state.newest.is_none_or(|(newest, _)| start >= newest) {
            self.state.newest = Some((start, value));
        }
        let change = series.observe(now, bucket(start, value, planned));
        match &change {
            Some(Change::Opened(alarm) | Change::Raised(alarm)) => {
                self.alarm = Some(alarm.clone());
            }
            Some(Change::Closed(_)) => self.alarm = None,
            None => {}
        }
        if self.alarm.is_none() {
            self.went_on(ts, value);
        }
        change
    }

    fn went_on(&mut self, ts: Timestamp, value: f64) {
        let kind = self.series.as_ref().map(|(kind, _)| *kind);
        let at = match kind {
            Some(Kind::Enrolments | Kind::Sends | Kind::Events | Kind::Runs) if value > 0.0 => {
                Some(ts)
            }
            #[expect(clippy::cast_possible_truncation, reason = "Unix seconds")]
            Some(Kind::LastChange) => Timestamp::from_second(value as i64).ok(),
            _ => None,
        };
        self.good_at = self.good_at.max(at);
    }

    pub(super) fn store(&self) -> Stored {
        Stored {
            state: self.state.clone(),
            series: self
                .series
                .as_ref()
                .map(|(_, series)| series.snapshot().clone()),
            alarm: self.alarm.clone(),
            good_at: self.good_at,
        }
    }

    /// An entry as it was stored; `settings` by its interval.
    pub(super) fn recall(
        stored: Stored,
        settings: impl FnOnce(u32) -> Option<(Kind, Settings)>,
    ) -> Entry {
        let set = stored.state.interval_s.and_then(settings);
        let series = stored.series.zip(set);
        Entry {
            series: series
                .map(|(state, (kind, settings))| (kind, Series::restore(kind, settings, state))),
            state: stored.state,
            alarm: stored.alarm,
            good_at: stored.good_at,
        }
    }
}
