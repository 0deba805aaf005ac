//! What lists show: credentials with their policy, slots with their token's facts. No secret bytes.

use super::{Admin, AdminError};
use crate::specs::{self, Slots};
use countersign_model::Timestamp;
use countersign_model::estate::{CredentialKind, CredentialMode, Lockout};
use countersign_model::id::{BuId, CredentialId, IntegrationId, SlotId};
use countersign_refresh::{CredentialState, GrantState, Hold};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod consent;

/// Strikes that lock a credential, or raise the question (R076).
const STRIKES_MAX: u8 = 3;

/// One credential as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CredentialRow {
    /// Its id.
    pub id: CredentialId,
    /// Its business unit.
    pub bu: BuId,
    /// What kind it is.
    pub kind: CredentialKind,
    /// Who holds the secret.
    pub mode: CredentialMode,
    /// `no_secret`, `no_consent`, `active`, `quarantined`, `locked`, `disabled` or `observed`.
    pub state: String,
    /// Version of the secret in use.
    pub secret_version: Option<u32>,
    /// Strikes of that version.
    pub strikes: u8,
    /// When it was locked.
    pub locked_at: Option<Timestamp>,
    /// When, within the last day, its tokens died so young that somebody else must be minting with its
    /// client id.
    pub outside_minter_suspected_at: Option<Timestamp>,
    /// Where its refresh token stands and what to do, in words; for kinds that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// While it is quarantined: until when its live access token is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_until: Option<Timestamp>,
    /// Integrations on it.
    pub integrations: Vec<IntegrationId>,
    /// How its slots are kept, and why.
    pub policy: Option<String>,
    /// What waits for a person, and the command that does it.
    #[serde(default)]
    pub next: Option<String>,
}

/// One slot as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlotRow {
    /// Its id.
    pub id: SlotId,
    /// `valid`, `expired`, `none`, with `, locked` and the like behind it.
    pub state: String,
    /// Number of its token.
    pub generation: Option<u64>,
    /// Fingerprint of its token.
    pub fingerprint: Option<String>,
    /// End of its token.
    pub expires_at: Option<Timestamp>,
    /// When it is renewed.
    pub refresh_at: Option<Timestamp>,
    /// The next try after a failure.
    pub next_attempt_at: Option<Timestamp>,
    /// Class of the last failure since the last success.
    pub failing: Option<String>,
}

impl Admin {
    /// All credentials of the estate.
    ///
    /// # Errors
    /// [`AdminError::NoEstate`], [`AdminError::Books`].
    pub async fn credentials(&self) -> Result<Vec<CredentialRow>, AdminError> {
        let estate = self.estate().await?;
        let records = self.books.credential_records().await?;
        let grants: BTreeMap<CredentialId, GrantState> =
            self.books.grants().await?.into_iter().collect();
        let mut versions = BTreeMap::new();
        for id in self.books.credentials_with_secret().await? {
            let Ok(id) = id.parse::<CredentialId>() else {
                continue;
            };
            if let Some(version) = self.books.secret_version(&id).await? {
                versions.insert(id, version);
            }
        }
        let suspected = self.books.outside_minters(self.now()).await?;
        let slots = specs::planned(&estate);
        let rows = estate.credentials.iter().map(|credential| {
            let record = records
                .iter()
                .find(|record| record.credential == credential.id);
            let secret_version = versions.get(&credential.id).copied();
            let state = match (credential.mode, record.map(|record| record.state)) {
                (CredentialMode::Observed, _) => "observed",
                (_, Some(CredentialState::Locked)) => "locked",
                (_, Some(CredentialState::Disabled)) => "disabled",
                _ if secret_version.is_none() => "no_secret",
                _ => consent::state(credential, grants.get(&credential.id)),
            };
            let served_until = self
                .served_until(&credential.id)
                .filter(|_| state == "quarantined");
            let flows = estate.integrations.iter();
            let users: Vec<_> = flows
                .filter(|flow| flow.credential == credential.id)
                .collect();
            CredentialRow {
                id: credential.id.clone(),
                bu: credential.bu.clone(),
                kind: credential.kind,
                mode: credential.mode,
                state: state.to_owned(),
                secret_version,
                strikes: record.map_or(0, |record| record.strikes),
                locked_at: record.and_then(|record| record.locked_at),
                outside_minter_suspected_at: suspected.get(credential.id.as_str()).copied(),
                refresh_token: consent::words(credential, grants.get(&credential.id), served_until),
                served_until,
                integrations: users.iter().map(|flow| flow.id.clone()).collect(),
                policy: specs::explained(credential, &users, self.told_ms(&slots, &credential.id)),
                next: next(
                    &credential.id,
                    state,
                    record.map_or(0, |record| record.strikes),
                    specs::lockout_of(&estate, credential),
                ),
            }
        });
        Ok(rows.collect())
    }

    /// Life of a credential's tokens as the platform told; the shortest, if its slots differ.
    fn told_ms(&self, slots: &Slots, credential: &CredentialId) -> Option<u64> {
        let own = slots.by_id.values().map(|one| &one.spec);
        let own = own.filter(|spec| spec.credential == *credential);
        own.filter_map(|spec| {
            let shown = self.vendor.cell(&spec.slot)?.shown();
            shown.view.facts.as_ref().map(|facts| facts.lifetime_ms)
        })
        .min()
    }

    /// End of the longest live token of a credential.
    fn served_until(&self, id: &CredentialId) -> Option<Timestamp> {
        let now = self.now();
        let cells = self.vendor.cells();
        let own = cells.iter().filter(|cell| cell.slot.is_of(id));
        let ends = own.filter_map(|cell| Some(cell.shown().view.facts.as_ref()?.expires_at));
        ends.filter(|end| *end > now).max()
    }

    /// All slots that run.
    #[must_use]
    pub fn slots(&self) -> Vec<SlotRow> {
        let now = self.now();
        let mut rows: Vec<SlotRow> = self
            .vendor
            .cells()
            .iter()
            .map(|cell| {
                let shown = cell.shown();
                let view = &shown.view;
                let facts = view.facts.as_ref();
                let life = match facts {
                    Some(facts) if now < facts.expires_at => "valid",
                    Some(_) => "expired",
                    None => "none",
                };
                let hold = match view.hold {
                    Hold::None => "",
                    Hold::Locked => ", locked",
                    Hold::Quarantined => ", quarantined",
                    Hold::Disabled => ", disabled",
                };
                SlotRow {
                    id: cell.slot.clone(),
                    state: format!("{life}{hold}"),
                    generation: facts.map(|facts| facts.generation.0),
                    fingerprint: facts.map(|facts| facts.fingerprint.clone()),
                    expires_at: facts.map(|facts| facts.expires_at),
                    refresh_at: facts.map(|facts| facts.refresh_at),
                    next_attempt_at: view.next_attempt_at,
                    failing: view.failing.map(|class| class.class().as_str().to_owned()),
                }
            })
            .collect();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        rows
    }
}

/// What waits for a person: the question that strikes raise, or what keeps the credential still.
fn next(id: &CredentialId, state: &str, strikes: u8, lockout: Lockout) -> Option<String> {
    let enable = format!("countersign credential enable {id} --reason …");
    let disable = format!("countersign credential disable {id} --reason …");
    let add = format!("countersign credential add {id}");
    let words = match state {
        "no_secret" => format!("Put its secret in: {add}"),
        "disabled" => format!("A person turned it off. Turn it on: {enable}"),
        "locked" => format!(
            "Three refusals locked it. Put a new secret in: {add}. If the old one was mended: {enable}"
        ),
        "active" if strikes < STRIKES_MAX => return None,
        "active" => match lockout {
            Lockout::Ask => format!(
                "Its secret was refused {strikes} times, and it asks before it locks: it is still tried, \
                 well spaced. To stop that: {disable}. Put a new secret in: {add}"
            ),
            Lockout::DryRun => format!(
                "Its secret was refused {strikes} times. It would be locked now, were it armed; it is \
                 still tried. To stop that: {disable}. Put a new secret in: {add}"
            ),
            Lockout::Armed => return None,
        },
        _ => return None,
    };
    Some(words)
}
