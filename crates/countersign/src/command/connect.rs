//! `connect INTEGRATION --client NAME`: the lines to paste, then the first request.

mod first;

use crate::args::{Args, ConnectArgs};
use crate::clients::{self, Client, Filling};
use crate::exit::Exit;
use crate::house;
use crate::link::{Elsewhere, Link};
use crate::output;
use serde_json::{Value, json};

const CONSUMERS: &str = "/admin/api/v1/consumers";
/// Stands where a key would, when there is none to show.
const PLACEHOLDER: &str = "THE-CONSUMERS-KEY";

/// Runs the command.
pub(crate) async fn run(args: &Args, connect: &ConnectArgs) -> Result<(), Exit> {
    if connect.list {
        list(args);
        return Ok(());
    }
    let name = connect.client.as_deref().unwrap_or_default();
    let client = clients::find(name).ok_or_else(|| Exit::input(clients::unknown(name)))?;
    let integration = connect.integration.as_deref().unwrap_or_default();
    let link = Link::running(&args.data, Elsewhere::of(args)?.as_ref())?;
    let public = house::settings(args, None)?.broker_url;
    let base = match (public, link.broker_url()) {
        (Some(public), _) => public.trim_end_matches('/').to_owned(),
        (None, Some(bound)) => bound.to_owned(),
        (None, None) => return Err(Exit::away("no broker runs here: countersign serve")),
    };
    let consumer = consumer(&link, connect, client, integration).await?;
    let before = first::look(&link, &consumer.id).await?;
    show(args, client, integration, &base, &consumer);
    if connect.no_wait {
        return Ok(());
    }
    first::wait(args, &link, &consumer.id, &before, connect.wait).await
}

fn list(args: &Args) {
    if args.json {
        for client in clients::all() {
            output::document(&json!({
                "name": client.name, "versions": client.versions,
                "min_ttl_s": client.min_ttl_s, "asks_again": client.asks_again,
                "steered": client.steered == clients::Steered::ByUrl,
            }));
        }
        return;
    }
    let rows: Vec<Vec<String>> = clients::all()
        .map(|client| {
            let steered = match client.steered {
                clients::Steered::ByUrl => "by a URL",
                clients::Steered::Not { .. } => "not by a setting",
            };
            [client.name, steered, client.versions]
                .map(str::to_owned)
                .to_vec()
        })
        .collect();
    output::table(&["CLIENT", "POINTED AT US", "VERSIONS"], &rows);
}

/// The consumer the lines are for.
struct Consumer {
    id: String,
    key: Option<String>,
    account_id: String,
    ends_at: Option<String>,
    vend: Option<String>,
}

async fn consumer(
    link: &Link,
    connect: &ConnectArgs,
    client: &Client,
    integration: &str,
) -> Result<Consumer, Exit> {
    if connect.new_consumer {
        let vend = vend(connect, client)?;
        let body = json!({
            "integration": integration, "min_ttl_s": client.min_ttl_s, "vend": vend,
        });
        let added: Value = link.broker("POST", CONSUMERS, Some(&body)).await?.json()?;
        let text = |name: &str| added[name].as_str().map(str::to_owned);
        return Ok(Consumer {
            id: text("client_id").unwrap_or_default(),
            key: text("client_secret"),
            account_id: added["account_id"].to_string(),
            ends_at: text("ends_at"),
            vend: text("vend"),
        });
    }
    let all: Vec<Value> = link.broker("GET", CONSUMERS, None).await?.json()?;
    let of_it: Vec<&Value> = all
        .iter()
        .filter(|one| one["integration"] == integration)
        .filter(|one| connect.consumer.as_ref().is_none_or(|id| one["id"] == **id))
        .collect();
    let id = |one: &Value| one["id"].as_str().unwrap_or_default().to_owned();
    match of_it.as_slice() {
        [one] => Ok(Consumer {
            id: id(one),
            key: None,
            account_id: one["default_mid"].to_string(),
            ends_at: one["ends_at"].as_str().map(str::to_owned),
            vend: one["vend"].as_str().map(str::to_owned),
        }),
        [] => Err(Exit::input(format!(
            "{integration} has no {}consumer: add --new-consumer, and its key is shown once",
            if connect.consumer.is_some() {
                "such "
            } else {
                ""
            }
        ))),
        several => {
            let ids: Vec<String> = several.iter().map(|one| id(one)).collect();
            Err(Exit::input(format!(
                "{integration} has several consumers: name one with --consumer ({}), or make \
                 another with --new-consumer",
                ids.join(", ")
            )))
        }
    }
}

/// What a new consumer is handed, if that is said or the client leaves no choice.
fn vend<'a>(connect: &'a ConnectArgs, client: &Client) -> Result<Option<&'a str>, Exit> {
    match connect.vend.as_deref() {
        Some("gateway") if client.direct_only => Err(Exit::input(format!(
            "--vend gateway: {} calls Salesforce core, and the gateway passes calls to Marketing Cloud \
             only; leave --vend out",
            client.name
        ))),
        None if client.direct_only => Ok(Some("direct")),
        said => Ok(said),
    }
}

fn show(args: &Args, client: &Client, integration: &str, base: &str, consumer: &Consumer) {
    let filling = Filling {
        base,
        client_id: &consumer.id,
        key: consumer.key.as_deref().unwrap_or(PLACEHOLDER),
        account_id: &consumer.account_id,
        wsdl_url: &format!("{base}/etframework.wsdl"),
    };
    let lines = clients::fill(client.lines, &filling);
    if args.json {
        output::document(&json!({
            "integration": integration, "client": client.name, "client_id": consumer.id,
            "client_secret": consumer.key, "account_id": consumer.account_id,
            "ends_at": consumer.ends_at, "vend": consumer.vend, "token_url": format!("{base}/v2/token"),
            "place": client.place, "lines": lines, "min_ttl_s": client.min_ttl_s,
            "traps": client.traps,
        }));
        return;
    }
    let handed = match consumer.vend.as_deref() {
        Some("gateway") => ", which is handed a bearer for the gateway",
        Some("direct") => ", which is handed the real token",
        _ => "",
    };
    println!(
        "{} for {integration}, as consumer {}{handed}.\n",
        client.versions, consumer.id
    );
    match &consumer.key {
        Some(key) => {
            println!("Its key, shown this once:\n\n    export SFMC_CLIENT_SECRET='{key}'\n")
        }
        None => println!(
            "Its key was shown when it was made; if it is lost, make another (--new-consumer):\n\n    \
             export SFMC_CLIENT_SECRET='{PLACEHOLDER}'\n"
        ),
    }
    println!("Goes into {}:\n", client.place);
    lines.lines().for_each(|line| match line {
        "" => println!(),
        line => println!("    {line}"),
    });
    println!("\nTo know:");
    for trap in client.traps {
        println!("- {trap}");
    }
    if consumer.key.is_none() && client.min_ttl_s > 0 {
        let least = client.min_ttl_s;
        println!("- It wants tokens that live {least} s or more: the consumer's --min-ttl.");
    }
}
