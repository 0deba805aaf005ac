//! What the estate says of a credential, as far as its token requests and calls are judged.

use super::{CORE, ProviderId};
use countersign_model::estate::{Credential, CredentialKind, Grant};
use countersign_model::id::{BuId, CredentialId, TenantId};
use std::collections::{BTreeMap, BTreeSet};

/// What the estate says of a credential.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) grant: Option<Grant>,
    /// Whose token host it uses; `None` where no other credential here uses it.
    pub(super) provider: Option<ProviderId>,
    /// Whether a T0 flow hangs on it.
    pub(super) t0: bool,
    /// Whether a job on it usually takes longer than a token lives.
    pub(super) long: bool,
}

impl Known {
    /// `tenants`: the tenant of each business unit.
    pub(super) fn of(
        tenants: &BTreeMap<&BuId, &TenantId>,
        credential: &Credential,
        (t0, long): (&BTreeSet<&CredentialId>, &BTreeSet<&CredentialId>),
    ) -> Known {
        let own_host = credential.token_url.is_some();
        let provider = match credential.kind {
            CredentialKind::S2sV2 | CredentialKind::WebappV2 | CredentialKind::LegacyV1
                if !own_host =>
            {
                tenants.get(&credential.bu).map(ToString::to_string)
            }
            CredentialKind::CrmOauth => Some(CORE.to_owned()),
            _ => None,
        };
        Known {
            grant: credential.kind.grant(),
            t0: t0.contains(&credential.id),
            long: long.contains(&credential.id),
            provider,
        }
    }
}
