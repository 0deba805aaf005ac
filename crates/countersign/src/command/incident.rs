//! `incident list|show|ack|expected`: one incident, and what people do about it.

mod expected;
mod show;

use super::incidents;
use crate::args::{AckArgs, Args, IncidentCommand};
use crate::exit::Exit;
use crate::link::{Link, escaped};
use crate::output;
use serde_json::{Value, json};

/// Runs the command.
pub(crate) async fn run(args: &Args, command: &IncidentCommand) -> Result<(), Exit> {
    match command {
        IncidentCommand::List { all } => incidents::run(args, *all).await,
        IncidentCommand::Show { id } => {
            let link = Link::open(args).await?;
            let incident: Value = link.dashboard("GET", &path(id), None).await?.json()?;
            match args.json {
                true => output::document(&incident),
                false => show::print(&incident),
            }
            Ok(())
        }
        IncidentCommand::Ack(ack) => acknowledge(args, ack).await,
        IncidentCommand::Expected(said) => expected::run(args, said).await,
    }
}

async fn acknowledge(args: &Args, ack: &AckArgs) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    let found_by = match ack.found_by_person {
        true => "person",
        false => "system",
    };
    let body = json!({ "found_by": found_by, "by": ack.by });
    let path = format!("{}/acknowledge", path(&ack.id));
    link.dashboard("POST", &path, Some(&body))
        .await?
        .checked()?;
    if args.json {
        output::document(&json!({ "incident": ack.id, "acknowledged": true, "by": ack.by }));
        return Ok(());
    }
    let who = ack.by.as_deref().unwrap_or("you");
    println!(
        "{}: taken on by {who}; the first to take it on counts.",
        ack.id
    );
    println!("What to do next: countersign incident show {}", ack.id);
    Ok(())
}

fn path(id: &str) -> String {
    format!("/api/v1/incidents/{}", escaped(id))
}
