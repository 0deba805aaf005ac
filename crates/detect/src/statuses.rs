//! How every integration is doing, from evidence. Silence is unknown, never healthy.

use crate::classify::{Verdict, classify, classify_call};
use crate::detector::end_of;
use crate::rules::span;
use countersign_model::class::Class;
use countersign_model::estate::{Estate, Integration};
use countersign_model::id::IntegrationId;
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::schedule::zone;
use countersign_model::status::{Health, IntegrationStatus};
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A flow without a schedule is silent after so long without a good call, seconds; one with a schedule
/// when its next run is that late. Our choice: within a quarter of an hour a failure is to be found (R063).
const CALLS_FRESH_S: u32 = 900;

/// Keeps what is known of every integration.
#[derive(Debug, Clone)]
pub struct Statuses {
    estate: Estate,
    state: StatusesState,
}

/// What the statuses rest on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StatusesState(BTreeMap<IntegrationId, Seen>);

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Seen {
    token_expires_at: Option<Timestamp>,
    next_renewal_at: Option<Timestamp>,
    last_ok_at: Option<Timestamp>,
    last_failure: Option<(Timestamp, Class)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_call_ok_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_call_refused_at: Option<Timestamp>,
    ok: u64,
    failed: u64,
}

impl Statuses {
    /// Statuses of an estate of which nothing was seen yet.
    #[must_use]
    pub fn new(estate: &Estate) -> Statuses {
        Statuses {
            estate: estate.clone(),
            state: StatusesState::default(),
        }
    }

    /// Takes a new estate and forgets what left it.
    pub fn set_estate(&mut self, estate: &Estate) {
        self.estate = estate.clone();
        let estate = &self.estate;
        self.state
            .0
            .retain(|id, _| estate.integration(id).is_some());
    }

    /// What to keep until the next start.
    #[must_use]
    pub fn snapshot(&self) -> &StatusesState {
        &self.state
    }

    /// Takes up what [`snapshot`](Self::snapshot) gave.
    pub fn restore(&mut self, state: StatusesState) {
        self.state = state;
    }

    /// Counts one outcome for its integration, or for all on its credential.
    pub fn observe(&mut self, now: Timestamp, outcome: &Outcome) {
        if outcome.ts > now {
            let outcome = Outcome {
                ts: now,
                ..outcome.clone()
            };
            return self.observe(now, &outcome);
        }
        let credential = outcome
            .credential
            .as_ref()
            .and_then(|id| self.estate.credential(id));
        let verdict = classify(
            outcome,
            credential.and_then(|credential| credential.kind.grant()),
        );
        let worked = works(outcome);
        let refused = is_refused(outcome);
        if verdict == Verdict::Ignored && !worked && !refused {
            return;
        }
        let is_meant = |integration: &&Integration| match &outcome.integration {
            Some(id) => integration.id == *id,
            None => outcome.credential.as_ref() == Some(&integration.credential),
        };
        for integration in self.estate.integrations.iter().filter(is_meant) {
            let seen = self.state.0.entry(integration.id.clone()).or_default();
            seen.observe(outcome, verdict);
            if worked {
                seen.last_call_ok_at = seen.last_call_ok_at.max(Some(outcome.ts));
            }
            if refused {
                seen.last_call_refused_at = seen.last_call_refused_at.max(Some(outcome.ts));
            }
        }
    }

    /// How every integration is doing, in the estate's order.
    #[must_use]
    pub fn view(&self, now: Timestamp, incidents: &[Incident]) -> Vec<IntegrationStatus> {
        let nothing = Seen::default();
        let status = |integration: &Integration| {
            let seen = self.state.0.get(&integration.id).unwrap_or(&nothing);
            let found = self.judge(now, integration, seen, incidents);
            IntegrationStatus {
                integration: integration.id.clone(),
                credential: integration.credential.clone(),
                health: found.health,
                reason: found.reason,
                token_expires_at: seen.token_expires_at,
                next_renewal_at: seen.next_renewal_at,
                last_mint_ok_at: seen.last_ok_at,
                last_failure: seen.last_failure,
                mints_ok: seen.ok,
                mints_failed: seen.failed,
                incident: found.incident.map(|incident| incident.id.clone()),
            }
        };
        self.estate.integrations.iter().map(status).collect()
    }

    /// The integrations that evidence says are healthy: a token lives or calls are answered, and the
    /// newest attempt and call were not refused. Incidents are for the caller to look at.
    #[must_use]
    pub fn healthy(&self, now: Timestamp) -> BTreeSet<IntegrationId> {
        let is_healthy = |flow: &&Integration| {
            let Some(seen) = self.state.0.get(&flow.id) else {
                return false;
            };
            let refused = seen.last_call_refused_at;
            (refused.is_none() || seen.last_call_ok_at > refused)
                && self.by_evidence(now, flow, seen).0 == Health::Healthy
        };
        let healthy = self.estate.integrations.iter().filter(is_healthy);
        healthy.map(|flow| flow.id.clone()).collect()
    }

    /// Newest answered call or issued token of each integration of which any was seen.
    #[must_use]
    pub fn worked_at(&self) -> BTreeMap<IntegrationId, Timestamp> {
        let newest = |(id, seen): (&IntegrationId, &Seen)| {
            let at = seen.last_ok_at.max(seen.last_call_ok_at)?;
            Some((id.clone(), at))
        };
        self.state.0.iter().filter_map(newest).collect()
    }

    fn judge<'a>(
        &self,
        now: Timestamp,
        integration: &Integration,
        seen: &Seen,
        incidents: &'a [Incident],
    ) -> Found<'a> {
        let hits = |incident: &&Incident| incident.integrations.contains(&integration.id);
        let mut open = incidents.iter().filter(|incident| incident.is_open());
        if let Some(incident) = open.clone().find(hits) {
            return Found {
                health: Health::Failing,
                reason: incident.title.clone(),
                incident: Some(incident),
            };
        }
        let suspects = |incident: &&Incident| incident.state == IncidentState::Suspect;
        if incidents
            .iter()
            .filter(suspects)
            .any(|incident| hits(&incident))
        {
            return Found::at_risk("First failures seen; one more pages.".to_owned(), None);
        }
        if let Some((incident, name)) = open.find_map(|i| Some((i, downstream(integration, i)?))) {
            let reason = format!("{name}, which it feeds, is hit by an open incident.");
            return Found::at_risk(reason, Some(incident));
        }
        let (health, reason) = self.by_evidence(now, integration, seen);
        Found {
            health,
            reason,
            incident: None,
        }
    }

    fn by_evidence(
        &self,
        now: Timestamp,
        integration: &Integration,
        seen: &Seen,
    ) -> (Health, String) {
        let local = |at: Timestamp| self.local(integration, at);
        match (seen.token_expires_at, seen.last_failure) {
            (Some(end), None) if end > now => (
                Health::Healthy,
                format!("Its token is good until {}.", local(end)),
            ),
            (Some(end), Some((at, class))) if end > now => (
                Health::AtRisk,
                format!(
                    "Renewal failed at {} ({}); its token is good until {}.",
                    local(at),
                    class.as_str(),
                    local(end)
                ),
            ),
            (_, None) if self.is_fresh(now, integration, seen) => {
                (Health::Healthy, self.answered(now, integration, seen))
            }
            (_, Some((at, class))) => (
                Health::AtRisk,
                format!("Renewal failed at {} ({}).", local(at), class.as_str()),
            ),
            (Some(end), None) => (
                Health::Unknown,
                format!(
                    "Its last token ended at {}; nothing was seen since.",
                    local(end)
                ),
            ),
            (None, None) => (Health::Unknown, "Nothing was seen of it yet.".to_owned()),
        }
    }

    /// Whether its last good call is as new as its rhythm lets one expect.
    fn is_fresh(&self, now: Timestamp, integration: &Integration, seen: &Seen) -> bool {
        let Some(last) = seen.last_call_ok_at else {
            return false;
        };
        let grace = span(CALLS_FRESH_S);
        let Some(schedule) = &integration.schedule else {
            return now.duration_since(last) <= grace;
        };
        let run = SignedDuration::from_mins(schedule.usual_min.map_or(0, i64::from));
        // Its next run may be under way, and has not failed before it had its usual time.
        self.next_run(integration, last)
            .is_some_and(|next| now <= next + run + grace)
    }

    fn next_run(&self, integration: &Integration, after: Timestamp) -> Option<Timestamp> {
        let unit = self.estate.business_unit(&integration.bu)?;
        let schedule = integration.schedule.as_ref()?;
        schedule.next_after(after, &unit.time_zone).ok().flatten()
    }

    fn answered(&self, now: Timestamp, integration: &Integration, seen: &Seen) -> String {
        let last = self.local(integration, seen.last_call_ok_at.unwrap_or(now));
        match self.next_run(integration, now) {
            Some(next) => {
                let next = self.local(integration, next);
                format!("Its last calls, at {last}, were answered; its next run is at {next}.")
            }
            None => format!("Its last calls, at {last}, were answered."),
        }
    }

    fn local(&self, integration: &Integration, at: Timestamp) -> String {
        let unit = self.estate.business_unit(&integration.bu);
        match unit.and_then(|unit| zone(&unit.time_zone).ok()) {
            Some(zone) => at.to_zoned(zone).strftime("%H:%M %Z").to_string(),
            None => at.strftime("%H:%M UTC").to_string(),
        }
    }
}

struct Found<'a> {
    health: Health,
    reason: String,
    incident: Option<&'a Incident>,
}

impl<'a> Found<'a> {
    fn at_risk(reason: String, incident: Option<&'a Incident>) -> Found<'a> {
        Found {
            health: Health::AtRisk,
            reason,
            incident,
        }
    }
}

/// The name of the first thing it feeds that the incident reaches.
fn downstream<'a>(integration: &Integration, incident: &'a Incident) -> Option<&'a str> {
    let fed = |id: &str| integration.feeds.iter().any(|asset| asset.as_str() == id);
    incident
        .affected
        .iter()
        .find(|affected| fed(affected.reached.node.id()))
        .map(|affected| affected.name.as_str())
}

impl Seen {
    /// Late outcomes count, but do not turn back what is newer.
    fn observe(&mut self, outcome: &Outcome, verdict: Verdict) {
        match verdict {
            Verdict::Ignored => {}
            Verdict::Ok => {
                self.ok += outcome.n;
                self.last_failure = self.last_failure.filter(|(at, _)| *at > outcome.ts);
                if self.last_ok_at <= Some(outcome.ts) {
                    self.issued(outcome);
                }
            }
            Verdict::Failed(class) => {
                self.failed += outcome.n;
                let newest = self.last_ok_at.max(self.last_failure.map(|(at, _)| at));
                if newest <= Some(outcome.ts) {
                    self.last_failure = Some((outcome.ts, class));
                }
            }
        }
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
}

/// Whether an outcome shows that calls are answered.
fn works(outcome: &Outcome) -> bool {
    match &outcome.fact {
        Fact::Call(call) | Fact::Probe(call) => {
            matches!(call.status, Some(200..=399)) && classify_call(call) == Verdict::Ok
        }
        Fact::Run { state, .. } => state == "completed",
        _ => false,
    }
}

fn is_refused(outcome: &Outcome) -> bool {
    match &outcome.fact {
        Fact::Call(call) | Fact::Probe(call) => {
            matches!(classify_call(call), Verdict::Failed(_))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
