//! The corpus once with each unconfirmed switch of the provider set the other way: what the watch
//! would make of a provider that is not as we think.
//!
//! A scenario none of whose answers depended on a switch comes out the same without being played.

use super::{Line, Ran, SimulateError, Staged, simulate};
use countersign_sfmc::switch::{SWITCHES, Switch};
use std::fmt::Write;

/// A switch set the other way, over some scenarios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flip {
    /// The switch.
    pub switch: &'static str,
    /// Its default.
    pub default: u64,
    /// What it was set to.
    pub value: u64,
    /// Scenarios whose answers depended on it, and which were played again.
    pub played: usize,
    /// Those of them that came out otherwise.
    pub changed: Vec<Flipped>,
}

/// A scenario that came out otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flipped {
    /// With the switch as it is by default.
    pub before: Line,
    /// With the switch set the other way.
    pub after: Line,
}

/// Plays scenarios again, once with each unconfirmed switch set the other way. `all` holds each with
/// its family and what it came to by default; `names` limits the switches, or none does.
///
/// # Errors
/// [`SimulateError`] for a scenario that cannot be played, or a name that is no such switch.
pub fn flips(all: &[(String, Staged, Ran)], names: &[String]) -> Result<Vec<Flip>, SimulateError> {
    let chosen = chosen(names)?;
    chosen
        .into_iter()
        .map(|(switch, value)| flip(all, switch, value))
        .collect()
}

fn chosen(names: &[String]) -> Result<Vec<(&'static Switch, u64)>, SimulateError> {
    let unconfirmed = || SWITCHES.iter().filter_map(|one| Some((one, one.besides?)));
    if let Some(name) = names
        .iter()
        .find(|name| !unconfirmed().any(|(switch, _)| switch.name == name.as_str()))
    {
        let known: Vec<&str> = unconfirmed().map(|(switch, _)| switch.name).collect();
        return Err(SimulateError::Field {
            name: name.clone(),
            field: "switch".to_owned(),
            words: format!("none that is unconfirmed; there are: {}", known.join(", ")),
        });
    }
    let is_chosen = |name: &str| names.is_empty() || names.iter().any(|one| one == name);
    Ok(unconfirmed()
        .filter(|(switch, _)| is_chosen(switch.name))
        .collect())
}

fn flip(
    all: &[(String, Staged, Ran)],
    switch: &'static Switch,
    value: u64,
) -> Result<Flip, SimulateError> {
    let depends = |ran: &Ran| ran.switches_read.contains(&switch.name);
    let again: Vec<&(String, Staged, Ran)> =
        all.iter().filter(|(_, _, ran)| depends(ran)).collect();
    let staged: Vec<Staged> = again
        .iter()
        .map(|(_, staged, _)| {
            let mut staged = staged.clone();
            let switches = &mut staged.scenario.switches;
            switches.insert(switch.name.to_owned(), value);
            staged
        })
        .collect();
    let pairs = again.iter().zip(simulate(&staged)?);
    let pairs = pairs.map(|((family, _, before), after)| Flipped {
        before: Line::of(family, before),
        after: Line::of(family, &after),
    });
    Ok(Flip {
        switch: switch.name,
        default: switch.default,
        value,
        played: again.len(),
        changed: pairs.filter(|pair| pair.before != pair.after).collect(),
    })
}

const HEAD: &str = "# The corpus with each unconfirmed switch set the other way

Nobody outside knows how the provider behaves where a switch of the simulator says \"unconfirmed\"
(`countersign sim --switches`). Here every scenario whose answers depend on such a switch is played once
more with it set the other way. Written by `countersign simulate SCENARIO… --flips FILE.md`.

| switch | by default | here | played again | otherwise | found | right | false | after the evidence |
|---|---|---|---|---|---|---|---|---|
";

/// The table of what changes with each switch, and which scenarios do.
#[must_use]
pub fn page(flips: &[Flip]) -> String {
    let mut page = HEAD.to_owned();
    for flip in flips {
        writeln!(page, "{}", row(flip)).expect("a text takes everything");
    }
    for flip in flips.iter().filter(|flip| !flip.changed.is_empty()) {
        writeln!(page, "\n## {} {}\n", flip.switch, flip.value).expect("a text takes everything");
        page.push_str("| scenario | by default | here |\n|---|---|---|\n");
        for Flipped { before, after } in &flip.changed {
            let (name, before, after) = (&before.scenario, told(before), told(after));
            writeln!(page, "| {name} | {before} | {after} |").expect("a text takes everything");
        }
    }
    page
}

fn row(flip: &Flip) -> String {
    let sums = |of: fn(&Line) -> usize| {
        let before: usize = flip.changed.iter().map(|one| of(&one.before)).sum();
        let after: usize = flip.changed.iter().map(|one| of(&one.after)).sum();
        match before == after {
            true => "as before".to_owned(),
            false => format!("{before} to {after}"),
        }
    };
    let found = |line: &Line| {
        line.entries
            .iter()
            .filter(|one| one.found.is_some())
            .count()
    };
    let right = |line: &Line| {
        let all = line.entries.iter().filter_map(|one| one.found.as_ref());
        all.filter(|one| one.cause && one.class).count()
    };
    format!(
        "| `{}` | {} | {} | {} | {} | {} | {} | {} | {} |",
        flip.switch,
        flip.default,
        flip.value,
        flip.played,
        flip.changed.len(),
        sums(found),
        sums(right),
        sums(|line| line.others.len()),
        delay(flip),
    )
}

/// How much later or sooner incidents of the changed scenarios open at most.
fn delay(flip: &Flip) -> String {
    let after = |line: &Line| -> Vec<Option<u64>> {
        let spans = line
            .entries
            .iter()
            .map(|one| one.found.as_ref()?.after_evidence_s);
        spans.collect()
    };
    let pairs = flip
        .changed
        .iter()
        .flat_map(|one| after(&one.before).into_iter().zip(after(&one.after)));
    let differences = pairs.filter_map(|(before, after)| {
        Some(i64::try_from(after?).ok()? - i64::try_from(before?).ok()?)
    });
    match differences.max_by_key(|difference| difference.abs()) {
        None | Some(0) => "as before".to_owned(),
        Some(most) => format!("up to {most:+} s"),
    }
}

/// A scenario's outcome in a cell.
fn told(line: &Line) -> String {
    let entry = |one: &super::Entry| match &one.found {
        None => format!("{} not found", one.expected),
        Some(found) => {
            let wrong = match (found.cause, found.class) {
                (true, true) => "",
                (true, false) => ", of another class",
                (false, _) => ", by another cause",
            };
            let after = found.after_fault_s;
            format!("{} {after} s after the fault{wrong}", one.expected)
        }
    };
    let mut all: Vec<String> = line.entries.iter().map(entry).collect();
    all.extend(line.others.iter().map(|one| format!("false: {one}")));
    if !line.lockouts_correct {
        all.push("locks not as expected".to_owned());
    }
    match all.is_empty() {
        true => "silent".to_owned(),
        false => all.join("; "),
    }
}
