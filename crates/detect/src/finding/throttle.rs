//! Callers that the provider asks to slow down: a line a day for their owner, and no alarm.

use super::claim::{Claim, Mark};
use super::known::{Place, date_words};
use super::rules::{FindingRules, Limit};
use crate::classify::is_throttled;
use countersign_model::Timestamp;
use countersign_model::civil::Date;
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::outcome::{Call, Outcome};
use serde::{Deserialize, Serialize};

/// One caller's day, in its business unit's zone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Throttle {
    day: Option<Date>,
    n: u64,
    throttled: u64,
    first: Option<Mark>,
    told: Option<Told>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Told {
    since: Mark,
    day: Date,
    n: u64,
    throttled: u64,
    is_whole_day: bool,
}

impl Throttle {
    /// Takes a call or token request of any result.
    pub(super) fn observe(
        &mut self,
        rules: &FindingRules,
        outcome: &Outcome,
        call: &Call,
        place: &Place,
    ) {
        let day = place.day(outcome.ts);
        self.turn(rules, day);
        if self.day.is_some_and(|own| own > day) {
            return;
        }
        self.day = Some(day);
        self.n = self.n.saturating_add(outcome.n);
        if !is_throttled(call) {
            return;
        }
        self.throttled = self.throttled.saturating_add(outcome.n);
        self.first.get_or_insert_with(|| Mark::of(outcome));
        if self.told.is_none() && self.is_much(rules) {
            self.told = self.tell(false, None);
        }
    }

    /// Ends the day, if it is over; whether it was.
    pub(super) fn turn_at(&mut self, rules: &FindingRules, now: Timestamp, place: &Place) -> bool {
        self.turn(rules, place.day(now))
    }

    fn turn(&mut self, rules: &FindingRules, day: Date) -> bool {
        if self.day.is_none_or(|own| own >= day) {
            return false;
        }
        let before = self.told.take();
        if self.is_much(rules) {
            self.told = self.tell(true, before);
        } else if self.n == 0 {
            // A day without a call says nothing.
            self.told = before;
        }
        (self.day, self.n, self.throttled, self.first) = (Some(day), 0, 0, None);
        true
    }

    fn is_much(&self, rules: &FindingRules) -> bool {
        self.throttled >= rules.count(Limit::ThrottledMin)
            && share(self.throttled, self.n) >= rules.get(Limit::ThrottledShare)
    }

    fn tell(&self, is_whole_day: bool, before: Option<Told>) -> Option<Told> {
        let since = before
            .map(|told| told.since)
            .or_else(|| self.first.clone())?;
        Some(Told {
            since,
            day: self.day?,
            n: self.n,
            throttled: self.throttled,
            is_whole_day,
        })
    }

    /// Whether it was throttled.
    pub(super) fn claim(&self, name: &str, place: &Place, subject: &Subject) -> Option<Claim> {
        let told = self.told.as_ref()?;
        let (day, so_far) = (date_words(told.day), !told.is_whole_day);
        let counted = match so_far {
            true => "so far",
            false => "in all",
        };
        Some(Claim {
            kind: FindingKind::Throttled,
            subject: subject.clone(),
            severity: Severity::Info,
            since: Some(told.since.at),
            words: format!(
                "{name}: on {day} the provider answered {} of its {} requests with \"slow down\" \
                 ({counted}). Nothing is lost while it waits and asks again.",
                told.throttled, told.n
            ),
            fix: "Spread its requests, send more rows with each, or move it to a quieter hour."
                .to_owned(),
            evidence: vec![told.since.evidence("first request answered 429")],
            bu: Some(place.bu.clone()),
            owner: place.owner.clone(),
            due: None,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "calls of a day")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}
