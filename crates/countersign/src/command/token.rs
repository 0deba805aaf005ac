//! `token INTEGRATION`: a fresh token on demand.

use crate::args::{Args, TokenArgs, TokenFormat};
use crate::exit::Exit;
use crate::link::{Link, escaped};
use crate::output;
use serde_json::Value;

/// Runs the command.
pub(crate) async fn run(args: &Args, token: &TokenArgs) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    let path = format!(
        "/admin/api/v1/integrations/{}/token?min_ttl={}",
        escaped(&token.integration),
        token.min_ttl
    );
    let answer: Value = link.broker("POST", &path, None).await?.json()?;
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    let bearer = text("access_token");
    match token.format {
        _ if args.json => output::document(&answer),
        TokenFormat::Json => output::document(&answer),
        TokenFormat::Token => println!("{bearer}"),
        TokenFormat::Header => println!("Authorization: Bearer {bearer}"),
        TokenFormat::Env => {
            println!("export SFMC_ACCESS_TOKEN='{bearer}'");
            println!("export SFMC_REST_URL='{}'", text("rest_instance_url"));
            println!("export SFMC_SOAP_URL='{}'", text("soap_instance_url"));
        }
    }
    Ok(())
}
