//! Who shares a provider and who of them has trouble, so that an outcome does not pay for all of them.
//!
//! Nothing of this is kept: it follows from what is remembered of each credential.

use super::ProviderId;
use crate::platform;
use crate::rules::{Rules, span};
use crate::track::Track;
use countersign_model::id::CredentialId;
use std::collections::{BTreeMap, BTreeSet};

/// An outcome looks at so many others at most: of a greater fleet in trouble, all are looked at once for
/// as many outcomes as it has members for each of these, and at every tick. Our choice: the whole of
/// most estates.
const LOOKS_MAX: usize = 64;

/// All fleets, and whom nobody was told of.
#[derive(Debug, Clone, Default)]
pub(super) struct Fleets {
    by_provider: BTreeMap<ProviderId, Fleet>,
    /// Credentials that stumble and of which nobody was told.
    pub(super) untold: BTreeSet<CredentialId>,
    /// How many tracks judgements of providers have looked at.
    pub(super) n_looked_at: u64,
}

/// The credentials of one provider.
#[derive(Debug, Clone, Default)]
struct Fleet {
    members: BTreeSet<CredentialId>,
    /// Whose token requests fail, throttling apart.
    stumbling: BTreeSet<CredentialId>,
    /// Whose calls fail at the provider.
    calls_fail: BTreeSet<CredentialId>,
    /// Outcomes that did not look.
    n_waiting: usize,
    /// Whether one of them was a token request.
    has_grown: bool,
}

/// When a provider is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// A token request came just now.
    Request,
    /// A call came just now.
    Call,
    /// Time has passed.
    Tick,
}

impl Fleets {
    /// Takes what is remembered of a credential now.
    pub(super) fn note(
        &mut self,
        rules: &Rules,
        provider: Option<&ProviderId>,
        id: &CredentialId,
        track: &Track,
    ) {
        keep(&mut self.untold, id, track.is_untold());
        let Some(provider) = provider else { return };
        if !self.by_provider.contains_key(provider) {
            self.by_provider.insert(provider.clone(), Fleet::default());
        }
        let Some(fleet) = self.by_provider.get_mut(provider) else {
            return;
        };
        keep(&mut fleet.members, id, true);
        let stumbles = platform::newest(&track.transients).is_some();
        keep(&mut fleet.stumbling, id, stumbles);
        let least = span(rules.platform_suspect_s);
        let fails = track.calls.provider_fails(least).is_some();
        keep(&mut fleet.calls_fail, id, fails);
    }

    /// Whether so many have trouble that it may be the provider's.
    pub(super) fn may_fail(&self, rules: &Rules, provider: &ProviderId) -> bool {
        self.by_provider.get(provider).is_some_and(|fleet| {
            let n = fleet.stumbling.len().max(fleet.calls_fail.len());
            u32::try_from(n).is_ok_and(|n| n >= rules.platform_credentials_min)
        })
    }

    /// Whether all members are to be looked at now, and if so, whether a token request came since the
    /// last look.
    pub(super) fn looks(&mut self, provider: &ProviderId, asks: Asks) -> Option<bool> {
        let is_request = asks == Asks::Request;
        let Some(fleet) = self.by_provider.get_mut(provider) else {
            return Some(is_request);
        };
        fleet.n_waiting += 1;
        fleet.has_grown |= is_request;
        let n = fleet.members.len();
        let waits = n > LOOKS_MAX && fleet.n_waiting * LOOKS_MAX < n && asks != Asks::Tick;
        if waits {
            return None;
        }
        self.n_looked_at += n as u64;
        fleet.n_waiting = 0;
        Some(std::mem::take(&mut fleet.has_grown))
    }

    /// The credentials of a provider.
    pub(super) fn members(&self, provider: &ProviderId) -> impl Iterator<Item = &CredentialId> {
        let fleet = self.by_provider.get(provider);
        fleet.into_iter().flat_map(|fleet| &fleet.members)
    }
}

fn keep(set: &mut BTreeSet<CredentialId>, id: &CredentialId, is_in: bool) {
    match is_in {
        true if !set.contains(id) => drop(set.insert(id.clone())),
        false if !set.is_empty() => drop(set.remove(id)),
        _ => {}
    }
}
