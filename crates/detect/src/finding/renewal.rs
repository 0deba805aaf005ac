//! Tokens of other people's programs that near their end although a renewal was due (R107).

use super::claim::{Claim, Mark};
use super::known::KnownCredential;
use super::rules::{FindingRules, Limit};
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::outcome::Outcome;
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The newest token of one credential, and the rhythm in which it is renewed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Renewals {
    issued: Option<Mark>,
    life_s: Option<u64>,
    /// Renewals in a row that came before the end of the token before.
    kept: u32,
    /// Newest failure since the newest token.
    failed: Option<Mark>,
    /// Newest call.
    used_at: Option<Timestamp>,
    /// When it last came back from a pause without a failure: it is switched off at times.
    paused_at: Option<Timestamp>,
}

impl Renewals {
    /// Takes a new token.
    pub(super) fn issued(&mut self, outcome: &Outcome, expires_in: Option<u64>) {
        if self
            .issued
            .as_ref()
            .is_some_and(|mark| mark.at >= outcome.ts)
        {
            return;
        }
        match self.ends() {
            Some(end) if end > outcome.ts => self.kept = self.kept.saturating_add(1),
            Some(_) => {
                if self.failed.is_none() {
                    self.paused_at = Some(outcome.ts);
                }
                self.kept = 0;
            }
            None => {}
        }
        self.issued = Some(Mark::of(outcome));
        self.life_s = expires_in.or(self.life_s);
        self.failed = self.failed.take().filter(|mark| mark.at > outcome.ts);
    }

    /// Takes a token request that failed.
    pub(super) fn failed(&mut self, outcome: &Outcome) {
        let newest = self.issued.as_ref().is_none_or(|mark| mark.at < outcome.ts);
        if newest && self.failed.is_none() {
            self.failed = Some(Mark::of(outcome));
        }
    }

    /// Takes a call.
    pub(super) fn used(&mut self, outcome: &Outcome) {
        self.used_at = self.used_at.max(Some(outcome.ts));
    }

    /// Seconds that its tokens live, if one was seen.
    pub(super) fn life_s(&self) -> Option<u64> {
        self.life_s
    }

    fn life(&self) -> Option<SignedDuration> {
        let seconds = i64::try_from(self.life_s?).ok()?;
        (seconds > 0).then(|| SignedDuration::from_secs(seconds))
    }

    fn ends(&self) -> Option<Timestamp> {
        self.issued.as_ref()?.at.checked_add(self.life()?).ok()
    }

    /// Whether a renewal is overdue. Only of credentials that others hold: what our own broker
    /// does is told by itself.
    pub(super) fn claim(
        &self,
        now: Timestamp,
        rules: &FindingRules,
        known: &KnownCredential,
        subject: &Subject,
    ) -> Option<Claim> {
        let (issued, life, end) = (self.issued.as_ref()?, self.life()?, self.ends()?);
        let has_rhythm = u64::from(self.kept) >= rules.count(Limit::RenewalRhythmMin);
        let left = end.duration_since(now).as_secs_f64();
        let is_due = left <= life.as_secs_f64() * rules.get(Limit::RenewalLeftShare);
        if known.is_brokered || !has_rhythm || !is_due || !self.is_missed(now, issued.at, life, end)
        {
            return None;
        }
        let place = &known.place;
        let (ends, last) = (place.moment(end), place.moment(issued.at));
        let why = match &self.failed {
            Some(_) => "its renewal fails",
            None => "its renewal did not come",
        };
        let (severity, words) = match end > now {
            true => (
                Severity::Warning,
                format!(
                    "{}: its token ends at {ends} and {why}; the last good one was at {last}.",
                    known.name
                ),
            ),
            false => (
                Severity::Urgent,
                format!(
                    "{}: its token ended at {ends} and {why}; the last good one was at {last}.",
                    known.name
                ),
            ),
        };
        let mut evidence = vec![issued.evidence("last token issued")];
        evidence.extend(
            self.failed
                .as_ref()
                .map(|mark| mark.evidence("renewal failed")),
        );
        Some(Claim {
            kind: FindingKind::RenewalOverdue,
            subject: subject.clone(),
            severity,
            since: Some(now),
            words,
            fix:
                "Ask the team that holds the secret to look at its renewal now; calls are refused \
                  from the token's end."
                    .to_owned(),
            evidence,
            bu: Some(place.bu.clone()),
            owner: place.owner.clone(),
            due: None,
        })
    }

    /// Whether somebody misses the token: its renewal failed, its calls go on, or it never paused.
    /// One that nobody used for a whole life after its end was switched off, and not forgotten.
    fn is_missed(
        &self,
        now: Timestamp,
        issued: Timestamp,
        life: SignedDuration,
        end: Timestamp,
    ) -> bool {
        if self.failed.is_some() {
            return true;
        }
        let over = now.duration_since(end) > life;
        match self.used_at {
            Some(used) if over => used > end,
            Some(used) => used.duration_since(issued) > life / 2,
            None => !over && self.paused_at.is_none(),
        }
    }
}
