//! Authorization codes, and the consents they wait for.

use super::proof::Challenge;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Questions and codes kept; the oldest give way.
const KEPT_MAX: usize = 1_000;
/// How long a question waits for a person.
const ASKED_FOR: SignedDuration = SignedDuration::from_mins(10);

/// What a client asks a person to consent to.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// Label of the package.
    pub(crate) label: String,
    /// Where the answer goes.
    pub(crate) redirect_uri: String,
    /// What the client wants back with it.
    pub(crate) state: Option<String>,
    /// The scopes asked for.
    pub(crate) scopes: Vec<String>,
    /// Proof of possession, if the client offered one.
    pub(crate) challenge: Option<Challenge>,
}

/// A code that was handed out.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) question: Question,
    pub(crate) ends_at: Timestamp,
    /// The family of what it was redeemed for.
    pub(crate) redeemed: Option<u64>,
}

/// A question that waits.
#[derive(Debug, Clone)]
struct Waiting {
    question: Question,
    ends_at: Timestamp,
}

/// Questions under way and codes of late.
#[derive(Debug, Clone, Default)]
pub(crate) struct CodeBook {
    waiting: BTreeMap<u64, Waiting>,
    n_asked: u64,
    codes: BTreeMap<String, Code>,
    order: std::collections::VecDeque<String>,
}

impl CodeBook {
    /// Puts a question to a person; its number.
    pub(crate) fn ask(&mut self, now: Timestamp, question: Question) -> u64 {
        if self.waiting.len() >= KEPT_MAX {
            self.waiting.pop_first();
        }
        self.n_asked += 1;
        let ends_at = now.checked_add(ASKED_FOR).unwrap_or(Timestamp::MAX);
        self.waiting
            .insert(self.n_asked, Waiting { question, ends_at });
        self.n_asked
    }

    /// Questions that wait.
    pub(crate) fn waiting(&self, now: Timestamp) -> impl Iterator<Item = (u64, &Question)> {
        let waiting = self.waiting.iter();
        waiting
            .filter(move |(_, one)| now < one.ends_at)
            .map(|(number, one)| (*number, &one.question))
    }

    /// Takes a question that still waits; it can be answered once.
    pub(crate) fn take(&mut self, now: Timestamp, number: u64) -> Option<Question> {
        let waiting = self.waiting.remove(&number)?;
        (now < waiting.ends_at).then_some(waiting.question)
    }

    /// Remembers a code.
    pub(crate) fn add(&mut self, text: String, code: Code) {
        if self.order.len() >= KEPT_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.codes.remove(&oldest);
        }
        self.order.push_back(text.clone());
        self.codes.insert(text, code);
    }

    /// The code with that text, if it is of that client.
    pub(crate) fn find(&self, label: &str, text: &str) -> Option<&Code> {
        let code = self.codes.get(text)?;
        (code.question.label == label).then_some(code)
    }

    /// Notes what a code was redeemed for.
    pub(crate) fn redeem(&mut self, text: &str, family: u64) {
        if let Some(code) = self.codes.get_mut(text) {
            code.redeemed = Some(family);
        }
    }
}
