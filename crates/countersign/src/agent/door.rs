//! The agent's door: where it listens, and which key opens it. A key is never shown unless that is asked
//! for; one that is made is kept in a file of this user, or told once.

use crate::agent::gate::Gate;
use crate::args::AgentArgs;
use crate::exit::Exit;
use crate::secret_input;
use countersign_host::environment;
use countersign_host::file::write_private;
use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where a key of one's own comes from.
pub(crate) const KEY: &str = "COUNTERSIGN_AGENT_KEY";
/// Rights of group and others on a file.
const NOT_MINE: u32 = 0o077;

/// Where it listens.
pub(crate) enum Place {
    /// At an address of this machine, with a key.
    Loopback(SocketAddr),
    /// At a socket of this user, without.
    Socket(PathBuf),
}

/// Who knows the key, and from where.
pub(crate) enum Known {
    /// There is none.
    Nobody,
    /// Whoever set the variable.
    Variable,
    /// Whoever may read the file.
    File(PathBuf),
    /// Whoever reads standard output.
    Printed(String),
}

/// A gate, and who knows its key.
pub(crate) struct Door {
    /// The gate.
    pub(crate) gate: Gate,
    /// Who knows its key.
    pub(crate) known: Known,
}

impl Door {
    /// The door that these arguments ask for.
    pub(crate) fn of(agent: &AgentArgs, place: &Place) -> Result<Door, Exit> {
        let door = |gate, known| Ok(Door { gate, known });
        if matches!(place, Place::Socket(_)) {
            return door(Gate::Socket, Known::Nobody);
        }
        if let Some(key) = environment::read(KEY) {
            let gate = Gate::with_key(&key).map_err(|why| Exit::input(format!("{KEY}: {why}")))?;
            return door(gate, Known::Variable);
        }
        if let Some(file) = &agent.key_file {
            return door(kept(file)?, Known::File(file.clone()));
        }
        if agent.print_key {
            let (gate, key) = Gate::with_new_key();
            return door(gate, Known::Printed(key));
        }
        Err(Exit::input(format!(
            "say where the agent's key is: --key-file FILE (made there, for you alone, if it is not there), \
             {KEY}, or --print-key; --listen unix:/PATH needs none"
        )))
    }
}

/// A gate with the key of a file; the key is made if there is no file.
fn kept(file: &Path) -> Result<Gate, Exit> {
    let named = |why: String| Exit::input(format!("--key-file {}: {why}", file.display()));
    match fs::metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let (gate, key) = Gate::with_new_key();
            write_private(file, format!("{key}\n").as_bytes())
                .map_err(|error| named(error.to_string()))?;
            Ok(gate)
        }
        Err(error) => Err(named(error.to_string())),
        Ok(found) if found.permissions().mode() & NOT_MINE != 0 => Err(named(
            "others can read it: chmod 600, or remove it and have a new one made".to_owned(),
        )),
        Ok(_) => Gate::with_key(&secret_input::from_file(file)?).map_err(named),
    }
}

#[cfg(test)]
mod tests {
    use super::kept;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_made_once_for_this_user_and_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("agent.key");
        kept(&file).expect("it is made");
        let text = fs::read_to_string(&file).expect("a file");
        let mode = fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = kept(&file).expect("it is read");
        assert!(again.admits(text.trim()) && !again.admits(""));
        assert_eq!(fs::read_to_string(&file).expect("a file"), text);
    }

    #[test]
    fn a_key_that_others_know_or_guess_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("agent.key");
        fs::write(&file, "CANARY-short").expect("written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("set");
        let short = kept(&file).err().expect("it is too short");
        assert!(short.words.contains("32 characters"), "{}", short.words);
        fs::write(&file, "CANARY-key-that-is-long-enough-for-it").expect("written");
        kept(&file).expect("it is long enough");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("set");
        let open = kept(&file).err().expect("the group reads it");
        assert!(open.words.contains("chmod 600"), "{}", open.words);
        assert!(!open.words.contains("CANARY"), "{}", open.words);
    }
}
