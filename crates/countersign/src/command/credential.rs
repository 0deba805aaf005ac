//! `credential add|list|show|authorize|disable|enable`.

use crate::args::{Args, CredentialAddArgs, CredentialAuthorizeArgs, CredentialCommand};
use crate::command::{estate, others};
use crate::exit::Exit;
use crate::link::{Link, Plane, escaped};
use crate::{output, secret_input};
use countersign_feed::estate::Format;
use countersign_model::estate::{CredentialMode, Estate};
use countersign_model::id::CredentialId;
use serde_json::{Value, json};

const PATH: &str = "/admin/api/v1/credentials";

/// Runs the command.
pub(crate) async fn run(args: &Args, command: &CredentialCommand) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    match command {
        CredentialCommand::Add(new) => add(args, &link, new).await,
        CredentialCommand::List => list(args, &link).await,
        CredentialCommand::Show { id } => show(args, &link, id).await,
        CredentialCommand::Authorize(how) => authorize(args, &link, how).await,
        CredentialCommand::Disable { id, reason } => turn(args, &link, id, "disable", reason).await,
        CredentialCommand::Enable { id, reason } => turn(args, &link, id, "enable", reason).await,
    }
}

async fn add(args: &Args, link: &Link, new: &CredentialAddArgs) -> Result<(), Exit> {
    let id = CredentialId::new(&new.id).map_err(|error| Exit::input(format!("id: {error}")))?;
    if !new.observe && !new.dry_run && !link.reaches(Plane::Broker) {
        // The words of a broker that is away, before anybody types a secret.
        link.broker("GET", PATH, None).await?;
    }
    let found = estate::in_force(link).await?;
    // The broker's estate comes first and counts; a watch that has another one is left alone.
    let current = &found
        .first()
        .expect("at least one plane was reached")
        .estate;
    let next = with_credential(current, &id, new)?;
    if new.dry_run {
        return dry_run(args, link, &next, &id).await;
    }
    if !new.observe {
        others::confirm(link, &next, &id, new.others_moved).await?;
    }
    // The secret is read before anything changes, so that a prompt left empty changes nothing.
    let secret = match new.observe {
        true => None,
        false => Some(secret_input::read(
            new.fd,
            &format!("Client secret of {id}: "),
        )?),
    };
    if next != *current {
        let current = current.clone();
        let same = found.into_iter().filter(|one| one.estate == current);
        let same: Vec<estate::Found> = same.collect();
        let watched = same.iter().any(|one| one.plane == Plane::Watch);
        let changes = same.into_iter().map(|one| one.becomes(next.clone()));
        estate::put(link, &changes.collect::<Vec<_>>()).await?;
        if !watched {
            eprintln!(
                "The watch does not know {id} yet: countersign estate export, and apply it there."
            );
        }
    }
    let Some(secret) = secret else {
        if args.json {
            output::document(&json!({ "credential": id, "mode": "observed" }));
        } else {
            println!("{id} is observed: its secret stays with its owner.");
        }
        return Ok(());
    };
    let body = json!({ "client_secret": secret });
    let path = format!("{PATH}/{}/secret", escaped(id.as_str()));
    let put: Value = link.broker("POST", &path, Some(&body)).await?.json()?;
    if args.json {
        output::document(&put);
    } else {
        println!(
            "{id}: secret version {} is sealed and in use.",
            put["secret_version"]
        );
    }
    Ok(())
}

/// The estate with the credential in it, in the mode asked for.
fn with_credential(
    current: &Estate,
    id: &CredentialId,
    new: &CredentialAddArgs,
) -> Result<Estate, Exit> {
    let mode = if new.observe {
        CredentialMode::Observed
    } else {
        CredentialMode::Brokered
    };
    let mut next = current.clone();
    if let Some(known) = next.credentials.iter_mut().find(|known| known.id == *id) {
        let kind = serde_json::to_value(known.kind)?;
        let differs = [
            ("--bu", &new.bu, Some(known.bu.as_str())),
            ("--kind", &new.kind, kind.as_str()),
            ("--client-id", &new.client_id, known.client_id.as_deref()),
        ];
        let differs = differs
            .into_iter()
            .filter(|(_, asked, has)| asked.is_some() && asked.as_deref() != *has);
        let differs: Vec<&str> = differs.map(|(flag, ..)| flag).collect();
        if !differs.is_empty() {
            return Err(Exit::input(format!(
                "{}: {id} is in the estate already, and says otherwise. Change it there: countersign \
                 estate export > estate.yaml, then estate apply estate.yaml. Nothing was changed",
                differs.join(", ")
            )));
        }
        known.mode = mode;
        return Ok(next);
    }
    let (Some(bu), Some(kind)) = (&new.bu, &new.kind) else {
        return Err(Exit::input(format!(
            "{id} is not in the estate: name its --bu and --kind (and --client-id), or apply an \
             estate that holds it"
        )));
    };
    let lockout = if new.observe {
        Value::Null
    } else {
        json!("dry_run")
    };
    let document = json!({ "version": 1, "credentials": [{
        "id": id, "bu": bu, "kind": kind, "mode": mode, "client_id": new.client_id,
        "lockout": lockout,
    }]});
    let decoded = countersign_feed::estate::decode(&document.to_string(), Format::Json);
    let made = decoded.map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Exit::input(lines.join("\n"))
    })?;
    next.credentials.extend(made.credentials);
    Ok(next)
}

async fn dry_run(args: &Args, link: &Link, estate: &Estate, id: &CredentialId) -> Result<(), Exit> {
    let plans = countersign_brokerd::mint_plans(estate, id);
    if args.json {
        plans.iter().for_each(output::document);
        return Ok(());
    }
    if plans.is_empty() {
        println!(
            "{id} would make no token requests: no integration uses it, or its kind has none."
        );
    }
    for plan in plans {
        println!(
            "{}: {} token requests a day at most",
            plan.slot, plan.mints_per_day
        );
        println!("  {}", plan.policy);
    }
    for line in others::words(&others::of(link, estate, id).await?) {
        println!("{line}");
    }
    println!("Nothing was changed.");
    Ok(())
}

async fn list(args: &Args, link: &Link) -> Result<(), Exit> {
    let credentials: Vec<Value> = link.broker("GET", PATH, None).await?.json()?;
    if args.json {
        credentials.iter().for_each(output::document);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = credentials
        .iter()
        .map(|one| {
            ["id", "bu", "kind", "state"]
                .iter()
                .map(|name| one[name].as_str().unwrap_or("-").to_owned())
                .collect()
        })
        .collect();
    output::table(&["ID", "BU", "KIND", "STATE"], &rows);
    Ok(())
}

async fn show(args: &Args, link: &Link, id: &str) -> Result<(), Exit> {
    let credentials: Vec<Value> = link.broker("GET", PATH, None).await?.json()?;
    let found = credentials.into_iter().find(|one| one["id"] == id);
    let found =
        found.ok_or_else(|| Exit::input(format!("credential {id} is not in the estate")))?;
    if args.json {
        output::document(&found);
        return Ok(());
    }
    let fields = found.as_object().into_iter().flatten();
    for (name, value) in fields.filter(|(name, _)| *name != "next") {
        let words = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Array(items) => items
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(", "),
            other => other.to_string(),
        };
        println!("{name:<27} {words}");
    }
    if let Some(next) = found["next"].as_str() {
        println!("\n{next}");
    }
    if let Some(at) = found["outside_minter_suspected_at"].as_str() {
        println!("\n{}", others::suspected(id, at));
    }
    Ok(())
}

/// Prints the address of a consent, or takes one of the two short ways.
async fn authorize(args: &Args, link: &Link, how: &CredentialAuthorizeArgs) -> Result<(), Exit> {
    let id = CredentialId::new(&how.id).map_err(|error| Exit::input(format!("id: {error}")))?;
    let (way, body, said) = match (how.refresh_token, how.replay_once) {
        (true, _) => {
            let token = secret_input::read(how.fd, &format!("Refresh token of {id}: "))?;
            let said = "its refresh token is sealed and in use.";
            ("refresh-token", json!({ "refresh_token": token }), said)
        }
        (false, true) => {
            let said = "its refresh token is sent once more: countersign credential show says how it \
                        ended.";
            ("replay-once", json!({}), said)
        }
        (false, false) => ("authorize", json!({}), ""),
    };
    let path = format!("{PATH}/{id}/{way}");
    let answer: Value = link.broker("POST", &path, Some(&body)).await?.json()?;
    if args.json {
        output::document(&answer);
    } else if way == "authorize" {
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        println!("Open this address in a browser, as the user the app shall act for:\n");
        println!("  {}\n", text("url"));
        println!("It works once, until {}.", text("ends_at"));
        println!(
            "The package has to have this redirect URI: {}",
            text("redirect_uri")
        );
    } else {
        println!("{id}: {said}");
    }
    Ok(())
}

async fn turn(args: &Args, link: &Link, id: &str, how: &str, reason: &str) -> Result<(), Exit> {
    let body = json!({ "reason": reason });
    link.broker(
        "POST",
        &format!("{PATH}/{}/{how}", escaped(id)),
        Some(&body),
    )
    .await?
    .checked()?;
    if args.json {
        output::document(&json!({ "credential": id, "done": how }));
    } else {
        println!("{id} is {how}d.");
    }
    Ok(())
}
