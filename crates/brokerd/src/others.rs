//! Who else uses a client id: asked before it is brokered, because a second minter may end the first
//! one's token.

use countersign_model::estate::Estate;
use countersign_model::id::{CredentialId, IntegrationId};
use std::collections::BTreeSet;

/// Others who may mint with the same client id.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct OtherUsers {
    /// Other credentials of the same tenant with the same client id.
    pub credentials: Vec<CredentialId>,
    /// Integrations on those.
    pub their_integrations: Vec<IntegrationId>,
    /// Integrations on the credential itself that have no consumer yet: they still hold the secret.
    pub unconnected: Vec<IntegrationId>,
    /// Whether the tenant is known to end an older token when a new one is minted.
    pub mint_kills_older: bool,
}

impl OtherUsers {
    /// Whether a person has to say that they have moved.
    ///
    /// One integration that is not connected yet is how everybody begins, and no second program; it
    /// counts where the tenant is known to end older tokens.
    #[must_use]
    pub fn need_a_word(&self) -> bool {
        let alone = self.unconnected.len() <= 1;
        !self.credentials.is_empty()
            || !alone
            || (self.mint_kills_older && !self.unconnected.is_empty())
    }
}

/// Who else may mint with the client id of `credential`. `connected`: integrations that have a consumer.
#[must_use]
pub fn other_users(
    estate: &Estate,
    credential: &CredentialId,
    connected: &BTreeSet<IntegrationId>,
) -> OtherUsers {
    let Some(own) = estate.credential(credential) else {
        return OtherUsers::default();
    };
    let tenant_of = |bu| estate.business_unit(bu).map(|unit| &unit.tenant);
    let tenant = tenant_of(&own.bu);
    let credentials: Vec<CredentialId> = estate
        .credentials
        .iter()
        .filter(|other| other.id != own.id && tenant_of(&other.bu) == tenant)
        .filter(|other| own.client_id.is_some() && other.client_id == own.client_id)
        .map(|other| other.id.clone())
        .collect();
    let flows = |on: &dyn Fn(&CredentialId) -> bool| {
        let flows = estate.integrations.iter();
        let flows = flows.filter(|flow| on(&flow.credential));
        flows.map(|flow| flow.id.clone()).collect::<Vec<_>>()
    };
    let mut unconnected = flows(&|id| *id == own.id);
    unconnected.retain(|id| !connected.contains(id));
    OtherUsers {
        their_integrations: flows(&|id| credentials.contains(id)),
        unconnected,
        mint_kills_older: tenant
            .and_then(|id| estate.tenant(id))
            .is_some_and(|tenant| tenant.mint_kills_older),
        credentials,
    }
}

#[cfg(test)]
mod tests;
