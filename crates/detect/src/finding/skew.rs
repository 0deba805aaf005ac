//! Clocks of sources that are off: every time we show of what they tell would be wrong.

use super::claim::{Claim, Mark, is_within};
use super::rules::{FindingRules, Limit};
use countersign_model::Timestamp;
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::outcome::{Fact, Outcome};
use serde::{Deserialize, Serialize};

/// Share of lines from the future that shows a clock and no slip: of a sender in batches only the
/// newest lines are ahead.
const AHEAD_SHARE_MIN: f64 = 0.1;

/// How far a source's times are from their arrival, over one span at a time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Skew {
    heard_at: Option<Timestamp>,
    span: Option<Span>,
    told: Option<Told>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Span {
    from: Timestamp,
    n: f64,
    n_ahead: f64,
    /// Least and most seconds by which a line was younger than its arrival; negative: ahead of it.
    least_s: f64,
    most_s: f64,
    first: Mark,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Told {
    mark: Mark,
    is_ahead: bool,
    minutes: u64,
}

/// Whether a line tells of one moment. One that stands for many, or for a run, bears the time of its
/// beginning.
pub(super) fn tells_a_moment(outcome: &Outcome) -> bool {
    let is_moment = matches!(
        outcome.fact,
        Fact::Call(_) | Fact::Mint { .. } | Fact::Probe(_)
    );
    is_moment && outcome.n == 1
}

impl Skew {
    /// Whether the source has not been heard for so long that its clock is nobody's matter.
    pub(super) fn is_silent(&self, now: Timestamp, rules: &FindingRules) -> bool {
        let kept = rules.days(Limit::SourceKeptDays);
        self.heard_at.is_none_or(|at| !is_within(now, at, kept))
    }

    /// Takes a line of one moment, which arrived `now`; whether a span was judged by it.
    pub(super) fn observe(
        &mut self,
        now: Timestamp,
        rules: &FindingRules,
        outcome: &Outcome,
    ) -> bool {
        self.heard_at = self.heard_at.max(Some(now));
        let late_s = now.duration_since(outcome.ts).as_secs_f64();
        let span = self.span.get_or_insert_with(|| Span {
            from: now,
            n: 0.0,
            n_ahead: 0.0,
            least_s: late_s,
            most_s: late_s,
            first: Mark::of(outcome),
        });
        span.n += 1.0;
        if late_s < -rules.get(Limit::SkewS) {
            span.n_ahead += 1.0;
        }
        span.least_s = span.least_s.min(late_s);
        span.most_s = span.most_s.max(late_s);
        let is_whole = now.duration_since(span.from) >= rules.span(Limit::SkewSpanS)
            && span.n >= rules.get(Limit::SkewLinesMin);
        if is_whole && let Some(span) = self.span.take() {
            self.told = span.judge(rules, self.told.take());
        }
        is_whole
    }

    /// Whether the source's clock is off.
    pub(super) fn claim(&self, name: &str, subject: &Subject) -> Option<Claim> {
        let told = self.told.as_ref()?;
        let (is, or) = match told.is_ahead {
            true => ("ahead of ours", ""),
            false => ("behind ours", ", or its lines are held back on the way"),
        };
        Some(Claim {
            kind: FindingKind::ClockSkew,
            subject: subject.clone(),
            severity: Severity::Warning,
            since: Some(told.mark.at),
            words: format!(
                "The clock of {name} is about {} min {is}{or}. Times of what it reports are wrong by \
                 as much, and so is what we say about causes and their order.",
                told.minutes
            ),
            fix: "Let its machine take its time from a time server (NTP).".to_owned(),
            evidence: vec![told.mark.evidence("first line of the span that was judged")],
            bu: None,
            owner: None,
            due: None,
        })
    }
}

impl Span {
    /// Nothing comes from the future, so that lines that are ahead are a clock that is. Lines that
    /// are late may have waited; only when all are late by the same is it a clock.
    fn judge(self, rules: &FindingRules, before: Option<Told>) -> Option<Told> {
        let limit = rules.get(Limit::SkewS);
        let is_ahead = self.n_ahead >= self.n * AHEAD_SHARE_MIN;
        let is_even = self.most_s - self.least_s <= rules.get(Limit::SkewSpreadS);
        let is_behind = self.least_s > limit && is_even;
        if !is_ahead && !is_behind {
            return None;
        }
        let unchanged = before.filter(|before| before.is_ahead == is_ahead);
        unchanged.or(Some(Told {
            mark: self.first,
            is_ahead,
            minutes: minutes(self.least_s),
        }))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded, and times are within years of each other"
)]
fn minutes(seconds: f64) -> u64 {
    (seconds.abs() / 60.0).round() as u64
}
