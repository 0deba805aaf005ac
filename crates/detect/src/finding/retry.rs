//! Attempts, and not only results: calls that need more of them than usual (R185), and storms.

use super::claim::{Claim, Mark};
use super::known::Place;
use super::rules::{FindingRules, Limit};
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::outcome::{Call, Outcome};
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What is left of the past after each slice: half of a day's worth.
const KEPT_OF_PAST: f64 = 0.995_2;
/// Slices in a row that open a finding, and that close it.
const SLICES_TO_TELL: u8 = 2;

/// Good calls and those among them that needed another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Tally {
    good: f64,
    again: f64,
}

impl Tally {
    fn share(self) -> f64 {
        self.again / self.good.max(1.0)
    }
}

/// How often one caller's calls need another attempt, against its own past.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Retries {
    slice_from: Option<Timestamp>,
    slice: Tally,
    usual: Tally,
    bad_slices: u8,
    calm_slices: u8,
    first_bad: Option<Mark>,
    told: Option<Rise>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rise {
    mark: Mark,
    usual: f64,
    now: f64,
}

/// Whether it is another attempt at a call made before.
fn is_again(call: &Call) -> bool {
    call.retry_of.is_some() || call.attempt.is_some_and(|attempt| attempt > 1)
}

impl Retries {
    /// Takes a call or token request. Those that fail are left out: while nothing works, retries
    /// are no weakness of the caller.
    pub(super) fn observe(&mut self, rules: &FindingRules, outcome: &Outcome, call: &Call) {
        self.turn(rules, outcome.ts);
        if call.status.is_none_or(|status| status >= 400) {
            return;
        }
        let n = many(outcome.n);
        self.slice.good += n;
        if is_again(call) {
            self.slice.again += n;
            if self.first_bad.is_none() {
                self.first_bad = Some(Mark::of(outcome));
            }
        }
    }

    /// Ends the slice, if it is over.
    fn turn(&mut self, rules: &FindingRules, at: Timestamp) {
        let from = *self.slice_from.get_or_insert(at);
        if at.duration_since(from) < rules.span(Limit::RetriesSliceS) {
            return;
        }
        let slice = std::mem::take(&mut self.slice);
        self.slice_from = Some(at);
        if slice.good < rules.get(Limit::RetriesCallsMin) {
            self.learn(slice);
            return;
        }
        let usual = self.usual.share();
        let is_known = self.usual.good >= rules.get(Limit::RetriesKnownMin);
        let rise = slice.share() - usual;
        let is_bad = is_known
            && rise >= rules.get(Limit::RetriesRise)
            && slice.share() >= usual * rules.get(Limit::RetriesTimes);
        if is_bad {
            self.bad_slices = self.bad_slices.saturating_add(1);
            self.calm_slices = 0;
            if self.bad_slices >= SLICES_TO_TELL && self.told.is_none() {
                self.told = self.first_bad.clone().map(|mark| Rise {
                    mark,
                    usual,
                    now: slice.share(),
                });
            }
            return;
        }
        self.bad_slices = 0;
        self.first_bad = None;
        self.calm_slices = self.calm_slices.saturating_add(1);
        if self.calm_slices >= SLICES_TO_TELL {
            self.told = None;
        }
        self.learn(slice);
    }

    fn learn(&mut self, slice: Tally) {
        self.usual.good = self.usual.good * KEPT_OF_PAST + slice.good;
        self.usual.again = self.usual.again * KEPT_OF_PAST + slice.again;
    }

    /// Whether more calls than usual need another attempt.
    pub(super) fn claim(&self, name: &str, place: &Place, subject: &Subject) -> Option<Claim> {
        let rise = self.told.as_ref()?;
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        Some(Claim {
            kind: FindingKind::RetriesRising,
            subject: subject.clone(),
            severity: Severity::Warning,
            since: Some(rise.mark.at),
            words: format!(
                "{name}: {} of its good calls needed more than one attempt, usually {}. They still \
                 get through; something on the way is getting worse.",
                percent(rise.now),
                percent(rise.usual)
            ),
            fix: "Look at what the first attempts are answered, before it becomes an outage."
                .to_owned(),
            evidence: vec![rise.mark.evidence("first call that needed another attempt")],
            bu: Some(place.bu.clone()),
            owner: place.owner.clone(),
            due: None,
        })
    }
}

/// Requests of one minute, and the newest minute that was a storm.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Storm {
    minute: i64,
    first: u64,
    again: u64,
    mints: u64,
    stormed: Option<Stormed>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Stormed {
    first: Mark,
    newest: Timestamp,
    is_of_mints: bool,
}

impl Storm {
    /// Takes a call or token request.
    pub(super) fn observe(
        &mut self,
        rules: &FindingRules,
        outcome: &Outcome,
        call: &Call,
        is_mint: bool,
    ) {
        let minute = outcome.ts.as_second().div_euclid(60);
        if minute != self.minute {
            (self.minute, self.first, self.again, self.mints) = (minute, 0, 0, 0);
        }
        match is_again(call) {
            true => self.again = self.again.saturating_add(outcome.n),
            false => self.first = self.first.saturating_add(outcome.n),
        }
        if is_mint {
            self.mints = self.mints.saturating_add(outcome.n);
        }
        let is_of_mints = self.mints >= rules.count(Limit::StormMintsMin);
        let again = many(self.again);
        let is_of_calls = again >= rules.get(Limit::StormRetriesMin)
            && again >= rules.get(Limit::StormTimes) * many(self.first);
        if !is_of_mints && !is_of_calls {
            return;
        }
        let calm = rules.span(Limit::StormCalmS);
        let known = self.stormed.take();
        let known = known.filter(|one| outcome.ts.duration_since(one.newest) < calm);
        self.stormed = Some(Stormed {
            first: known
                .as_ref()
                .map_or_else(|| Mark::of(outcome), |one| one.first.clone()),
            newest: known
                .as_ref()
                .map_or(outcome.ts, |one| one.newest.max(outcome.ts)),
            is_of_mints: known.map_or(is_of_mints, |one| one.is_of_mints),
        });
    }

    /// Whether it storms, or did within the last minutes.
    pub(super) fn claim(
        &self,
        now: Timestamp,
        rules: &FindingRules,
        (name, place): (&str, &Place),
        subject: &Subject,
    ) -> Option<Claim> {
        let stormed = self.stormed.as_ref()?;
        let age: SignedDuration = now.duration_since(stormed.newest);
        if age >= rules.span(Limit::StormCalmS) {
            return None;
        }
        let (does, fix) = match stormed.is_of_mints {
            true => (
                "asks for a new token with almost every call",
                "Let it keep its token until shortly before its end; the provider asks for one \
                 request in twenty minutes.",
            ),
            false => (
                "repeats its requests without pause",
                "Let it wait longer after each failed attempt, and give up after a few.",
            ),
        };
        Some(Claim {
            kind: FindingKind::RetryStorm,
            subject: subject.clone(),
            severity: Severity::Urgent,
            since: Some(stormed.first.at),
            words: format!(
                "{name} {does}. Its requests use up the limits of all who share them, and hide \
                 what fails first."
            ),
            fix: fix.to_owned(),
            evidence: vec![stormed.first.evidence("first minute of the storm")],
            bu: Some(place.bu.clone()),
            owner: place.owner.clone(),
            due: None,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of calls")]
fn many(n: u64) -> f64 {
    n as f64
}
