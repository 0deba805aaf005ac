//! Credentials that work beyond their end: the date in the estate is wrong, and the next warning
//! will be too.

use super::claim::{Claim, Mark};
use super::known::{KnownCredential, date_words};
use countersign_model::Timestamp;
use countersign_model::civil::Date;
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::outcome::Outcome;
use serde::{Deserialize, Serialize};

/// The first sign of use on or after the declared end, and what it was.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Stale {
    worked: Option<Worked>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Worked {
    mark: Mark,
    words: String,
}

impl Stale {
    /// Takes a sign that the credential is of use; `words` say which.
    pub(super) fn worked(&mut self, known: &KnownCredential, outcome: &Outcome, words: &str) {
        if self.worked.is_none() && is_after_end(known, outcome.ts) {
            self.worked = Some(Worked {
                mark: Mark::of(outcome),
                words: words.to_owned(),
            });
        }
    }

    /// Takes a sign that it is of no use any more.
    pub(super) fn refused(&mut self) {
        self.worked = None;
    }

    /// Whether its date is wrong.
    pub(super) fn claim(&self, known: &KnownCredential, subject: &Subject) -> Option<Claim> {
        let worked = self.worked.as_ref()?;
        let ends = known.ends.filter(|_| is_after_end(known, worked.mark.at))?;
        Some(Claim {
            kind: FindingKind::EndDateStale,
            subject: subject.clone(),
            severity: Severity::Warning,
            since: Some(worked.mark.at),
            words: format!(
                "{}: the estate says that its {} ended on {}, and it was still of use at {}. The \
                 end date is stale; nobody knows the real one.",
                known.name,
                known.noun(),
                date_words(ends),
                known.place.moment(worked.mark.at)
            ),
            fix: "Look its end up in Setup, and correct `ends` in the estate.".to_owned(),
            evidence: vec![worked.mark.evidence(worked.words.clone())],
            bu: Some(known.place.bu.clone()),
            owner: known.place.owner.clone(),
            due: None,
        })
    }
}

/// Whether use at `at` contradicts the declared end. The day itself is not over for what our broker
/// holds: it sees the refusal when it comes. Of what others hold we see rows and calls alone, and the
/// first of them on that day raises the question.
fn is_after_end(known: &KnownCredential, at: Timestamp) -> bool {
    let today: Date = known.place.day(at);
    known.ends.is_some_and(|ends| match known.is_brokered {
        true => ends < today,
        false => ends <= today,
    })
}
