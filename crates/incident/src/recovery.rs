//! The recovery sheet: what is lost, late, to be repeated, dropped or corrected, in the order in which
//! things hang on each other, and what catching up does to the usual rate.

use crate::backlog;
use crate::cause::Cause;
use crate::figures::{self, end_of, outage_of, whole};
use crate::hits::{Hit, How, hits};
use crate::tally::{AssetTally, Tally};
use crate::volume;
use crate::words::{plural, span, thousands};
use countersign_model::estate::{AssetKind, Entry, Integration};
use countersign_model::impact::Outage;
use countersign_model::incident::Incident;
use countersign_model::response::{RecoveryLine, RecoverySheet, StepState};
use countersign_model::{SignedDuration, Timestamp};

/// Longest that recovery is watched after the end.
const WATCHED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// A rate is told over so long.
const RATE_MIN: i64 = 60;

/// The sheet as of `now`, of an incident whose authentication is restored.
pub(crate) fn sheet(
    cause: &Cause<'_>,
    incident: &Incident,
    tally: &Tally,
    now: Timestamp,
) -> RecoverySheet {
    let outage = outage_of(incident);
    let end = end_of(incident, now);
    let hit = hits(cause, &outage);
    let lines = hit.iter().filter(|hit| hit.since < end);
    let lines = lines.filter_map(|hit| {
        let one = One {
            cause,
            hit,
            outage: &outage,
            end,
            tally: tally.asset(&hit.asset.id),
        };
        one.line()
    });
    RecoverySheet {
        as_of: now,
        lines: lines.collect(),
        assumptions: [figures::BY_VOLUME, figures::BY_CALLER, figures::BY_AGE]
            .map(str::to_owned)
            .to_vec(),
    }
}

/// Whether an ended incident's recovery is still to be watched.
pub(crate) fn is_watched(incident: &Incident, now: Timestamp) -> bool {
    let response = &incident.response;
    let ended = incident
        .resolved_at
        .filter(|at| now.duration_since(*at) <= WATCHED_FOR);
    let left = |sheet: &RecoverySheet| sheet.lines.iter().any(|line| line.state == StepState::Open);
    ended.is_some()
        && incident.part_of.is_none()
        && response.recovered_at.is_none()
        && response.recovery.as_ref().is_some_and(left)
}

/// When everything that is counted was seen to go on; `None` while something is not, or nothing is
/// counted.
pub(crate) fn recovered_at(
    sheet: &RecoverySheet,
    tally: &Tally,
    end: Timestamp,
) -> Option<Timestamp> {
    if sheet.lines.iter().any(|line| line.state == StepState::Open) {
        return None;
    }
    let counted = sheet
        .lines
        .iter()
        .filter(|line| line.state == StepState::Done);
    let moved = counted.filter_map(|line| tally.asset(&line.asset).moved_at);
    moved.filter(|at| *at > end).max()
}

struct One<'a> {
    cause: &'a Cause<'a>,
    hit: &'a Hit<'a>,
    outage: &'a Outage,
    end: Timestamp,
    tally: AssetTally,
}

impl One<'_> {
    fn line(&self) -> Option<RecoveryLine> {
        let asset = self.hit.asset;
        let blank = self.blank();
        match (self.hit.how, asset.kind) {
            (How::NotFilled, _) => Some(self.reload(blank)),
            (How::NoSend, _) => Some(self.resend(blank)),
            (How::NoEntry, _) => Some(self.entries(blank)),
            (How::OutsideCall, _) => Some(self.outside(blank)),
            (How::OldData, AssetKind::Journey | AssetKind::TriggeredSend | AssetKind::Launch) => {
                self.correct(blank)
            }
            (How::OldData, AssetKind::Automation) => Some(RecoveryLine {
                replay: 1,
                words: "Run it once after its tables are filled again.".to_owned(),
                ..blank
            }),
            (How::OldData, _) => None,
        }
    }

    fn blank(&self) -> RecoveryLine {
        let (state, because) = self.goes_on();
        RecoveryLine {
            asset: self.hit.asset.id.clone(),
            name: self.hit.asset.name.clone(),
            lost: 0,
            late: 0,
            replay: 0,
            must_not_send: 0,
            to_correct: 0,
            words: String::new(),
            catch_up: String::new(),
            state,
            because,
        }
    }

    /// Whether a counter shows that it goes on since the end (R120).
    fn goes_on(&self) -> (StepState, String) {
        match (self.tally.read_at, self.tally.moved_at) {
            (None, _) => (StepState::CannotTell, "Nothing counts it.".to_owned()),
            (_, Some(at)) if at > self.end => {
                let after = span(self.end, at);
                (
                    StepState::Done,
                    format!("It was seen to go on {after} after the restoration."),
                )
            }
            _ => (
                StepState::Open,
                "Its counter has not moved since.".to_owned(),
            ),
        }
    }

    fn reload(&self, line: RecoveryLine) -> RecoveryLine {
        let flow = self.hit.flow;
        let schedule = flow.and_then(|flow| flow.schedule.as_ref());
        let Some(schedule) = schedule else {
            return RecoveryLine {
                replay: u64::from(flow.is_some()),
                words: format!(
                    "Send again what changed in the {} without tokens, before anything reads it.",
                    span(self.outage.from, self.end)
                ),
                ..line
            };
        };
        let missed = volume::runs(
            self.cause.estate,
            self.hit.asset,
            schedule,
            self.hit.since,
            self.end,
        );
        let n = missed.len();
        let rows = self.hit.asset.rows_per_run.unwrap_or(0) * missed.len() as u64;
        let about = match rows {
            0 => String::new(),
            rows => format!(", about {} rows", thousands(rows)),
        };
        RecoveryLine {
            replay: n as u64,
            words: format!(
                "Load {} again{about}, before anything reads it.",
                plural(n, "missed run")
            ),
            catch_up: self.rate_of_runs(flow, n),
            ..line
        }
    }

    fn rate_of_runs(&self, flow: Option<&Integration>, n: usize) -> String {
        match (flow, n) {
            (None, _) | (_, 0 | 1) => String::new(),
            (Some(flow), n) => format!(
                "{n} runs at once are {n} times the usual calls of {}; one after another they are \
                 the usual rate for {n} runs.",
                flow.name
            ),
        }
    }

    fn resend(&self, line: RecoveryLine) -> RecoveryLine {
        let asset = self.hit.asset;
        let due = backlog::due(self.cause.estate, asset, self.hit.since, self.end);
        let waits = match self.tally.unsent.filter(|read| read.at >= self.hit.since) {
            Some(read) => due.scaled(read.value),
            None => due,
        };
        let counts = waits.counts();
        let dropped = counts.must_not + counts.past_72h;
        let newest = match asset.useful_min {
            Some(minutes) => format!(" (the newest {})", backlog::life(minutes)),
            None => String::new(),
        };
        let words = match (counts.all, dropped) {
            (0, _) => "Nothing waits.".to_owned(),
            (all, 0) => format!("Send all {} that wait, oldest first.", thousands(all)),
            (all, dropped) => format!(
                "Of {} that wait only {} may go{newest}; drop {}.",
                thousands(all),
                thousands(counts.may_go),
                thousands(dropped)
            ),
        };
        RecoveryLine {
            replay: counts.may_go,
            must_not_send: dropped,
            words,
            catch_up: self.rate_of(counts.may_go),
            ..line
        }
    }

    fn entries(&self, line: RecoveryLine) -> RecoveryLine {
        let asset = self.hit.asset;
        let n = whole(volume::spread(
            self.cause.estate,
            asset,
            self.hit.since,
            self.end,
        ));
        match asset.entry {
            Some(Entry::CrmEvent) => RecoveryLine {
                late: n,
                words: format!(
                    "About {} contacts enter late, with the next sync.",
                    thousands(n)
                ),
                catch_up: self.rate_of(n),
                ..line
            },
            _ => RecoveryLine {
                lost: n,
                words: format!(
                    "About {} events were refused. Repeat none without asking: their moment may be gone.",
                    thousands(n)
                ),
                ..line
            },
        }
    }

    fn outside(&self, line: RecoveryLine) -> RecoveryLine {
        let asset = self.hit.asset;
        let n = whole(volume::expected(
            self.cause.estate,
            asset,
            self.hit.since,
            self.end,
        ));
        RecoveryLine {
            to_correct: n,
            words: format!(
                "About {} contacts passed the outside call without an answer; look at which branch they took.",
                thousands(n)
            ),
            ..line
        }
    }

    fn correct(&self, line: RecoveryLine) -> Option<RecoveryLine> {
        let (estate, asset) = (self.cause.estate, self.hit.asset);
        let started = asset.starts_at.as_ref().map(|start| start.at());
        let n = match started {
            Some(start) if start <= self.end => asset.audience.unwrap_or(0),
            Some(_) => 0,
            None => whole(volume::expected(estate, asset, self.hit.since, self.end)),
        };
        match (n, asset.entry) {
            (0, Some(Entry::DataTable)) => Some(RecoveryLine {
                words: "No planned run fell into it; its next one is right once its tables are."
                    .to_owned(),
                ..line
            }),
            (0, _) => None,
            (n, _) => Some(RecoveryLine {
                to_correct: n,
                words: format!(
                    "About {} went out with old data; decide whether to correct them.",
                    thousands(n)
                ),
                ..line
            }),
        }
    }

    /// What so many at once are against the usual hour.
    fn rate_of(&self, n: u64) -> String {
        let asset = self.hit.asset;
        let hour = self
            .end
            .checked_add(SignedDuration::from_mins(RATE_MIN))
            .unwrap_or(self.end);
        let usual = whole(volume::spread(self.cause.estate, asset, self.end, hour));
        match (n, usual) {
            (0, _) => String::new(),
            (n, 0) => format!("{} at once, where the hour brings none.", thousands(n)),
            (n, usual) => format!(
                "{} at once, beside the usual {} an hour.",
                thousands(n),
                thousands(usual)
            ),
        }
    }
}

#[cfg(test)]
mod tests;
