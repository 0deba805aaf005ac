//! Waits for a consumer's first request, and shows it.

use crate::args::Args;
use crate::exit::Exit;
use crate::link::Link;
use crate::output;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

const ACTIVITY: &str = "/admin/api/v1/consumers/activity";
/// How often is looked: the broker's counts are a second old at most.
const EVERY: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
struct Activity {
    strangers: u64,
    consumers: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    vended: u64,
    refused: u64,
    last_vended_at: Option<String>,
}

/// What was seen of a consumer up to now.
pub(super) struct Sight {
    vended: u64,
    refused: u64,
    strangers: u64,
    last_vended_at: Option<String>,
}

/// Looks.
pub(super) async fn look(link: &Link, id: &str) -> Result<Sight, Exit> {
    let seen: Activity = link.broker("GET", ACTIVITY, None).await?.json()?;
    let row = seen.consumers.into_iter().find(|row| row.id == id);
    let (vended, refused) = row.as_ref().map_or((0, 0), |row| (row.vended, row.refused));
    Ok(Sight {
        vended,
        refused,
        strangers: seen.strangers,
        last_vended_at: row.and_then(|row| row.last_vended_at),
    })
}

/// Waits until it asked for a token and got one.
pub(super) async fn wait(
    args: &Args,
    link: &Link,
    id: &str,
    before: &Sight,
    wait_s: u64,
) -> Result<(), Exit> {
    eprintln!("\nWaiting for the first request of {id} (at most {wait_s} s; Ctrl-C ends it)");
    let waited = tokio::time::timeout(Duration::from_secs(wait_s), watch(link, id, before)).await;
    let Ok(seen) = waited else {
        let words = format!("{id} asked for no token in {wait_s} s");
        return Err(Exit::failed(words));
    };
    let seen = seen?;
    let at = seen.last_vended_at.unwrap_or_default();
    if args.json {
        output::document(&json!({ "first_request": { "client_id": id, "at": at } }));
    } else {
        println!("\n{id} asked for a token and got it, {at}. It is connected.");
    }
    Ok(())
}

async fn watch(link: &Link, id: &str, before: &Sight) -> Result<Sight, Exit> {
    let mut every = tokio::time::interval(EVERY);
    let (mut refused, mut strangers) = (before.refused, before.strangers);
    loop {
        every.tick().await;
        let seen = look(link, id).await?;
        if seen.vended > before.vended {
            return Ok(seen);
        }
        if seen.refused > refused {
            eprintln!(
                "{id} asked and was refused: a MID or a scope it may not have, or no usable token"
            );
        }
        if seen.strangers > strangers {
            eprintln!("Somebody asked with an id or a key that is not known here: a typing error?");
        }
        (refused, strangers) = (seen.refused, seen.strangers);
    }
}
