//! The demo's folder: its own stores are made anew at every start, since its clock starts anew;
//! anything else in the folder is left alone, and a real vault is never touched.

use crate::exit::Exit;
use countersign_host::entropy::Entropy;
use countersign_host::environment;
use countersign_host::file;
use countersign_host::run_file::RunFile;
use countersign_host::settings::MasterKeySource;
use countersign_model::Timestamp;
use std::path::Path;

const KEY_FILE: &str = "demo.key";
const STORES: [&str; 2] = ["vault.db", "watch.db"];

/// Makes the folder ready, its vault made at `now`; says where the master key comes from.
pub(crate) async fn prepare(data: &Path, now: Timestamp) -> Result<MasterKeySource, Exit> {
    file::private_dir(data)?;
    let folder = data.display();
    if RunFile::read(data).is_some() {
        return Err(Exit::refused(format!(
            "a server runs on {folder}; name another --data"
        )));
    }
    let key_file = data.join(KEY_FILE);
    if countersign_brokerd::vault_exists(data) && !key_file.exists() {
        return Err(Exit::refused(format!(
            "{folder} holds a vault that is not the demo's; name another --data"
        )));
    }
    let given = environment::read("COUNTERSIGN_MASTER_KEY");
    let key = match (&given, std::fs::read_to_string(&key_file)) {
        (Some(key), _) => key.clone(),
        (None, Ok(key)) => key.trim().to_owned(),
        (None, Err(_)) => countersign_brokerd::new_master_key(&Entropy::default()).to_string(),
    };
    // The file marks the folder as the demo's, also when the key comes from elsewhere.
    let kept = if given.is_some() {
        String::new()
    } else {
        format!("{key}\n")
    };
    file::write_private(&key_file, kept.as_bytes())?;
    for store in STORES {
        for ending in ["", "-wal", "-shm", "-journal"] {
            match std::fs::remove_file(data.join(format!("{store}{ending}"))) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
    }
    countersign_brokerd::create_vault(data, &key, now)
        .await
        .map_err(|error| Exit::refused(error.to_string()))?;
    Ok(match given {
        Some(_) => MasterKeySource::default(),
        None => MasterKeySource {
            file: Some(key_file),
            ..MasterKeySource::default()
        },
    })
}
