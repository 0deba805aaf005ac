//! Every chore of the house: `cargo xtask floors|wall|tidy|ci`.
//!
//! Workshop, never shipped. Each check is a pure function over a graph or over texts, so that its
//! tests plant the fault it must find; running it for real is a few lines around that function.

mod ci;
mod floors;
mod house;
mod source;
mod tidy;
mod tree;
mod wall;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <chore>

  floors            every dependency runs downhill, open never reaches sealed, pure stays pure
  wall              the same wall asked of `cargo tree`, once against and once for
  tidy              prints what stands out; fails on what must hold
  ci [build|test]   the whole list in order, timed; `build` or `test` is that half of it";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["floors"] => report("floors", floors::run()),
        ["wall"] => report("wall", wall::run()),
        ["tidy"] => report("tidy", tidy::run()),
        ["ci"] => ci::run(ci::Part::All),
        ["ci", "build"] => ci::run(ci::Part::Build),
        ["ci", "test"] => ci::run(ci::Part::Test),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// What a check found: how much it looked at, and what is wrong.
struct Verdict {
    /// What was looked at, for the closing line, such as "22 crates".
    looked_at: String,
    /// One sentence per fault; empty when all is well.
    faults: Vec<String>,
}

/// Prints a verdict and turns it into an exit code: 0 clean, 1 with faults or when it could not run.
fn report(chore: &str, verdict: anyhow::Result<Verdict>) -> ExitCode {
    let verdict = match verdict {
        Ok(verdict) => verdict,
        Err(error) => {
            eprintln!("{chore}: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    for fault in &verdict.faults {
        eprintln!("{chore}: {fault}");
    }
    println!(
        "{chore}: {}, {} faults",
        verdict.looked_at,
        verdict.faults.len()
    );
    if verdict.faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
