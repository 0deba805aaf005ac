//! One incident in words: what, whose, since when, why, and what to do.

use serde_json::Value;

/// Prints what the API says of an incident.
pub(crate) fn print(incident: &Value) {
    lines(incident).iter().for_each(|line| println!("{line}"));
}

fn lines(incident: &Value) -> Vec<String> {
    let mut lines = vec![text(&incident["title"]), standing(incident), String::new()];
    lines.push(harm(&incident["harm"]));
    lines.push(format!("Owner: {}", or(&incident["owner"], "nobody")));
    lines.push(taken_on(&incident["response"]["acknowledged"]));
    part(&mut lines, "Clocks", clocks(&incident["clocks"]));
    part(&mut lines, "How we know", dated(&incident["evidence"]));
    part(&mut lines, "Could not see", texts(&incident["blind_spots"]));
    part(
        &mut lines,
        "What else it could have been",
        considered(incident),
    );
    part(&mut lines, "Not affected", texts(&incident["unaffected"]));
    part(&mut lines, "What to do", steps(incident));
    part(&mut lines, "What happened", dated(&incident["timeline"]));
    lines
}

fn standing(incident: &Value) -> String {
    let word = |name: &str| text(&incident[name]);
    let ended = match incident["resolved_at"].as_str() {
        Some(at) => format!(", ended {at}"),
        None => String::new(),
    };
    format!(
        "{}  {}, {} ({}, {}), since {}{ended}",
        word("id"),
        word("state"),
        word("root_cause"),
        word("class"),
        word("confidence"),
        word("started_at"),
    )
}

fn harm(harm: &Value) -> String {
    match harm["at"].as_str() {
        Some(at) => format!("First customer harm: {at}, {}", text(&harm["words"])),
        None => "First customer harm: no schedule tells; it may be now.".to_owned(),
    }
}

fn taken_on(taken: &Value) -> String {
    match taken["at"].as_str() {
        Some(at) => format!("Taken on: {at}, by {}", or(&taken["by"], "somebody")),
        None => "Taken on: by nobody yet".to_owned(),
    }
}

fn clocks(clocks: &Value) -> Vec<String> {
    let line = |clock: &Value| {
        let at = or(&clock["at"], "not yet");
        let standing = text(&clock["standing"]).replace('_', " ");
        let aim = text(&clock["objective"]);
        let aim = match aim.is_empty() {
            true => String::new(),
            false => format!(": {standing}, {aim}"),
        };
        format!("{}: {at}{aim}", text(&clock["clock"]))
    };
    each(clocks, line)
}

fn dated(entries: &Value) -> Vec<String> {
    each(entries, |one| {
        format!("{}  {}", text(&one["at"]), text(&one["words"]))
    })
}

/// Each other cause with its verdict, and what speaks for and against it below.
fn considered(incident: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let all = incident["response"]["considered"].as_array();
    for one in all.into_iter().flatten() {
        let name = |field: &str| text(&one[field]).replace('_', " ");
        lines.push(format!("{}: {}", name("other"), name("weighed")));
        lines.extend(each(&one["in_favour"], |words| {
            format!("  for: {}", text(words))
        }));
        lines.extend(each(&one["against"], |words| {
            format!("  against: {}", text(words))
        }));
    }
    lines
}

/// The steps with their state, or the plain runbook while nothing more is known.
fn steps(incident: &Value) -> Vec<String> {
    let line = |step: &Value| {
        let command = step["command"].as_str();
        let command = command.map_or(String::new(), |command| format!("  {command}"));
        let state = step["state"].as_str().map_or(String::new(), |state| {
            format!("[{}] ", state.replace('_', " "))
        });
        format!("{state}{}{command}", text(&step["words"]))
    };
    let steps = each(&incident["response"]["steps"], line);
    match steps.is_empty() {
        true => each(&incident["runbook"], line),
        false => steps,
    }
}

fn part(lines: &mut Vec<String>, title: &str, rows: Vec<String>) {
    if rows.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push(format!("{title}:"));
    lines.extend(rows.into_iter().map(|row| format!("  {row}")));
}

fn each(list: &Value, line: impl Fn(&Value) -> String) -> Vec<String> {
    list.as_array().into_iter().flatten().map(line).collect()
}

fn texts(list: &Value) -> Vec<String> {
    each(list, text)
}

fn text(value: &Value) -> String {
    or(value, "")
}

fn or(value: &Value, none: &str) -> String {
    value.as_str().unwrap_or(none).to_owned()
}

#[cfg(test)]
mod tests;
