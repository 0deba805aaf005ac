//! Watches counters: flows that stop or fall, tables that freeze, runs that move nothing, queues that
//! grow. One [`Series`] for each counter, a few kilobytes each, told bucket by bucket.
//!
//! Pure: `now` and buckets come in, [`Change`]s of one alarm go out. What each test does, with its
//! numbers and where they come from, stands in `docs/detectors.md`.

mod alarm;
mod baseline;
mod course;
mod dispersion;
mod evidence;
mod freshness;
mod level;
pub mod likelihood;
mod maxima;
mod packed;
mod place;
mod pool;
mod queue;
mod rows;
mod runs;
mod settings;
mod volume;
mod words;

pub use alarm::{Alarm, Change, Severity};
pub use pool::{Pool, PoolState};
pub use settings::{Bucket, Kind, Reading, Settings};
pub use volume::Share;

use countersign_model::class::Class;
use countersign_model::{SignedDuration, Timestamp};
use course::{Finding, Turn};
use freshness::Freshness;
use queue::{Age, Depth};
use rows::Total;
use runs::ZeroRuns;
use serde::{Deserialize, Serialize};
use volume::Volume;

/// One counter under watch.
#[derive(Debug, Clone)]
pub struct Series {
    kind: Kind,
    settings: Settings,
    state: SeriesState,
}

/// What a series remembers; equal buckets lead to equal states.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesState(Memory);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Memory {
    Flow(Box<Volume>),
    Rows(Total, Box<Volume>),
    Runs(ZeroRuns, Box<Volume>),
    LastChange(Box<Freshness>),
    QueueDepth(Box<Depth>),
    QueueAge(Age),
}

/// The range that is usual at one time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Its lower end: the 30 % quantile of this hour of the week in the weeks that are remembered.
    pub low: f64,
    /// Its upper end: the 70 % quantile.
    pub high: f64,
    /// How many weeks it rests on; for freshness, how many changes.
    pub weeks: usize,
}

impl Memory {
    fn new(kind: Kind, settings: &Settings) -> Memory {
        let volume = || Box::new(Volume::new(settings));
        match kind {
            Kind::Enrolments | Kind::Sends | Kind::Events => Memory::Flow(volume()),
            Kind::Rows => Memory::Rows(Total::default(), volume()),
            Kind::Runs => Memory::Runs(ZeroRuns::new(), volume()),
            Kind::LastChange => Memory::LastChange(Box::new(Freshness::new())),
            Kind::QueueDepth => Memory::QueueDepth(Box::new(Depth::new(settings))),
            Kind::QueueAge => Memory::QueueAge(Age::default()),
        }
    }

    /// Whether it is the memory of such a series, and whole.
    fn fits(&self, kind: Kind, settings: &Settings) -> bool {
        match (self, kind) {
            (Memory::Flow(volume), Kind::Enrolments | Kind::Sends | Kind::Events)
            | (Memory::Rows(_, volume), Kind::Rows) => volume.fits(settings),
            (Memory::Runs(zeros, volume), Kind::Runs) => zeros.is_whole() && volume.fits(settings),
            (Memory::LastChange(freshness), Kind::LastChange) => freshness.is_whole(),
            (Memory::QueueDepth(_), Kind::QueueDepth) | (Memory::QueueAge(_), Kind::QueueAge) => {
                true
            }
            _ => false,
        }
    }

    fn heap_bytes(&self) -> usize {
        let of_volume = |volume: &Volume| size_of::<Volume>() + volume.heap_bytes();
        match self {
            Memory::Flow(volume) | Memory::Rows(_, volume) => of_volume(volume),
            Memory::Runs(zeros, volume) => zeros.heap_bytes() + of_volume(volume),
            Memory::LastChange(freshness) => size_of::<Freshness>() + freshness.heap_bytes(),
            Memory::QueueDepth(depth) => size_of::<Depth>() + depth.heap_bytes(),
            Memory::QueueAge(_) => 0,
        }
    }

    fn volume(&self) -> Option<&Volume> {
        match self {
            Memory::Flow(volume) | Memory::Rows(_, volume) | Memory::Runs(_, volume) => {
                Some(volume)
            }
            Memory::LastChange(_) | Memory::QueueDepth(_) | Memory::QueueAge(_) => None,
        }
    }
}

impl Series {
    /// A series that has seen nothing.
    #[must_use]
    pub fn new(kind: Kind, settings: Settings) -> Series {
        let state = SeriesState(Memory::new(kind, &settings));
        Series {
            kind,
            settings,
            state,
        }
    }

    /// Takes up what [`snapshot`](Self::snapshot) gave; what was kept for another kind or another
    /// length of bucket is of no use, and the series starts anew.
    #[must_use]
    pub fn restore(kind: Kind, settings: Settings, state: SeriesState) -> Series {
        if !state.0.fits(kind, &settings) {
            return Series::new(kind, settings);
        }
        Series {
            kind,
            settings,
            state,
        }
    }

    /// What to keep until the next start.
    #[must_use]
    pub fn snapshot(&self) -> &SeriesState {
        &self.state
    }

    /// What it is told about itself.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Bytes that its memory takes, without its settings.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        size_of::<SeriesState>() + self.state.0.heap_bytes()
    }

    /// Takes a bucket that has ended. A bucket after the newest one is tested; one that was told
    /// before is told anew, and replays the evidence of at most 24 hours (flows alone). Buckets in
    /// between that never come count as missing.
    ///
    /// `now` is the time of the judgement, at or after the end of the bucket.
    pub fn observe(&mut self, now: Timestamp, bucket: Bucket) -> Option<Change> {
        let settings = &self.settings;
        let turn = match &mut self.state.0 {
            Memory::Flow(volume) => flow(settings, volume, &bucket, Class::Stopped),
            Memory::Rows(total, volume) => {
                if volume.newest().is_some_and(|newest| bucket.start <= newest) {
                    return None;
                }
                let added = total.added(settings.interval_s, &bucket);
                flow(settings, volume, &added, Class::Frozen)
            }
            Memory::Runs(zeros, volume) => run(settings, zeros, volume, &bucket),
            Memory::LastChange(freshness) => freshness.take(settings, &bucket),
            Memory::QueueDepth(depth) => depth.take(settings, &bucket),
            Memory::QueueAge(age) => age.take(settings, &bucket),
        }?;
        Some(words::told(now, turn, |found, is_over| {
            self.words(found, is_over, now, bucket.start)
        }))
    }

    /// Whether an alarm is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match &self.state.0 {
            Memory::Flow(volume) | Memory::Rows(_, volume) | Memory::Runs(_, volume) => {
                volume.is_alarmed()
            }
            Memory::LastChange(freshness) => freshness.is_alarmed(),
            Memory::QueueDepth(depth) => depth.is_alarmed(),
            Memory::QueueAge(age) => age.is_alarmed(),
        }
    }

    /// The open alarm of a flow or a job as it stands by `now`: an alarm is told when it opens, and what
    /// is lost grows on.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Option<Alarm> {
        let found = self.state.0.volume()?.worst()?;
        let words = self.words(&found, false, now, found.since);
        Some(words::alarm(now, &found, words))
    }

    /// For runs with a schedule: the start that has passed without a run, once half the time to the
    /// next one is gone, at least 15 minutes, plus the usual length of a run. Such a run counts as one
    /// that moved nothing: give it to [`observe`](Self::observe) as a bucket of zero at that time.
    ///
    /// Source: detection 3, "Signals mapped to it".
    #[must_use]
    pub fn missed_run(&self, now: Timestamp) -> Option<Timestamp> {
        let Memory::Runs(_, volume) = &self.state.0 else {
            return None;
        };
        // A run that was a little early is the run of its start.
        let early = place::span(self.settings.interval_s / 4);
        let (due, late) = freshness::due(&self.settings, volume.newest()? + early)?;
        (now > late).then_some(due)
    }

    /// What the newest bucket says of a partial loss, for a [`Pool`]; `None` where it was not tested.
    #[must_use]
    pub fn share(&self) -> Option<Share> {
        self.state.0.volume()?.half()
    }

    /// How long from `now` a silence must last to be noticed; `None` where a week would not do, or
    /// too little is known.
    #[must_use]
    pub fn noticeable_within(&self, now: Timestamp) -> Option<SignedDuration> {
        match &self.state.0 {
            Memory::Flow(volume) | Memory::Rows(_, volume) | Memory::Runs(_, volume) => {
                volume.noticeable_within(&self.settings, now)
            }
            Memory::LastChange(freshness) => {
                let late = freshness.late_at(&self.settings)?;
                Some(late.duration_since(now).max(SignedDuration::ZERO))
            }
            Memory::QueueDepth(_) | Memory::QueueAge(_) => None,
        }
    }

    /// What is usual at `now`: events per bucket, or minutes between changes.
    #[must_use]
    pub fn normal_range(&self, now: Timestamp) -> Option<Range> {
        let (low, high, weeks) = match &self.state.0 {
            Memory::LastChange(freshness) => freshness.usual(&self.settings, now)?,
            memory => memory.volume()?.usual(&self.settings, now)?,
        };
        Some(Range { low, high, weeks })
    }

    /// Events expected in the bucket at `at`, at the level of these days.
    #[must_use]
    pub fn expected(&self, at: Timestamp) -> Option<f64> {
        self.state.0.volume()?.expected(&self.settings, at)
    }

    fn words(&self, found: &Finding, is_over: bool, now: Timestamp, start: Timestamp) -> String {
        let settings = &self.settings;
        match (self.kind, is_over) {
            (Kind::LastChange, false) => words::frozen(settings, found, now),
            (Kind::QueueDepth, false) => words::grows(settings, found),
            (Kind::QueueAge, false) => words::ages(settings, found),
            (Kind::LastChange | Kind::QueueDepth | Kind::QueueAge, true) => {
                words::calm_again(settings, found, now)
            }
            (kind, true) => words::flows_again(settings, words::unit(kind), found, now),
            (kind, false) => {
                let volume = self.state.0.volume();
                let usual = words::Usual {
                    at: start,
                    expected: self.expected(start),
                    range: volume.and_then(|volume| volume.usual(settings, start)),
                };
                words::fell(settings, kind, found, now, usual)
            }
        }
    }
}

/// One bucket of a flow.
fn flow(settings: &Settings, volume: &mut Volume, bucket: &Bucket, class: Class) -> Option<Turn> {
    let is_late = volume.newest().is_some_and(|newest| bucket.start <= newest);
    let is_judged = match is_late {
        true => volume.restate(settings, bucket),
        false => volume.take(settings, bucket) || bucket.is_paused(),
    };
    let ratios = volume.ratios(settings);
    is_judged.then(|| volume.judge(settings, bucket, ratios, class))?
}

/// One run of a job. Of zero runs, two in a row count like a silence; the first one alone counts where
/// the run rule says so.
///
/// Source: detection 3, "Signals mapped to it", run rule.
fn run(
    settings: &Settings,
    zeros: &mut ZeroRuns,
    volume: &mut Volume,
    bucket: &Bucket,
) -> Option<Turn> {
    if volume.newest().is_some_and(|newest| bucket.start <= newest) {
        return None;
    }
    let is_tested = volume.take(settings, bucket);
    let rows = bucket.number().filter(|_| !bucket.is_paused());
    let cell = place::place(bucket.start, &settings.zone, settings.week()).cell;
    let mut ratios = volume.ratios(settings);
    if volume.zeros() < 2 {
        ratios.silence = 0.0;
    }
    let is_zero = rows == Some(0.0);
    let is_news = is_zero && bucket.planned.is_none() && zeros.is_news(cell, volume.silence());
    if is_news || (is_zero && volume.is_alarmed()) {
        ratios.silence = ratios.silence.max(1.0);
    }
    let turn = match is_tested || bucket.is_paused() {
        true => volume.judge(settings, bucket, ratios, Class::ZeroRows),
        false => None,
    };
    if rows.is_some() && bucket.planned.is_none() && !volume.is_alarmed() {
        zeros.learn(cell, is_zero);
    }
    turn
}

#[cfg(test)]
mod tests;
