//! `source add|list|revoke`: who may post outcomes or ping the watch.

use crate::args::{Args, SourceCommand};
use crate::exit::Exit;
use crate::link::{Link, escaped};
use crate::output;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/sources";
const TAILS: &str = "/api/v1/tails";

/// Runs the command.
pub(crate) async fn run(args: &Args, command: &SourceCommand) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    match command {
        SourceCommand::Add {
            name,
            broker,
            integration,
            ping,
        } => {
            let body = json!({ "name": name, "broker": broker, "integrations": integration,
                               "ping": ping });
            let added: Value = link.dashboard("POST", PATH, Some(&body)).await?.json()?;
            if args.json {
                output::document(&added);
                return Ok(());
            }
            if let Some(url) = added["ping_url"].as_str() {
                println!("{url}");
                eprintln!(
                    "The address of {name} is shown this once. When the job has ended well: \
                     curl -fsS URL. When it begins: URL/start; when it failed: URL/fail or \
                     URL/$?. With the rows it moved: URL?rows=61000."
                );
                return Ok(());
            }
            println!("{}", added["ingest_key"].as_str().unwrap_or_default());
            eprintln!("The ingest key of {name} is shown this once.");
            if *broker {
                eprintln!(
                    "Put it into a file that only the broker can read, and name that file in the \
                     broker's countersign.toml: watch_url and watch_token_file."
                );
            }
            Ok(())
        }
        SourceCommand::List => list(args, &link).await,
        SourceCommand::Revoke { name } => {
            let path = format!("{PATH}/{}", escaped(name));
            link.dashboard("DELETE", &path, None).await?.checked()?;
            if args.json {
                output::document(&json!({ "revoked": name }));
            } else {
                println!("{name} is revoked; its next batch is refused.");
            }
            Ok(())
        }
    }
}

async fn list(args: &Args, link: &Link) -> Result<(), Exit> {
    let sources: Vec<Value> = link.dashboard("GET", PATH, None).await?.json()?;
    let tails: Vec<Value> = link.dashboard("GET", TAILS, None).await?.json()?;
    if args.json {
        sources.iter().chain(&tails).for_each(output::document);
        return Ok(());
    }
    let speaks_for = |one: &Value| match one["integrations"].as_array() {
        Some(ids) if !ids.is_empty() => {
            let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
            ids.join(", ")
        }
        _ => "all (a broker)".to_owned(),
    };
    let rows: Vec<Vec<String>> = sources
        .iter()
        .map(|one| {
            let text = |name: &str| one[name].as_str().unwrap_or("-").to_owned();
            let kind = if one["ping"] == true {
                "ping"
            } else {
                "ingest"
            };
            vec![
                text("name"),
                kind.to_owned(),
                text("added_at"),
                speaks_for(one),
            ]
        })
        .collect();
    output::table(&["NAME", "KEY", "ADDED", "SPEAKS FOR"], &rows);
    list_tails(&tails);
    Ok(())
}

/// The log files that the watch follows, if any.
fn list_tails(tails: &[Value]) {
    if tails.is_empty() {
        return;
    }
    let row = |one: &Value| {
        let text = |name: &str| one[name].as_str().unwrap_or("-").to_owned();
        let state = match text("words").as_str() {
            "" => text("state"),
            words => format!("{}: {words}", text("state")),
        };
        let count = |name: &str| one[name].to_string();
        vec![
            text("name"),
            text("path"),
            count("accepted"),
            count("rejected"),
            text("heard_at"),
            state,
        ]
    };
    let rows: Vec<Vec<String>> = tails.iter().map(row).collect();
    println!();
    let head = [
        "FOLLOWED",
        "FILE",
        "LINES",
        "REJECTED",
        "LAST HEARD",
        "STATE",
    ];
    output::table(&head, &rows);
}
