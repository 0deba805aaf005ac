//! `simulate`: scenarios in virtual time, and how the watch did in each.

use crate::args::{Args, SimulateArgs};
use crate::command::estate;
use crate::exit::Exit;
use crate::output;
use countersign_feed::demo_estate;
use countersign_host::clock::stopwatch;
use countersign_model::estate::Estate;
use countersign_model::outcome::Outcome;
use countersign_sim::corpus;
use countersign_sim::scenario::{Scenario, parse_all};
use countersign_sim::simulate::{
    Line, Ran, Report, Staged, flips, flips_page, outcomes, record_page, simulate,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of the estate that comes with the product.
const DEMO: &str = "demo";

/// Runs the command.
pub(crate) fn run(args: &Args, simulate_args: &SimulateArgs) -> Result<(), Exit> {
    if simulate_args.scenarios.is_empty() {
        list(args);
        return Ok(());
    }
    let watch = stopwatch();
    let (families, mut staged) = staged(&simulate_args.scenarios)?;
    for pair in &simulate_args.set {
        set(pair, &mut staged)?;
    }
    if simulate_args.outcomes {
        return staged.iter().try_for_each(print_outcomes);
    }
    let ran = simulate(&staged).map_err(|error| Exit::input(chain(&error)))?;
    let passed = ran.iter().filter(|one| one.passed).count();
    let reports = ran.len();
    let marks = ran.iter().map(|one| one.report.clone()).collect();
    let report = Report::new(marks, passed, watch.elapsed().as_secs_f64());
    match (args.json, simulate_args.verbose) {
        (true, true) => output::document(&told(&report, &ran)),
        (true, false) => output::document(&report),
        (false, verbose) => print(&report, &ran, verbose),
    }
    write_pages(simulate_args, families, staged, ran)?;
    let missed = reports - passed;
    if simulate_args.check && missed > 0 {
        return Err(Exit::failed(format!(
            "{missed} of {reports} scenarios did not come as expected"
        )));
    }
    Ok(())
}

/// Sets a switch of the provider in every scenario.
fn set(pair: &str, staged: &mut [Staged]) -> Result<(), Exit> {
    let wrong = || Exit::input(format!("--set {pair}: write NAME=VALUE, a whole number"));
    let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
    let value: u64 = value.parse().map_err(|_| wrong())?;
    for one in staged {
        one.scenario.switches.insert(name.to_owned(), value);
    }
    Ok(())
}

/// Writes the pages that were asked for.
fn write_pages(
    asked: &SimulateArgs,
    families: Vec<String>,
    staged: Vec<Staged>,
    ran: Vec<Ran>,
) -> Result<(), Exit> {
    if let Some(file) = &asked.report {
        let pairs = families.iter().zip(&ran);
        let lines: Vec<Line> = pairs.map(|(family, one)| Line::of(family, one)).collect();
        write(file, &record_page(&lines))?;
        write(&file.with_extension("jsonl"), &Line::write(&lines))?;
    }
    if let Some(file) = &asked.flips {
        let all = families.into_iter().zip(staged).zip(ran);
        let all: Vec<_> = all.map(|((family, one), ran)| (family, one, ran)).collect();
        let flips = flips(&all, &asked.flip).map_err(|error| Exit::input(chain(&error)))?;
        write(file, &flips_page(&flips))?;
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<(), Exit> {
    std::fs::write(file, text).map_err(|error| Exit::failed(format!("{}: {error}", file.display())))
}

fn print_outcomes(staged: &Staged) -> Result<(), Exit> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut written = Ok(());
    let each = |_, outcome: &Outcome| {
        let line = serde_json::to_string(outcome).expect("our own values are JSON");
        if written.is_ok() {
            written = writeln!(out, "{line}");
        }
    };
    outcomes(staged, each).map_err(|error| Exit::input(chain(&error)))?;
    written.and_then(|()| out.flush()).map_err(Exit::from)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(next) = source {
        words = format!("{words}: {next}");
        source = next.source();
    }
    words
}

/// Names what comes with the product.
fn list(args: &Args) {
    for (family, scenario) in corpus::all() {
        if args.json {
            let (name, about) = (&scenario.name, &scenario.about);
            output::document(&json!({ "scenario": name, "family": family, "about": about }));
        } else {
            println!("{:<34} {:<18} {}", scenario.name, family, scenario.about);
        }
    }
}

/// Reads what was asked for: a file where there is one of that name, else ours. The families they
/// belong to come beside; a file is one of its own.
fn staged(names: &[String]) -> Result<(Vec<String>, Vec<Staged>), Exit> {
    let mut estates: BTreeMap<PathBuf, Arc<Estate>> = BTreeMap::new();
    let (mut families, mut all) = (Vec::new(), Vec::new());
    for name in names {
        let file = Path::new(name);
        let (scenarios, beside) = match file.is_file() {
            true => {
                let read = read(file)?.into_iter().map(|one| (name.as_str(), one));
                (read.collect(), file.parent())
            }
            false => (corpus::families(name), None),
        };
        if scenarios.is_empty() {
            return Err(Exit::input(format!(
                "{name}: there is no such file, and no scenario of ours has that name; \
                 `countersign simulate` lists them"
            )));
        }
        for (family, scenario) in scenarios {
            families.push(family.to_owned());
            let path = place(&scenario.estate, beside);
            let estate = match estates.get(&path) {
                Some(estate) => Arc::clone(estate),
                None => Arc::new(open(&scenario, &path)?),
            };
            estates.insert(path, Arc::clone(&estate));
            all.push(Staged { scenario, estate });
        }
    }
    Ok((families, all))
}

fn read(file: &Path) -> Result<Vec<Scenario>, Exit> {
    let named = |why: String| Exit::input(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
    parse_all(&text).map_err(|error| named(error.to_string()))
}

/// An estate's file: as named, or beside the scenario that names it.
fn place(estate: &str, beside: Option<&Path>) -> PathBuf {
    let named = PathBuf::from(estate);
    match beside.map(|folder| folder.join(estate)) {
        Some(near) if estate != DEMO && !named.is_file() && near.is_file() => near,
        _ => named,
    }
}

fn open(scenario: &Scenario, path: &Path) -> Result<Estate, Exit> {
    if path == Path::new(DEMO) {
        return Ok(demo_estate());
    }
    estate::read(path)
        .map_err(|exit| Exit::input(format!("{}: estate: {}", scenario.name, exit.words)))
}

/// The report, and beside each scenario what its incidents did.
fn told(report: &Report, ran: &[Ran]) -> Value {
    let mut whole = json!(report);
    let scenarios = whole["scenarios"].as_array_mut().into_iter().flatten();
    for (one, ran) in scenarios.zip(ran) {
        one["passed"] = json!(ran.passed);
        one["misses"] = json!(ran.misses);
        one["story"] = json!(ran.story);
        let incidents = ran.incidents.iter().map(|incident| {
            json!({
                "root_cause": incident.root_cause,
                "class": incident.class.as_str(),
                "state": incident.state,
                "started_at": incident.started_at,
                "opened_at": incident.opened_at,
                "locked_at": incident.locked_at,
                "resolved_at": incident.resolved_at,
                "affects": incident.affects(),
            })
        });
        one["incidents"] = incidents.collect();
    }
    whole
}

fn print(report: &Report, ran: &[Ran], verbose: bool) {
    let head = [
        "scenario",
        "expected",
        "opened",
        "matched",
        "false",
        "cause",
        "detected after",
        "locks",
        "",
    ];
    let rows: Vec<Vec<String>> = ran.iter().map(row).collect();
    output::table(&head, &rows);
    for one in ran
        .iter()
        .filter(|one| verbose || (!one.passed && ran.len() == 1))
    {
        println!("\n{}", one.report.name);
        one.misses
            .iter()
            .for_each(|miss| println!("  miss: {miss}"));
        one.story.iter().for_each(|line| println!("  {line}"));
    }
    let sum = &report.summary;
    println!(
        "\n{} of {} as expected. Found {} of {} ({:.1} %), false {} of {}, cause and class right {} of {}.",
        sum.passed,
        sum.scenarios,
        sum.matched,
        sum.expected,
        sum.recall * 100.0,
        sum.false_incidents,
        sum.opened,
        sum.root_cause_correct,
        sum.matched,
    );
    println!(
        "After the fault: median {}, p95 {}; after the first evidence: median {}, p95 {}. {:.0} virtual days in {:.1} s.",
        span(sum.detect_seconds.median),
        span(sum.detect_seconds.p95),
        span(sum.first_evidence_seconds.median),
        span(sum.first_evidence_seconds.p95),
        sum.virtual_seconds / 86_400.0,
        sum.wall_seconds,
    );
}

fn row(ran: &Ran) -> Vec<String> {
    let one = &ran.report;
    let spans: Vec<String> = one
        .detect_seconds
        .iter()
        .map(|seconds| span(*seconds))
        .collect();
    vec![
        one.name.clone(),
        one.expected.to_string(),
        one.opened.to_string(),
        one.matched.to_string(),
        one.false_incidents.to_string(),
        one.root_cause_correct.to_string(),
        if spans.is_empty() {
            "-".to_owned()
        } else {
            spans.join(" ")
        },
        if one.lockouts_correct { "ok" } else { "wrong" }.to_owned(),
        if ran.passed {
            "ok".to_owned()
        } else {
            format!("MISS {}", ran.misses.join("; "))
        },
    ]
}

/// Seconds for a person.
fn span(seconds: f64) -> String {
    match seconds {
        short if short < 600.0 => format!("{short:.0} s"),
        long => format!("{:.0} min", long / 60.0),
    }
}
