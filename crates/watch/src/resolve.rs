//! Says whose an outcome is when its producer did not: by client id, credential and integration.

use countersign_model::estate::Estate;
use countersign_model::id::CredentialId;
use countersign_model::outcome::Outcome;

/// Fills in what the estate knows and the outcome leaves open; never changes what it says.
///
/// `client_id` is the OAuth client id given beside the outcome, if any. A credential that several
/// integrations share does not tell which of them it was, so the integration then stays open.
pub(crate) fn resolve(estate: &Estate, outcome: &mut Outcome, client_id: Option<&str>) {
    if outcome.integration.is_none() {
        if outcome.credential.is_none() {
            outcome.credential = client_id.and_then(|client_id| of_client(estate, client_id));
        }
        let mut users = estate
            .integrations
            .iter()
            .filter(|integration| Some(&integration.credential) == outcome.credential.as_ref());
        if let (Some(only), None) = (users.next(), users.next()) {
            outcome.integration = Some(only.id.clone());
        }
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
