//! `cargo xtask ci`: the whole list of checks, in order, each named and timed.
//!
//! Every step runs, also after one has failed, so that one run tells everything that is wrong. The
//! exit code is that of the first failure.

use crate::{floors, report, tidy, tree, wall};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

/// Which half of the list to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Both halves.
    All,
    /// Everything that reads and compiles.
    Build,
    /// Everything that runs tests.
    Test,
}

/// One entry of the list.
struct Step {
    name: &'static str,
    part: Part,
    run: fn() -> ExitCode,
}

const STEPS: &[Step] = &[
    Step {
        name: "format",
        part: Part::Build,
        run: format,
    },
    Step {
        name: "floors",
        part: Part::Build,
        run: || report("floors", floors::run()),
    },
    Step {
        name: "wall",
        part: Part::Build,
        run: || report("wall", wall::run()),
    },
    Step {
        name: "tidy",
        part: Part::Build,
        run: || report("tidy", tidy::run()),
    },
    Step {
        name: "clippy",
        part: Part::Build,
        run: clippy,
    },
    Step {
        name: "documentation",
        part: Part::Build,
        run: documentation,
    },
    Step {
        name: "tests",
        part: Part::Test,
        run: tests,
    },
    Step {
        name: "documentation tests",
        part: Part::Test,
        run: documentation_tests,
    },
];

/// Runs a part of the list, prints a table of times, and returns the first failure's exit code.
pub(crate) fn run(part: Part) -> ExitCode {
    let wanted = |step: &&Step| part == Part::All || step.part == part;
    let steps: Vec<&Step> = STEPS.iter().filter(wanted).collect();
    let mut first_failure = None;
    let mut lines = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        println!("\n== {}/{} {}", at + 1, steps.len(), step.name);
        let (code, took) = timed(step.run);
        let word = if code == ExitCode::SUCCESS {
            "ok"
        } else {
            "FAILED"
        };
        lines.push(format!(
            "{:>8.1} s  {:<20} {word}",
            took.as_secs_f64(),
            step.name
        ));
        if code != ExitCode::SUCCESS {
            first_failure.get_or_insert(code);
        }
    }
    println!("\n{}", lines.join("\n"));
    first_failure.unwrap_or(ExitCode::SUCCESS)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a chore times its own steps; nothing is decided by the result"
)]
fn timed(step: fn() -> ExitCode) -> (ExitCode, Duration) {
    let started = std::time::Instant::now();
    let code = step();
    (code, started.elapsed())
}

fn format() -> ExitCode {
    cargo(&["fmt", "--all", "--check"])
}

fn clippy() -> ExitCode {
    let mut arguments = vec!["clippy", "--workspace", "--all-targets", "--profile", "ci"];
    arguments.extend(["--", "-D", "warnings"]);
    cargo(&arguments)
}

fn documentation() -> ExitCode {
    let mut command = command(&["doc", "--workspace", "--no-deps", "--profile", "ci"]);
    finish(command.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Tests run under nextest where it is installed, and under `cargo test` where it is not.
fn tests() -> ExitCode {
    // Some tests run the doors as processes of their own.
    let doors = cargo(&["build", "--workspace", "--bins", "--profile", "ci"]);
    if doors != ExitCode::SUCCESS {
        return doors;
    }
    let mut probe = command(&["nextest", "--version"]);
    let probe = probe.stdout(Stdio::null()).stderr(Stdio::null()).status();
    if probe.is_ok_and(|status| status.success()) {
        return cargo(&[
            "nextest",
            "run",
            "--workspace",
            "--cargo-profile",
            "ci",
            "--profile",
            "ci",
        ]);
    }
    println!("cargo-nextest is not installed: the same tests run under `cargo test`");
    let kinds = ["--lib", "--bins", "--tests", "--examples"];
    let mut arguments = vec!["test", "--workspace", "--profile", "ci", "--no-fail-fast"];
    arguments.extend(kinds);
    cargo(&arguments)
}

fn documentation_tests() -> ExitCode {
    cargo(&["test", "--workspace", "--doc", "--profile", "ci"])
}

fn cargo(arguments: &[&str]) -> ExitCode {
    finish(&mut command(arguments))
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(tree::root());
    // What `cargo run` tells us about ourselves; handed on, it would make build scripts run anew each
    // time another road leads to the same build.
    for variable in [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_LINKS",
        "CARGO_PKG_NAME",
        "CARGO_PKG_VERSION_MAJOR",
        "CARGO_PKG_VERSION_MINOR",
        "CARGO_PKG_VERSION_PATCH",
        "CARGO_PKG_VERSION_PRE",
    ] {
        command.env_remove(variable);
    }
    command
}

/// Runs a command to its end; its exit code becomes ours, and 1 stands for a death by signal.
fn finish(command: &mut Command) -> ExitCode {
    match command.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            ExitCode::from(code.unwrap_or(1))
        }
        Err(error) => {
            eprintln!(
                "cannot start {}: {error}",
                command.get_program().to_string_lossy()
            );
            ExitCode::FAILURE
        }
    }
}
