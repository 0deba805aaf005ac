//! How a command ends: its code and its last words (design 4).

use serde_json::json;
use std::process::ExitCode;

/// The code of a command that did not simply succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// Tried and failed.
    Failed,
    /// Usage or bad input.
    Input,
    /// Refused: policy, lockout, a master key that is missing, malformed or wrong.
    Refused,
    /// Changes are pending (`estate plan`).
    Pending,
    /// The server that would do it is away.
    Away,
    /// `exec` did not start its job.
    NoJob,
    /// The job's own code, or what a shell says of a program that it cannot run.
    Job(u8),
}

impl Code {
    /// As the shell sees it.
    fn number(self) -> u8 {
        match self {
            Code::Failed => 1,
            Code::Input => 2,
            Code::Refused => 3,
            Code::Pending => 4,
            Code::Away => 5,
            Code::NoJob => 125,
            Code::Job(code) => code,
        }
    }
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

    /// A job that was not started. It shares its streams with the job, so its words are the same with
    /// and without `--json`.
    pub(crate) fn no_job(words: impl std::fmt::Display) -> Exit {
        Exit::new(Code::NoJob, format!("refused: {words}"))
    }
    /// The same end as that of a job that was not started, for whatever kept it from its start.
    pub(crate) fn of_no_job(self) -> Exit {
        match self.code {
            Code::NoJob | Code::Job(_) => self,
            _ => Exit::no_job(self.words),
        }
    }
    /// The end of a job.
    pub(crate) fn job(code: u8, words: impl Into<String>) -> Exit {
        Exit::new(Code::Job(code), words)
    }

    /// Says the words and gives the code.
    pub(crate) fn print(&self, json: bool) -> ExitCode {
        let number = self.code.number();
        if !self.words.is_empty() {
            if json && self.code != Code::NoJob {
                eprintln!("{}", json!({ "error": self.words, "exit": number }));
            } else {
                eprintln!("countersign: {}", self.words);
            }
        }
        ExitCode::from(number)
    }
}

/// An error of the house or the system: its whole chain, once.
impl<E: std::error::Error + Send + Sync + 'static> From<E> for Exit {
    fn from(error: E) -> Exit {
        Exit::failed(format!("{:#}", anyhow::Error::from(error)))
    }
}
