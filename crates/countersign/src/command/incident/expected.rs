//! `incident expected [ID]`: what is to be expected, and why.

use super::path;
use crate::args::{Args, ExpectedArgs};
use crate::exit::Exit;
use crate::link::Link;
use crate::output;
use serde_json::{Value, json};

/// Runs the command.
pub(crate) async fn run(args: &Args, said: &ExpectedArgs) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    match (&said.id, &said.reason) {
        (None, _) => list(args, &link).await,
        (Some(id), _) if said.withdraw => withdraw(args, &link, id).await,
        (Some(id), Some(reason)) => say(args, &link, (id, reason), said).await,
        (Some(id), None) => Err(Exit::input(format!(
            "say why: countersign incident expected {id} --reason \"…\"; or take it back: --withdraw"
        ))),
    }
}

async fn say(
    args: &Args,
    link: &Link,
    (id, reason): (&str, &str),
    said: &ExpectedArgs,
) -> Result<(), Exit> {
    let form = match (said.weekly, said.baseline) {
        (true, _) => Some("weekly"),
        (_, true) => Some("baseline"),
        _ => None,
    };
    let until = said.until.map(|until| until.to_string());
    let body = json!({ "reason": reason, "by": said.by, "form": form, "until": until });
    let path = format!("{}/expected", path(id));
    let rule: Value = link.dashboard("POST", &path, Some(&body)).await?.json()?;
    if args.json {
        output::document(&rule);
        return Ok(());
    }
    let when = rule["when"].as_str().unwrap_or_default();
    println!("{id}: expected {when}. The same pages nobody then; another failure does.");
    println!("To take it back: countersign incident expected {id} --withdraw");
    Ok(())
}

async fn withdraw(args: &Args, link: &Link, id: &str) -> Result<(), Exit> {
    let path = format!("{}/expected", path(id));
    link.dashboard("DELETE", &path, None).await?.checked()?;
    match args.json {
        true => output::document(&json!({ "incident": id, "expected": false })),
        false => println!("{id}: expected no more; if it goes on, it pages."),
    }
    Ok(())
}

async fn list(args: &Args, link: &Link) -> Result<(), Exit> {
    let path = "/api/v1/expectations";
    let answer: Value = link.dashboard("GET", path, None).await?.json()?;
    let rules = answer["expectations"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    if args.json {
        output::document(&rules);
        return Ok(());
    }
    if rules.is_empty() {
        println!("Nothing is said to be expected.");
        return Ok(());
    }
    let row = |rule: &Value| {
        let text = |name: &str| rule[name].as_str().unwrap_or("-").to_owned();
        let patterns = rule["patterns"].as_array().into_iter().flatten();
        let what: Vec<String> = patterns
            .filter_map(|one| {
                Some(format!(
                    "{} {}",
                    one["cause"].as_str()?,
                    one["class"].as_str()?
                ))
            })
            .collect();
        let when = match rule["stands"].as_bool() {
            Some(true) => text("when"),
            _ => format!("over: {}", text("when")),
        };
        vec![
            text("incident"),
            what.join(", "),
            when,
            text("by"),
            text("reason"),
        ]
    };
    let rows: Vec<Vec<String>> = rules.iter().map(row).collect();
    output::table(&["INCIDENT", "WHAT", "EXPECTED", "BY", "WHY"], &rows);
    Ok(())
}
