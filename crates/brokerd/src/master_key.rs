//! Where the master key comes from: an open descriptor, a file, a command, the environment; never an
//! argument, never the database (R069). What is absent, malformed or wrong is refused before
//! anything is touched.

use countersign_host::entropy::Entropy;
use countersign_host::environment;
use countersign_host::settings::MasterKeySource;
use countersign_secret::{MasterKey, MasterKeyError};
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

/// The variable that holds the key.
pub(crate) const VARIABLE: &str = "COUNTERSIGN_MASTER_KEY";
/// How long a command may take to print the key.
const COMMAND_MAX: Duration = Duration::from_secs(30);
/// Largest text read from a descriptor, file or command, in bytes.
const TEXT_BYTES_MAX: usize = 4 * 1024;

/// A key as text, wiped when it is dropped.
pub type Text = Zeroizing<String>;

/// Why there is no usable master key. Never echoes any of it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Nothing names one.
    #[error(
        "the master key is missing: set {VARIABLE} to 32 bytes in base64, or name master_key_file \
         or master_key_command in the configuration (countersign init makes a key)"
    )]
    Missing,
    /// What was named is no key.
    #[error("the master key from {origin}: {fault}")]
    Faulty {
        /// Where it came from.
        origin: String,
        /// What is wrong.
        fault: MasterKeyError,
    },
    /// What was named could not be read.
    #[error("the master key from {origin} could not be read: {why}")]
    Unreadable {
        /// Where it should come from.
        origin: String,
        /// Why not.
        why: String,
    },
}

/// Reads the key from the first place that is named.
///
/// # Errors
/// [`KeyError`].
pub async fn master_key(source: &MasterKeySource) -> Result<MasterKey, KeyError> {
    let (origin, text) = if let Some(descriptor) = source.descriptor {
        let origin = format!("descriptor {descriptor}");
        let text = read_file(&origin, Path::new(&format!("/proc/self/fd/{descriptor}")))?;
        (origin, text)
    } else if let Some(file) = &source.file {
        let origin = format!("file {}", file.display());
        let text = read_file(&origin, file)?;
        (origin, text)
    } else if let Some(command) = &source.command {
        ("master_key_command".to_owned(), run(command).await?)
    } else {
        let text = environment::read(VARIABLE).ok_or(KeyError::Missing)?;
        (VARIABLE.to_owned(), Zeroizing::new(text))
    };
    MasterKey::from_base64(&text).map_err(|fault| KeyError::Faulty { origin, fault })
}

fn read_file(origin: &str, path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let unreadable = |why: String| KeyError::Unreadable {
        origin: origin.to_owned(),
        why,
    };
    let bytes = Zeroizing::new(std::fs::read(path).map_err(|error| unreadable(error.to_string()))?);
    text(&bytes).ok_or_else(|| unreadable("it is not a short text".to_owned()))
}

fn text(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let short = bytes.len() <= TEXT_BYTES_MAX;
    short.then(|| {
        std::str::from_utf8(bytes)
            .ok()
            .map(|text| Zeroizing::new(text.to_owned()))
    })?
}

async fn run(command: &str) -> Result<Zeroizing<String>, KeyError> {
    let unreadable = |why: String| KeyError::Unreadable {
        origin: "master_key_command".to_owned(),
        why,
    };
    let child = tokio::process::Command::new("sh")
        .args(["-c", command])
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(COMMAND_MAX, child)
        .await
        .map_err(|_| unreadable(format!("it took longer than {} s", COMMAND_MAX.as_secs())))?
        .map_err(|error| unreadable(error.to_string()))?;
    if !output.status.success() {
        return Err(unreadable(format!("it ended with {}", output.status)));
    }
    let printed = Zeroizing::new(output.stdout);
    text(&printed).ok_or_else(|| unreadable("it did not print a short text".to_owned()))
}

/// Makes a new master key, and the text of it that people keep.
#[must_use]
pub fn new_master_key(entropy: &Entropy) -> (MasterKey, Text) {
    let key = MasterKey::new(entropy.bytes_32());
    let text = key.to_base64();
    (key, text)
}

#[cfg(test)]
mod tests;
