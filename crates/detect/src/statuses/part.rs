//! The three parts of operational confidence: token, calls, freshness.

use super::evidence::Evidence;
use super::{Integration, Seen, Statuses};
use countersign_model::estate::{Asset, AssetKind};
use countersign_model::status::{AssetSight, Calls, Part, PartState, Renewals};
use countersign_model::{SignedDuration, Timestamp};

/// Score of a token that lives while its renewal fails.
const RENEWAL_FAILS_SCORE: u8 = 50;
/// Score of a table that is older than its owner wants and not yet critical.
const AGEING_SCORE: u8 = 60;
/// Calls fail when at least so many and this share of the newest hour did: the cluster of refusals that
/// counts as one.
const FAILED_MIN: u64 = 5;
const FAILED_SHARE: f64 = 0.2;

fn part(state: PartState, words: impl Into<String>) -> Part {
    Part {
        state,
        words: words.into(),
    }
}

impl Statuses {
    pub(super) fn token_part(
        &self,
        flow: &Integration,
        evidence: Evidence,
        seen: &Seen,
        renewals: &Renewals,
    ) -> Part {
        let credential = self.index.credential(&self.estate, &flow.credential);
        if credential.is_some_and(|credential| credential.kind.grant().is_none()) {
            let words = "It is let in without an access token.";
            return part(PartState::NotApplicable, words);
        }
        let local = |at| self.local(flow, at);
        match evidence {
            Evidence::TokenLives { until } => part(
                PartState::Working(percent(renewals.rate.unwrap_or(1.0))),
                format!("Its token is good until {}.", local(until)),
            ),
            Evidence::RenewalFails {
                until: Some(until), ..
            } => part(
                PartState::Working(RENEWAL_FAILS_SCORE),
                format!(
                    "Its renewal fails; its token is good until {}.",
                    local(until)
                ),
            ),
            Evidence::RenewalFails { until: None, .. } => part(
                PartState::Failing(0),
                "Its renewal fails, and no token of it lives.",
            ),
            Evidence::Answered { .. } | Evidence::TokenEnded { .. } | Evidence::Nothing => {
                let words = match seen.token_expires_at {
                    Some(end) => format!("The last token seen ended at {}.", local(end)),
                    None => "No token request of it is seen.".to_owned(),
                };
                part(PartState::Unseen, words)
            }
        }
    }

    pub(super) fn calls_part(
        &self,
        now: Timestamp,
        flow: &Integration,
        seen: &Seen,
        calls: Option<&Calls>,
    ) -> Part {
        let Some(calls) = calls else {
            return part(PartState::Unseen, "No call of it is reported.");
        };
        if self.fresh(now, flow, seen.hour.last_at()).is_none() {
            let last = self.local(flow, calls.last_at);
            return part(
                PartState::NoTraffic,
                format!("No traffic: its last call was at {last}."),
            );
        }
        let all = calls.ok.saturating_add(calls.failed);
        let share = share(calls.ok, all);
        let words = format!(
            "{} of {all} calls answered in its newest hour with traffic.",
            calls.ok
        );
        let fails = calls.failed >= FAILED_MIN && 1.0 - share >= FAILED_SHARE;
        match fails {
            true => part(PartState::Failing(percent(share)), words),
            false => part(PartState::Working(percent(share)), words),
        }
    }

    /// The worst of its tables; without any that is counted, its own last good call or run.
    pub(super) fn freshness_part(
        &self,
        now: Timestamp,
        flow: &Integration,
        seen: &Seen,
    ) -> Freshness {
        let tables = self.tables(flow).filter_map(|asset| {
            let sight = self.assets.get(&asset.id)?;
            self.table_freshness(now, flow, asset, sight)
        });
        let worst = tables.min_by_key(|found| found.part.state.score());
        worst.unwrap_or_else(|| self.own_freshness(now, flow, seen))
    }

    /// Tables it feeds.
    pub(super) fn tables<'a>(&'a self, flow: &'a Integration) -> impl Iterator<Item = &'a Asset> {
        let asset = |id| self.index.asset(&self.estate, id);
        let fed = flow.feeds.iter().filter_map(asset);
        fed.filter(|asset| asset.kind == AssetKind::DataExtension)
    }

    fn table_freshness(
        &self,
        now: Timestamp,
        flow: &Integration,
        table: &Asset,
        sight: &AssetSight,
    ) -> Option<Freshness> {
        let changed = sight.changed_at?;
        let critical = after(changed, table.critical_after_min?)?;
        let warn = table
            .warn_after_min
            .and_then(|min| after(changed, min))
            .map_or(critical, |warn| warn.min(critical));
        let (name, at) = (&table.name, self.local(flow, changed));
        let (state, words, changes_at) = if now < warn {
            let words = format!("{name} changed at {at}.");
            (PartState::Working(100), words, Some(warn))
        } else if now < critical {
            let words = format!("{name} has not changed since {at}.");
            (PartState::Working(AGEING_SCORE), words, Some(critical))
        } else {
            let words = format!("{name} has not changed since {at}, longer than it may.");
            (PartState::Failing(0), words, None)
        };
        Some(Freshness {
            part: part(state, words),
            changes_at,
            of_a_table: true,
        })
    }

    fn own_freshness(&self, now: Timestamp, flow: &Integration, seen: &Seen) -> Freshness {
        let own = |state, words: String, changes_at| Freshness {
            part: part(state, words),
            changes_at,
            of_a_table: false,
        };
        if let Some(at) = seen.last_run_failed_at
            && seen.last_call_ok_at < Some(at)
        {
            let words = format!("Its run at {} failed.", self.local(flow, at));
            return own(PartState::Failing(0), words, None);
        }
        match self.fresh(now, flow, seen.last_call_ok_at) {
            Some((last, until)) => {
                let words = format!("Its last good call was at {}.", self.local(flow, last));
                own(PartState::Working(100), words, Some(until))
            }
            None => own(
                PartState::Unseen,
                "Nothing tells when it last moved data.".to_owned(),
                None,
            ),
        }
    }
}

/// The part, and when time alone changes it.
pub(super) struct Freshness {
    pub(super) part: Part,
    pub(super) changes_at: Option<Timestamp>,
    /// Whether a table's counters say so.
    pub(super) of_a_table: bool,
}

fn after(at: Timestamp, minutes: u32) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_mins(i64::from(minutes)))
        .ok()
}

#[expect(clippy::cast_precision_loss, reason = "counts of an hour")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}

/// Rounded down, so that 100 is all of them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 100"
)]
fn percent(share: f64) -> u8 {
    (100.0 * share.clamp(0.0, 1.0)).floor() as u8
}
