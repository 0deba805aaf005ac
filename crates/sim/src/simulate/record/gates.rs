//! What the corpus must come to (detection 7.1), each as a number and a bound.

use super::Line;
use super::counts::{Counts, rank};

/// One thing that must hold.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    /// What must hold, in words.
    pub asks: &'static str,
    measure: fn(&[Line]) -> Measure,
}

/// Where a gate stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Whether it holds.
    pub holds: bool,
    /// The figures, in words.
    pub words: String,
}

impl Gate {
    /// Where it stands in a record.
    #[must_use]
    pub fn measure(&self, lines: &[Line]) -> Measure {
        (self.measure)(lines)
    }
}

/// All gates; a record in which one does not hold fails the checks.
pub const GATES: &[Gate] = &[
    Gate {
        asks: "Every dead credential that is called with once a minute or more is found.",
        measure: |lines| {
            let busy = dead_and_busy(lines);
            part(busy.found, busy.expected, busy.expected - busy.found == 0)
        },
    },
    Gate {
        asks: "Of these, 95 in 100 within 5 minutes of the first failed call or refused token request.",
        measure: |lines| {
            let p95 = rank(&dead_and_busy(lines).after_evidence_s, 95);
            Measure {
                holds: p95.is_some_and(|seconds| seconds <= 300),
                words: p95.map_or("none found".to_owned(), |seconds| format!("{seconds} s")),
            }
        },
    },
    Gate {
        asks: "All total losses of volume are found, but for one at most.",
        measure: |lines| {
            let losses = losses(lines);
            part(
                losses.found,
                losses.expected,
                losses.expected - losses.found <= 1,
            )
        },
    },
    Gate {
        asks: "At most 5 in 100 incidents are false.",
        measure: |lines| {
            let all = Counts::of(lines.iter());
            part(all.others, all.opened(), all.others * 20 <= all.opened())
        },
    },
    Gate {
        asks: "At most 5 in 100 incidents that were found name a wrong cause.",
        measure: |lines| {
            let all = Counts::of(lines.iter());
            let wrong = all.found - all.causes;
            part(wrong, all.found, wrong * 20 <= all.found)
        },
    },
    Gate {
        asks: "Where nothing is wrong, nothing opens.",
        measure: |lines| {
            let quiet = || lines.iter().filter(|line| line.entries.is_empty());
            let silent = quiet().filter(|line| line.others.is_empty()).count();
            part(silent, quiet().count(), silent == quiet().count())
        },
    },
    Gate {
        asks: "Exactly those credentials are locked that have to be.",
        measure: |lines| {
            let all = Counts::of(lines.iter());
            part(all.lockouts, all.scenarios, all.lockouts == all.scenarios)
        },
    },
];

/// Classes of a counter that stands still altogether; `reduced` is a part of it.
const STILL: [&str; 3] = [" stopped", " zero_rows", " frozen"];
/// The family of credentials that die.
const DEAD: &str = "dead-credential";

fn part(part: usize, of: usize, holds: bool) -> Measure {
    let words = format!("{part} of {of}");
    Measure { holds, words }
}

fn dead_and_busy(lines: &[Line]) -> Counts {
    let dead = lines.iter().filter(|line| line.family == DEAD);
    let busy = dead.flat_map(|line| &line.entries);
    entries(busy.filter(|entry| entry.every_minute))
}

fn losses(lines: &[Line]) -> Counts {
    let all = lines.iter().flat_map(|line| &line.entries);
    entries(all.filter(|entry| STILL.iter().any(|class| entry.expected.ends_with(class))))
}

fn entries<'a>(all: impl Iterator<Item = &'a super::Entry>) -> Counts {
    let mut counts = Counts::default();
    all.for_each(|entry| counts.add(entry));
    counts.after_fault_s.sort_unstable();
    counts.after_evidence_s.sort_unstable();
    counts
}
