//! The demo's folder: its own stores are made anew at every start, since its clock starts anew;
//! anything else in the folder is left alone, and a real vault is never touched.

use crate::exit::Exit;
use countersign_host::entropy::Entropy;
use countersign_host::environment;
use countersign_host::file;
use countersign_host::run_file::RunFile;
use countersign_host::settings::MasterKeySource;
use countersign_model::Timestamp;
use countersign_sim::history::History;
use countersign_store::{PipelineCommit, WatchStore};
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
    let given = environment::read("COUNTERSIGN_MASTER_KEY").is_some();
    let source = MasterKeySource {
        file: (!given).then(|| key_file.clone()),
        ..MasterKeySource::default()
    };
    // Nothing of an earlier demo is touched before the key is known to be one.
    let key = if given || holds_key(&key_file) {
        let read = countersign_brokerd::master_key(&source).await;
        read.map_err(|error| Exit::refused(error.to_string()))?
    } else {
        let (key, text) = countersign_brokerd::new_master_key(&Entropy::default());
        file::write_private(&key_file, format!("{}\n", *text).as_bytes())?;
        key
    };
    if given {
        // The file marks the folder as the demo's, also when the key comes from elsewhere.
        file::write_private(&key_file, b"")?;
    }
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
    Ok(source)
}

/// Puts a history into a new ledger, as if it had been watched from here.
pub(crate) async fn remember(store: &WatchStore, past: History) -> Result<(), Exit> {
    if past.memory.is_empty() {
        return Ok(());
    }
    let until = past.until();
    let memory = past.memory.into_iter();
    let turn = PipelineCommit {
        incidents: past.incidents,
        findings: past.findings,
        statuses: past.statuses,
        memory: memory.map(|(part, text)| (part, Some(text))).collect(),
        judged_at: Some(until),
        ..PipelineCommit::default()
    };
    store.commit(turn).await?;
    store.health_times_add(past.health).await?;
    Ok(())
}

/// An empty file only marks the folder: the key of that demo came from elsewhere.
fn holds_key(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|found| found.len() > 0)
}
