//! What was made or changed through SOAP: things laid over what the estate gives, reads that go on in
//! another call, and messages sent one by one. Everything is bounded; who wants more is told.

use super::retrieve::Plan;
use countersign_etframework::Node;
use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};

/// Changes remembered.
const CHANGES_MAX: usize = 2_000;
/// Reads that can be gone on with; older ones are forgotten.
const PLANS_MAX: usize = 1_000;
/// Messages remembered one by one.
const SENT_MAX: usize = 10_000;

/// A change of a thing.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// It was made.
    Made(Node),
    /// It has these values in place of its own.
    Edited(Node),
    /// It is gone.
    Deleted,
}

/// A message to one subscriber.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// The definition, by its id in the estate.
    pub(crate) asset: String,
    /// When.
    pub(crate) at: Timestamp,
    /// To whom.
    pub(crate) subscriber: String,
}

/// What is remembered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// By kind of object and MID, then by object id.
    changes: BTreeMap<(&'static str, u64), BTreeMap<String, Change>>,
    n_changes: usize,
    plans: BTreeMap<String, Plan>,
    order: VecDeque<String>,
    sent: VecDeque<Sent>,
    n_made: u64,
}

impl Kept {
    /// Lays the changes over what there is.
    pub(super) fn laid_over(&self, kind: &'static str, mid: u64, rows: Vec<Node>) -> Vec<Node> {
        let Some(changes) = self.changes.get(&(kind, mid)) else {
            return rows;
        };
        let change_of = |row: &Node| row.text("ObjectID").and_then(|id| changes.get(id));
        let mut all: Vec<Node> = Vec::with_capacity(rows.len());
        for mut row in rows {
            match change_of(&row) {
                Some(Change::Deleted) => continue,
                Some(Change::Edited(values) | Change::Made(values)) => row.overlay(values),
                None => {}
            }
            all.push(row);
        }
        let made = changes.values().filter_map(|change| match change {
            Change::Made(node) => Some(node.clone()),
            Change::Edited(_) | Change::Deleted => None,
        });
        all.extend(made);
        all
    }

    /// Remembers a change; false if there are too many.
    pub(super) fn change(
        &mut self,
        kind: &'static str,
        mid: u64,
        object_id: &str,
        change: Change,
    ) -> bool {
        let of_kind = self.changes.entry((kind, mid)).or_default();
        match (of_kind.get_mut(object_id), change) {
            (Some(Change::Made(node) | Change::Edited(node)), Change::Edited(values)) => {
                node.overlay(&values);
            }
            (Some(Change::Made(_)), Change::Deleted) => {
                of_kind.remove(object_id);
                self.n_changes -= 1;
            }
            (Some(there), change) => *there = change,
            (None, _) if self.n_changes >= CHANGES_MAX => return false,
            (None, change) => {
                of_kind.insert(object_id.to_owned(), change);
                self.n_changes += 1;
            }
        }
        true
    }

    /// A number for the next thing made.
    pub(super) fn next_made(&mut self) -> u64 {
        self.n_made += 1;
        self.n_made
    }

    /// Remembers how a read goes on.
    pub(super) fn put_plan(&mut self, request_id: &str, plan: Plan) {
        if self.order.len() >= PLANS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.plans.remove(&oldest);
        }
        self.order.push_back(request_id.to_owned());
        self.plans.insert(request_id.to_owned(), plan);
    }

    /// How a read goes on.
    pub(super) fn find_plan(&self, request_id: &str) -> Option<&Plan> {
        self.plans.get(request_id)
    }

    /// Remembers a message.
    pub(super) fn add_sent(&mut self, sent: Sent) {
        if self.sent.len() >= SENT_MAX {
            self.sent.pop_front();
        }
        self.sent.push_back(sent);
    }

    /// The messages of a definition that are remembered.
    pub(super) fn sent_of(&self, asset: &str) -> impl Iterator<Item = &Sent> {
        self.sent.iter().filter(move |sent| sent.asset == asset)
    }
}
