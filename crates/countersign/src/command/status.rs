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
                figure(&flow),
                text(&flow["time_to_know"], "words"),
                text(&flow, "reason"),
            ]);
        }
    }
    let head = ["WHAT", "HEALTH", "NAME", "CONFIDENCE", "TO KNOW", "WHY"];
    output::table(&head, &rows);
    promised(&status["objectives"]);
    for (id, at) in &suspected {
        println!("\n{}", others::suspected(id, at));
    }
    if let Some(next) = status["next"].as_str() {
        println!("\nNext: {next}");
    }
    Ok(())
}

/// Its confidence of 100; a question mark where too little is seen for a figure.
fn figure(flow: &Value) -> String {
    match flow["confidence"]["figure"].as_u64() {
        Some(figure) => figure.to_string(),
        None => "?".to_owned(),
    }
}

/// What was promised, and how it is kept, in one line for each.
fn promised(objectives: &Value) {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    println!();
    for tier in list(&objectives["uptime"]) {
        let percent = |name: &str| match tier[name].as_f64() {
            Some(share) => format!("{:.2} %", (10_000.0 * share + 1e-6).floor() / 100.0),
            None => "unknown".to_owned(),
        };
        println!(
            "{} in {}: uptime {} (promised {}), {} of the time unknown",
            tier["tier"].as_str().unwrap_or("-"),
            tier["month"].as_str().unwrap_or("-"),
            percent("uptime"),
            percent("objective"),
            percent("unknown_share"),
        );
    }
    let estate = &objectives["response"]["figures"][0];
    let days = &objectives["response"]["days"];
    for (name, verb) in [("to_detect", "found"), ("to_recover", "over")] {
        let figure = &estate[name];
        let minutes = |name: &str| figure[name].as_u64().map(|seconds| seconds.div_ceil(60));
        if let (Some(mean), Some(target)) = (minutes("mean_s"), minutes("target_s")) {
            println!(
                "Incidents of {days} days: {verb} after {mean} min on average; the target is {target} min",
            );
        }
    }
    for words in list(&objectives["response"]["improve"]) {
        println!("To improve: {}", words.as_str().unwrap_or_default());
    }
}
