//! Reads the three kinds of answer that `cargo tree -i` gives.

use super::answer_of;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Output};

fn output(code: i32, stdout: &str, stderr: &str) -> Output {
    let status = ExitStatus::from_raw(code << 8);
    Output {
        status,
        stdout: stdout.into(),
        stderr: stderr.into(),
    }
}

#[test]
fn a_tree_means_that_the_crate_is_inside() {
    assert!(answer_of(&output(0, "countersign-vault v0.1.0\n", "")).unwrap());
}

#[test]
fn an_unmatched_name_and_an_empty_tree_mean_that_it_is_not() {
    let unmatched = "error: package ID specification `x` did not match any packages\n";
    assert!(!answer_of(&output(101, "", unmatched)).unwrap());
    assert!(!answer_of(&output(0, "", "warning: nothing to print.\n")).unwrap());
}

#[test]
fn a_broken_workspace_is_no_answer_at_all() {
    let error = answer_of(&output(101, "", "error: failed to parse manifest\n")).unwrap_err();
    assert!(error.to_string().contains("failed to parse manifest"));
}
