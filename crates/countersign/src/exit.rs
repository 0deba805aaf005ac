//! How a command ends: its code and its last words (design 4).

use serde_json::json;
use std::process::ExitCode;

/// The code of a command that did not simply succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// Tried and failed.
    Failed = 1,
    /// Usage or bad input.
    Input = 2,
    /// Refused: policy, lockout, a master key that is missing, malformed or wrong.
    Refused = 3,
    /// Changes are pending (`estate plan`).
    Pending = 4,
    /// The server that would do it is away.
    Away = 5,
}

/// The end of a command, with a sentence for standard error.
#[derive(Debug, Clone)]
pub(crate) struct Exit {
    /// Its code.
    pub(crate) code: Code,
    /// Its words; may be empty when everything is said already.
    pub(crate) words: String,
}

impl Exit {
    fn new(code: Code, words: impl Into<String>) -> Exit {
        Exit {
            code,
            words: words.into(),
        }
    }
    /// Tried and failed.
    pub(crate) fn failed(words: impl Into<String>) -> Exit {
        Exit::new(Code::Failed, words)
    }
    /// Bad input.
    pub(crate) fn input(words: impl Into<String>) -> Exit {
        Exit::new(Code::Input, words)
    }
    /// Refused.
    pub(crate) fn refused(words: impl Into<String>) -> Exit {
        Exit::new(Code::Refused, words)
    }
    /// Changes are pending.
    pub(crate) fn pending() -> Exit {
        Exit::new(Code::Pending, "")
    }
    /// Nobody there.
    pub(crate) fn away(words: impl Into<String>) -> Exit {
        Exit::new(Code::Away, words)
    }

    /// Says the words and gives the code.
    pub(crate) fn print(&self, json: bool) -> ExitCode {
        if !self.words.is_empty() {
            if json {
                eprintln!(
                    "{}",
                    json!({ "error": self.words, "exit": self.code as u8 })
                );
            } else {
                eprintln!("countersign: {}", self.words);
            }
        }
        ExitCode::from(self.code as u8)
    }
}

/// An error of the house or the system: its whole chain, once.
impl<E: std::error::Error + Send + Sync + 'static> From<E> for Exit {
    fn from(error: E) -> Exit {
        Exit::failed(format!("{:#}", anyhow::Error::from(error)))
    }
}
