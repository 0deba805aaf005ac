//! `init`: a data folder with everything in it but the master key, which goes to standard output.

use crate::args::Args;
use crate::exit::Exit;
use crate::output;
use countersign_host::clock::wall_now;
use countersign_host::entropy::Entropy;
use countersign_host::environment;
use countersign_host::file;
use serde_json::json;

const COMMENTED: &str = include_str!("init/countersign.toml");

/// Runs the command. Nothing that is there already is touched.
pub(crate) async fn run(args: &Args) -> Result<(), Exit> {
    file::private_dir(&args.data)?;
    let folder = args.data.display();
    if countersign_brokerd::vault_exists(&args.data) {
        return Err(Exit::refused(format!(
            "{folder} holds a vault already; nothing was changed"
        )));
    }
    let config = args.data.join("countersign.toml");
    if !config.exists() {
        file::write_private(&config, COMMENTED.as_bytes())?;
    }
    let given = environment::read("COUNTERSIGN_MASTER_KEY");
    let made = given.is_none();
    let key = given
        .unwrap_or_else(|| countersign_brokerd::new_master_key(&Entropy::default()).to_string());
    countersign_brokerd::create_vault(&args.data, &key, wall_now())
        .await
        .map_err(|error| Exit::refused(error.to_string()))?;
    if args.json {
        let key = made.then_some(&key);
        output::document(&json!({ "data": args.data, "config": config, "master_key": key }));
    } else if made {
        println!("{key}");
    }
    eprintln!("Prepared {folder}: countersign.toml (every setting, commented) and vault.db.");
    if made {
        eprintln!(
            "The line on standard output is the master key. Keep it outside this folder: without \
             it nothing in the vault can be read, by anyone."
        );
    }
    eprintln!("Next: COUNTERSIGN_MASTER_KEY=… countersign --data {folder} serve");
    Ok(())
}
