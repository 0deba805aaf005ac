//! `estate lint|plan|apply|export`: the estate as code.

use crate::args::{Args, EstateCommand};
use crate::exit::Exit;
use crate::link::{Answer, Condition, Link, Plane};
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

/// The estate of one plane, as it was read.
pub(crate) struct Found {
    /// Which plane.
    pub(crate) plane: Plane,
    /// As it was read; an empty one before the first.
    pub(crate) estate: Estate,
    /// What must hold for it to be still what was read.
    unchanged: Condition,
}

impl Found {
    /// The change that makes it `next`.
    pub(crate) fn becomes(self, next: Estate) -> Change {
        Change { from: self, next }
    }
}

/// The estate in force on each plane that this command reaches, the broker first; an empty one before
/// the first.
pub(crate) async fn in_force(link: &Link) -> Result<Vec<Found>, Exit> {
    let mut found = Vec::new();
    for plane in link.planes()? {
        let answer = link.ask(plane, "GET", path(plane), None).await?;
        let (estate, unchanged) = match answer.status {
            404 | 409 => {
                let none = Estate {
                    version: ESTATE_VERSION,
                    ..Estate::default()
                };
                (none, Condition::IsNotThere)
            }
            _ => {
                let tag = answer.tag.clone();
                (
                    answer.json()?,
                    tag.map_or(Condition::Nothing, Condition::Is),
                )
            }
        };
        found.push(Found {
            plane,
            estate,
            unchanged,
        });
    }
    Ok(found)
}

fn path(plane: Plane) -> &'static str {
    match plane {
        Plane::Watch => "/api/v1/estate",
        Plane::Broker => "/admin/api/v1/estate",
    }
}

/// The estate that the broker works by.
pub(crate) async fn of_broker(link: &Link) -> Result<Estate, Exit> {
    let answer = link.broker("GET", path(Plane::Broker), None).await?;
    answer.json()
}

/// What a new estate changes, once for planes that differ in nothing.
fn plans(found: &[Found], next: &Estate) -> Vec<(Vec<Plane>, Plan)> {
    let mut plans: Vec<(Vec<Plane>, Plan)> = Vec::new();
    for one in found {
        let plan = estate::plan(&one.estate, next);
        match plans.iter_mut().find(|(_, known)| *known == plan) {
            Some((planes, _)) => planes.push(one.plane),
            None => plans.push((vec![one.plane], plan)),
        }
    }
    plans
}

fn show(args: &Args, plans: &[(Vec<Plane>, Plan)]) {
    for (planes, plan) in plans {
        if args.json {
            let mut document = json!(plan);
            let names: Vec<&str> = planes.iter().map(|plane| plane.name()).collect();
            document["planes"] = json!(names);
            output::document(&document);
            continue;
        }
        if plans.len() > 1 {
            println!("On the {}:", named(planes));
        }
        if plan.is_empty() {
            println!("No changes.");
        } else {
            println!("{plan}");
        }
    }
}

fn named(planes: &[Plane]) -> String {
    let names: Vec<&str> = planes.iter().map(|plane| plane.name()).collect();
    names.join(" and the ")
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
    let plans = plans(&in_force(&link).await?, &next);
    show(args, &plans);
    if plans.iter().all(|(_, plan)| plan.is_empty()) {
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
    // Every plane is asked before one is changed: one that is away or refuses us stops it here.
    let found = in_force(&link).await?;
    let planes: Vec<Plane> = found.iter().map(|one| one.plane).collect();
    let plans = plans(&found, &next);
    let changes = found.into_iter().map(|one| one.becomes(next.clone()));
    put(&link, &changes.collect::<Vec<_>>()).await?;
    show(args, &plans);
    let other = [Plane::Broker, Plane::Watch]
        .into_iter()
        .find(|plane| !planes.contains(plane));
    let rest = other.map_or(String::new(), |plane| {
        let name = plane.name();
        format!("; no {name} was reached: where one runs apart, apply the file there too")
    });
    eprintln!("In force on the {}{rest}.", named(&planes));
    Ok(())
}

/// The estate of one plane as it was read, and as it shall be.
pub(crate) struct Change {
    /// As it was read.
    from: Found,
    /// As it shall be.
    next: Estate,
}

/// Puts estates in force that were made of others, unless one of those was changed meanwhile by
/// somebody else: then nothing is written, and their change stands.
pub(crate) async fn put_unless_changed(link: &Link, changes: &[Change]) -> Result<(), Exit> {
    let now = in_force(link).await?;
    for Change { from, .. } in changes {
        let is = now.iter().find(|one| one.plane == from.plane);
        if is.is_none_or(|one| one.estate != from.estate) {
            return Err(Exit::refused(format!(
                "the estate of the {} was changed meanwhile by somebody else. It was not written over: run \
                 the command again",
                from.plane.name()
            )));
        }
    }
    put(link, changes).await
}

/// Puts estates in force, in their order; each plane takes its own whole or not at all, and only if it
/// still has what was read there. A failure says which have it.
pub(crate) async fn put(link: &Link, changes: &[Change]) -> Result<(), Exit> {
    for (n, Change { from, next }) in changes.iter().enumerate() {
        let plane = from.plane;
        let body = serde_json::to_value(next)?;
        let put = link.ask_if(plane, &from.unchanged, ("PUT", path(plane)), Some(&body));
        if let Err(mut exit) = put.await.and_then(Answer::checked) {
            let done: Vec<Plane> = changes[..n].iter().map(|one| one.from.plane).collect();
            let done = match done.as_slice() {
                [] => "nothing was changed".to_owned(),
                done => format!(
                    "the {} has the new one already; the same command again makes them equal",
                    named(done)
                ),
            };
            let words = exit.words;
            exit.words = format!(
                "the {} did not take the estate: {words}\n{done}",
                plane.name()
            );
            return Err(exit);
        }
    }
    Ok(())
}

async fn export(args: &Args) -> Result<(), Exit> {
    let link = Link::open(args).await?;
    let mut found = in_force(&link).await?;
    let Found { plane, estate, .. } = found.pop().expect("at least one plane was reached");
    if let Some(Found { plane: other, .. }) = found.iter().find(|one| one.estate != estate) {
        eprintln!(
            "This is the estate of the {}; that of the {} differs: apply the one you mean.",
            plane.name(),
            other.name()
        );
    }
    if args.json {
        output::document(&json!(estate));
    } else {
        print!("{}", estate::encode(&estate));
    }
    Ok(())
}
