//! Runs that take longer than their token lives: the load stops half way and calls itself done.

use super::claim::Claim;
use super::known::KnownFlow;
use super::rules::{FindingRules, Limit};
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::incident::Evidence;
use countersign_model::outcome::Outcome;
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Runs kept of one integration.
const RUNS_MAX: usize = 20;
/// So many long runs in a row that renewed midway show that the job does.
const RENEWED_MIN: usize = 3;
/// A token got so soon after a run's start is the run's first one.
const FIRST_TOKEN: SignedDuration = SignedDuration::from_secs(60);

/// The newest runs of one integration, oldest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Jobs {
    runs: Vec<Run>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Run {
    ended: Timestamp,
    duration_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    /// A token was issued in its midst.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    renewed: bool,
}

impl Run {
    fn evidence(&self, words: String) -> Evidence {
        Evidence {
            at: self.ended,
            outcome: None,
            words,
        }
    }

    fn duration(&self) -> SignedDuration {
        SignedDuration::from_millis(i64::try_from(self.duration_ms).unwrap_or(i64::MAX))
    }

    fn has_in_its_midst(&self, at: Timestamp) -> bool {
        let from = self.ended.checked_sub(self.duration());
        let from = from.unwrap_or(Timestamp::MIN);
        at.duration_since(from) > FIRST_TOKEN && at < self.ended
    }
}

/// How long a token of this job lives, and how that is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    pub(super) seconds: u64,
    pub(super) was_seen: bool,
}

impl Jobs {
    /// Takes the end of a run. `tokens` are when its credential got tokens of late.
    pub(super) fn ended(
        &mut self,
        outcome: &Outcome,
        (duration_ms, rows): (u64, Option<u64>),
        tokens: &[Timestamp],
    ) {
        let mut run = Run {
            ended: outcome.ts,
            duration_ms,
            rows,
            renewed: false,
        };
        run.renewed = tokens.iter().any(|at| run.has_in_its_midst(*at));
        let place = self.runs.partition_point(|one| one.ended <= outcome.ts);
        self.runs.insert(place, run);
        if self.runs.len() > RUNS_MAX {
            self.runs.remove(0);
        }
    }

    /// Takes a token of its credential that is told after the run; whether that changes anything.
    pub(super) fn issued(&mut self, at: Timestamp) -> bool {
        let mut changes = false;
        for run in &mut self.runs {
            let renewed = !run.renewed && run.has_in_its_midst(at);
            run.renewed |= renewed;
            changes |= renewed;
        }
        changes
    }

    /// Whether a run outlives its token.
    pub(super) fn claim(
        &self,
        rules: &FindingRules,
        flow: &KnownFlow,
        life: Life,
        subject: &Subject,
    ) -> Option<Claim> {
        let (usual_ms, was_seen) = self.usual_ms(rules, flow)?;
        let life_ms = life.seconds.saturating_mul(1_000);
        if usual_ms <= life_ms || self.renews_midway(life_ms) {
            return None;
        }
        let cut = self.newest_cut_off(rules, flow, life_ms);
        let how = match was_seen {
            true => "takes up to",
            false => "is declared to take",
        };
        let lives = match life.was_seen {
            true => "lives",
            false => "usually lives",
        };
        let takes = format!(
            "A run of {} {how} {} min, its token {lives} {} min, and no renewal is seen in its midst",
            flow.name,
            usual_ms.div_ceil(60_000),
            life.seconds / 60
        );
        let (severity, words, evidence) = match cut {
            Some((run, share)) => (
                Severity::Urgent,
                format!(
                    "{takes}. The run that ended at {} moved {share} % of its usual rows, as it does \
                     when the token ends half way.",
                    flow.place.moment(run.ended)
                ),
                vec![run.evidence(format!("run ended with {share} % of its usual rows"))],
            ),
            None => (
                Severity::Warning,
                format!(
                    "{takes}: expect a load that stops after about {} % of its rows and calls \
                     itself complete.",
                    life_ms * 100 / usual_ms.max(1)
                ),
                self.longest(life_ms),
            ),
        };
        Some(Claim {
            kind: FindingKind::LongJob,
            subject: subject.clone(),
            severity,
            since: evidence.first().map(|one| one.at),
            words,
            fix: "Let the job ask for its token before each call, not once a run; or give it the \
                  local token endpoint of `countersign exec`."
                .to_owned(),
            evidence,
            bu: Some(flow.place.bu.clone()),
            owner: flow.place.owner.clone(),
            due: None,
        })
    }

    /// The 95th percentile of the runs seen, if they are enough; else what is declared.
    fn usual_ms(&self, rules: &FindingRules, flow: &KnownFlow) -> Option<(u64, bool)> {
        let mut seen: Vec<u64> = self.runs.iter().map(|run| run.duration_ms).collect();
        seen.sort_unstable();
        let enough =
            u64::try_from(seen.len()).unwrap_or(u64::MAX) >= rules.count(Limit::JobRunsMin);
        if enough {
            let place = (seen.len() * 95).div_ceil(100).max(1) - 1;
            return seen.get(place).map(|duration| (*duration, true));
        }
        flow.usual_min
            .map(|minutes| (u64::from(minutes) * 60_000, false))
    }

    fn renews_midway(&self, life_ms: u64) -> bool {
        let long = self
            .runs
            .iter()
            .rev()
            .filter(|run| run.duration_ms > life_ms);
        let newest: Vec<bool> = long.take(RENEWED_MIN).map(|run| run.renewed).collect();
        newest.len() == RENEWED_MIN && newest.iter().all(|renewed| *renewed)
    }

    /// The newest long run, if it moved fewer rows than usual, with their share in percent.
    fn newest_cut_off(
        &self,
        rules: &FindingRules,
        flow: &KnownFlow,
        life_ms: u64,
    ) -> Option<(&Run, u64)> {
        let run = self
            .runs
            .iter()
            .rev()
            .find(|run| run.duration_ms > life_ms && !run.renewed)?;
        let usual = self.usual_rows(flow)?;
        let share = share(run.rows?, usual);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share below one, in percent"
        )]
        (share < rules.get(Limit::JobRowsShare)).then_some((run, (share * 100.0).round() as u64))
    }

    /// Rows of a usual run: declared, else the middle of those seen.
    fn usual_rows(&self, flow: &KnownFlow) -> Option<u64> {
        let mut seen: Vec<u64> = self.runs.iter().filter_map(|run| run.rows).collect();
        seen.sort_unstable();
        let middle = seen.get(seen.len() / 2).copied();
        flow.usual_rows.or(middle).filter(|rows| *rows > 0)
    }

    fn longest(&self, life_ms: u64) -> Vec<Evidence> {
        let long = self
            .runs
            .iter()
            .filter(|run| run.duration_ms > life_ms && !run.renewed);
        let words = |run: &Run| {
            let minutes = run.duration_ms.div_ceil(60_000);
            run.evidence(format!(
                "run of {minutes} min without a renewal in its midst"
            ))
        };
        long.take(1).map(words).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "rows of a run")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
