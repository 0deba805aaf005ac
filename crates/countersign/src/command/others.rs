//! Second minters: named before a credential is brokered, and shown when one is suspected.

use crate::exit::Exit;
use crate::link::Link;
use countersign_brokerd::{OtherUsers, other_users};
use countersign_model::estate::Estate;
use countersign_model::id::{CredentialId, IntegrationId};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal, Write};

/// Who else may mint with the client id of `credential`.
pub(super) async fn of(
    link: &Link,
    estate: &Estate,
    credential: &CredentialId,
) -> Result<OtherUsers, Exit> {
    let consumers: Vec<Value> = link
        .broker("GET", "/admin/api/v1/consumers", None)
        .await?
        .json()?;
    let named = consumers
        .iter()
        .filter_map(|one| one["integration"].as_str());
    let connected: BTreeSet<IntegrationId> = named.filter_map(|id| id.parse().ok()).collect();
    Ok(other_users(estate, credential, &connected))
}

/// Names the others, and goes on only if they have moved. A credential whose secret is here already is
/// brokered already: nothing is asked then.
pub(super) async fn confirm(
    link: &Link,
    estate: &Estate,
    credential: &CredentialId,
    moved: bool,
) -> Result<(), Exit> {
    if holds_secret(link, credential).await? {
        return Ok(());
    }
    let others = of(link, estate, credential).await?;
    for line in words(&others) {
        eprintln!("{line}");
    }
    if moved || !others.need_a_word() {
        return Ok(());
    }
    if std::io::stdin().is_terminal() {
        eprint!("Have all of them moved here, or stopped? Type yes: ");
        std::io::stderr().flush()?;
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer)?;
        if answer.trim() == "yes" {
            return Ok(());
        }
    }
    Err(Exit::refused(format!(
        "{credential} was not put in: others may mint with its client id, and a second minter may end \
         a live token. When they have moved or stopped: --others-moved"
    )))
}

async fn holds_secret(link: &Link, credential: &CredentialId) -> Result<bool, Exit> {
    // A folder without an estate yet has no credentials either, and that is no fault here.
    let answer = link
        .broker("GET", "/admin/api/v1/credentials", None)
        .await?;
    let rows = answer.checked().unwrap_or(Value::Null);
    let rows = rows.as_array().cloned().unwrap_or_default();
    let own = rows.iter().find(|row| row["id"] == credential.as_str());
    Ok(own.is_some_and(|row| row["secret_version"].is_number()))
}

/// The others, in words.
pub(super) fn words(others: &OtherUsers) -> Vec<String> {
    let join = |ids: &[IntegrationId]| {
        let ids: Vec<&str> = ids.iter().map(IntegrationId::as_str).collect();
        ids.join(", ")
    };
    let mut lines = Vec::new();
    if !others.credentials.is_empty() {
        let ids: Vec<&str> = others
            .credentials
            .iter()
            .map(CredentialId::as_str)
            .collect();
        let flows = match others.their_integrations.as_slice() {
            [] => "no integration uses it".to_owned(),
            flows => format!("used by {}", join(flows)),
        };
        lines.push(format!("The same client id: {} ({flows}).", ids.join(", ")));
    }
    if let [first, ..] = others.unconnected.as_slice() {
        lines.push(format!(
            "No consumer yet, so still with a secret of its own: {}. Next: countersign connect {first} \
             --client NAME --new-consumer",
            join(&others.unconnected)
        ));
    }
    if others.mint_kills_older && !lines.is_empty() {
        lines.push("This tenant ends an older token when a new one is minted.".to_owned());
    }
    lines
}

/// What to say of a credential that somebody else seems to mint with.
pub(super) fn suspected(id: &str, at: &str) -> String {
    format!(
        "Somebody else seems to mint with the client id of {id}: three of its tokens died young within \
         an hour ({at}). Find the program that still holds the secret, and connect it here or stop it."
    )
}

/// Credentials with a suspicion that still stands: id and time. None where no broker can be asked.
pub(super) async fn suspicions(link: &Link, bu: Option<&str>) -> Vec<(String, String)> {
    let asked = link.broker("GET", "/admin/api/v1/credentials", None).await;
    let Ok(answer) = asked else {
        return Vec::new();
    };
    let rows = answer.checked().unwrap_or(Value::Null);
    let rows = rows.as_array().cloned().unwrap_or_default();
    rows.iter()
        .filter(|row| bu.is_none_or(|bu| row["bu"] == bu))
        .filter_map(|row| {
            let at = row["outside_minter_suspected_at"].as_str()?;
            Some((row["id"].as_str()?.to_owned(), at.to_owned()))
        })
        .collect()
}
