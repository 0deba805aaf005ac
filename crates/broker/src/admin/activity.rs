//! Who asked for tokens, and when: what `connect` and `leave` look at.

use super::{Admin, AdminError};
use countersign_model::Timestamp;
use countersign_model::id::{ConsumerId, IntegrationId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who asked for tokens since this broker started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// The broker's time.
    pub now: Timestamp,
    /// Since when it counts: its start.
    pub since: Timestamp,
    /// Requests with an unknown, revoked or misplaced id and key.
    pub strangers: u64,
    /// Consumers that exist, and revoked ones that were seen.
    pub consumers: Vec<ActivityRow>,
    /// When people's commands (`token`, `exec`, `agent`) last got a token, by integration.
    pub operator: BTreeMap<IntegrationId, Timestamp>,
}

/// One consumer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivityRow {
    /// Its id.
    pub id: ConsumerId,
    /// The integration it belongs to.
    pub integration: IntegrationId,
    /// Whether its key was revoked.
    pub revoked: bool,
    /// Tokens handed out.
    pub vended: u64,
    /// Requests answered without a token.
    pub refused: u64,
    /// The last token.
    pub last_vended_at: Option<Timestamp>,
    /// The last refusal.
    pub last_refused_at: Option<Timestamp>,
}

impl Admin {
    /// Who asked for tokens since this broker started. Counts are a second old at most.
    ///
    /// # Errors
    /// [`AdminError::Books`], [`AdminError::NoEstate`].
    pub async fn activity(&self) -> Result<Activity, AdminError> {
        let seen = self.registry.seen();
        let mut sights: BTreeMap<ConsumerId, _> = seen.all().into_iter().collect();
        let mut consumers = Vec::new();
        for consumer in self.consumers().await? {
            let sight = sights.remove(&consumer.id);
            consumers.push(ActivityRow {
                id: consumer.id,
                integration: consumer.integration,
                revoked: false,
                vended: sight.as_ref().map_or(0, |sight| sight.vended),
                refused: sight.as_ref().map_or(0, |sight| sight.refused),
                last_vended_at: sight.as_ref().and_then(|sight| sight.last_vended_at),
                last_refused_at: sight.as_ref().and_then(|sight| sight.last_refused_at),
            });
        }
        consumers.extend(sights.into_iter().map(|(id, sight)| ActivityRow {
            id,
            integration: sight.integration,
            revoked: true,
            vended: sight.vended,
            refused: sight.refused,
            last_vended_at: sight.last_vended_at,
            last_refused_at: sight.last_refused_at,
        }));
        let flows = self.estate().await?.integrations;
        let operator = flows
            .into_iter()
            .filter_map(|flow| Some((flow.id.clone(), seen.operator_at(&flow.id)?)));
        Ok(Activity {
            now: self.now(),
            since: self.started_at,
            strangers: seen.strangers_n(),
            consumers,
            operator: operator.collect(),
        })
    }
}
