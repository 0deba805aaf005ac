//! `init`: a data folder with everything in it but the master key, which goes to standard output.

use crate::args::{Args, Role};
use crate::exit::Exit;
use crate::house::{not_opened, run_token, settings};
use crate::output;
use countersign_brokerd::{KeyError, MasterKey, Text};
use countersign_host::clock::{Clock, wall_now};
use countersign_host::entropy::Entropy;
use countersign_host::file;
use countersign_host::settings::{MasterKeySource, Settings};
use countersign_watchd::{Options, WatchPlane};
use serde_json::json;

const COMMENTED: &str = include_str!("init/countersign.toml");

/// Runs the command. Nothing that is there already is touched, and nothing is made before the key is
/// known to be one.
pub(crate) async fn run(args: &Args, role: Role) -> Result<(), Exit> {
    let (broker, watch) = (role != Role::Watch, role != Role::Broker);
    let settings = settings(args, None)?;
    let folder = args.data.display();
    if broker && countersign_brokerd::vault_exists(&args.data) {
        return Err(Exit::refused(format!(
            "{folder} holds a vault already; nothing was changed"
        )));
    }
    if role == Role::Watch && countersign_watchd::ledger_exists(&args.data) {
        return Err(Exit::refused(format!(
            "{folder} holds a watch.db already; nothing was changed"
        )));
    }
    let (key, made) = match broker {
        true => master_key(&settings.master_key).await?,
        false => (None, None),
    };

    file::private_dir(&args.data)?;
    let config = args.data.join("countersign.toml");
    if !config.exists() {
        file::write_private(&config, COMMENTED.as_bytes())?;
    }
    let mut stores = Vec::new();
    if let Some(key) = key {
        countersign_brokerd::create_vault(&args.data, &key, wall_now())
            .await
            .map_err(|error| Exit::refused(error.to_string()))?;
        stores.push("vault.db");
    }
    let mut sign_in = None;
    if watch {
        sign_in = Some(first_link(args, &settings).await?);
        stores.push("watch.db");
    }

    let made = made.as_ref().map(|text| text.as_str());
    if args.json {
        output::document(&json!({
            "data": args.data, "config": config, "master_key": made, "sign_in": sign_in,
        }));
    } else if let Some(key) = made {
        println!("{key}");
    }
    let stores = stores.join(" and ");
    eprintln!("Prepared {folder}: countersign.toml (every setting, commented) and {stores}.");
    if made.is_some() {
        eprintln!(
            "The line on standard output is the master key. Keep it outside this folder: without \
             it nothing in the vault can be read, by anyone."
        );
    }
    if let Some(link) = &sign_in {
        eprintln!("Sign in, once, within 15 minutes, when it serves: {link}");
    }
    eprintln!("Next: {}", next(args, role, made.is_some()));
    Ok(())
}

/// The key that is named anywhere, or a new one with its text.
async fn master_key(named: &MasterKeySource) -> Result<(Option<MasterKey>, Option<Text>), Exit> {
    match countersign_brokerd::master_key(named).await {
        Ok(key) => Ok((Some(key), None)),
        Err(KeyError::Missing) => {
            let (key, text) = countersign_brokerd::new_master_key(&Entropy::default());
            Ok((Some(key), Some(text)))
        }
        Err(error) => Err(Exit::refused(error.to_string())),
    }
}

/// Makes the ledger, and the link of the first administrator.
async fn first_link(args: &Args, settings: &Settings) -> Result<String, Exit> {
    let plane = WatchPlane::open(Options {
        data: args.data.clone(),
        clock: Clock::system(),
        base_url: countersign_watchd::dashboard_url(
            settings.public_url.as_deref(),
            settings.listen,
        ),
        notify: Vec::new(),
        rules: settings.rules.clone(),
        keep: settings.keep.clone(),
        tail: Vec::new(),
        run_token: run_token(),
        estate_sink: None,
        seed: None,
    });
    let link = plane.await.map_err(not_opened)?.sign_in_link().await;
    link.map_err(not_opened)
}

fn next(args: &Args, role: Role, needs_key: bool) -> String {
    let key = if needs_key {
        "COUNTERSIGN_MASTER_KEY=… "
    } else {
        ""
    };
    let serve = match role {
        Role::All => "serve",
        Role::Broker => "serve --role broker",
        Role::Watch => "serve --role watch",
    };
    format!("{key}countersign --data {} {serve}", args.data.display())
}
