//! How well the death of a credential explains what is seen (detection 5).

use crate::health::Health;
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::Estate;
use countersign_model::graph::Node;
use countersign_model::id::{AssetId, CredentialId, IntegrationId};
use countersign_model::schedule::zone;
use countersign_model::signal::Signal;
use std::collections::{BTreeMap, BTreeSet};

/// A score above this names the credential: a posterior of 0.88.
pub const DECIDES: f64 = 2.0;
/// From this margin over the second the cause is likely, and not just possible.
pub const MARGIN: f64 = 1.5;

/// How often a credential is at fault when something is.
const PRIOR: f64 = 0.02;
/// The same once its end date has come; our choice: as likely as not.
const PRIOR_ENDED: f64 = 0.5;
/// How often an asset shows a symptom of its own.
const ALONE: f64 = 0.004;
/// Its flow's calls are seen and answered; our choice, stronger than detection 5, because calls carry
/// the very token that would be dead.
const WORKS: f64 = -6.0;

/// A credential that could be at the root.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) credential: CredentialId,
    /// Natural logarithm of odds.
    pub(super) score: f64,
    /// Distance to the next best.
    pub(super) margin: f64,
    /// The symptoms it explains.
    pub(super) symptoms: Vec<AssetId>,
    /// The flows through which it reaches them.
    pub(super) flows: BTreeSet<IntegrationId>,
    /// Whether anything is seen of its own calls.
    pub(super) visible: bool,
}

impl Candidate {
    pub(super) fn before(self, second: f64) -> Candidate {
        Candidate {
            margin: self.score - second,
            ..self
        }
    }
}

pub(super) struct Scorer<'a> {
    pub(super) estate: &'a Estate,
    pub(super) symptoms: &'a BTreeMap<AssetId, Signal>,
    pub(super) health: &'a Health,
}

impl Scorer<'_> {
    /// The credentials upstream of `id`, each with its score. `upstream`: what an asset hangs on since
    /// an instant.
    pub(super) fn candidates(
        &self,
        id: &AssetId,
        since: Timestamp,
        upstream: impl Fn(&AssetId, Timestamp) -> Vec<(Node, u32)>,
    ) -> Vec<Candidate> {
        let credentials = |nodes: Vec<(Node, u32)>| -> BTreeSet<CredentialId> {
            let of = |(node, _): (Node, u32)| match node {
                Node::Credential(id) => Some(id),
                Node::Integration(_) | Node::Asset(_) => None,
            };
            nodes.into_iter().filter_map(of).collect()
        };
        let reached: BTreeMap<&AssetId, BTreeSet<CredentialId>> = self
            .symptoms
            .iter()
            .map(|(asset, symptom)| (asset, credentials(upstream(asset, symptom.since))))
            .collect();
        credentials(upstream(id, since))
            .into_iter()
            .map(|credential| {
                let explained = reached
                    .iter()
                    .filter(|(_, causes)| causes.contains(&credential))
                    .map(|(asset, _)| (*asset).clone());
                let explained = explained.collect();
                self.candidate(credential, explained, since)
            })
            .collect()
    }

    fn candidate(
        &self,
        credential: CredentialId,
        symptoms: Vec<AssetId>,
        since: Timestamp,
    ) -> Candidate {
        let flows = self.estate.integrations.iter();
        let own: Vec<_> = flows.filter(|flow| flow.credential == credential).collect();
        let prior = match has_ended(self.estate, &credential, since) {
            true => PRIOR_ENDED,
            false => PRIOR,
        };
        let works = own.iter().any(|flow| self.health.works(&flow.id, since));
        let shown: f64 = symptoms
            .iter()
            .filter_map(|id| self.symptoms.get(id))
            .map(|symptom| (shows(symptom.class) / ALONE).ln())
            .sum();
        let fed: BTreeSet<&AssetId> = own.iter().flat_map(|flow| &flow.feeds).collect();
        let against = fed
            .iter()
            .filter(|asset| !self.symptoms.contains_key(**asset))
            .filter(|asset| self.health.goes_on(asset, since))
            .count();
        let quiet = ((1.0 - shows(Class::Stopped)) / (1.0 - ALONE)).ln();
        let auth = if works { WORKS } else { 0.0 };
        Candidate {
            score: prior.ln() + auth + shown + quiet * count(against),
            margin: 0.0,
            symptoms,
            flows: own.iter().map(|flow| flow.id.clone()).collect(),
            visible: own.iter().any(|flow| self.health.is_seen(&flow.id)),
            credential,
        }
    }
}

/// How often a dead credential shows as a symptom of that class (detection 5: 0.6 to 0.98).
fn shows(class: Class) -> f64 {
    match class {
        Class::Stopped | Class::ZeroRows => 0.9,
        Class::Frozen => 0.8,
        _ => 0.6,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of assets")]
fn count(n: usize) -> f64 {
    n as f64
}

/// Whether a credential's end, as the estate gives it, has come: then its death is no surprise.
fn has_ended(estate: &Estate, id: &CredentialId, at: Timestamp) -> bool {
    let Some(credential) = estate.credential(id) else {
        return false;
    };
    let unit = estate.business_unit(&credential.bu);
    let zone = unit.and_then(|unit| zone(&unit.time_zone).ok());
    let date = zone.map(|zone| at.to_zoned(zone).date());
    credential
        .ends
        .zip(date)
        .is_some_and(|(ends, today)| ends <= today)
}
