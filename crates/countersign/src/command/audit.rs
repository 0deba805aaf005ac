//! `audit verify`: recomputes the whole chain.

use crate::args::{Args, AuditCommand};
use crate::exit::Exit;
use crate::link::Link;
use crate::output;
use serde_json::Value;

/// Runs the command; exit 1 if the chain does not hold.
pub(crate) async fn run(args: &Args, command: &AuditCommand) -> Result<(), Exit> {
    let AuditCommand::Verify = command;
    let link = Link::open(args).await?;
    let verdict: Value = link
        .broker("GET", "/admin/api/v1/audit/verify", None)
        .await?
        .json()?;
    if args.json {
        output::document(&verdict);
    } else {
        println!("{}", verdict["words"].as_str().unwrap_or_default());
    }
    match verdict["holds"].as_bool() {
        Some(true) => Ok(()),
        _ => Err(Exit::failed("the audit chain does not hold")),
    }
}
