//! Whether the provider is to blame: one judgement over all credentials that share its hosts.

use super::{Asks, Detector, ProviderId, signal};
use crate::classify::fails_at_provider;
use crate::platform::{self, Outage};
use crate::track::Track;
use countersign_model::id::CredentialId;
use countersign_model::outcome::{Call, Outcome};
use countersign_model::signal::Signal;
use countersign_model::{SignedDuration, Timestamp};

/// Calls are looked at together at most so often.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(10);

impl Detector {
    /// Whether a call is a reason to look at its provider again: it failed there, or it was carried
    /// while the provider is thought to fail.
    pub(super) fn is_news_of(
        &mut self,
        provider: &ProviderId,
        outcome: &Outcome,
        call: &Call,
    ) -> bool {
        let known = self.state.providers.get_mut(provider);
        if known.as_ref().is_none_or(|known| known.since.is_none())
            && fails_at_provider(call).is_none()
        {
            return false;
        }
        let Some(known) = known else { return true };
        let looked = known.calls_looked_at;
        if looked.is_some_and(|at| outcome.ts.duration_since(at) < LOOK_AGAIN) {
            return false;
        }
        known.calls_looked_at = Some(outcome.ts);
        self.changed.providers.insert(provider.clone());
        true
    }

    /// Looks at all credentials of a provider where they may show that it fails, or did.
    pub(super) fn judge_provider(
        &mut self,
        now: Timestamp,
        id: &ProviderId,
        asks: Asks,
    ) -> Option<Signal> {
        let told = self.state.providers.get(id);
        let is_open = told.is_some_and(|one| one.since.or(one.in_doubt_since).is_some());
        if !is_open && !self.fleets.may_fail(&self.rules, id) {
            return None;
        }
        let grown = self.fleets.looks(id, asks)?;
        let members = self.fleets.members(id);
        let tracks: Vec<(&CredentialId, &Track)> = members
            .filter_map(|member| self.state.credentials.get_key_value(member))
            .collect();
        let of_calls = platform::outage_of_calls(now, &self.rules, &tracks);
        let calls_fail = of_calls.is_some();
        let known = self.state.providers.get(id).and_then(|one| one.since);
        let of_tokens = platform::outage(now, &self.rules, &tracks, known);
        let Some(outage) = worst(of_tokens, of_calls) else {
            let provider = self.state.providers.get(id)?;
            let since = provider.since.or(provider.in_doubt_since)?;
            let is_over = provider.since.is_none() || platform::works_again(since, &tracks);
            let leaves_doubt = platform::leaves_doubt(since, &tracks);
            return is_over.then(|| self.end_outage(now, id, leaves_doubt))?;
        };
        self.changed.providers.insert(id.clone());
        let provider = self.state.providers.entry(id.clone()).or_default();
        let since = provider.since.map_or(outage.since, |s| s.min(outage.since));
        provider.since = Some(since);
        provider.calls_fail = calls_fail;
        let strength = platform::strength(now, &self.rules, since, calls_fail)?;
        if provider.told >= Some(strength) && !grown {
            return None;
        }
        provider.told = provider.told.max(Some(strength));
        let told = provider.told.unwrap_or(strength);
        Some(signal::outage(
            now,
            since,
            told,
            &outage,
            &self.state.credentials,
        ))
    }

    /// Only a success ends it: when nobody tries, nobody knows. What it leaves in doubt is a part of it,
    /// and people are told that it ended when that works too.
    fn end_outage(
        &mut self,
        now: Timestamp,
        id: &ProviderId,
        leaves_doubt: bool,
    ) -> Option<Signal> {
        let provider = self.state.providers.get_mut(id)?;
        let since = provider.since.or(provider.in_doubt_since)?;
        let ends = provider.since.take().is_some();
        provider.in_doubt_since = (leaves_doubt && provider.told.is_some()).then_some(since);
        let waits = provider.in_doubt_since.is_some();
        let told = provider.told.filter(|_| !waits);
        if !waits {
            provider.told = None;
        }
        if ends || !waits {
            self.changed.providers.insert(id.clone());
        }
        if ends {
            provider.calls_fail = false;
            provider.healed_at = Some(now);
            self.forget_failed_calls();
        }
        told?;
        let mut others = self.state.providers.values();
        let elsewhere = others.any(|other| other.told.is_some());
        (!elsewhere).then(|| signal::outage_ended(now, since))
    }

    fn forget_failed_calls(&mut self) {
        for (credential, track) in &mut self.state.credentials {
            if track.calls.provider_healed() {
                self.changed.credentials.insert(credential.clone());
            }
        }
    }
}

/// Both at once are one failure: what more credentials show, from the earlier start.
fn worst(tokens: Option<Outage>, calls: Option<Outage>) -> Option<Outage> {
    match (tokens, calls) {
        (Some(tokens), Some(calls)) => {
            let since = tokens.since.min(calls.since);
            let wider = match calls.failing.len() > tokens.failing.len() {
                true => calls,
                false => tokens,
            };
            Some(Outage { since, ..wider })
        }
        (tokens, calls) => tokens.or(calls),
    }
}
