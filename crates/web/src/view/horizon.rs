//! Secrets, certificates and keys that end soon, from the estate (warning days: design 4.7).

use super::place::Place;
use super::words::{credential_name, secret_noun};
use countersign_model::Timestamp;
use countersign_model::estate::{Credential, Estate};

/// How far ahead the page looks, in days (the first warning of design 4.7).
const DAYS_AHEAD_MAX: i64 = 45;
/// From here on the row asks for action (the third warning of design 4.7).
const DAYS_URGENT: i64 = 7;

/// One thing that ends, or has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ending {
    /// The credential.
    pub(crate) id: String,
    /// Its name for people.
    pub(crate) name: String,
    /// `secret`, `certificate` or `key`.
    pub(crate) noun: &'static str,
    /// The business unit's code.
    pub(crate) bu: String,
    /// The team that owns its first integration.
    pub(crate) owner: Option<String>,
    /// `22 Nov 2026`.
    pub(crate) day: String,
    /// `2026-11-22`.
    pub(crate) iso: String,
    /// `ends today`, `in 8 days`, `ended 7 days ago`.
    pub(crate) words: String,
    /// Style name: `failing` if ended, `at-risk` if urgent, `plain` otherwise.
    pub(crate) tone: &'static str,
    days: i64,
}

/// Everything that has ended or ends within 45 days, soonest first, judged by the day it is in each
/// business unit.
pub(crate) fn endings(estate: &Estate, now: Timestamp) -> Vec<Ending> {
    let mut endings: Vec<Ending> = estate
        .credentials
        .iter()
        .filter_map(|credential| ending(credential, estate, now))
        .filter(|ending| ending.days <= DAYS_AHEAD_MAX)
        .collect();
    endings.sort_by(|a, b| (a.days, &a.id).cmp(&(b.days, &b.id)));
    endings
}

fn ending(credential: &Credential, estate: &Estate, now: Timestamp) -> Option<Ending> {
    let ends = credential.ends?;
    let today = Place::of(estate, Some(&credential.bu)).day(now);
    let days = i64::from((ends - today).get_days());
    let flow = estate
        .integrations
        .iter()
        .find(|flow| flow.credential == credential.id);
    let (words, tone) = match days {
        ..=-2 => (format!("ended {} days ago", -days), "failing"),
        -1 => ("ended yesterday".to_owned(), "failing"),
        0 => ("ends today".to_owned(), "failing"),
        1 => ("ends tomorrow".to_owned(), "at-risk"),
        2..=DAYS_URGENT => (format!("in {days} days"), "at-risk"),
        _ => (format!("in {days} days"), "plain"),
    };
    Some(Ending {
        id: credential.id.to_string(),
        name: credential_name(estate, credential).to_owned(),
        noun: secret_noun(credential.kind),
        bu: credential.bu.to_string(),
        owner: flow.and_then(|flow| flow.owner.clone()),
        day: ends.strftime("%-d %b %Y").to_string(),
        iso: ends.to_string(),
        words,
        tone,
        days,
    })
}

impl Ending {
    /// Whether somebody has to act now.
    pub(crate) fn is_urgent(&self) -> bool {
        self.days <= DAYS_URGENT
    }
}

#[cfg(test)]
mod tests;
