//! `status [BU]`: how everything is doing, and the one command that helps next.

use crate::args::Args;
use crate::command::others;
use crate::exit::Exit;
use crate::link::{Link, escaped};
use crate::output;
use serde_json::{Value, json};

/// Runs the command.
pub(crate) async fn run(args: &Args, bu: Option<&str>) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    let path = bu.map_or("/api/v1/status".to_owned(), |bu| {
        format!("/api/v1/status?bu={}", escaped(bu))
    });
    let mut status: Value = link.dashboard("GET", &path, None).await?.json()?;
    let suspected = others::suspicions(&link, bu).await;
    if args.json {
        let named = suspected.iter();
        let named = named.map(|(id, at)| json!({ "credential": id, "suspected_at": at }));
        status["outside_minters"] = named.collect();
        output::document(&status);
        return Ok(());
    }
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or("-").to_owned();
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for unit in list(&status, "business_units") {
        rows.push(vec![
            text(&unit, "id"),
            text(&unit, "health"),
            text(&unit, "name"),
            String::new(),
        ]);
        for flow in list(&unit, "integrations") {
            let id = if flow["id"].is_string() {
                "id"
            } else {
                "integration"
            };
            rows.push(vec![
                format!("  {}", text(&flow, id)),
                text(&flow, "health"),
                text(&flow, "name"),
                text(&flow, "reason"),
            ]);
        }
    }
    output::table(&["WHAT", "HEALTH", "NAME", "WHY"], &rows);
    for (id, at) in &suspected {
        println!("\n{}", others::suspected(id, at));
    }
    if let Some(next) = status["next"].as_str() {
        println!("\nNext: {next}");
    }
    Ok(())
}
