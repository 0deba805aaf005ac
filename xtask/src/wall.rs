//! `cargo xtask wall`: the wall between the wings once more, asked of `cargo tree` and not of us.
//!
//! A question that must be answered "no" is also answered "no" when a name is misspelt. So each is
//! asked twice: the watch's door must not contain the crate, and the broker's door must.

#[cfg(test)]
mod tests;

use crate::Verdict;
use anyhow::{Context, Result, bail};
use std::process::{Command, Output};

const OPEN_DOOR: &str = "countersign-watchd";
const SEALED_DOOR: &str = "countersign-brokerd";

/// The crates that can hold secret bytes.
const SEALED: &[&str] = &[
    "countersign-vault",
    "countersign-vault-store",
    "countersign-secret",
    "countersign-oauth",
    "countersign-broker",
];

/// Asks for every sealed crate at both doors.
pub(crate) fn run() -> Result<Verdict> {
    let mut faults = Vec::new();
    for sealed in SEALED {
        if contains(OPEN_DOOR, sealed)? {
            faults.push(format!("{OPEN_DOOR} is built from {sealed}"));
        }
        if !contains(SEALED_DOOR, sealed)? {
            faults.push(format!(
                "{SEALED_DOOR} is not built from {sealed}: the wall is checked under a wrong name"
            ));
        }
    }
    Ok(Verdict {
        looked_at: format!("{} sealed crates at two doors", SEALED.len()),
        faults,
    })
}

fn contains(door: &str, sealed: &str) -> Result<bool> {
    let output = Command::new("cargo")
        .args(["tree", "-p", door, "-e", "normal,build", "-i", sealed])
        .output()
        .context("run `cargo tree`")?;
    answer_of(&output)
}

/// Whether `cargo tree -i` found the crate. Any other failure is no answer and stops the check.
fn answer_of(output: &Output) -> Result<bool> {
    let complaint = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Ok(!output.stdout.is_empty());
    }
    if complaint.contains("did not match any packages") {
        return Ok(false);
    }
    bail!("`cargo tree` failed: {}", complaint.trim())
}
