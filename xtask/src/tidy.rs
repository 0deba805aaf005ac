//! `cargo xtask tidy`: prints what stands out, and fails on what must hold.
//!
//! Measures are taste and fail nothing. Everything under [`faults`] is a wall.

mod apart;
mod architecture;
mod attribute;
mod cited;
mod expose;
mod invariant;
mod measure;
mod name;
mod problem;
mod requirement;
#[cfg(test)]
mod tests;

use crate::Verdict;
use crate::tree::{self, Tree};
use anyhow::Result;

/// Checks the checkout this was built from.
pub(crate) fn run() -> Result<Verdict> {
    let tree = tree::read(&tree::root())?;
    for line in measure::what_stands_out(&tree) {
        println!("tidy: look at {line}");
    }
    let looked_at = format!("{} sources", tree.sources.len());
    Ok(Verdict {
        looked_at,
        faults: faults(&tree),
    })
}

/// Every fault of a tree.
fn faults(tree: &Tree) -> Vec<String> {
    let checks: [fn(&Tree) -> Vec<String>; 9] = [
        name::faults,
        attribute::faults,
        apart::faults,
        expose::faults,
        problem::faults,
        invariant::faults,
        architecture::faults,
        requirement::faults,
        cited::faults,
    ];
    checks.iter().flat_map(|check| check(tree)).collect()
}
