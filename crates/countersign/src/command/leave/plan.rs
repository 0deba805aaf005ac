//! The way back of one integration, as values and words. Pure.

use super::silence::{QUIET, Rhythm};
use countersign_model::estate::{CredentialMode, Estate};
use countersign_model::id::{CredentialId, IntegrationId};
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The broker counts once a second.
pub(super) const COUNTED: SignedDuration = SignedDuration::from_secs(2);

/// Who asked for tokens, as the broker tells it.
#[derive(Deserialize)]
pub(super) struct Activity {
    pub(super) now: Timestamp,
    pub(super) since: Timestamp,
    pub(super) consumers: Vec<Row>,
    pub(super) operator: BTreeMap<IntegrationId, Timestamp>,
}

/// One consumer.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) integration: IntegrationId,
    pub(super) revoked: bool,
    pub(super) last_vended_at: Option<Timestamp>,
}

impl Activity {
    /// The consumers of an integration.
    pub(super) fn of(&self, id: &IntegrationId) -> Vec<Row> {
        let rows = self.consumers.iter().filter(|row| row.integration == *id);
        rows.cloned().collect()
    }
}

/// What a program needs to work with Marketing Cloud itself.
pub(super) struct Way {
    pub(super) integration: IntegrationId,
    pub(super) credential: CredentialId,
    pub(super) auth_url: String,
    pub(super) client_id: String,
    pub(super) mid: Option<u64>,
    /// Other integrations on the credential.
    pub(super) shared_with: Vec<IntegrationId>,
    pub(super) mint_kills_older: bool,
    pub(super) brokered: bool,
    /// When it runs.
    pub(super) rhythm: Rhythm,
}

impl Way {
    /// The way back of an integration; none if the estate does not hold it.
    pub(super) fn of(estate: &Estate, id: &IntegrationId) -> Option<Way> {
        let flow = estate.integration(id)?;
        let credential = estate.credential(&flow.credential)?;
        let unit = estate.business_unit(&credential.bu)?;
        let tenant = estate.tenant(&unit.tenant)?;
        let shared = estate.integrations.iter();
        let shared = shared.filter(|other| other.credential == credential.id && other.id != *id);
        Some(Way {
            integration: id.clone(),
            credential: credential.id.clone(),
            auth_url: credential
                .token_url
                .clone()
                .unwrap_or_else(|| format!("{}/v2/token", tenant.auth_base())),
            client_id: credential
                .client_id
                .clone()
                .unwrap_or_else(|| "(not in the estate: see Installed Packages)".to_owned()),
            mid: estate.mid_of(flow),
            shared_with: shared.map(|other| other.id.clone()).collect(),
            mint_kills_older: tenant.mint_kills_older,
            brokered: credential.mode == CredentialMode::Brokered,
            rhythm: Rhythm::of(estate, flow),
        })
    }
}

/// Why the integration must be taken to work here still; none if it does not.
pub(super) fn still_used(seen: &Activity, way: &Way) -> Option<String> {
    let id = &way.integration;
    let ago = |at: Timestamp| seen.now.duration_since(at);
    let recent = |at: &Option<Timestamp>| at.filter(|at| ago(*at) < QUIET);
    for row in seen.of(id).iter().filter(|row| !row.revoked) {
        if let Some(at) = recent(&row.last_vended_at) {
            return Some(format!(
                "{} took a token {} s ago, so something still works with it: a program that has gone \
                 back asks for none for {} minutes.",
                row.id,
                ago(at).as_secs(),
                QUIET.as_mins()
            ));
        }
    }
    if let Some(at) = recent(&seen.operator.get(id).copied()) {
        return Some(format!(
            "A command of ours (token, exec, agent) took a token of {id} {} s ago.",
            ago(at).as_secs()
        ));
    }
    let silence = way.rhythm.silence(silent_since(seen, id));
    (seen.now < silence.known_at).then(|| {
        let counted = ago(seen.since);
        let words = way.rhythm.not_known(&silence);
        match counted < QUIET {
            true => format!(
                "The broker started {} minutes ago and cannot know who asked before. {words}",
                counted.as_mins()
            ),
            false => words,
        }
    })
}

/// Since when nothing of the integration asked for a token, as far as this broker can know.
pub(super) fn silent_since(seen: &Activity, id: &IntegrationId) -> Timestamp {
    let rows = seen.of(id).into_iter().filter(|row| !row.revoked);
    let vended = rows.filter_map(|row| row.last_vended_at);
    let last = vended.chain(seen.operator.get(id).copied()).max();
    last.map_or(seen.since, |last| last.max(seen.since))
}

/// The steps, in an order that loses no send.
pub(super) fn words(way: &Way, seen: &Activity) -> Vec<String> {
    let id = &way.integration;
    let consumers = seen.of(id);
    let mid = way.mid.map_or("-".to_owned(), |mid| mid.to_string());
    let mut lines = vec![
        format!("The way back for {id}. Until step 4 it goes on working through the broker."),
        String::new(),
        "1. Settings of its own, in the place where it now has ours:".to_owned(),
        format!("     token endpoint  {}", way.auth_url),
        format!("     client id       {}", way.client_id),
        format!("     account id      {mid}"),
        "     client secret   from your own safe. Countersign never gives one back. If nobody kept it:"
            .to_owned(),
        "                     generate a new one in Marketing Cloud (Setup, Installed Packages);"
            .to_owned(),
    ];
    match way.shared_with.as_slice() {
        [] => lines.push(
            "                     old and new are both taken until you activate the new one: do so \
             after step 3."
                .to_owned(),
        ),
        shared => {
            let ids: Vec<&str> = shared.iter().map(IntegrationId::as_str).collect();
            lines.push(format!(
                "                     {} work with the same client: put the new one in here too",
                ids.join(", ")
            ));
            lines.push(format!(
                "                     (countersign credential add {}) before you activate it.",
                way.credential
            ));
        }
    }
    lines.extend([
        "2. Choose a quiet moment between two runs. Put the settings in; leave nothing of ours."
            .to_owned(),
        "3. Restart the program and see one call succeed with its own token.".to_owned(),
    ]);
    if way.mint_kills_older {
        lines.push(
            "     This tenant ends an older token when a new one is minted: a call in flight through the \
             broker may meet a 401 in that moment."
                .to_owned(),
        );
    }
    let silence = way.rhythm.silence(silent_since(seen, id).max(seen.now));
    lines.push(format!(
        "4. {}, in which it asked for no token here: countersign leave {id} --done",
        way.rhythm.step(&silence)
    ));
    lines.push(String::new());
    if consumers.iter().all(|row| row.revoked) {
        lines.push("It has no consumer here.".to_owned());
    }
    for row in consumers.iter().filter(|row| !row.revoked) {
        let last = row.last_vended_at.map_or(
            "asked for no token since the broker started".to_owned(),
            |at| format!("last token {at}"),
        );
        lines.push(format!("{}: {last}", row.id));
    }
    lines
}

#[cfg(test)]
mod tests;
