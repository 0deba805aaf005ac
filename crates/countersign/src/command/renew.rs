//! `renew INTEGRATION`: a new token now, over the back-off.

use crate::args::Args;
use crate::exit::Exit;
use crate::link::{Link, escaped};
use crate::output;
use serde_json::Value;

/// Runs the command.
pub(crate) async fn run(args: &Args, integration: &str) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    let path = format!("/admin/api/v1/integrations/{}/renew", escaped(integration));
    let renewed: Value = link.broker("POST", &path, None).await?.json()?;
    if args.json {
        output::document(&renewed);
    } else {
        let ends = renewed["expires_at"].as_str().unwrap_or_default();
        println!(
            "{integration}: generation {}, valid to {ends}",
            renewed["generation"]
        );
    }
    Ok(())
}
