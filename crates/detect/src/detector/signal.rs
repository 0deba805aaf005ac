//! Puts a judgement and its evidence into the words of the house.

use crate::calls::Run as Refusals;
use crate::platform::Outage;
use crate::rules::{Rules, span};
use crate::track::{Run, Track};
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::id::CredentialId;
use countersign_model::incident::{Confidence, Evidence, Refused, RootCause};
use countersign_model::outcome::Outcome;
use countersign_model::signal::{Signal, Strength};
use std::collections::{BTreeMap, BTreeSet};

/// Evidence a signal carries at most.
const EVIDENCE_MAX: usize = 20;

fn about(now: Timestamp, id: &CredentialId, track: &Track, run: &Run) -> Signal {
    Signal {
        at: now,
        cause: RootCause::Credential(id.clone()),
        class: run.last().map_or(Class::AuthRejected, |last| last.class),
        refused: run.last().and_then(|last| last.refused),
        strength: Strength::Suspect,
        confidence: Confidence::Certain,
        since: run.first().map_or(now, |first| first.ts),
        credentials: vec![id.clone()],
        integrations: track.integrations.iter().cloned().collect(),
        evidence: run.iter().map(|failure| failure.evidence()).collect(),
        token_ends_at: track.token_ends_at,
        calls_refused_since: None,
        blind_spots: blind_spots(track),
    }
}

/// Nobody here looks below the token: said with every judgement of token requests.
const BELOW_TOKENS: &str =
    "Rows written and runs completed by this flow; this rests on token requests alone.";
const BELOW_CALLS: &str =
    "Rows written and runs completed by this flow; this rests on its calls alone.";

/// What was not seen, as things: "Could not see: …".
fn blind_spots(track: &Track) -> Vec<String> {
    let mut spots = vec![BELOW_TOKENS.to_owned()];
    if track.token_ends_at.is_none() {
        let spot = "Whether an earlier token is still alive; none was seen to be issued.";
        spots.push(spot.to_owned());
    }
    spots
}

pub(super) fn refused(
    now: Timestamp,
    id: &CredentialId,
    track: &Track,
    strength: Strength,
    rules: &Rules,
) -> Signal {
    Signal {
        strength,
        calls_refused_since: track.calls.refused_since(rules),
        ..about(now, id, track, &track.refusals)
    }
}

/// Refused calls, with the class that the evidence allows (design 4.4).
pub(super) fn calls_refused(
    now: Timestamp,
    id: &CredentialId,
    track: &Track,
    strength: Strength,
    (rules, long): (&Rules, bool),
) -> Option<Signal> {
    let run = track.calls.run(rules, span(rules.calls_suspect_s))?;
    let class = [Class::Scope, Class::Policy, Class::Certificate]
        .into_iter()
        .find(|class| run.is_mostly(*class))
        .unwrap_or_else(|| class_of_unauthorized(&run, track, long));
    let mut signal = about(now, id, track, &track.refusals);
    signal.blind_spots[0] = BELOW_CALLS.to_owned();
    signal
        .blind_spots
        .push("A token request that failed; only calls were refused.".to_owned());
    if run.in_part {
        let spot = "Why a part of its calls is still answered.";
        signal.blind_spots.push(spot.to_owned());
    }
    if !run.flows.is_empty() {
        signal.integrations = run.flows.into_iter().collect();
    }
    Some(Signal {
        class,
        refused: (class == Class::AuthRejected).then_some(Refused::Calls),
        strength,
        confidence: match class {
            Class::Scope | Class::Certificate | Class::NotRenewed => Confidence::Likely,
            _ => Confidence::Possible,
        },
        since: run.since,
        calls_refused_since: Some(run.since),
        evidence: run.evidence.to_vec(),
        ..signal
    })
}

/// A 401 on every call: the token ended and nobody renewed it, or its job outlives it; a live token was
/// killed; or, where no token is known, the credential itself. A token issued since, or one that a
/// single family of endpoints refuses, was accepted and lacks a scope: some routes answer 401 for that
/// (provider J1).
fn class_of_unauthorized(run: &Refusals<'_>, track: &Track, long: bool) -> Class {
    let (first, newest) = (run.since, run.evidence.last().map(|fact| fact.at));
    match (track.token_ends_at, track.last_ok) {
        (Some(end), _) if run.one_family && end > first => Class::Scope,
        (_, Some(minted)) if minted > first || minted == first && newest > Some(minted) => {
            Class::Scope
        }
        (Some(end), _) if end <= first && long => Class::LongJob,
        (Some(end), _) if end <= first => Class::NotRenewed,
        (Some(_), _) => Class::TokenRevoked,
        (None, _) => Class::AuthRejected,
    }
}

pub(super) fn stumbled(now: Timestamp, id: &CredentialId, track: &Track) -> Signal {
    let class = match track.transients.is_only_throttled() {
        true => Class::Throttled,
        false if track.transients.in_doubt().is_some() => Class::GrantDead,
        false => track
            .transients
            .iter()
            .filter(|failure| failure.class != Class::Throttled)
            .last()
            .map_or(Class::Upstream, |failure| failure.class),
    };
    Signal {
        strength: Strength::Page,
        confidence: Confidence::Likely,
        class,
        ..about(now, id, track, &track.transients)
    }
}

pub(super) fn locked(now: Timestamp, id: &CredentialId, track: &Track, by: &Outcome) -> Signal {
    let mut signal = about(now, id, track, &track.refusals);
    signal.since = signal.since.min(by.ts);
    signal.strength = Strength::Locked;
    let words = "the broker locked the credential; it stopped trying".to_owned();
    push_evidence(&mut signal, by, words);
    signal
}

pub(super) fn asked(now: Timestamp, id: &CredentialId, track: &Track, by: &Outcome) -> Signal {
    let mut signal = about(now, id, track, &track.refusals);
    signal.since = signal.since.min(by.ts);
    signal.strength = Strength::Asked;
    let words = "the broker asked whether to lock the credential; it goes on trying".to_owned();
    push_evidence(&mut signal, by, words);
    signal
}

pub(super) fn contested(now: Timestamp, id: &CredentialId, track: &Track, by: &Outcome) -> Signal {
    let mut signal = about(now, id, track, &track.refusals);
    signal.class = Class::SecondMinter;
    signal.refused = None;
    signal.strength = Strength::Page;
    signal.confidence = Confidence::Likely;
    signal.since = signal.since.min(by.ts);
    let words = "token after token died young, and calls were refused until the next".to_owned();
    push_evidence(&mut signal, by, words);
    signal
}

pub(super) fn healed(
    now: Timestamp,
    id: &CredentialId,
    track: &Track,
    by: &Outcome,
    words: &str,
) -> Signal {
    let mut signal = about(now, id, track, &track.refusals);
    signal.since = by.ts;
    signal.strength = Strength::Healed;
    push_evidence(&mut signal, by, words.to_owned());
    signal
}

fn push_evidence(signal: &mut Signal, by: &Outcome, words: String) {
    if signal.evidence.len() >= EVIDENCE_MAX {
        signal.evidence.remove(1);
    }
    signal.evidence.push(Evidence {
        at: by.ts,
        outcome: Some(by.id.clone()),
        words,
    });
}

pub(super) fn outage(
    now: Timestamp,
    since: Timestamp,
    strength: Strength,
    outage: &Outage,
    tracks: &BTreeMap<CredentialId, Track>,
) -> Signal {
    let failing = || outage.failing.iter().filter_map(|id| tracks.get(id));
    let mut evidence: Vec<Evidence> = failing()
        .filter_map(|track| first_of_outage(track, outage.by_calls))
        .collect();
    evidence.sort_by_key(|evidence| evidence.at);
    evidence.truncate(EVIDENCE_MAX);
    let integrations: BTreeSet<_> = failing()
        .flat_map(|t| t.integrations.iter().cloned())
        .collect();
    let rests_on = match outage.by_calls {
        true => "their calls",
        false => "token requests",
    };
    Signal {
        at: now,
        cause: RootCause::Platform,
        class: outage.class,
        refused: None,
        strength,
        confidence: Confidence::Likely,
        since,
        credentials: outage.failing.clone(),
        integrations: integrations.into_iter().collect(),
        evidence,
        token_ends_at: failing().filter_map(|track| track.token_ends_at).min(),
        calls_refused_since: outage.by_calls.then_some(since),
        blind_spots: vec![
            format!(
                "Rows written and runs completed by these flows; this rests on {rests_on} alone."
            ),
            "Credentials that did not try meanwhile.".to_owned(),
        ],
    }
}

fn first_of_outage(track: &Track, by_calls: bool) -> Option<Evidence> {
    match by_calls {
        true => track.calls.provider_evidence().first().cloned(),
        false => track.transients.first().map(|failure| failure.evidence()),
    }
}

pub(super) fn outage_ended(now: Timestamp, since: Timestamp) -> Signal {
    Signal {
        at: now,
        cause: RootCause::Platform,
        class: Class::Upstream,
        refused: None,
        strength: Strength::Healed,
        confidence: Confidence::Likely,
        since,
        credentials: Vec::new(),
        integrations: Vec::new(),
        evidence: vec![Evidence {
            at: now,
            outcome: None,
            words: "requests succeed again".to_owned(),
        }],
        token_ends_at: None,
        calls_refused_since: None,
        blind_spots: Vec::new(),
    }
}
