//! `estate lint|plan|apply|export`: the estate as code.

use crate::args::{Args, EstateCommand};
use crate::exit::Exit;
use crate::link::Link;
use crate::output;
use countersign_feed::estate::{self, ESTATE_BYTES_MAX, Finding, Format, Plan, Severity};
use countersign_model::estate::{ESTATE_VERSION, Estate};
use serde_json::json;
use std::path::Path;

/// Runs the command.
pub(crate) async fn run(args: &Args, command: &EstateCommand) -> Result<(), Exit> {
    match command {
        EstateCommand::Lint { file } => lint(args, file),
        EstateCommand::Plan { file } => plan(args, file).await,
        EstateCommand::Apply { file } => apply(args, file).await,
        EstateCommand::Export => export(args).await,
    }
}

/// Reads an estate file; every fault becomes a line, and nothing is half read.
pub(crate) fn read(file: &Path) -> Result<Estate, Exit> {
    let named = |why: String| Exit::input(format!("{}: {why}", file.display()));
    let size = std::fs::metadata(file)
        .map_err(|error| named(error.to_string()))?
        .len();
    if size > ESTATE_BYTES_MAX as u64 {
        return Err(named(format!(
            "{size} bytes; an estate has at most {ESTATE_BYTES_MAX}"
        )));
    }
    let text = std::fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
    let format = Format::of_file_name(&file.to_string_lossy());
    estate::decode(&text, format).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        named(format!("{} faults\n{}", faults.len(), lines.join("\n")))
    })
}

fn print(args: &Args, findings: &[Finding]) {
    for finding in findings {
        if args.json {
            output::document(finding);
        } else {
            let severity = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            };
            println!("{severity:<8} {}: {}", finding.path, finding.message);
            println!("         fix: {}", finding.fix);
        }
    }
}

fn errors(findings: &[Finding]) -> usize {
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count()
}

fn lint(args: &Args, file: &Path) -> Result<(), Exit> {
    let findings = findings(&read(file)?);
    print(args, &findings);
    match errors(&findings) {
        0 => {
            if !args.json {
                println!("{}: no errors, {} remarks", file.display(), findings.len());
            }
            Ok(())
        }
        n => Err(Exit::input(format!("{}: {n} errors", file.display()))),
    }
}

/// All findings: those of the file's own logic and the load it would put on each auth host.
fn findings(estate: &Estate) -> Vec<Finding> {
    let mut findings = estate::lint(estate);
    findings.extend(estate::lint_load(
        estate,
        &countersign_brokerd::host_shares(estate),
    ));
    findings
}

/// The estate in force; an empty one before the first.
pub(crate) async fn current(link: &Link) -> Result<Estate, Exit> {
    let answer = link.dashboard("GET", "/api/v1/estate", None).await?;
    match answer.status {
        404 | 409 => Ok(Estate {
            version: ESTATE_VERSION,
            ..Estate::default()
        }),
        _ => answer.json(),
    }
}

/// The estate that the broker works by.
pub(crate) async fn of_broker(link: &Link) -> Result<Estate, Exit> {
    let answer = link.broker("GET", "/admin/api/v1/estate", None).await?;
    answer.json()
}

fn show(args: &Args, plan: &Plan) {
    if args.json {
        output::document(plan);
    } else if plan.is_empty() {
        println!("No changes.");
    } else {
        println!("{plan}");
    }
}

async fn plan(args: &Args, file: &Path) -> Result<(), Exit> {
    let next = read(file)?;
    let found = findings(&next);
    if errors(&found) > 0 {
        print(args, &found);
        return Err(Exit::input(format!(
            "{}: {} errors",
            file.display(),
            errors(&found)
        )));
    }
    let link = Link::open(args).await?;
    let plan = estate::plan(&current(&link).await?, &next);
    show(args, &plan);
    if plan.is_empty() {
        Ok(())
    } else {
        Err(Exit::pending())
    }
}

async fn apply(args: &Args, file: &Path) -> Result<(), Exit> {
    let next = read(file)?;
    let found = findings(&next);
    if errors(&found) > 0 {
        print(args, &found);
        return Err(Exit::input(format!(
            "{}: {} errors; nothing was changed",
            file.display(),
            errors(&found)
        )));
    }
    let link = Link::open(args).await?;
    let plan = estate::plan(&current(&link).await?, &next);
    put(&link, &next).await?;
    show(args, &plan);
    Ok(())
}

/// Puts an estate in force on both planes: the broker first, since it is the stricter one.
pub(crate) async fn put(link: &Link, next: &Estate) -> Result<(), Exit> {
    let body = serde_json::to_value(next)?;
    if link.has_broker() {
        link.broker("PUT", "/admin/api/v1/estate", Some(&body))
            .await?
            .checked()?;
    }
    link.dashboard("PUT", "/api/v1/estate", Some(&body))
        .await?
        .checked()?;
    Ok(())
}

async fn export(args: &Args) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    let estate = current(&link).await?;
    if args.json {
        output::document(&json!(estate));
    } else {
        print!("{}", estate::encode(&estate));
    }
    Ok(())
}
