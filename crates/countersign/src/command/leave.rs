//! `leave INTEGRATION`: the way back, in an order that loses no send; `--done` revokes and checks.

mod plan;
mod silence;

use crate::args::{Args, LeaveArgs};
use crate::command::estate;
use crate::exit::Exit;
use crate::link::{Elsewhere, Link};
use crate::output;
use countersign_model::Timestamp;
use countersign_model::estate::{CredentialMode, Estate};
use countersign_model::id::{CredentialId, IntegrationId};
use plan::{Activity, Way};
use serde_json::{Value, json};

const CONSUMERS: &str = "/admin/api/v1/consumers";

/// Runs the command.
pub(crate) async fn run(args: &Args, leave: &LeaveArgs) -> Result<(), Exit> {
    let wrong = |error| Exit::input(format!("{}: {error}", leave.integration));
    let id: IntegrationId = leave.integration.parse().map_err(wrong)?;
    let link = Link::running(&args.data, Elsewhere::of(args)?.as_ref())?;
    let estate = estate::of_broker(&link).await?;
    let way = Way::of(&estate, &id)
        .ok_or_else(|| Exit::input(format!("integration {id} is not in the estate")))?;
    if leave.done {
        return done(args, &link, &way, leave.anyway).await;
    }
    let seen = look(&link).await?;
    let lines = plan::words(&way, &seen);
    let silence = way.rhythm.silence(plan::silent_since(&seen, &id));
    if args.json {
        output::document(&json!({
            "integration": id, "credential": way.credential, "auth_url": way.auth_url,
            "client_id": way.client_id, "account_id": way.mid, "shared_with": way.shared_with,
            "consumers": seen.of(&id), "steps": lines, "next_run_at": silence.run_at,
            "known_at": silence.known_at,
        }));
    } else {
        lines.iter().for_each(|line| println!("{line}"));
    }
    Ok(())
}

async fn look(link: &Link) -> Result<Activity, Exit> {
    let path = format!("{CONSUMERS}/activity");
    link.broker("GET", &path, None).await?.json()
}

async fn done(args: &Args, link: &Link, way: &Way, anyway: bool) -> Result<(), Exit> {
    let id = &way.integration;
    let found = estate::in_force(link).await?;
    let seen = look(link).await?;
    if let Some(why) = plan::still_used(&seen, way).filter(|_| !anyway) {
        return Err(Exit::refused(format!(
            "{why} Nothing was revoked. Wait, or say --anyway."
        )));
    }
    let at = seen.now;
    let mut revoked = Vec::new();
    for consumer in seen.of(id).iter().filter(|row| !row.revoked) {
        let path = format!("{CONSUMERS}/{}", consumer.id);
        link.broker("DELETE", &path, None).await?.checked()?;
        revoked.push(consumer.id.clone());
    }
    let left = connected(link, &way.credential).await?;
    // Others may use the same client without a consumer, through jobs.
    let last = left.is_empty() && way.brokered && way.shared_with.is_empty();
    if last {
        let changes = found.into_iter().filter_map(|one| {
            let next = observed(&one.estate, &way.credential)?;
            Some(one.becomes(next))
        });
        estate::put_unless_changed(link, &changes.collect::<Vec<_>>()).await?;
    }
    check(link, way, at, last).await?;
    if args.json {
        output::document(&json!({
            "integration": id, "revoked": revoked, "credential": way.credential,
            "observed": last || !way.brokered, "still_connected": left,
        }));
        return Ok(());
    }
    match revoked.as_slice() {
        [] => println!("{id} had no consumer."),
        ids => println!("Revoked: {}. No token went to {id} since.", ids.join(", ")),
    }
    let credential = &way.credential;
    if last {
        println!(
            "{credential} is observed: nothing is minted for it here. Its sealed secret stays until \
             another is put in its place; ending it is done in Marketing Cloud."
        );
    } else if way.brokered {
        let shared = way.shared_with.iter().map(ToString::to_string);
        let mut still: Vec<String> = left.into_iter().chain(shared).collect();
        still.sort();
        still.dedup();
        println!(
            "{credential} stays brokered: {} work with it too.",
            still.join(", ")
        );
    }
    Ok(())
}

/// Integrations on a credential that still have a consumer.
async fn connected(link: &Link, credential: &CredentialId) -> Result<Vec<String>, Exit> {
    let all: Vec<Value> = link.broker("GET", CONSUMERS, None).await?.json()?;
    let on_it = all
        .iter()
        .filter(|one| one["credential"] == credential.as_str());
    let mut flows: Vec<String> = on_it
        .filter_map(|one| one["integration"].as_str().map(str::to_owned))
        .collect();
    flows.sort();
    flows.dedup();
    Ok(flows)
}

/// An estate in which the credential is observed; none if it does not hold it.
fn observed(estate: &Estate, credential: &CredentialId) -> Option<Estate> {
    let mut next = estate.clone();
    let mut all = next.credentials.iter_mut();
    let own = all.find(|one| one.id == *credential)?;
    (own.mode, own.lockout) = (CredentialMode::Observed, None);
    Some(next)
}

/// Looks whether what was to be is so: nobody of it got a token since, and the credential stands as said.
async fn check(link: &Link, way: &Way, since: Timestamp, observed: bool) -> Result<(), Exit> {
    let seen = look(link).await?;
    let id = &way.integration;
    if seen
        .consumers
        .iter()
        .any(|row| row.integration == *id && !row.revoked)
    {
        return Err(Exit::failed(format!(
            "{id} has a consumer again: run this once more"
        )));
    }
    // Counts are written once a second, so the second of the revocation itself says nothing.
    let late = |row: &&plan::Row| {
        row.last_vended_at
            .is_some_and(|at| at > since + plan::COUNTED)
    };
    if let Some(row) = seen.of(id).iter().find(late) {
        let words = format!("{} got a token after it was revoked", row.id);
        return Err(Exit::failed(words));
    }
    if !observed {
        return Ok(());
    }
    let rows: Vec<Value> = link
        .broker("GET", "/admin/api/v1/credentials", None)
        .await?
        .json()?;
    let own = rows.iter().find(|row| row["id"] == way.credential.as_str());
    let slots: Vec<Value> = link
        .broker("GET", "/admin/api/v1/slots", None)
        .await?
        .json()?;
    let prefix = format!("{}.", way.credential);
    let kept = slots.iter().any(|slot| {
        slot["id"]
            .as_str()
            .is_some_and(|id| id.starts_with(&prefix))
    });
    match own {
        Some(row) if row["state"] == "observed" && !kept => Ok(()),
        _ => Err(Exit::failed(format!(
            "{} is not observed yet",
            way.credential
        ))),
    }
}
