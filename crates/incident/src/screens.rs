//! What Marketing Cloud's own pages say while data is missing, beside what calls and counters say.
//!
//! Its pages show what was configured and whether a run ended, not whether data arrived. What they show
//! follows from the kind of thing; nobody read it off a screen (R174).

use crate::figures::{outage_of, whole};
use crate::tally::{AssetTally, FlowTally, Tally, Worked};
use crate::words::{span, thousands};
use countersign_model::Timestamp;
use countersign_model::estate::{Asset, AssetKind, Estate};
use countersign_model::graph::Node;
use countersign_model::incident::{Affected, Incident};
use countersign_model::response::Screen;

/// Where the customer notices first, then from the cause down.
#[must_use]
pub fn screens(estate: &Estate, incident: &Incident, tally: &Tally, now: Timestamp) -> Vec<Screen> {
    let harmed = incident.harm.as_ref().map(|harm| harm.asset.as_str());
    let (first, others): (Vec<&Affected>, Vec<&Affected>) = incident
        .affected
        .iter()
        .partition(|hit| Some(hit.reached.node.id()) == harmed);
    let ordered = first.into_iter().chain(others);
    let since = outage_of(incident).from;
    let screen = |hit: &Affected| screen(estate, hit, tally, since, now);
    ordered.filter_map(screen).collect()
}

fn screen(
    estate: &Estate,
    hit: &Affected,
    tally: &Tally,
    since: Timestamp,
    now: Timestamp,
) -> Option<Screen> {
    let (shown, counted) = match &hit.reached.node {
        Node::Credential(_) => return None,
        Node::Integration(id) => {
            let flow = estate.integration(id)?;
            let mints = tally.mint(&flow.credential);
            (
                "The package as installed, without a warning.".to_owned(),
                of_flow(&tally.of_flow(id), mints, now),
            )
        }
        Node::Asset(id) => {
            let asset = estate.asset(id)?;
            (shown(asset)?, of_asset(asset, &tally.asset(id), since, now))
        }
    };
    let seen = counted.is_some();
    Some(Screen {
        id: hit.reached.node.id().to_owned(),
        name: hit.name.clone(),
        shown,
        counted: counted.unwrap_or_else(|| {
            format!(
                "Nothing counts it. By the cause: {}.",
                hit.words.trim_end_matches('.')
            )
        }),
        seen,
    })
}

/// What the platform shows by the nature of the thing.
fn shown(asset: &Asset) -> Option<String> {
    Some(match asset.kind {
        AssetKind::DataExtension => match asset.rows {
            Some(rows) => format!("{} rows, without their age.", thousands(rows)),
            None => "Its last row count, without its age.".to_owned(),
        },
        AssetKind::Journey => "Running. Contacts already inside go on moving.".to_owned(),
        AssetKind::TriggeredSend => "Active, its queue as usual.".to_owned(),
        AssetKind::Automation => "Completed, whatever it found to work on.".to_owned(),
        AssetKind::Launch => "Scheduled.".to_owned(),
        AssetKind::OutsideSystem => return None,
    })
}

/// What counters say of an asset; `None` if none is read.
fn of_asset(asset: &Asset, row: &AssetTally, since: Timestamp, now: Timestamp) -> Option<String> {
    let mut said = Vec::new();
    if row.read_at.is_some() {
        said.push(moved(asset.kind, row, since, now));
    }
    let reading = |read: &Option<crate::tally::Reading>| read.map(|read| whole(read.value));
    if let Some(n @ 1..) = reading(&row.queue) {
        let age = row.queue_age_s.map_or(String::new(), |age| {
            format!(
                ", the oldest for {} min",
                thousands(whole(age.value / 60.0))
            )
        });
        said.push(format!("{} wait in Marketing Cloud{age}", thousands(n)));
    }
    if let Some(n @ 1..) = reading(&row.unsent) {
        said.push(format!("{} wait at the caller", thousands(n)));
    }
    (!said.is_empty()).then(|| format!("{}.", said.join("; ")))
}

fn moved(kind: AssetKind, row: &AssetTally, since: Timestamp, now: Timestamp) -> String {
    let (nothing, going) = match kind {
        AssetKind::DataExtension => ("No row was written", "Rows are written"),
        AssetKind::Journey => ("Nobody entered", "Contacts enter"),
        AssetKind::TriggeredSend => ("Nothing was sent", "Messages are sent"),
        _ => ("Nothing moved", "It moves"),
    };
    match row.moved_at {
        Some(at) if row.read_at == Some(at) => format!("{going}; last seen {} ago", span(at, now)),
        Some(at) => format!("{nothing} for {}", span(at, now)),
        None => format!("{nothing} since we count, at least {}", span(since, now)),
    }
}

/// What calls, token requests and runs say of a flow; `None` if none is seen.
fn of_flow(row: &FlowTally, mints: Worked, now: Timestamp) -> Option<String> {
    let mut said = Vec::new();
    said.extend(worked("Token requests", mints, now));
    said.extend(worked("Calls", row.calls, now));
    if let Some((at, state, rows)) = &row.run {
        let rows = rows.map_or(String::new(), |rows| format!(", {} rows", thousands(rows)));
        said.push(format!(
            "Its last run, {} ago: {state}{rows}",
            span(*at, now)
        ));
    }
    (!said.is_empty()).then(|| format!("{}.", said.join("; ")))
}

fn worked(what: &str, row: Worked, now: Timestamp) -> Option<String> {
    match (row.ok_at, row.failed_at) {
        (Some(ok), Some(failed)) if failed > ok => Some(format!(
            "{what} fail; the last that worked was {} ago",
            span(ok, now)
        )),
        (None, Some(_)) => Some(format!("{what} fail, and none was seen to work")),
        (Some(ok), _) => Some(format!("{what} work; the last was {} ago", span(ok, now))),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests;
