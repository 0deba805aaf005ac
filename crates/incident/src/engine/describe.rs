//! Impact, clocks, people and words of an incident, from the estate as it is.

use super::Engine;
use crate::cause::Cause;
use crate::{harm, impact, runbook, words};
use countersign_model::Timestamp;
use countersign_model::estate::Integration;
use countersign_model::id::IntegrationId;
use countersign_model::incident::Incident;
use countersign_model::signal::Signal;
use std::collections::BTreeSet;

impl Engine {
    /// The integrations a signal names, and those on the credentials it names.
    pub(super) fn flows_of(&self, signal: &Signal) -> Vec<IntegrationId> {
        let is_named = |flow: &&Integration| {
            signal.integrations.contains(&flow.id) || signal.credentials.contains(&flow.credential)
        };
        let named = self.estate.integrations.iter().filter(is_named);
        named.map(|flow| flow.id.clone()).collect()
    }

    /// Impact, clocks, people and words, from the estate as it is.
    pub(super) fn describe(
        &self,
        now: Timestamp,
        signal: &Signal,
        incident: &mut Incident,
        healthy: &BTreeSet<IntegrationId>,
    ) {
        let root = incident.root_cause.clone();
        let cause = Cause::of(&self.estate, &root, &incident.integrations);
        let ids = cause
            .integrations
            .iter()
            .map(|integration| integration.id.clone());
        incident.integrations = ids.collect();
        incident.affected = impact::affected(&cause, &self.graph);
        incident.business_units = impact::business_units(&cause, &incident.affected);
        let spared = impact::spared(&cause, &incident.affected, healthy, &self.open());
        let sentence = |flow: &&Integration| words::spared(&self.estate, flow, now);
        incident.unaffected = spared.iter().map(sentence).collect();
        incident.token_ends_at = signal.token_ends_at.filter(|end| *end > now);
        let outage = harm::outage(signal, incident.outage.as_ref(), now);
        let harm = harm::first_harm(&cause, &outage);
        incident.outage = Some(outage);
        let known = incident
            .harm
            .as_ref()
            .map_or(Timestamp::MAX, |harm| harm.at);
        let is_sooner = harm.as_ref().is_some_and(|harm| harm.at < known);
        // An open incident's harm was told; only worse news changes it.
        if incident.opened_at.is_none() || is_sooner {
            incident.harm = harm;
        }
        incident.owner = cause.owner();
        incident.backup = cause.backup();
        incident.runbook = runbook::runbook(&cause, incident);
        incident.title = words::title(&cause, incident.class);
    }
}
