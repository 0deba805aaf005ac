//! `consumer add|list|revoke`.

use crate::args::{Args, ConsumerAddArgs, ConsumerCommand};
use crate::exit::Exit;
use crate::link::{Link, escaped};
use crate::output;
use serde_json::{Value, json};

const PATH: &str = "/admin/api/v1/consumers";

/// Runs the command.
pub(crate) async fn run(args: &Args, command: &ConsumerCommand) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    match command {
        ConsumerCommand::Add(new) => add(args, &link, new).await,
        ConsumerCommand::List => list(args, &link).await,
        ConsumerCommand::Revoke { id } => {
            link.broker("DELETE", &format!("{PATH}/{}", escaped(id)), None)
                .await?
                .checked()?;
            if args.json {
                output::document(&json!({ "revoked": id }));
            } else {
                println!("{id} is revoked; its next request is refused.");
            }
            Ok(())
        }
    }
}

async fn add(args: &Args, link: &Link, new: &ConsumerAddArgs) -> Result<(), Exit> {
    let body = json!({
        "id": new.id,
        "integration": new.integration,
        "mids": new.mid,
        "scopes": new.scope,
        "min_ttl_s": new.min_ttl,
        "ends_at": new.ends,
        "sources": new.source,
        "vend": new.vend,
        "read_only": new.read_only,
        "resends_writes": !new.no_resend,
    });
    let answer = link.broker("POST", PATH, Some(&body)).await?;
    let added: Value = answer.json().map_err(flagged)?;
    if args.json {
        output::document(&added);
        return Ok(());
    }
    let text = |name: &str| added[name].as_str().unwrap_or_default();
    println!("client_id      {}", text("client_id"));
    println!("client_secret  {}", text("client_secret"));
    println!("account_id     {}", added["account_id"]);
    println!("mode           {}", text("vend"));
    eprintln!("The key is shown this once. It ends {}.", text("ends_at"));
    match text("vend") {
        "gateway" => eprintln!(
            "Its calls pass through the broker, which sees their status and renews in their midst; the \
             real token stays here (--vend direct hands it out)."
        ),
        _ => eprintln!(
            "It is handed the real token and calls the platform itself: we see its token requests and \
             not its calls (--vend gateway shows them)."
        ),
    }
    Ok(())
}

/// The field of the request that a fault names, as its flag.
fn flagged(mut exit: Exit) -> Exit {
    const FLAGS: [(&str, &str); 8] = [
        ("id", "--id"),
        ("mids", "--mid"),
        ("scopes", "--scope"),
        ("min_ttl_s", "--min-ttl"),
        ("ends_at", "--ends"),
        ("sources", "--source"),
        ("vend", "--vend"),
        ("read_only", "--read-only"),
    ];
    for (field, flag) in FLAGS {
        let rest = exit.words.strip_prefix(field);
        // Behind the field comes its fix, or the place in a list.
        let fix = rest.filter(|rest| rest.starts_with([':', '[']));
        if let Some((_, fix)) = fix.and_then(|rest| rest.split_once(':')) {
            exit.words = format!("{flag}:{fix}");
            break;
        }
    }
    exit
}

async fn list(args: &Args, link: &Link) -> Result<(), Exit> {
    let consumers: Vec<Value> = link.broker("GET", PATH, None).await?.json()?;
    if args.json {
        consumers.iter().for_each(output::document);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = consumers
        .iter()
        .map(|one| {
            ["id", "integration", "vend", "ends_at"]
                .iter()
                .map(|name| one[name].as_str().unwrap_or("-").to_owned())
                .collect()
        })
        .collect();
    output::table(&["ID", "INTEGRATION", "MODE", "KEY ENDS"], &rows);
    Ok(())
}
