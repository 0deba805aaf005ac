//! One counter: how often it is read, what a number is a bucket of, and the alarm that stands.

use super::bucket;
use crate::series::{Alarm, Change, Kind, Series, SeriesState, Settings, Severity, Share};
use countersign_model::class::Class;
use countersign_model::estate::PlannedKind;
use countersign_model::{SignedDuration, Timestamp};
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
    /// What the bucket before the newest one says of a partial loss, if the newest one made it whole.
    whole: Option<Share>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct State {
    interval_s: Option<u32>,
    /// Whether runs of the flow tell it, and no sample.
    by_run: bool,
    first: Vec<Timestamp>,
    /// The newest bucket, to which a second report of the same time is added.
    newest: Option<(Timestamp, f64)>,
    /// What was expected and seen of late.
    #[serde(default)]
    recent: Recent,
}

/// What buckets of late were expected to bring, and brought; older ones fade.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Recent {
    expected: f64,
    seen: f64,
}

/// After so long a bucket counts half of what it did, seconds; our choice: in half an hour, after which
/// a first-tier flow pages, a fall of 30 % shows.
const FADES_S: f64 = 900.0;
/// Below so much that was expected a share says nothing; our choice.
const EXPECTED_MIN: f64 = 10.0;
/// Shares of the usual flow that an audience may fall to; less is a failure (detection 3).
const FALLS_TO: (f64, f64) = (0.3, 0.8);
/// A counter not read for so long says nothing of now.
const RECENT: SignedDuration = SignedDuration::from_hours(2);

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
            whole: None,
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
        // A bucket is whole once the next one comes.
        let is_next = self.state.newest.is_some_and(|(newest, _)| start > newest);
        self.whole = series.share().filter(|_| is_next);
        if let Some(share) = &self.whole {
            self.state.recent.take(interval_s, share);
        }
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
            whole: None,
        }
    }

    /// The share of a partial loss that the newest reading made whole, once, with its bucket's length.
    pub(super) fn take_whole(&mut self) -> Option<(u32, Share)> {
        Some((self.state.interval_s?, self.whole.take()?))
    }

    /// A partial loss that stands and was not told loudly, as it is by `now`.
    pub(super) fn reduced(&self, now: Timestamp) -> Option<Alarm> {
        let told = self.alarm.as_ref()?;
        let is_quiet = told.class == Class::Reduced && told.severity == Severity::Warn;
        let (_, series) = self.series.as_ref()?;
        series.standing(now).filter(|_| is_quiet)
    }

    /// Whether it fell as an audience falls: `None` where too little was expected of late.
    pub(super) fn fell_like_an_audience(&self, now: Timestamp) -> Option<bool> {
        let (newest, _) = self.state.newest?;
        let is_known = now.duration_since(newest) < RECENT;
        self.state.recent.fell().filter(|_| is_known)
    }

    /// How long from `now` a silence would have to last to page; `None` where nothing is read, or a week
    /// would not do.
    pub(super) fn noticeable_within(&self, now: Timestamp) -> Option<SignedDuration> {
        let (newest, _) = self.state.newest?;
        let (kind, series) = self.series.as_ref()?;
        let is_flow = !matches!(kind, Kind::LastChange | Kind::QueueDepth | Kind::QueueAge);
        let rests = RECENT.max(SignedDuration::from_secs(
            3 * i64::from(self.state.interval_s?),
        ));
        let is_read = now.duration_since(newest) < rests;
        series.noticeable_within(now).filter(|_| is_flow && is_read)
    }
}

impl Recent {
    #[expect(clippy::cast_precision_loss, reason = "seconds of a bucket")]
    fn take(&mut self, interval_s: i64, share: &Share) {
        let keep = 0.5_f64.powf(interval_s as f64 / FADES_S);
        self.expected = self.expected * keep + share.expected;
        self.seen = self.seen * keep + share.seen;
    }

    fn fell(&self) -> Option<bool> {
        let share = self.seen / self.expected;
        (self.expected >= EXPECTED_MIN).then_some(share > FALLS_TO.0 && share < FALLS_TO.1)
    }
}
