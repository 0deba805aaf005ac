//! `login`: a new one-time link.

use crate::args::Args;
use crate::exit::Exit;
use crate::link::{Elsewhere, Link};
use crate::output;
use countersign_host::run_file::RunFile;
use serde_json::Value;

/// Runs the command.
pub(crate) async fn run(args: &Args) -> Result<(), Exit> {
    if Elsewhere::of(args)?.is_none() && RunFile::read(&args.data).is_none() {
        let folder = args.data.display();
        return Err(Exit::away(format!(
            "no dashboard runs on {folder}: countersign serve"
        )));
    }
    let link = Link::open(args).await?;
    let made: Value = link
        .dashboard("POST", "/api/v1/sign-in-links", None)
        .await?
        .json()?;
    if args.json {
        output::document(&made);
    } else {
        println!("{}", made["sign_in"].as_str().unwrap_or_default());
        eprintln!("Works once, for 15 minutes. Whoever opens it is an administrator.");
    }
    Ok(())
}
