//! One credential alone: what a token request, a call or a word of the broker makes of it.

use super::{Detector, Known, signal};
use crate::rules::span;
use crate::track::{Failure, Track};
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::id::CredentialId;
use countersign_model::outcome::{Call, Fact, Outcome};
use countersign_model::signal::{Signal, Strength};

impl Detector {
    fn track(&mut self, id: &CredentialId, outcome: &Outcome) -> &mut Track {
        self.changed.credentials.insert(id.clone());
        let track = self.state.credentials.entry(id.clone()).or_default();
        track.integrations.extend(outcome.integration.clone());
        track
    }

    pub(super) fn issued(
        &mut self,
        now: Timestamp,
        id: &CredentialId,
        outcome: &Outcome,
    ) -> Option<Signal> {
        let track = self.track(id, outcome);
        let contested = track.issued_young(outcome);
        if let Fact::Mint { expires_in, .. } = &outcome.fact {
            track.token_ends_at = track.token_ends_at.max(end_of(outcome.ts, *expires_in));
        }
        track.last_ok = track.last_ok.max(Some(outcome.ts));
        track.refusals.end_at(outcome.ts, outcome.bu.as_ref());
        track.transients.end_at(outcome.ts, outcome.bu.as_ref());
        if contested {
            return contest(now, id, track, outcome);
        }
        let is_refused = track.calls.is_refused() && track.told_by_calls;
        if is_refused || !(track.refusals.is_empty() && track.transients.is_empty()) {
            return None;
        }
        track.locked_at = None;
        track.asked_at = None;
        track.told.take()?;
        Some(signal::healed(
            now,
            id,
            track,
            outcome,
            "a new token was issued",
        ))
    }

    pub(super) fn refused(
        &mut self,
        now: Timestamp,
        id: &CredentialId,
        outcome: &Outcome,
        class: Class,
    ) -> Option<Signal> {
        let rules = self.rules.clone();
        let track = self.track(id, outcome);
        if track.last_ok.is_some_and(|ok| ok >= outcome.ts) {
            return None;
        }
        let known = track.refusals.last().map(|last| last.class);
        let is_full = track.refusals.is_full();
        track.refusals.insert(Failure::of(outcome, class));
        let first = track.refusals.first()?.ts;
        // A dead grant is not asked for again, so there will be no second refusal to wait for.
        let second = span(rules.second_refusal_s);
        let settled = class == Class::GrantDead || track.refusals.spans_from(first) >= second;
        let strength = match settled {
            true => Strength::Page,
            false => Strength::Suspect,
        };
        // A thousand more of the same say nothing new.
        if is_full && track.told >= Some(strength) && known == Some(class) {
            return None;
        }
        track.told = track.told.max(Some(strength));
        Some(signal::refused(now, id, track, strength, &rules))
    }

    /// A call or probe: refusals of calls alone, where no token request tells more.
    pub(super) fn called(
        &mut self,
        now: Timestamp,
        id: &CredentialId,
        known: &Known,
        outcome: &Outcome,
        call: &Call,
    ) -> Option<Signal> {
        let rules = self.rules.clone();
        let track = self.track(id, outcome);
        if !track.calls.observe(outcome, call) {
            return None;
        }
        if track.told_by_calls && track.calls.recovered() {
            track.told_by_calls = false;
            if !track.refusals.is_empty() || !track.transients.is_empty() {
                return None;
            }
            track.told.take()?;
            return Some(signal::healed(
                now,
                id,
                track,
                outcome,
                "calls are answered again",
            ));
        }
        let strength = track.calls.strength(&rules, known.t0)?;
        if !track.refusals.is_empty() || track.told >= Some(strength) {
            return None;
        }
        track.told = Some(strength);
        track.told_by_calls = true;
        signal::calls_refused(now, id, track, strength, (&rules, known.long))
    }

    pub(super) fn stumbled(
        &mut self,
        now: Timestamp,
        id: &CredentialId,
        outcome: &Outcome,
        class: Class,
    ) -> Option<Signal> {
        let track = self.track(id, outcome);
        if track.last_ok.is_some_and(|ok| ok >= outcome.ts) {
            return None;
        }
        track.transients.insert(Failure::of(outcome, class));
        self.judge_alone(now, id)
    }

    pub(super) fn locked(
        &mut self,
        now: Timestamp,
        id: &CredentialId,
        outcome: &Outcome,
    ) -> Option<Signal> {
        self.known.get(id)?;
        let track = self.track(id, outcome);
        if track.last_ok.is_some_and(|ok| ok > outcome.ts) || track.locked_at.is_some() {
            return None;
        }
        track.locked_at = Some(outcome.ts);
        track.told = Some(Strength::Locked);
        Some(signal::locked(now, id, track, outcome))
    }

    pub(super) fn contested(
        &mut self,
        now: Timestamp,
        id: &CredentialId,
        by: &Outcome,
    ) -> Option<Signal> {
        self.known.get(id)?;
        let track = self.track(id, by);
        if track.refutes_second_minter() {
            return None;
        }
        track.contested_at = track.contested_at.max(Some(by.ts));
        contest(now, id, track, by)
    }

    pub(super) fn asked(
        &mut self,
        now: Timestamp,
        id: &CredentialId,
        outcome: &Outcome,
    ) -> Option<Signal> {
        self.known.get(id)?;
        let track = self.track(id, outcome);
        if track.last_ok.is_some_and(|ok| ok > outcome.ts) || track.asked_at.is_some() {
            return None;
        }
        track.asked_at = Some(outcome.ts);
        track.told = track.told.max(Some(Strength::Asked));
        Some(signal::asked(now, id, track, outcome))
    }

    /// A single credential that the provider's state does not explain: pages only when nothing
    /// carries it any more.
    pub(super) fn judge_alone(&mut self, now: Timestamp, id: &CredentialId) -> Option<Signal> {
        let provider = self.known.get(id)?.provider.as_ref();
        let platform = provider.and_then(|id| self.state.providers.get(id));
        if platform.is_some_and(|platform| platform.since.is_some()) {
            return None;
        }
        let explained_to = platform.and_then(|platform| platform.healed_at);
        let known = self.state.credentials.get(id)?;
        let in_doubt_since = platform.and_then(|platform| platform.in_doubt_since);
        let is_part = |at: Timestamp| in_doubt_since.is_some_and(|since| since <= at);
        let is_own = known.transients.in_doubt().is_some_and(|f| !is_part(f.ts));
        let is_stuck = is_own && self.doubt_counts_at(known).is_some_and(|at| now >= at);
        let track = self.state.credentials.get_mut(id)?;
        let first = track.transients.first()?.ts;
        let from = explained_to.map_or(first, |healed| healed.max(first));
        let long = track.transients.spans_from(from) >= span(self.rules.lone_page_s);
        if !is_stuck && (track.token_is_alive(now) || !long) {
            return None;
        }
        track.told = track.told.max(Some(Strength::Page));
        self.changed.credentials.insert(id.clone());
        Some(signal::stumbled(now, id, track))
    }

    /// From when on a refresh token without a known end is this credential's own trouble: nothing else
    /// is tried, and by then it would be known if everybody had it.
    pub(super) fn doubt_counts_at(&self, track: &Track) -> Option<Timestamp> {
        let in_doubt = track.transients.in_doubt()?;
        in_doubt.ts.checked_add(span(self.rules.lone_page_s)).ok()
    }
}

/// Somebody else asks for tokens with the same client; told once.
fn contest(now: Timestamp, id: &CredentialId, track: &mut Track, by: &Outcome) -> Option<Signal> {
    if track.told >= Some(Strength::Page) {
        return None;
    }
    track.told = Some(Strength::Page);
    Some(signal::contested(now, id, track, by))
}

/// End of a token issued at `ts`.
pub(crate) fn end_of(ts: Timestamp, expires_in: Option<u64>) -> Option<Timestamp> {
    let seconds = i64::try_from(expires_in?).ok()?;
    ts.checked_add(countersign_model::SignedDuration::from_secs(seconds))
        .ok()
}
