//! `incidents`: what is wrong, one line each.

use crate::args::Args;
use crate::exit::Exit;
use crate::link::Link;
use crate::output;
use serde_json::Value;

/// Runs the command.
pub(crate) async fn run(args: &Args, all: bool) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    let path = if all {
        "/api/v1/incidents?all=true"
    } else {
        "/api/v1/incidents"
    };
    let answer: Value = link.dashboard("GET", path, None).await?.json()?;
    let incidents = answer.as_array().or_else(|| answer["incidents"].as_array());
    let incidents = incidents.map(Vec::as_slice).unwrap_or_default();
    if args.json {
        output::document(&incidents);
        return Ok(());
    }
    if incidents.is_empty() {
        println!("No open incident.");
        return Ok(());
    }
    let text = |incident: &Value, name: &str| incident[name].as_str().unwrap_or("-").to_owned();
    let rows: Vec<Vec<String>> = incidents
        .iter()
        .map(|incident| {
            ["id", "state", "root_cause", "class", "opened_at", "title"]
                .iter()
                .map(|name| text(incident, name))
                .collect()
        })
        .collect();
    output::table(
        &["ID", "STATE", "ROOT CAUSE", "CLASS", "OPENED", "WHAT"],
        &rows,
    );
    Ok(())
}
