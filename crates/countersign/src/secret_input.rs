//! Secrets from a prompt, a descriptor, a file or standard input; never from an argument.

use crate::exit::Exit;
use std::fs::File;
use std::io::{IsTerminal, Read, stdin};
use std::path::Path;

/// Longest secret read, in bytes.
const BYTES_MAX: u64 = 8 * 1024;

/// Reads a secret: from the descriptor if one is named, by a prompt on a terminal, else from
/// standard input. One line break at its end is cut.
pub(crate) fn read(descriptor: Option<u32>, prompt: &str) -> Result<String, Exit> {
    let text = match descriptor {
        Some(number) => {
            let path = format!("/proc/self/fd/{number}");
            let file = File::open(&path)
                .map_err(|error| Exit::input(format!("--fd {number} cannot be read: {error}")))?;
            bounded(file)?
        }
        None if stdin().is_terminal() => rpassword::prompt_password(prompt)?,
        None => bounded(stdin())?,
    };
    match cut(&text) {
        "" => Err(Exit::input(
            "no secret was given: type it, pipe it in, or name a descriptor",
        )),
        text => Ok(text.to_owned()),
    }
}

/// Reads a secret from a file, or an open descriptor as `/dev/fd/N`. One line break at its end is cut.
pub(crate) fn from_file(path: &Path) -> Result<String, Exit> {
    let named = |why: String| Exit::input(format!("{}: {why}", path.display()));
    let file = File::open(path).map_err(|error| named(error.to_string()))?;
    let text = bounded(file).map_err(|exit| named(exit.words))?;
    match cut(&text) {
        "" => Err(named("it is empty".to_owned())),
        text => Ok(text.to_owned()),
    }
}

fn cut(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

fn bounded(from: impl Read) -> Result<String, Exit> {
    let mut text = String::new();
    let read = from.take(BYTES_MAX + 1).read_to_string(&mut text);
    match read {
        Ok(n) if n as u64 > BYTES_MAX => Err(Exit::input("the secret is longer than 8 KiB")),
        Ok(_) => Ok(text),
        Err(_) => Err(Exit::input("the secret is not text")),
    }
}
