//! The report of a simulation (design 4.4).

use serde::Serialize;

/// How one scenario came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScenarioReport {
    /// Its name.
    pub name: String,
    /// Incidents that had to open.
    pub expected: usize,
    /// Incidents that opened from the start on.
    pub opened: usize,
    /// Expected ones that opened in time.
    pub matched: usize,
    /// Opened ones that were not expected.
    pub false_incidents: usize,
    /// From the fault to the incident, for each that matched.
    pub detect_seconds: Vec<f64>,
    /// From the first evidence to the incident, for each that matched.
    pub first_evidence_seconds: Vec<f64>,
    /// Matched ones of the very root cause and class.
    pub root_cause_correct: usize,
    /// How right the affected things are.
    pub affects: Affects,
    /// Whether exactly those credentials were locked that had to be.
    pub lockouts_correct: bool,
    /// Tokens got by the broker from the start on.
    pub renewals: u64,
    /// Times a program asked the broker for a token and got none.
    pub failed_vends: u64,
    /// Time simulated, history included.
    pub virtual_seconds: f64,
    /// Time it took.
    pub wall_seconds: f64,
}

/// How right the lists of affected things are, over the incidents that matched.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Affects {
    /// Share of what is listed that hangs on the fault.
    pub precision: f64,
    /// Share of what had to be listed that is.
    pub recall: f64,
}

/// Middle and upper end of some spans, seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Seconds {
    /// Half are at most so long.
    pub median: f64,
    /// Nineteen of twenty are.
    pub p95: f64,
}

/// All scenarios together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// How many ran.
    pub scenarios: usize,
    /// How many came out as expected in all.
    pub passed: usize,
    /// Sum of the scenarios'.
    pub expected: usize,
    /// Sum of the scenarios'.
    pub opened: usize,
    /// Sum of the scenarios'.
    pub matched: usize,
    /// Sum of the scenarios'.
    pub false_incidents: usize,
    /// Sum of the scenarios'.
    pub root_cause_correct: usize,
    /// Scenarios whose lockouts are right.
    pub lockouts_correct: usize,
    /// Matched as a share of expected.
    pub recall: f64,
    /// Matched as a share of opened.
    pub precision: f64,
    /// Right in root cause and class as a share of matched.
    pub attribution: f64,
    /// Over all matched incidents.
    pub detect_seconds: Seconds,
    /// Over all matched incidents.
    pub first_evidence_seconds: Seconds,
    /// Mean of the scenarios'.
    pub affects: Affects,
    /// Sum of the scenarios'.
    pub renewals: u64,
    /// Sum of the scenarios'.
    pub failed_vends: u64,
    /// Sum of the scenarios'.
    pub virtual_seconds: f64,
    /// From the first scenario's start to the last one's end.
    pub wall_seconds: f64,
}

/// What `simulate --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// One for each scenario, in the order asked for.
    pub scenarios: Vec<ScenarioReport>,
    /// All together.
    pub summary: Summary,
}

impl Report {
    /// The report of scenarios that took `wall_seconds` together; `passed` came out as expected.
    #[must_use]
    pub fn new(scenarios: Vec<ScenarioReport>, passed: usize, wall_seconds: f64) -> Report {
        let sum = |of: fn(&ScenarioReport) -> usize| scenarios.iter().map(of).sum::<usize>();
        let spans = |of: fn(&ScenarioReport) -> &Vec<f64>| {
            seconds(scenarios.iter().flat_map(of).copied().collect())
        };
        let (expected, opened) = (sum(|one| one.expected), sum(|one| one.opened));
        let (matched, right) = (sum(|one| one.matched), sum(|one| one.root_cause_correct));
        let mean = |of: fn(&ScenarioReport) -> f64| {
            share_f64(scenarios.iter().map(of).sum(), scenarios.len())
        };
        let summary = Summary {
            scenarios: scenarios.len(),
            passed,
            expected,
            opened,
            matched,
            false_incidents: sum(|one| one.false_incidents),
            root_cause_correct: right,
            lockouts_correct: sum(|one| usize::from(one.lockouts_correct)),
            recall: share(matched, expected),
            precision: share(matched, opened),
            attribution: share(right, matched),
            detect_seconds: spans(|one| &one.detect_seconds),
            first_evidence_seconds: spans(|one| &one.first_evidence_seconds),
            affects: Affects {
                precision: mean(|one| one.affects.precision),
                recall: mean(|one| one.affects.recall),
            },
            renewals: scenarios.iter().map(|one| one.renewals).sum(),
            failed_vends: scenarios.iter().map(|one| one.failed_vends).sum(),
            virtual_seconds: scenarios.iter().map(|one| one.virtual_seconds).sum(),
            wall_seconds,
        };
        Report { scenarios, summary }
    }
}

/// A share; 1 of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of scenarios")]
pub(super) fn share(part: usize, whole: usize) -> f64 {
    share_f64(part as f64, whole)
}

#[expect(clippy::cast_precision_loss, reason = "counts of scenarios")]
fn share_f64(part: f64, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part / whole as f64 }
}

/// Median and 95th percentile, by nearest rank; 0 of nothing.
fn seconds(mut spans: Vec<f64>) -> Seconds {
    spans.sort_by(f64::total_cmp);
    let rank = |hundredths: usize| {
        let rank = (spans.len() * hundredths).div_ceil(100).max(1);
        spans.get(rank - 1).copied().unwrap_or(0.0)
    };
    Seconds {
        median: rank(50),
        p95: rank(95),
    }
}

#[cfg(test)]
mod tests;
