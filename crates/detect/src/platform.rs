//! Whether the provider fails everyone: a share over the credentials that tried (design 4.7).

use crate::rules::{Rules, span};
use crate::track::{Failure, Run, Track};
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::id::CredentialId;
use countersign_model::signal::Strength;
use serde::{Deserialize, Serialize};

/// What is remembered of one token host.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Platform {
    /// Start of the failure that holds, if one does.
    pub(crate) since: Option<Timestamp>,
    /// What was told of it.
    pub(crate) told: Option<Strength>,
    /// When the last one ended; older failures of single credentials are explained by it.
    pub(crate) healed_at: Option<Timestamp>,
    /// Start of one that is over, but for refresh tokens that it left in doubt: people are told that it
    /// ended once those work.
    #[serde(default)]
    pub(crate) in_doubt_since: Option<Timestamp>,
    /// Whether calls fail too.
    #[serde(default)]
    pub(crate) calls_fail: bool,
    /// When calls were last looked at; at most once in ten seconds.
    #[serde(default)]
    pub(crate) calls_looked_at: Option<Timestamp>,
}

/// A failure of the provider, as it looks now.
pub(crate) struct Outage {
    pub(crate) since: Timestamp,
    pub(crate) failing: Vec<CredentialId>,
    pub(crate) class: Class,
    /// Whether it rests on calls, and not on token requests.
    pub(crate) by_calls: bool,
}

/// Calls of most credentials that made any fail at the provider.
pub(crate) fn outage_of_calls(
    now: Timestamp,
    rules: &Rules,
    tracks: &[(&CredentialId, &Track)],
) -> Option<Outage> {
    let window = now
        .checked_sub(span(rules.platform_window_s))
        .unwrap_or(Timestamp::MIN);
    let least = span(rules.platform_suspect_s);
    let failing: Vec<_> = tracks
        .iter()
        .filter(|(_, track)| track.calls.tried_since(window))
        .filter_map(|(id, track)| Some((*id, track.calls.provider_fails(least)?)))
        .collect();
    let since = failing.iter().map(|(_, (since, _))| *since).min()?;
    let tried = tracks
        .iter()
        .filter(|(_, track)| track.calls.tried_since(since))
        .count();
    if !is_outage(rules, failing.len(), tried) {
        return None;
    }
    let n_network = failing
        .iter()
        .filter(|(_, (_, class))| *class == Class::Network);
    let class = match n_network.count() * 2 > failing.len() {
        true => Class::Network,
        false => Class::Upstream,
    };
    Some(Outage {
        since,
        failing: failing.into_iter().map(|(id, _)| id.clone()).collect(),
        class,
        by_calls: true,
    })
}

/// Newest failure of a run that counts against the provider; throttling is the caller's own doing.
pub(crate) fn newest(run: &Run) -> Option<&Failure> {
    run.iter()
        .filter(|failure| failure.class != Class::Throttled)
        .last()
}

fn oldest(run: &Run) -> Option<&Failure> {
    run.iter().find(|failure| failure.class != Class::Throttled)
}

/// Looks for the earliest start from which most credentials that tried since then fail.
///
/// Attempts before the start say nothing about a failure that had not begun: without that, a fleet
/// that renews every quarter of an hour would take most of the window to show it. A credential that has
/// failed by itself since before the window, and before the outage that is `known`, counts for neither
/// side: beside it, one slip of another would look like most of those that tried.
pub(crate) fn outage(
    now: Timestamp,
    rules: &Rules,
    tracks: &[(&CredentialId, &Track)],
    known: Option<Timestamp>,
) -> Option<Outage> {
    let window = now
        .checked_sub(span(rules.platform_window_s))
        .unwrap_or(Timestamp::MIN);
    let begin = known.map_or(window, |known| known.min(window));
    let is_new = |track: &Track| oldest(&track.transients).is_none_or(|first| first.ts >= begin);
    let tracks = tracks.iter().filter(|(_, track)| is_new(track));
    let tracks: Vec<(&CredentialId, &Track)> = tracks.copied().collect();
    let failing: Vec<(&CredentialId, &Run)> = tracks
        .iter()
        .filter(|(_, track)| newest(&track.transients).is_some_and(|f| f.ts >= window))
        .map(|(id, track)| (*id, &track.transients))
        .collect();
    let mut starts: Vec<Timestamp> = failing
        .iter()
        .filter_map(|(_, run)| oldest(run).map(|failure| failure.ts.max(window)))
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let newest_at = sorted(
        failing
            .iter()
            .filter_map(|(_, run)| newest(run))
            .map(|f| f.ts),
    );
    let tried_at = sorted(tracks.iter().filter_map(|(_, track)| track.last_attempt()));
    let from = |all: &[Timestamp], since| all.len() - all.partition_point(|at| *at < since);
    let is_start =
        |since: &Timestamp| is_outage(rules, from(&newest_at, *since), from(&tried_at, *since));
    let since = starts.into_iter().find(is_start)?;
    let fails = |(_, run): &&(&CredentialId, &Run)| newest(run).is_some_and(|f| f.ts >= since);
    let failing: Vec<_> = failing.iter().filter(fails).copied().collect();
    Some(Outage {
        since,
        class: class_of(&failing),
        failing: failing.into_iter().map(|(id, _)| id.clone()).collect(),
        by_calls: false,
    })
}

fn sorted(times: impl Iterator<Item = Timestamp>) -> Vec<Timestamp> {
    let mut times: Vec<Timestamp> = times.collect();
    times.sort_unstable();
    times
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of credentials are far below 2^52"
)]
fn is_outage(rules: &Rules, failing: usize, tried: usize) -> bool {
    let enough = u32::try_from(failing).is_ok_and(|n| n >= rules.platform_credentials_min);
    enough && failing as f64 >= rules.platform_share * tried as f64
}

/// What most of the newest failures are; upstream where none has the majority.
fn class_of(failing: &[(&CredentialId, &Run)]) -> Class {
    let is_mostly = |class: &Class| {
        let newest = failing.iter().filter_map(|(_, run)| newest(run));
        newest.filter(|failure| failure.class == *class).count() * 2 > failing.len()
    };
    let named = [Class::Network, Class::Malformed]
        .into_iter()
        .find(is_mostly);
    named.unwrap_or(Class::Upstream)
}

/// Whether the provider works again: token requests, if they failed, have succeeded since, or else
/// calls. Calls that old tokens carry say nothing of token requests that fail.
pub(crate) fn works_again(since: Timestamp, tracks: &[(&CredentialId, &Track)]) -> bool {
    let all = || tracks.iter().map(|(_, track)| *track);
    let requests = all().filter_map(|track| newest(&track.transients));
    let failed = requests.map(|failure| failure.ts).max();
    let issued = all().filter_map(|track| track.last_ok).max();
    let carried = all().filter_map(|track| track.calls.carried_at()).max();
    match failed.filter(|at| *at >= since) {
        Some(failed) => issued > Some(failed),
        None => issued.max(carried) >= Some(since),
    }
}

/// Whether an end is in doubt since `since`.
pub(crate) fn leaves_doubt(since: Timestamp, tracks: &[(&CredentialId, &Track)]) -> bool {
    let newest = |(_, track): &(&CredentialId, &Track)| track.transients.in_doubt().map(|f| f.ts);
    tracks.iter().filter_map(newest).any(|at| at >= since)
}

/// How far a failure that began at `since` goes by now.
pub(crate) fn strength(
    now: Timestamp,
    rules: &Rules,
    since: Timestamp,
    calls_fail: bool,
) -> Option<Strength> {
    let lasted = now.duration_since(since);
    let page_s = match calls_fail {
        true => rules.platform_calls_page_s,
        false => rules.platform_page_s,
    };
    if lasted >= span(page_s) {
        Some(Strength::Page)
    } else if lasted >= span(rules.platform_suspect_s) {
        Some(Strength::Suspect)
    } else {
        None
    }
}
