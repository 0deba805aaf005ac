//! Messages that wait, split by what is to become of them: their age against their useful life.

use crate::figures::whole;
use crate::volume;
use crate::words::thousands;
use countersign_model::estate::{Asset, Estate};
use countersign_model::impact::Fate;
use countersign_model::{SignedDuration, Timestamp};

/// Older than this is dropped by Marketing Cloud at a restart (F6).
const DROPPED_AFTER_MIN: i64 = 72 * 60;

/// Waiting messages by fate.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Split {
    pub(crate) useful: f64,
    pub(crate) late: f64,
    pub(crate) must_not: f64,
    pub(crate) past_72h: f64,
}

/// What would have been sent in `[from, end]` and still waits at `end`.
///
/// Younger than half its useful life a message is as good as ever, up to its end it is late; a send
/// without a useful life in the estate counts as late up to 72 h.
pub(crate) fn due(estate: &Estate, asset: &Asset, from: Timestamp, end: Timestamp) -> Split {
    let since = |minutes: i64| {
        let start = end.checked_sub(SignedDuration::from_mins(minutes));
        let start = start.unwrap_or(from).max(from);
        volume::expected(estate, asset, start, end)
    };
    let (half, whole) = lives(asset.useful_min);
    let of_use = since(half);
    let may_go = since(whole);
    let held = since(DROPPED_AFTER_MIN).max(may_go);
    let all = volume::expected(estate, asset, from, end);
    Split {
        useful: of_use,
        late: may_go - of_use,
        must_not: held - may_go,
        past_72h: (all - held).max(0.0),
    }
}

/// `depth` messages whose ages lie evenly between now and `oldest_s` seconds.
#[expect(clippy::cast_precision_loss, reason = "minutes of three days")]
pub(crate) fn queued(depth: f64, oldest_s: f64, useful_min: Option<u32>) -> Split {
    let younger = |minutes: i64| {
        let share = minutes as f64 * 60.0 / oldest_s.max(1.0);
        depth * share.min(1.0)
    };
    let (half, whole) = lives(useful_min);
    let (of_use, may_go) = (younger(half), younger(whole));
    let held = younger(DROPPED_AFTER_MIN).max(may_go);
    Split {
        useful: of_use,
        late: may_go - of_use,
        must_not: held - may_go,
        past_72h: depth - held,
    }
}

/// Minutes until a message is late, and until it must not go any more. Nothing lives past 72 h.
fn lives(useful_min: Option<u32>) -> (i64, i64) {
    match useful_min {
        Some(minutes) => {
            let whole = i64::from(minutes).min(DROPPED_AFTER_MIN);
            (i64::from(minutes / 2).min(whole), whole)
        }
        None => (0, DROPPED_AFTER_MIN),
    }
}

impl Split {
    pub(crate) fn total(&self) -> f64 {
        self.useful + self.late + self.must_not + self.past_72h
    }

    /// The same proportions for `total` messages.
    pub(crate) fn scaled(&self, total: f64) -> Split {
        let known = self.total();
        if known <= 0.0 {
            return Split {
                late: total,
                ..Split::default()
            };
        }
        let factor = total / known;
        Split {
            useful: self.useful * factor,
            late: self.late * factor,
            must_not: self.must_not * factor,
            past_72h: self.past_72h * factor,
        }
    }

    /// Whole messages: all, those that may go, those that must not, and those past 72 h. They add up.
    pub(crate) fn counts(&self) -> Counts {
        let all = whole(self.total());
        let may_go = whole(self.useful + self.late).min(all);
        let past_72h = whole(self.past_72h).min(all - may_go);
        Counts {
            all,
            may_go,
            must_not: all - may_go - past_72h,
            past_72h,
        }
    }

    /// What is to become of them, in whole messages that add up.
    #[expect(clippy::cast_precision_loss, reason = "messages are far below 2^53")]
    pub(crate) fn parts(&self) -> Vec<(Fate, f64)> {
        let counts = self.counts();
        let useful = whole(self.useful).min(counts.may_go);
        let all = [
            (Fate::Useful, useful),
            (Fate::Late, counts.may_go - useful),
            (Fate::MustNotSend, counts.must_not),
            (Fate::Past72h, counts.past_72h),
        ];
        let some = all.into_iter().filter(|(_, n)| *n > 0);
        some.map(|(fate, n)| (fate, n as f64)).collect()
    }

    /// `35 may still go, 138 must not (older than 15 min)`.
    pub(crate) fn words(&self, useful_min: Option<u32>) -> String {
        let counts = self.counts();
        let mut said = vec![match useful_min {
            Some(_) => format!("{} may still go", thousands(counts.may_go)),
            None => format!("{} may go late", thousands(counts.may_go)),
        }];
        if let (Some(minutes), 1..) = (useful_min, counts.must_not) {
            let older = life(minutes);
            said.push(format!(
                "{} must not (older than {older})",
                thousands(counts.must_not)
            ));
        }
        if counts.past_72h > 0 {
            said.push(format!("{} are past 72 h", thousands(counts.past_72h)));
        }
        said.join(", ")
    }
}

/// Whole messages by what is to become of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) all: u64,
    pub(crate) may_go: u64,
    pub(crate) must_not: u64,
    pub(crate) past_72h: u64,
}

/// `15 min`, `4 h`.
pub(crate) fn life(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}

#[cfg(test)]
mod tests;
