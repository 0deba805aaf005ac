//! Says whose an outcome is when its producer did not: by credential, client id, consumer and route.

use countersign_model::estate::{Asset, Estate, Integration};
use countersign_model::id::{CredentialId, IntegrationId};
use countersign_model::outcome::{Call, Fact, Outcome};

/// Fills in what the estate knows and the outcome leaves open; never changes what it says.
///
/// `client_id` is the OAuth client id given beside the outcome, if any. A credential that several
/// integrations share does not tell which of them it was, so the integration then stays open.
pub fn resolve(estate: &Estate, outcome: &mut Outcome, client_id: Option<&str>) {
    if outcome.integration.is_none() {
        if outcome.credential.is_none() {
            outcome.credential = client_id.and_then(|client_id| of_client(estate, client_id));
        }
        outcome.integration =
            only(estate.integrations.iter().filter(|integration| {
                Some(&integration.credential) == outcome.credential.as_ref()
            }));
    }
    if outcome.integration.is_none() && outcome.credential.is_none() {
        let consumer = outcome.consumer.as_ref().map(AsRef::as_ref);
        let by_name = consumer
            .or(client_id)
            .and_then(|id| of_consumer(estate, id));
        outcome.integration = by_name.or_else(|| of_route(estate, outcome));
    }
    let known = outcome
        .integration
        .as_ref()
        .and_then(|id| estate.integration(id));
    if let Some(integration) = known {
        outcome
            .credential
            .get_or_insert_with(|| integration.credential.clone());
        outcome.bu.get_or_insert_with(|| integration.bu.clone());
    }
}

/// The one integration there is, if it is one.
fn only<'a>(mut found: impl Iterator<Item = &'a Integration>) -> Option<IntegrationId> {
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only.id.clone()),
        _ => None,
    }
}

/// A consumer is called as its integration, or as the broker calls it: `INT-029-client-1`.
fn of_consumer(estate: &Estate, consumer: &str) -> Option<IntegrationId> {
    let stem = consumer.rsplit_once("-client-").map(|(stem, _)| stem);
    let mut known = estate.integrations.iter();
    known
        .find(|known| {
            known.id.as_str() == consumer || stem.is_some_and(|stem| known.id.as_str() == stem)
        })
        .map(|known| known.id.clone())
}

/// A route that names the key of a table or journey which one integration alone feeds.
fn of_route(estate: &Estate, outcome: &Outcome) -> Option<IntegrationId> {
    let (Fact::Call(Call { route, .. }) | Fact::Probe(Call { route, .. })) = &outcome.fact else {
        return None;
    };
    let key = key_of(route.as_deref()?)?;
    let is_it = |asset: &&Asset| asset.key.as_deref() == Some(key) || asset.id.as_str() == key;
    let asset = estate.assets.iter().find(is_it)?;
    only(
        estate
            .integrations
            .iter()
            .filter(|integration| integration.feeds.contains(&asset.id)),
    )
}

/// The key of `…/key:KEY/…` and of `…/key/KEY/…`.
fn key_of(route: &str) -> Option<&str> {
    let mut parts = route.split('/');
    parts
        .by_ref()
        .find_map(|part| match part.split_once(':') {
            Some(("key", key)) => Some(Some(key)),
            _ if part == "key" => Some(None),
            _ => None,
        })
        .and_then(|key| key.or_else(|| parts.next()))
        .filter(|key| !key.is_empty())
}

fn of_client(estate: &Estate, client_id: &str) -> Option<CredentialId> {
    let mut found = estate
        .credentials
        .iter()
        .filter(|credential| credential.client_id.as_deref() == Some(client_id));
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only.id.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
