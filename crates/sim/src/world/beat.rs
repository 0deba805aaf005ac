//! One beat: counters are read, then everybody does what is to be done in the minutes that follow.

use super::act::{Attempt, Part};
use super::counter::{Reading, float};
use super::habits::{Flow, Local, Rhythm, Thing};
use super::run::Running;
use super::trouble::Act;
use super::{Due, World};
use crate::traffic::count::Luck;
use crate::traffic::{CALLS_PER_RUN, ROWS_PER_CALL};
use countersign_model::estate::{AssetKind, IntegrationKind};
use countersign_model::id::AssetId;
use countersign_model::outcome::Metric;
use countersign_model::{SignedDuration, Timestamp};
use std::sync::Arc;

/// Journeys, sends and queues are read so often, seconds.
const POLL_S: i64 = 300;
/// A job that keeps its token runs at least so long, minutes: longer than the token lives.
const OVERRUN_MIN: u32 = 34;
/// Rows of a run that does not say.
const ROWS_UNSAID: u64 = 100;
/// How far a run's rows are from the usual at most.
const ROWS_SPREAD: f64 = 0.06;

/// The minutes of one beat.
#[derive(Debug, Clone, Copy)]
struct Beat {
    at: Timestamp,
    to: Timestamp,
    minutes: i64,
}

impl World {
    pub(super) fn beat(&mut self, at: Timestamp, minutes: i64) {
        let to = at + SignedDuration::from_mins(minutes);
        let beat = Beat { at, to, minutes };
        if at.as_second().rem_euclid(POLL_S) == 0 {
            self.poll(at);
        }
        let habits = Arc::clone(&self.ground.habits);
        let locals = habits.locals(at);
        self.end_runs(at);
        for (place, thing) in habits.things.iter().enumerate() {
            self.by_itself(place, thing, locals[thing.unit], beat);
        }
        for (place, flow) in habits.flows.iter().enumerate() {
            match &flow.starts {
                Some(starts) => self.start_runs(place, flow, starts, beat),
                None => self.flow(place, flow, locals[flow.unit], beat),
            }
        }
        self.go_on(beat);
        self.end_runs_until(to, minutes);
    }

    fn poll(&mut self, at: Timestamp) {
        let habits = Arc::clone(&self.ground.habits);
        for (place, thing) in habits.things.iter().enumerate() {
            if self.queued_share(thing, at) == 0.0 {
                self.ground.counters[place].drain();
            }
            let readings = self.ground.counters[place].poll(&habits, place, at);
            for reading in readings {
                self.say_reading(at, &reading);
            }
        }
    }

    /// What an asset does without a flow: entries picked from tables, events of the CRM, automations.
    fn by_itself(&mut self, place: usize, thing: &Thing, local: Local, beat: Beat) {
        if thing.it.kind == AssetKind::Automation {
            return self.automation(place, thing, beat);
        }
        let waits = thing
            .feeder
            .is_some_and(|flow| self.ground.habits.flows[flow].starts.is_some());
        if thing.feeder.is_some() && !waits {
            return;
        }
        let expected = self
            .ground
            .habits
            .expected(thing, local, beat.at, beat.minutes);
        let wanted = expected * self.demand_factor(thing, beat.at);
        let mut luck = Luck::new(self.ground.habits.seed, thing.it.id.as_str(), beat.at);
        let n = luck.poisson(wanted);
        match (waits, thing.hangs_on) {
            (true, _) => self.ground.counters[place].waiting += n,
            (false, Some(flow)) if self.ground.health[flow] < 0.5 => {
                self.note_loss(place, n, beat.at)
            }
            (false, _) => self.deliver(place, n, beat.at),
        }
    }

    /// A run of an automation inside the provider.
    fn automation(&mut self, place: usize, thing: &Thing, beat: Beat) {
        let Rhythm::Batches { starts, .. } = &thing.rhythm else {
            return;
        };
        let begin = starts.partition_point(|start| *start < beat.at);
        let end = starts.partition_point(|start| *start < beat.to);
        for start in &starts[begin..end] {
            let stalled = self.on(*start).any(|trouble| {
                matches!(trouble.act, Act::Stall | Act::Pause) && trouble.hits_thing(thing)
            });
            if stalled {
                self.note_loss(place, ROWS_UNSAID, *start);
                continue;
            }
            let down = self.on(*start).any(|trouble| {
                trouble.is_provided()
                    && trouble.provided().kind == "platform_outage"
                    && trouble.hits_thing(thing)
            });
            self.automation_ran(place, thing, down, *start);
        }
    }

    /// An automation ran; it failed, or wrote what got through.
    fn automation_ran(&mut self, place: usize, thing: &Thing, failed: bool, at: Timestamp) {
        let habits = Arc::clone(&self.ground.habits);
        let share = if failed {
            0.0
        } else {
            1.0 - self.lost_share(thing, at)
        };
        let written = |id: &AssetId| habits.things.iter().position(|one| one.it.id == *id);
        let written: Vec<usize> = thing.it.writes.iter().filter_map(written).collect();
        let usual: u64 = written.iter().map(|one| self.usual_rows(*one)).sum();
        let usual = if usual == 0 { ROWS_UNSAID } else { usual };
        let rows = self.rows(thing, usual, share, at);
        self.note_loss(place, usual.saturating_sub(rows), at);
        let counter = &mut self.ground.counters[place];
        counter.failures = if failed { counter.failures + 1 } else { 0 };
        let readings = [
            (
                place,
                Metric::ConsecutiveFailures,
                float(u64::from(counter.failures)),
            ),
            (place, Metric::RowsWritten, float(rows)),
        ];
        // A table that a flow fills is told of with the flow's own runs.
        let alone = written
            .into_iter()
            .filter(|one| habits.things[*one].feeder.is_none());
        let tables: Vec<usize> = alone.collect();
        for table in &tables {
            self.ground.counters[*table].wrote(&habits.things[*table], rows, at);
        }
        let of_tables = tables
            .iter()
            .map(|table| (*table, Metric::RowsWritten, float(rows)));
        for (thing, metric, value) in readings.into_iter().chain(of_tables) {
            let reading = Reading {
                thing,
                metric,
                value,
            };
            self.say_reading(at, &reading);
        }
    }

    /// A flow that calls all day.
    fn flow(&mut self, place: usize, flow: &Flow, local: Local, beat: Beat) {
        if self.rests(flow, beat.at) {
            return;
        }
        let habits = Arc::clone(&self.ground.habits);
        let mut parts = Vec::new();
        let mut volumes = 0;
        for fed in &flow.feeds {
            let thing = &habits.things[*fed];
            if thing.rhythm == Rhythm::None {
                volumes += usize::from(thing.it.volume_weekday.is_some());
                continue;
            }
            volumes += 1;
            let expected = habits.expected(thing, local, beat.at, beat.minutes);
            let wanted = expected * self.demand_factor(thing, beat.at);
            let mut luck = Luck::new(habits.seed, thing.it.id.as_str(), beat.at);
            let n = luck.poisson(wanted) + self.backlog(flow, *fed, wanted);
            if self.blocked(flow, Some(thing), beat.at) {
                self.fail(*fed, n, beat.at);
            } else if n > 0 {
                parts.push(Part {
                    thing: Some(*fed),
                    n,
                });
            }
        }
        if volumes == 0 && !self.blocked(flow, None, beat.at) {
            let expected = habits.idle_calls(flow, local, beat.minutes);
            let n = Luck::new(habits.seed, flow.it.id.as_str(), beat.at).poisson(expected);
            parts.extend((n > 0).then_some(Part { thing: None, n }));
        }
        if !parts.is_empty() {
            self.attempt(beat.at, Attempt::first(place, None, parts));
        }
    }

    /// Messages that wait in a caller and go out with the next ones, once it gets through again.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a minute's volume"
    )]
    fn backlog(&mut self, flow: &Flow, fed: usize, wanted: f64) -> u64 {
        let counter = &mut self.ground.counters[fed];
        if counter.unsent == 0 || flow.it.kind == IntegrationKind::JourneyHttp {
            return 0;
        }
        // While nothing gets through, one message tries again.
        let most = if counter.flows {
            (wanted * 2.0) as u64 + 20
        } else {
            1
        };
        let n = counter.unsent.min(most);
        counter.unsent -= n;
        n
    }

    fn start_runs(&mut self, place: usize, flow: &Flow, starts: &[Timestamp], beat: Beat) {
        let begin = starts.partition_point(|start| *start < beat.at);
        let end = starts.partition_point(|start| *start < beat.to);
        for start in &starts[begin..end] {
            if beat.at >= self.live_from && !flow.observed {
                self.plan_run(*start, place);
                let minutes = i64::from(flow.run_min);
                let ends_at = *start + SignedDuration::from_mins(minutes);
                self.later(ends_at, Due::JobEnds(place));
            }
            let thing = flow
                .feeds
                .first()
                .map(|fed| &self.ground.habits.things[*fed]);
            if self.rests(flow, *start) || self.blocked(flow, thing, *start) {
                self.run_does_not_happen(flow, *start);
                continue;
            }
            let overruns = self
                .on(*start)
                .any(|trouble| trouble.act == Act::JobOverrun && trouble.hits_flow(flow));
            let minutes = match overruns {
                true => flow.run_min.max(OVERRUN_MIN),
                false => flow.run_min,
            };
            let rows: u64 = flow.feeds.iter().map(|fed| self.usual_rows(*fed)).sum();
            let calls = if rows == 0 {
                CALLS_PER_RUN
            } else {
                rows.div_ceil(ROWS_PER_CALL)
            };
            let mut run = Running::new(place, *start, minutes, calls);
            run.overruns = overruns;
            let number = self.ground.next_number();
            self.ground.running.insert(number, run);
        }
    }

    fn run_does_not_happen(&mut self, flow: &Flow, at: Timestamp) {
        if self.rests(flow, at) {
            return;
        }
        for fed in &flow.feeds {
            let rows = self.usual_rows(*fed);
            self.note_loss(*fed, rows, at);
        }
    }

    /// Rows that a usual run writes to a table; 0 for what is no table.
    fn usual_rows(&self, place: usize) -> u64 {
        let thing = &self.ground.habits.things[place];
        match thing.it.kind {
            AssetKind::DataExtension => thing.it.rows_per_run.unwrap_or(ROWS_UNSAID),
            _ => 0,
        }
    }

    /// The calls of all runs under way.
    fn go_on(&mut self, beat: Beat) {
        let numbers: Vec<u64> = self.ground.running.keys().copied().collect();
        let habits = Arc::clone(&self.ground.habits);
        for number in numbers {
            let Some(run) = self.ground.running.get_mut(&number) else {
                continue;
            };
            let n = run.calls_until(beat.to);
            let at = run.started_at.max(beat.at);
            let (place, turn) = (run.flow, run.turn(at));
            if n == 0 {
                continue;
            }
            let feeds = &habits.flows[place].feeds;
            let thing = feeds.get(turn % feeds.len().max(1)).copied();
            let parts = vec![Part { thing, n }];
            self.attempt(at, Attempt::first(place, Some(number), parts));
        }
    }

    fn end_runs(&mut self, at: Timestamp) {
        self.end_runs_until(at + SignedDuration::from_nanos(1), 0);
    }

    /// Ends the runs that end before `to`.
    fn end_runs_until(&mut self, to: Timestamp, minutes: i64) {
        if minutes == super::LIVE_BEAT_MIN {
            // In full detail, what ends in a minute ends at its mark.
            return;
        }
        let over: Vec<u64> = self
            .ground
            .running
            .iter()
            .filter(|(_, run)| run.ends_at() < to)
            .map(|(number, _)| *number)
            .collect();
        for number in over {
            self.end_run(number);
        }
    }

    /// A run is over: its rows are there, and its end is told.
    pub(super) fn end_run(&mut self, number: u64) {
        let Some(run) = self.ground.running.remove(&number) else {
            return;
        };
        let habits = Arc::clone(&self.ground.habits);
        let flow = &habits.flows[run.flow];
        let refused = run.state() == "refused" && !flow.observed;
        let at = if refused {
            run.started_at
        } else {
            run.ends_at()
        };
        let ratio = run.ratio();
        self.ground.health[run.flow] = ratio;
        let mut rows_all = None;
        for fed in &flow.feeds {
            let rows = self.fill(*fed, ratio, refused, at);
            rows_all = rows.map(|rows| rows_all.unwrap_or(0) + rows).or(rows_all);
        }
        let lasted = at.duration_since(run.started_at).as_millis();
        let lasted = u64::try_from(lasted).unwrap_or(0);
        self.say_run(at, flow, rows_all, (lasted, run.state()));
    }

    /// What a run of which `ratio` got through leaves in one asset; the rows, if it is a table.
    fn fill(&mut self, place: usize, ratio: f64, refused: bool, at: Timestamp) -> Option<u64> {
        let habits = Arc::clone(&self.ground.habits);
        let thing = &habits.things[place];
        match thing.it.kind {
            AssetKind::DataExtension => {
                let usual = self.usual_rows(place);
                let rows = self.rows(thing, usual, ratio * (1.0 - self.lost_share(thing, at)), at);
                self.note_loss(place, usual.saturating_sub(rows), at);
                let counter = &mut self.ground.counters[place];
                counter.wrote(thing, rows, at);
                if rows > 0 {
                    counter.refill(thing);
                }
                if !refused {
                    let reading = Reading {
                        thing: place,
                        metric: Metric::RowsWritten,
                        value: float(rows),
                    };
                    self.say_reading(at, &reading);
                }
                Some(rows)
            }
            AssetKind::Journey => {
                let waiting = std::mem::take(&mut self.ground.counters[place].waiting);
                let arrived = scaled(waiting, ratio);
                self.deliver(place, arrived, at);
                self.ground.counters[place].waiting = waiting - arrived;
                self.note_loss(place, waiting - arrived, at);
                None
            }
            AssetKind::TriggeredSend => {
                let all = thing.it.volume_weekday.unwrap_or(0);
                let arrived = scaled(all, ratio);
                self.deliver(place, arrived, at);
                self.fail(place, all - arrived, at);
                None
            }
            AssetKind::Automation | AssetKind::Launch | AssetKind::OutsideSystem => None,
        }
    }

    /// Rows of a run that writes `share` of the usual. A full refresh writes what there is.
    fn rows(&self, thing: &Thing, usual: u64, share: f64, at: Timestamp) -> u64 {
        let full = thing.it.rows.is_some_and(|rows| usual >= rows);
        let spread = if full { 0.002 } else { ROWS_SPREAD };
        let luck = self.ground.habits.seed_of(thing, at).unit();
        let noise = 1.0 + spread * (2.0 * luck - 1.0);
        scaled(usual, share.clamp(0.0, 1.0) * noise)
    }
}

/// A multiple of a count, rounded.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and a factor not below 0"
)]
fn scaled(n: u64, by: f64) -> u64 {
    (float(n) * by).round() as u64
}
