//! A vault on paper for tests, which takes what is written as it is told to.

use super::Ledger;
use crate::books::{BooksError, Entry};
use countersign_model::Timestamp;
use countersign_vault_store::VaultError;
use std::sync::{Arc, Mutex};

/// How the paper vault takes what is written.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mood {
    Willing,
    Full,
    /// Never takes a transaction with this object in it.
    Averse(&'static str),
}

/// A vault on paper: the objects it took, in order, one list per transaction.
pub(crate) struct Paper {
    mood: Mutex<Mood>,
    taken: Mutex<Vec<Vec<String>>>,
}

impl Paper {
    pub(crate) fn new(mood: Mood) -> Paper {
        Paper {
            mood: Mutex::new(mood),
            taken: Mutex::default(),
        }
    }
    pub(crate) fn set(&self, mood: Mood) {
        *self.mood.lock().expect("unpoisoned") = mood;
    }
    pub(crate) fn taken(&self) -> Vec<String> {
        self.taken.lock().expect("unpoisoned").concat()
    }
}

fn name(entry: &Entry) -> String {
    match entry {
        Entry::Record(record) if record.object == "audit" => {
            let detail = record.detail.iter();
            let detail: Vec<String> = detail.map(|(name, it)| format!("{name}={it}")).collect();
            format!("{} {}", record.action, detail.join(" "))
        }
        Entry::Record(record) => record.object.clone(),
        Entry::Credential(record) => format!("state of {}", record.credential),
        Entry::Outcome(outcome) => format!("{} outcomes", outcome.n),
        Entry::Token { .. }
        | Entry::Drop { .. }
        | Entry::Rotation { .. }
        | Entry::Attempt { .. } => "other".to_owned(),
    }
}

impl Ledger for Paper {
    async fn write(&self, entries: Vec<Entry>, _: Timestamp) -> Result<u64, BooksError> {
        let names: Vec<String> = entries.iter().map(name).collect();
        match *self.mood.lock().expect("unpoisoned") {
            Mood::Full => {
                return Err(BooksError::from(VaultError::Io {
                    doing: "writing",
                    path: "vault.db".into(),
                    source: Arc::new(std::io::ErrorKind::StorageFull.into()),
                }));
            }
            Mood::Averse(object) if names.iter().any(|name| name == object) => {
                return Err(BooksError::from(VaultError::Unaudited));
            }
            Mood::Willing | Mood::Averse(_) => {}
        }
        self.taken.lock().expect("unpoisoned").push(names);
        Ok(0)
    }
}
