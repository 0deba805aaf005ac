//! What was seen of one integration, and of one asset's counters.

use super::rate::{Hour, Week, minute_of};
use super::{Class, Verdict};
use crate::classify::{classify_call, fails_at_provider, is_throttled};
use crate::coverage::Beat;
use crate::detector::end_of;
use countersign_model::id::AssetId;
use countersign_model::outcome::{Call, Fact, Metric, Outcome};
use countersign_model::status::AssetSight;
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Spans longer than this say nothing of a rhythm, seconds: eight days, so that a weekly job has one.
const SPAN_S_MAX: i64 = 8 * 86_400;

/// Everything an integration's status rests on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) token_expires_at: Option<Timestamp>,
    pub(super) next_renewal_at: Option<Timestamp>,
    pub(super) last_ok_at: Option<Timestamp>,
    pub(super) last_failure: Option<(Timestamp, Class)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_call_ok_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_call_refused_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_run_failed_at: Option<Timestamp>,
    pub(super) ok: u64,
    pub(super) failed: u64,
    #[serde(default)]
    pub(super) mints: Rhythm,
    #[serde(default)]
    pub(super) pings: Rhythm,
    #[serde(default)]
    pub(super) hour: Hour,
    #[serde(default)]
    pub(super) week: Week,
}

/// A rhythm learnt from the spans between beats.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Rhythm {
    last_at: Option<Timestamp>,
    every_s: Option<u32>,
}

impl Rhythm {
    /// Takes a beat. Beats within ten seconds are one; a third of each new span goes into the usual one.
    fn beat(&mut self, at: Timestamp) {
        let Some(last) = self.last_at else {
            self.last_at = Some(at);
            return;
        };
        let span = at.duration_since(last).as_secs();
        if span < 10 {
            return;
        }
        self.last_at = Some(at);
        if span <= SPAN_S_MAX {
            let span = u32::try_from(span).unwrap_or(u32::MAX);
            let mixed = self.every_s.map(|usual| usual - usual / 3 + span / 3);
            self.every_s = Some(mixed.unwrap_or(span));
        }
    }

    pub(super) fn told(&self) -> Option<Beat> {
        Some(Beat {
            last_at: self.last_at?,
            every_s: self.every_s?,
        })
    }
}

/// What an outcome says of its integration beside its token request.
pub(super) struct Said {
    /// Of a token request.
    pub(super) verdict: Verdict,
    /// A call or run that worked.
    pub(super) works: bool,
    /// A call that was refused as a credential's.
    pub(super) is_refused: bool,
    /// A call that did not get through, and as what.
    call_failed: Option<Class>,
    is_call: bool,
    run_failed: bool,
    pings: bool,
}

impl Said {
    pub(super) fn by(outcome: &Outcome, verdict: Verdict) -> Said {
        let call = match &outcome.fact {
            Fact::Call(call) | Fact::Probe(call) => Some(call),
            _ => None,
        };
        let class = call.map(classify_call);
        let refused = match class {
            Some(Verdict::Failed(class)) => Some(class),
            _ => None,
        };
        let run = match &outcome.fact {
            Fact::Run { state, .. } => Some(state.as_str()),
            _ => None,
        };
        let answered = |call: &Call| matches!(call.status, Some(200..=399));
        let call_works = class == Some(Verdict::Ok) && call.is_some_and(answered);
        Said {
            verdict,
            works: call_works || run == Some("completed"),
            is_refused: refused.is_some(),
            call_failed: refused.or_else(|| call.and_then(hindered)),
            is_call: call.is_some()
                && (call_works || refused.is_some() || call.and_then(hindered).is_some()),
            run_failed: run == Some("failed"),
            pings: matches!(outcome.fact, Fact::Ping { .. } | Fact::Run { .. }),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.verdict == Verdict::Ignored
            && !self.works
            && !self.is_call
            && !self.run_failed
            && !self.pings
    }
}

/// A call that failed for no fault of its credential.
fn hindered(call: &Call) -> Option<Class> {
    let throttled = is_throttled(call).then_some(Class::Throttled);
    throttled.or_else(|| fails_at_provider(call))
}

impl Seen {
    /// Late outcomes count, but do not turn back what is newer.
    pub(super) fn observe(&mut self, outcome: &Outcome, said: &Said) {
        let at = outcome.ts;
        match said.verdict {
            Verdict::Ignored => {}
            Verdict::Ok => {
                self.ok = self.ok.saturating_add(outcome.n);
                self.week.mint(at, outcome.n, 0);
                self.mints.beat(at);
                self.last_failure = self.last_failure.filter(|(failed, _)| *failed > at);
                if self.last_ok_at <= Some(at) {
                    self.issued(outcome);
                }
            }
            Verdict::Failed(class) => {
                self.failed = self.failed.saturating_add(outcome.n);
                self.week.mint(at, 0, outcome.n);
                self.week.failure(at, class, outcome.n);
                let newest = self.last_ok_at.max(self.last_failure.map(|(at, _)| at));
                if newest <= Some(at) {
                    self.last_failure = Some((at, class));
                }
            }
        }
        self.took_part(outcome, said);
    }

    fn issued(&mut self, outcome: &Outcome) {
        self.last_ok_at = Some(outcome.ts);
        if let Fact::Mint {
            expires_in,
            refresh_at,
            ..
        } = &outcome.fact
        {
            self.token_expires_at = end_of(outcome.ts, *expires_in);
            self.next_renewal_at = *refresh_at;
        }
    }

    fn took_part(&mut self, outcome: &Outcome, said: &Said) {
        let at = outcome.ts;
        if said.works {
            self.last_call_ok_at = self.last_call_ok_at.max(Some(at));
        }
        if said.is_refused {
            self.last_call_refused_at = self.last_call_refused_at.max(Some(at));
        }
        if said.is_call {
            let (ok, failed) = match said.call_failed {
                None => (outcome.n, 0),
                Some(_) => (0, outcome.n),
            };
            self.hour.add(at, ok, failed);
        }
        if let Some(class) = said.call_failed {
            self.week.failure(at, class, outcome.n);
        }
        if said.run_failed {
            self.last_run_failed_at = self.last_run_failed_at.max(Some(at));
        }
        if said.pings {
            self.pings.beat(at);
        }
    }

    /// Whether the newest call was refused.
    pub(super) fn is_refused(&self) -> bool {
        self.last_call_refused_at.is_some() && self.last_call_ok_at <= self.last_call_refused_at
    }

    /// When it last worked: a token issued or a call answered.
    pub(super) fn worked_at(&self) -> Option<Timestamp> {
        self.last_ok_at.max(self.last_call_ok_at)
    }
}

/// Takes one counter into what is seen of its asset; whether that says anything new, to the minute.
pub(super) fn sample(sight: &mut Option<AssetSight>, asset: &AssetId, outcome: &Outcome) -> bool {
    let Fact::Sample { metric, value, .. } = &outcome.fact else {
        return false;
    };
    let sampled_at = minute_of(outcome.ts);
    let changed_at = changed(*metric, *value, outcome.ts).map(minute_of);
    let before = sight.clone();
    let newest = sight.get_or_insert_with(|| AssetSight {
        asset: asset.clone(),
        sampled_at,
        changed_at: None,
    });
    newest.sampled_at = newest.sampled_at.max(sampled_at);
    newest.changed_at = newest.changed_at.max(changed_at);
    before != *sight
}

/// When the asset changed, if the counter says that it did.
fn changed(metric: Metric, value: f64, at: Timestamp) -> Option<Timestamp> {
    match metric {
        Metric::LastChange => unix(value).map(|changed| changed.min(at)),
        Metric::RowsWritten | Metric::Sends | Metric::Enrolments => (value > 0.0).then_some(at),
        Metric::Rows
        | Metric::QueueDepth
        | Metric::QueueAgeS
        | Metric::Unsent
        | Metric::ConsecutiveFailures => None,
    }
}

fn unix(seconds: f64) -> Option<Timestamp> {
    let span = SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::UNIX_EPOCH.checked_add(span).ok()
}
