//! What the newest token request and the newest calls say, and until when.

use super::{Class, Integration, Seen, Statuses};
use crate::coverage::{GRACE_S, Run};
use crate::rules::span;
use countersign_model::schedule::zone;
use countersign_model::status::Health;
use countersign_model::{SignedDuration, Timestamp};

/// A hair later: a bound that still holds at its instant ends here.
const HAIR: SignedDuration = SignedDuration::from_millis(1);

/// What the evidence comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Evidence {
    /// A token lives and the newest request was not refused.
    TokenLives { until: Timestamp },
    /// The newest request failed; a token may still live.
    RenewalFails {
        at: Timestamp,
        class: Class,
        until: Option<Timestamp>,
    },
    /// Calls are answered in their rhythm.
    Answered { last: Timestamp, until: Timestamp },
    /// The last token ended.
    TokenEnded { at: Timestamp },
    /// Nothing was seen.
    Nothing,
}

impl Statuses {
    pub(super) fn evidence(&self, now: Timestamp, flow: &Integration, seen: &Seen) -> Evidence {
        let lives = seen.token_expires_at.filter(|end| *end > now);
        match (lives, seen.last_failure) {
            (Some(until), None) => return Evidence::TokenLives { until },
            (Some(until), Some((at, class))) => {
                return Evidence::RenewalFails {
                    at,
                    class,
                    until: Some(until),
                };
            }
            (None, Some((at, class))) => {
                return Evidence::RenewalFails {
                    at,
                    class,
                    until: None,
                };
            }
            (None, None) => {}
        }
        if let Some((last, until)) = self.fresh(now, flow, seen.last_call_ok_at) {
            return Evidence::Answered { last, until };
        }
        match seen.token_expires_at {
            Some(at) => Evidence::TokenEnded { at },
            None => Evidence::Nothing,
        }
    }

    /// Until when evidence says it is well: a token lives or calls are answered, and the newest of either
    /// was not refused. `None` where it does not.
    pub(super) fn well_until(
        &self,
        now: Timestamp,
        flow: &Integration,
        seen: &Seen,
    ) -> Option<Timestamp> {
        if seen.is_refused() {
            return None;
        }
        match self.evidence(now, flow, seen) {
            Evidence::TokenLives { until } | Evidence::Answered { until, .. } => Some(until),
            Evidence::RenewalFails { .. } | Evidence::TokenEnded { .. } | Evidence::Nothing => None,
        }
    }

    /// The last good call and until when it is new, if it is as new as its rhythm lets one expect.
    pub(super) fn fresh(
        &self,
        now: Timestamp,
        flow: &Integration,
        last: Option<Timestamp>,
    ) -> Option<(Timestamp, Timestamp)> {
        let last = last?;
        let until = self.expected_again(flow, last)?;
        (now < until).then_some((last, until))
    }

    /// When silence after `last` says something: a quarter of an hour later, or, with a schedule, when its
    /// next run had its usual time and that much more.
    fn expected_again(&self, flow: &Integration, last: Timestamp) -> Option<Timestamp> {
        let from = match &flow.schedule {
            None => last,
            Some(_) => self.next_run(flow, last)?.ends_at,
        };
        from.checked_add(span(GRACE_S) + HAIR).ok()
    }

    pub(super) fn next_run(&self, flow: &Integration, after: Timestamp) -> Option<Run> {
        let unit = self.index.unit(&self.estate, flow)?;
        let schedule = flow.schedule.as_ref()?;
        let starts_at = schedule.next_after(after, &unit.time_zone).ok().flatten()?;
        let usual = SignedDuration::from_mins(schedule.usual_min.map_or(0, i64::from));
        Some(Run {
            starts_at,
            ends_at: starts_at.checked_add(usual).ok()?,
        })
    }

    /// Health and a sentence for what the evidence comes to.
    pub(super) fn told(
        &self,
        now: Timestamp,
        flow: &Integration,
        evidence: Evidence,
    ) -> (Health, String) {
        let local = |at: Timestamp| self.local(flow, at);
        match evidence {
            Evidence::TokenLives { until } => (
                Health::Healthy,
                format!("Its token is good until {}.", local(until)),
            ),
            Evidence::RenewalFails { at, class, until } => {
                let failed = format!("Renewal failed at {} ({})", local(at), class.as_str());
                let words = match until {
                    Some(until) => format!("{failed}; its token is good until {}.", local(until)),
                    None => format!("{failed}."),
                };
                (Health::AtRisk, words)
            }
            Evidence::Answered { last, .. } => (Health::Healthy, self.answered(now, flow, last)),
            Evidence::TokenEnded { at } => (
                Health::Unknown,
                format!(
                    "Its last token ended at {}; nothing was seen since.",
                    local(at)
                ),
            ),
            Evidence::Nothing => (Health::Unknown, "Nothing was seen of it yet.".to_owned()),
        }
    }

    fn answered(&self, now: Timestamp, flow: &Integration, last: Timestamp) -> String {
        let last = self.local(flow, last);
        match self.next_run(flow, now) {
            Some(next) => {
                let next = self.local(flow, next.starts_at);
                format!("Its last calls, at {last}, were answered; its next run is at {next}.")
            }
            None => format!("Its last calls, at {last}, were answered."),
        }
    }

    pub(super) fn local(&self, flow: &Integration, at: Timestamp) -> String {
        let unit = self.index.unit(&self.estate, flow);
        match unit.and_then(|unit| zone(&unit.time_zone).ok()) {
            Some(zone) => at.to_zoned(zone).strftime("%H:%M %Z").to_string(),
            None => at.strftime("%H:%M UTC").to_string(),
        }
    }
}
