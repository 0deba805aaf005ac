//! The summary of a notice: impact, when, who, cause, what is spared, next step, in few words.

use super::cause::cause_words;
use super::cut::{NAME_WORDS_MAX, clipped, ended_by_stop, without_remark};
use super::figure::span;
use super::spared::SPARED;
use crate::cause::Cause;
use crate::runbook::advice;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::graph::Node;
use countersign_model::incident::{CustomerHarm, Incident};
use countersign_model::schedule::zone;

/// Subject and summary have fewer than 60 words together, so that a notice is read to its end on a
/// telephone.
const NOTICE_WORDS_MAX: usize = 59;
/// Shortest to which a name is cut where the summary has no room.
const NAME_WORDS_MIN: usize = 2;
/// Longest name of a team, in words.
const OWNER_WORDS_MAX: usize = 5;

/// Impact, when, who, cause, what is spared, next step, so that it and `subject` have fewer than 60
/// words. Where there is no room names are cut, and the next step never is.
pub(crate) fn summary(
    cause: &Cause<'_>,
    now: Timestamp,
    incident: &Incident,
    subject: &str,
) -> String {
    let room = NOTICE_WORDS_MAX.saturating_sub(words_of(subject));
    let mut parts = Vec::new();
    for name_words in (NAME_WORDS_MIN..=NAME_WORDS_MAX).rev() {
        parts = must_parts(cause, now, incident, name_words);
        if count(&parts) <= room {
            break;
        }
    }
    let room_left = |parts: &[String]| room.saturating_sub(count(parts));
    if let Some(launch) = launches(cause, incident)
        && words_of(&launch) <= room_left(&parts)
    {
        parts.insert(1, launch);
    }
    if let Some(spared) = spared_words(incident, room_left(&parts)) {
        parts.insert(parts.len() - 1, spared);
    }
    parts.join(" ")
}

/// What every summary says, the next step last.
fn must_parts(
    cause: &Cause<'_>,
    now: Timestamp,
    incident: &Incident,
    name_words: usize,
) -> Vec<String> {
    let impact = impact_words(cause, now, incident, name_words + name_words / 2);
    let owner = match &incident.owner {
        Some(owner) => ended_by_stop(&format!(
            "Owner: {}",
            clipped(owner, OWNER_WORDS_MAX.min(name_words))
        )),
        None => "Owner: nobody.".to_owned(),
    };
    let reason = cause_words(cause, incident, now, name_words);
    let next = advice(cause, incident.class, incident.refused);
    vec![
        impact,
        owner,
        format!("Cause: {reason}."),
        format!("Next step: {next}"),
    ]
}

fn impact_words(
    cause: &Cause<'_>,
    now: Timestamp,
    incident: &Incident,
    harm_words: usize,
) -> String {
    let Some(harm) = &incident.harm else {
        return match incident.affected.len() {
            0 => "No customer effect is known.".to_owned(),
            n => format!("No schedule tells a first customer effect; {n} things depend on it."),
        };
    };
    let what = ended_by_stop(&clipped(&harm.words, harm_words));
    if harm.at <= now {
        return format!("Now: {what}");
    }
    let at = local(cause.estate, harm, now);
    format!("From {at} (in {}): {what}", span(now, harm.at))
}

fn launches(cause: &Cause<'_>, incident: &Incident) -> Option<String> {
    let first = incident.affected.iter().find_map(|hit| {
        let Node::Asset(id) = &hit.reached.node else {
            return None;
        };
        let asset = cause.estate.asset(id)?;
        asset.starts_at.as_ref().map(|_| asset)
    })?;
    let is_named = incident
        .harm
        .as_ref()
        .is_some_and(|harm| harm.asset == first.id);
    (!is_named).then(|| format!("Launch {} is blocked.", first.name))
}

/// As many of the spared as have room, at most three.
fn spared_words(incident: &Incident, room: usize) -> Option<String> {
    let names: Vec<&str> = incident
        .unaffected
        .iter()
        .filter_map(|words| words.rsplit_once(SPARED))
        .map(|(name, _)| without_remark(name))
        .take(3)
        .collect();
    let words = |n: usize| format!("Unaffected: {}.", names[..n].join(", "));
    (1..=names.len())
        .rev()
        .map(words)
        .find(|words| words_of(words) <= room)
}

/// Local time of the harm: the hour alone on the same day, the date before it otherwise.
fn local(estate: &Estate, harm: &CustomerHarm, now: Timestamp) -> String {
    let unit = estate
        .asset(&harm.asset)
        .and_then(|asset| estate.business_unit(&asset.bu));
    let Some(zone) = unit.and_then(|unit| zone(&unit.time_zone).ok()) else {
        return harm.at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    };
    let at = harm.at.to_zoned(zone.clone());
    match at.date() == now.to_zoned(zone).date() {
        true => at.strftime("%H:%M today").to_string(),
        false => at.strftime("%A %Y-%m-%d %H:%M").to_string(),
    }
}

fn words_of(text: &str) -> usize {
    text.split_whitespace().count()
}

fn count(parts: &[String]) -> usize {
    parts.iter().map(|part| words_of(part)).sum()
}
