//! Puts one integration's status together: what incidents say first, then evidence, then its parts.

use super::hit::Hit;
use super::part::Freshness;
use super::{Integration, IntegrationStatus, Place, Seen, Statuses};
use crate::coverage::{self, Facts, Table};
use countersign_model::Timestamp;
use countersign_model::estate::{CredentialKind, CredentialMode};
use countersign_model::status::{
    AssetSight, Calls, Health, Knowing, OperationalConfidence, PartState,
};

/// A status, and when time alone may change it.
pub(super) struct Judged {
    pub(super) status: IntegrationStatus,
    pub(super) changes_at: Option<Timestamp>,
}

impl Statuses {
    pub(super) fn judge(&self, now: Timestamp, place: Place, hit: Option<&Hit>) -> Judged {
        let nothing = Seen::default();
        let flow = &self.estate.integrations[place];
        let seen = self.flows[place].as_deref().unwrap_or(&nothing);
        let evidence = self.evidence(now, flow, seen);
        let renewals = seen.week.renewals(now);
        let calls = seen.hour.told();
        let freshness = self.freshness_part(now, flow, seen);
        let knowing = self.knowing(now, flow, seen, calls.as_ref());
        let alone = [
            self.evidence_changes_at(now, flow, seen),
            freshness.changes_at,
            knowing.changes_at(now),
            seen.week.changes_at(now),
        ];
        let confidence = OperationalConfidence::of(
            self.token_part(flow, evidence, seen, &renewals),
            self.calls_part(now, flow, seen, calls.as_ref()),
            freshness.part.clone(),
        );
        let found = match hit {
            Some(hit) => hit.clone(),
            None => weighed(self.told(now, flow, evidence), &confidence, &freshness),
        };
        let status = IntegrationStatus {
            health: found.health,
            reason: found.reason,
            incident: found.incident,
            confidence,
            token_expires_at: seen.token_expires_at,
            next_renewal_at: seen.next_renewal_at,
            last_mint_ok_at: seen.last_ok_at,
            last_failure: seen.last_failure,
            mints_ok: seen.ok,
            mints_failed: seen.failed,
            renewals,
            calls,
            failures: seen.week.failures(now),
            last_sync_at: self.last_sync_at(flow, seen),
            knowing,
            ..IntegrationStatus::unseen(flow.id.clone(), flow.credential.clone())
        };
        Judged {
            status,
            changes_at: alone.into_iter().flatten().filter(|at| *at > now).min(),
        }
    }

    fn evidence_changes_at(
        &self,
        now: Timestamp,
        flow: &Integration,
        seen: &Seen,
    ) -> Option<Timestamp> {
        let ok = self.fresh(now, flow, seen.last_call_ok_at);
        let any = self.fresh(now, flow, seen.hour.last_at());
        let next_run = self.next_run(flow, now).map(|run| run.starts_at);
        let bounds = [
            seen.token_expires_at,
            ok.map(|(_, until)| until),
            any.map(|(_, until)| until),
            next_run,
        ];
        bounds.into_iter().flatten().filter(|at| *at > now).min()
    }

    /// When it last moved data: a good call or run, or a change of a table it feeds.
    fn last_sync_at(&self, flow: &Integration, seen: &Seen) -> Option<Timestamp> {
        let sight = |table: &countersign_model::estate::Asset| {
            let sight: &AssetSight = self.assets.get(&table.id)?;
            sight.changed_at
        };
        let tables = self.tables(flow).filter_map(sight).max();
        tables.max(seen.last_call_ok_at.map(super::rate::minute_of))
    }

    fn knowing(
        &self,
        now: Timestamp,
        flow: &Integration,
        seen: &Seen,
        calls: Option<&Calls>,
    ) -> Knowing {
        let credential = self.index.credential(&self.estate, &flow.credential);
        let kind = credential.map(|credential| credential.kind);
        let is_t0 = self.index.is_t0(&flow.credential);
        let fresh = self.fresh(now, flow, seen.hour.last_at()).is_some();
        let noticeable = flow.feeds.iter().filter_map(|id| self.noticeable.get(id));
        coverage::knowing(&Facts {
            mode: credential.map_or(CredentialMode::Observed, |credential| credential.mode),
            is_brokerable: kind.is_some_and(is_brokerable),
            guard_s: match is_t0 {
                true => self.rules.calls_page_t0_s,
                false => self.rules.calls_page_s,
            },
            next_renewal_at: seen.next_renewal_at,
            mints: seen.mints.told(),
            calls_per_min: calls.filter(|_| fresh).map(|calls| calls.per_min),
            next_run: self.next_run(flow, now),
            pings: seen.pings.told(),
            tables: self.tables(flow).map(|asset| self.table(asset)).collect(),
            noticeable_min: noticeable.min().copied(),
        })
    }

    fn table(&self, asset: &countersign_model::estate::Asset) -> Table {
        let sight = self.assets.get(&asset.id);
        Table {
            asset: asset.id.clone(),
            is_counted: sight.is_some(),
            critical_s: asset.critical_after_min.map(|min| min.saturating_mul(60)),
        }
    }
}

/// What our broker can hold today (design 4.4).
fn is_brokerable(kind: CredentialKind) -> bool {
    match kind {
        CredentialKind::S2sV2
        | CredentialKind::WebappV2
        | CredentialKind::LegacyV1
        | CredentialKind::CrmOauth => true,
        CredentialKind::ExtOauth | CredentialKind::MtlsCert | CredentialKind::SftpKey => false,
    }
}

/// Evidence of the token and the calls, corrected by parts that say otherwise: calls or data that fail
/// make what seems well degraded, and a table that changes is no silence.
fn weighed(
    (health, reason): (Health, String),
    confidence: &OperationalConfidence,
    freshness: &Freshness,
) -> Hit {
    let hit = |health, reason| Hit {
        health,
        reason,
        incident: None,
    };
    if health > Health::Unknown {
        return hit(health, reason);
    }
    for part in [&confidence.calls, &confidence.freshness] {
        if matches!(part.state, PartState::Failing(_)) {
            return hit(Health::Degraded, part.words.clone());
        }
    }
    let moves = freshness.of_a_table && matches!(freshness.part.state, PartState::Working(100));
    match health {
        Health::Unknown if moves => hit(Health::Healthy, freshness.part.words.clone()),
        _ => hit(health, reason),
    }
}
