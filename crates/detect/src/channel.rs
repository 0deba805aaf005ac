//! One stream of answers, some of them failures: dead altogether, or failing in part.
//!
//! Two tests over slices of ten seconds, both with a span that a hiccup of a minute does not fill.
//! **Dead**: hardly anything but failures in every slice that had answers. **Partial**: the share of
//! failures is far above its own baseline for three minutes; a slice counts at most one nat, so that a
//! thousand failures in a second are one piece of evidence. A failure followed by a success in the same
//! slice is a renewed token, not a loss. Spans end with the newest failure, so that silence never
//! ripens a suspicion. Source: detection 4 (measured there).

use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Length of a slice, seconds.
const SLICE_S: i64 = 10;
/// Failures this much apart are two groups.
const GROUP: SignedDuration = SignedDuration::from_secs(60);
/// Share of throttled answers from which a slice says nothing.
const THROTTLED_SHARE: f32 = 0.2;
/// From so many answers a slice's failures count each; below, a success cancels one.
const CANCEL_BELOW: u64 = 10;
/// Evidence at which a partial failure counts, and how it grows with the page span, nats.
const PARTIAL_NATS: f32 = 14.0;
/// Most evidence kept.
const PARTIAL_NATS_MAX: f32 = 28.0;
/// A partial failure has ended below this.
const PARTIAL_ENDS: f32 = PARTIAL_NATS / 4.0;
/// The baseline is learned only while the evidence is below this.
const LEARN_BELOW: f32 = 2.0;
/// Memory of the baseline, slices.
const MEMORY: f32 = 2_000.0;
/// So many successes without a failure between them are a recovery.
const RECOVERED: u64 = 3;
/// So many slices without a failure and so many successes end a partial one, whatever its evidence was.
const CLEAN: (u32, u64) = (3, 20);
/// A death of so many groups is no partial failure: when it ends, its evidence goes with it.
const DEATH_GROUPS: u32 = 5;

/// What an answer says of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It works.
    Ok,
    /// A failure of the kind this channel is about.
    Failed,
    /// Too many requests: says nothing either way, and makes its slice say nothing.
    Throttled,
}

/// How a stream is failing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failing {
    /// The first failure.
    pub(crate) since: Timestamp,
    /// From the first failure to the newest.
    pub(crate) lasted: SignedDuration,
    /// Whether some answers are still good.
    pub(crate) in_part: bool,
    /// Failures since the first.
    pub(crate) n: u64,
}

/// The memory of one stream, about 150 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Channel {
    slice: Slice,
    #[serde(default)]
    dead: Option<Span>,
    #[serde(default)]
    partial: Option<Span>,
    #[serde(default)]
    nats: f32,
    /// What `nats` was before the present death.
    #[serde(default)]
    nats_before: f32,
    /// Sums of failures and answers for the baseline.
    #[serde(default)]
    failed_mean: f32,
    #[serde(default)]
    seen_mean: f32,
    /// Successes since the newest failure.
    #[serde(default)]
    ok_in_a_row: u64,
    /// Slices without any failure since the newest, the open one not counted.
    #[serde(default)]
    clean: u32,
    /// The newest answer of any kind.
    #[serde(default)]
    pub(crate) newest: Option<Timestamp>,
    /// The newest good one.
    #[serde(default)]
    pub(crate) ok_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Slice {
    number: i64,
    ok: u64,
    failed: u64,
    throttled: u64,
    first_failed: Option<Timestamp>,
    last_failed: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Span {
    first: Timestamp,
    last: Timestamp,
    last_group: Timestamp,
    groups: u32,
    n: u64,
}

impl Channel {
    /// Takes `n` equal answers of `at`. One that comes late counts in the present slice.
    pub(crate) fn observe(&mut self, at: Timestamp, answer: Answer, n: u64) {
        let number = at.as_second().div_euclid(SLICE_S);
        if number > self.slice.number {
            self.close();
            self.slice = Slice {
                number,
                ..Slice::default()
            };
        }
        self.newest = self.newest.max(Some(at));
        let slice = &mut self.slice;
        match answer {
            Answer::Ok => {
                self.ok_at = self.ok_at.max(Some(at));
                slice.ok = slice.ok.saturating_add(n);
                self.ok_in_a_row = self.ok_in_a_row.saturating_add(n);
            }
            Answer::Throttled => slice.throttled = slice.throttled.saturating_add(n),
            Answer::Failed => {
                slice.failed = slice.failed.saturating_add(n);
                slice.first_failed = Some(slice.first_failed.map_or(at, |first| first.min(at)));
                slice.last_failed = slice.last_failed.max(Some(at));
                self.ok_in_a_row = 0;
            }
        }
    }

    /// How it fails, with the open slice taken as it is; `None` where nothing fails that counts.
    /// `failures_min`: fewest that count; `span`: how long they must have gone on at the least.
    pub(crate) fn failing(&self, failures_min: u32, span: SignedDuration) -> Option<Failing> {
        if self.is_at_rest() {
            return None;
        }
        let mut settled = *self;
        settled.close();
        let dead = settled.dead.filter(|run| run.groups >= 2);
        let dead = dead.map(|run| (run, false));
        let partial = settled.partial.filter(|_| settled.nats >= nats_for(span));
        let partial = partial.map(|run| (run, true));
        let counts = |(run, _): &(Span, bool)| {
            run.n >= u64::from(failures_min) && run.last.duration_since(run.first) >= span
        };
        let found = dead.into_iter().chain(partial).filter(counts);
        let (run, in_part) = found.min_by_key(|(run, _)| run.first)?;
        Some(Failing {
            since: run.first,
            lasted: run.last.duration_since(run.first),
            in_part,
            n: run.n,
        })
    }

    /// Since when there are failures that nothing has healed yet, and how many.
    pub(crate) fn unhealed(&self) -> Option<(Timestamp, u64)> {
        if self.is_at_rest() {
            return None;
        }
        let mut settled = *self;
        settled.close();
        settled.dead.map(|run| (run.first, run.n))
    }

    /// Whether nothing of it is in doubt.
    pub(crate) fn is_calm(&self) -> bool {
        if self.is_at_rest() {
            return true;
        }
        let mut settled = *self;
        settled.close();
        settled.dead.is_none() && settled.nats < LEARN_BELOW
    }

    /// Whether it works again: no failure that counts is left, and several successes say so.
    pub(crate) fn recovered(&self) -> bool {
        let mut settled = *self;
        settled.close();
        settled.dead.is_none() && self.ok_in_a_row >= RECOVERED && settled.nats < PARTIAL_ENDS
    }

    /// Whether there is no failure anywhere in it: closing the slice would find nothing. Most are so most
    /// of the time, and it costs less to see than to close a copy.
    fn is_at_rest(&self) -> bool {
        self.slice.failed == 0 && self.dead.is_none() && self.partial.is_none() && self.nats <= 0.0
    }

    fn close(&mut self) {
        let slice = std::mem::take(&mut self.slice);
        self.slice.number = slice.number;
        let seen = slice.ok.saturating_add(slice.failed);
        if seen == 0 || is_throttled(&slice, seen) {
            return;
        }
        self.clean = match slice.failed {
            0 => self.clean.saturating_add(1),
            _ => 0,
        };
        self.close_dead(&slice, seen);
        self.close_partial(&slice, seen);
    }

    fn close_dead(&mut self, slice: &Slice, seen: u64) {
        if slice.ok > 0 && slice.failed.saturating_mul(2) <= seen {
            let ended = self.dead.take();
            if ended.is_some_and(|run| run.groups >= DEATH_GROUPS) {
                self.nats = self.nats_before;
            }
        } else if slice.failed.saturating_mul(10) >= seen.saturating_mul(9) {
            if self.dead.is_none() {
                self.nats_before = self.nats;
            }
            grow(&mut self.dead, slice);
        }
    }

    fn close_partial(&mut self, slice: &Slice, seen: u64) {
        let failed = match seen >= CANCEL_BELOW {
            true => slice.failed,
            false => slice.failed.saturating_sub(slice.ok),
        };
        let baseline = self.baseline();
        let bad = (4.0 * baseline).clamp(0.3, 0.9);
        let (k, m) = (small(failed), small(seen));
        let nats = k * (bad / baseline).ln() + (m - k) * ((1.0 - bad) / (1.0 - baseline)).ln();
        let before = self.nats;
        self.nats = (before + nats.clamp(-1.0, 1.0)).clamp(0.0, PARTIAL_NATS_MAX);
        if self.clean >= CLEAN.0 && self.ok_in_a_row >= CLEAN.1 {
            self.nats = 0.0;
        }
        if self.nats == 0.0 {
            self.partial = None;
        } else if failed > 0 {
            grow(&mut self.partial, slice);
        }
        if self.nats < LEARN_BELOW {
            let keep = 1.0 - 1.0 / MEMORY;
            self.failed_mean = self.failed_mean * keep + k.min(m);
            self.seen_mean = self.seen_mean * keep + m;
        }
    }

    /// Twice the usual share of failures, within what a healthy client shows.
    fn baseline(&self) -> f32 {
        match self.seen_mean > 0.0 {
            true => (2.0 * self.failed_mean / self.seen_mean).clamp(0.005, 0.05),
            false => 0.005,
        }
    }
}

fn grow(run: &mut Option<Span>, slice: &Slice) {
    let (Some(first), Some(last)) = (slice.first_failed, slice.last_failed) else {
        return;
    };
    let run = run.get_or_insert(Span {
        first,
        last,
        last_group: first,
        groups: 1,
        n: 0,
    });
    if last.duration_since(run.last_group) >= GROUP {
        run.groups += 1;
        run.last_group = last;
    }
    run.last = run.last.max(last);
    run.n = run.n.saturating_add(slice.failed);
}

/// The longer the span that is asked for, the more evidence (detection 4, table of span guards).
fn nats_for(span: SignedDuration) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a span of minutes")]
    let share = span.as_secs() as f32 / 180.0;
    (PARTIAL_NATS * share).clamp(7.0, PARTIAL_NATS_MAX - 1.0)
}

fn is_throttled(slice: &Slice, seen: u64) -> bool {
    small(slice.throttled) > THROTTLED_SHARE * small(seen.saturating_add(slice.throttled))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "shares of counts, for which 24 bits are plenty"
)]
fn small(n: u64) -> f32 {
    n as f32
}

#[cfg(test)]
mod tests;
