//! Credentials that nobody uses: packages without access for 180 days are switched off (F9).

use super::claim::{Claim, Mark};
use super::known::{KnownCredential, date_words};
use super::rules::{FindingRules, Limit};
use countersign_model::estate::CredentialKind;
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::outcome::Outcome;
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A package without access for so many days is switched off (F9).
const SWITCHED_OFF_DAYS: i64 = 180;

/// When one credential was last of use.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Use {
    newest: Option<Mark>,
    /// First outcome of any result: from here on we see it.
    seen_from: Option<Timestamp>,
}

impl Use {
    /// Takes an outcome; `worked` says whether the credential was of use in it.
    pub(super) fn observe(&mut self, outcome: &Outcome, worked: bool) {
        self.seen_from.get_or_insert(outcome.ts);
        let is_newer = self.newest.as_ref().is_none_or(|mark| mark.at < outcome.ts);
        if worked && is_newer {
            self.newest = Some(Mark::of(outcome));
        }
    }

    /// From when on no use was seen, if we would have seen one: since the newest, since the first
    /// outcome, or, of what our own broker holds, since we began to watch.
    fn idle_from(&self, known: &KnownCredential, watching: Option<Timestamp>) -> Option<Timestamp> {
        let newest = self.newest.as_ref().map(|mark| mark.at);
        let watched = watching.filter(|_| known.is_brokered);
        newest.or(self.seen_from).or(watched)
    }

    /// Whether it lies idle.
    pub(super) fn claim(
        &self,
        now: Timestamp,
        rules: &FindingRules,
        (known, watching): (&KnownCredential, Option<Timestamp>),
        subject: &Subject,
    ) -> Option<Claim> {
        let from = self.idle_from(known, watching)?;
        let idle = now.duration_since(from);
        let steps = [
            (Limit::IdleUrgentDays, Severity::Urgent),
            (Limit::IdleWarnDays, Severity::Warning),
            (Limit::IdleInfoDays, Severity::Info),
        ];
        let step = steps.iter().find(|(limit, _)| idle >= rules.days(*limit));
        let (_, severity) = step?;
        let day = known.place.day(from);
        let since = match &self.newest {
            Some(_) => format!("was last of use on {}", date_words(day)),
            None => format!(
                "has not been of use since we began to watch, on {}",
                date_words(day)
            ),
        };
        Some(Claim {
            kind: FindingKind::IdleCredential,
            subject: subject.clone(),
            severity: *severity,
            since: Some(from),
            words: format!(
                "{} {since}. A package without use for {SWITCHED_OFF_DAYS} days can be switched off, \
                 and nobody would notice before it is needed.",
                known.name
            ),
            fix: "Use it once, or ask for one token, well before its season; or retire it."
                .to_owned(),
            evidence: self.evidence(),
            bu: Some(known.place.bu.clone()),
            owner: known.place.owner.clone(),
            due: from
                .checked_add(SignedDuration::from_hours(SWITCHED_OFF_DAYS * 24))
                .ok()
                .map(|end| known.place.day(end)),
        })
    }

    /// Whether its service user should be looked at.
    pub(super) fn claim_user(
        &self,
        now: Timestamp,
        rules: &FindingRules,
        (known, watching): (&KnownCredential, Option<Timestamp>),
        subject: &Subject,
    ) -> Option<Claim> {
        let has_user = matches!(known.kind, CredentialKind::S2sV2 | CredentialKind::WebappV2);
        let from = self.idle_from(known, watching).filter(|_| has_user)?;
        if now.duration_since(from) < rules.days(Limit::IdleUserDays) {
            return None;
        }
        Some(Claim {
            kind: FindingKind::IdleServiceUser,
            subject: subject.clone(),
            severity: Severity::Info,
            since: Some(from),
            words: format!(
                "The hidden service user of {} may be inactive: its package has not been of use \
                 since {}. It is refused then, however good its secret is.",
                known.name,
                date_words(known.place.day(from))
            ),
            fix: "Look whether the package's app user is active; Setup does not show it, the SOAP \
                  object AccountUser does."
                .to_owned(),
            evidence: self.evidence(),
            bu: Some(known.place.bu.clone()),
            owner: known.place.owner.clone(),
            due: None,
        })
    }

    fn evidence(&self) -> Vec<countersign_model::incident::Evidence> {
        let newest = self.newest.iter();
        newest
            .map(|mark| mark.evidence("last time it was of use"))
            .collect()
    }
}
