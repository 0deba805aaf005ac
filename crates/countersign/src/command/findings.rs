//! `findings`: weaknesses that are no outage yet, gravest first.

use crate::args::Args;
use crate::exit::Exit;
use crate::link::Link;
use crate::output;
use countersign_model::finding::Finding;
use serde::{Deserialize, Serialize};

/// The server's answer.
#[derive(Deserialize, Serialize)]
struct List {
    findings: Vec<Finding>,
}

/// Runs the command.
pub(crate) async fn run(args: &Args, all: bool) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    let path = match all {
        true => "/api/v1/findings?all=true",
        false => "/api/v1/findings",
    };
    let List { findings } = link.dashboard("GET", path, None).await?.json()?;
    if args.json {
        output::document(&findings);
        return Ok(());
    }
    if findings.is_empty() {
        println!("No finding is open.");
        return Ok(());
    }
    for finding in &findings {
        print(finding);
    }
    Ok(())
}

fn print(finding: &Finding) {
    let severity = match finding.closed_at {
        Some(_) => "closed",
        None => finding.severity.as_str(),
    };
    let owner = finding.owner.as_deref().unwrap_or("no owner");
    let since = finding.since;
    println!("{severity}  {} ({owner}), since {since:.0}", finding.id);
    println!("  {}", finding.words);
    println!("  {}", finding.fix);
}
