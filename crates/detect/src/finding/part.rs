//! The memory of weaknesses in parts, so that a turn stores what it changed and no more.

use super::Findings;
use countersign_model::finding::Subject;
use countersign_model::id::{CredentialId, FindingId, IntegrationId};
use serde::Serialize;
use std::str::FromStr;

const CREDENTIAL: &str = "weakness/credential/";
const CALLER: &str = "weakness/caller/";
const JOB: &str = "weakness/job/";
const SOURCE: &str = "weakness/source/";
const FILED: &str = "weakness/filed/";
const WATCHING: &str = "weakness/watching";

/// Whose memory changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Credential(CredentialId),
    Caller(Subject),
    Job(IntegrationId),
    Source(String),
    Filed(FindingId),
    Watching,
}

impl Findings {
    /// The parts that changed since the last call, by name, each as text for
    /// [`recall`](Self::recall); `None` is a part to forget.
    pub fn take_changed(&mut self) -> Vec<(String, Option<String>)> {
        let parts = std::mem::take(&mut self.changed);
        parts.iter().map(|part| self.told(part)).collect()
    }

    fn told(&self, part: &Part) -> (String, Option<String>) {
        let state = &self.state;
        match part {
            Part::Credential(id) => {
                let memory = state.credentials.get(id);
                (format!("{CREDENTIAL}{id}"), memory.map(text))
            }
            Part::Caller(subject) => {
                let caller = state.callers.get(subject);
                (format!("{CALLER}{subject}"), caller.map(text))
            }
            Part::Job(id) => (format!("{JOB}{id}"), state.jobs.get(id).map(text)),
            Part::Source(name) => {
                let skew = state.sources.get(name);
                (format!("{SOURCE}{name}"), skew.map(text))
            }
            Part::Filed(id) => (format!("{FILED}{id}"), state.filed.get(id).map(text)),
            Part::Watching => (WATCHING.to_owned(), state.watching_from.as_ref().map(text)),
        }
    }

    /// Takes up one part; whether it is one of these. What left the estate is let go.
    ///
    /// # Errors
    /// If the text is none of this version's.
    pub fn recall(&mut self, part: &str, text: &str) -> Result<bool, serde_json::Error> {
        let state = &mut self.state;
        if let Some(id) = id_of::<CredentialId>(part, CREDENTIAL) {
            let memory = serde_json::from_str(text)?;
            let known = id.filter(|id| self.known.credentials.contains_key(id));
            known.map(|id| state.credentials.insert(id, memory));
        } else if let Some(subject) = id_of::<Subject>(part, CALLER) {
            let caller = serde_json::from_str(text)?;
            let known = subject.filter(|subject| self.known.holds(subject));
            known.map(|subject| state.callers.insert(subject, caller));
        } else if let Some(id) = id_of::<IntegrationId>(part, JOB) {
            let jobs = serde_json::from_str(text)?;
            let known = id.filter(|id| self.known.flows.contains_key(id));
            known.map(|id| state.jobs.insert(id, jobs));
        } else if let Some(name) = part.strip_prefix(SOURCE) {
            let skew = serde_json::from_str(text)?;
            state.sources.insert(name.to_owned(), skew);
        } else if let Some(id) = id_of::<FindingId>(part, FILED) {
            let filed = serde_json::from_str(text)?;
            id.map(|id| state.filed.insert(id, filed));
        } else if part == WATCHING {
            state.watching_from = Some(serde_json::from_str(text)?);
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

/// What stands behind a prefix: an id, or nothing that is one.
fn id_of<T: FromStr>(part: &str, prefix: &str) -> Option<Option<T>> {
    part.strip_prefix(prefix).map(|id| id.parse().ok())
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("maps with text for keys, numbers and text")
}
