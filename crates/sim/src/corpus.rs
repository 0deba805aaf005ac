//! The scenarios that come with the product: the stories, and the corpus that the detectors are
//! measured by.

use crate::scenario::{Scenario, parse_all};

/// A file of scenarios in the binary.
struct File {
    /// The family, as in `countersign simulate dead-credential`.
    name: &'static str,
    text: &'static str,
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[
            File { name: STORIES, text: include_str!("../stories/quiet-sunday.yaml") },
            File { name: STORIES, text: include_str!("../stories/vendor-outage.yaml") },
            File { name: STORIES, text: include_str!("../stories/stampede.yaml") },
            $(File {
                name: $name,
                text: include_str!(concat!("../scenarios/", $name, ".yaml")),
            }),*
        ]
    };
}

/// The family of the stories, which the demo plays too.
const STORIES: &str = "stories";

const FILES: &[File] = files![
    "stories",
    "dead-credential",
    "partial",
    "renewal-only",
    "downstream-only",
    "two-causes",
    "platform",
    "local",
    "others",
    "quiet",
    "hard-times",
];

/// The name that stands for all of them.
pub const ALL: &str = "corpus";

/// Every embedded scenario, with the family it belongs to.
#[must_use]
pub fn all() -> Vec<(&'static str, Scenario)> {
    let parsed = FILES.iter().flat_map(|file| {
        let all = parse_all(file.text).expect("the scenarios in this binary are tested");
        all.into_iter().map(|one| (file.name, one))
    });
    parsed.collect()
}

/// The scenarios of that name: one scenario, a family, or `corpus` for all. Empty if there is none.
#[must_use]
pub fn named(name: &str) -> Vec<Scenario> {
    families(name).into_iter().map(|(_, one)| one).collect()
}

/// The same, each with the family it belongs to.
#[must_use]
pub fn families(name: &str) -> Vec<(&'static str, Scenario)> {
    let fits = |family: &str, one: &Scenario| name == ALL || family == name || one.name == name;
    let all = all().into_iter().filter(|(family, one)| fits(family, one));
    all.collect()
}
