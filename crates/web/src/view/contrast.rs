//! What Marketing Cloud's own pages would show while data is missing, beside what is true.
//!
//! Its pages show what was configured and whether a run ended, not whether data arrived; that is why
//! a dead credential is found so late. The left column follows from the kind of thing, nobody read it
//! off a screen.

use countersign_model::estate::{AssetKind, Estate};
use countersign_model::graph::Node;
use countersign_model::incident::{Affected, Incident};

/// Most rows; the table of affected things holds all of them.
const ROWS_MAX: usize = 6;

/// One thing, as shown and as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contrast {
    /// Its name.
    pub(crate) name: String,
    /// Its id.
    pub(crate) id: String,
    /// What Marketing Cloud would show; nobody looked.
    pub(crate) shown: &'static str,
    /// What is true.
    pub(crate) truth: String,
}

/// Picks the things whose page misleads: where a customer notices first, then from the cause down.
pub(crate) fn contrasts(incident: &Incident, estate: &Estate) -> Vec<Contrast> {
    let harmed = incident.harm.as_ref().map(|harm| harm.asset.as_str());
    let (first, others): (Vec<&Affected>, Vec<&Affected>) = incident
        .affected
        .iter()
        .partition(|hit| Some(hit.reached.node.id()) == harmed);
    let ordered = first.into_iter().chain(others);
    ordered
        .filter_map(|hit| contrast(hit, estate))
        .take(ROWS_MAX)
        .collect()
}

fn contrast(hit: &Affected, estate: &Estate) -> Option<Contrast> {
    let shown = match &hit.reached.node {
        Node::Credential(_) => return None,
        Node::Integration(_) => "The package as installed, without a warning",
        Node::Asset(id) => match estate.asset(id)?.kind {
            AssetKind::DataExtension => "Its rows, without their age",
            AssetKind::Journey => "Running",
            AssetKind::TriggeredSend => "Active",
            AssetKind::Automation => "Scheduled, its runs as ended",
            AssetKind::Launch => "Scheduled",
            AssetKind::OutsideSystem => return None,
        },
    };
    let truth = hit.words.clone();
    Some(Contrast {
        name: hit.name.clone(),
        id: hit.reached.node.id().to_owned(),
        shown,
        truth,
    })
}
