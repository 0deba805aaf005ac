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
    let row = |incident: &Value| {
        let names = ["id", "state", "root_cause", "class", "opened_at"];
        let mut cells = names.map(|name| text(incident, name)).to_vec();
        cells.push(taken_on(incident));
        cells.push(text(incident, "title"));
        cells
    };
    let head = [
        "ID",
        "STATE",
        "ROOT CAUSE",
        "CLASS",
        "OPENED",
        "TAKEN ON BY",
        "WHAT",
    ];
    output::table(&head, &incidents.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

/// Who is on it; `nobody` only where somebody ought to be.
fn taken_on(incident: &Value) -> String {
    let taken = &incident["response"]["acknowledged"];
    match (taken.is_object(), incident["state"].as_str()) {
        (true, _) => taken["by"].as_str().unwrap_or("somebody").to_owned(),
        (false, Some("open")) => "nobody".to_owned(),
        (false, _) => "-".to_owned(),
    }
}
