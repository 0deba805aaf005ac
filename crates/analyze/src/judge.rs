//! Drives the judgement of the live watch over what the lines say, by their own clock.

use crate::merge::{Merged, Worked, merge};
use crate::nobody::Owners;
use crate::read::for_each_chunk;
use crate::report::{Analysis, Finding};
use crate::seen::Seen;
use crate::source::SourceFault;
use crate::tally::Tally;
use crate::{FormatName, Options};
use countersign_model::Timestamp;
use countersign_model::finding::Finding as Weakness;
use countersign_model::id::{FindingId, IncidentId};
use countersign_model::incident::Incident;
use countersign_store::Loaded;
use countersign_watch::Judge;
use std::collections::BTreeMap;

/// Makes the ids of incidents: equal lines give equal incidents.
const SEED: u64 = 0x616e_616c_797a_6500;
/// A line of a log has about so many bytes; a compressed one fewer.
const LINE_BYTES: u64 = 256;

/// Looks at files and says what happened.
///
/// # Errors
/// [`SourceFault`] if a file cannot be opened or is of no known format. A file that ends badly, and
/// lines that cannot be used, are findings: nothing else stops.
pub fn analyze(options: &Options) -> Result<Analysis, SourceFault> {
    let seen = Seen::with_room_for(lines_expected(options));
    let worked = for_each_chunk(
        options,
        || (Tally::new(&seen), Vec::new()),
        |(tally, counted), chunk| counted.push(tally.count(chunk.lines, chunk.bytes)),
    )?;
    let worked = worked.into_iter().map(|(tally, counted)| Worked {
        shapes: tally.shapes,
        counted,
    });
    let mut owners = Owners::new(options.estate.clone());
    let mut merged = merge(options, &mut owners, worked.collect());
    let (incidents, weaknesses) = judged(options, &owners, &merged);
    let has_estate = options.estate.is_some();
    let mut findings = std::mem::take(&mut merged.findings);
    // What an estate of our own making fails to declare is nobody's weakness.
    let is_ours = |weakness: &&Weakness| {
        let subject = weakness.subject.to_string();
        let id = subject.split_once(':').map_or("", |(_, id)| id);
        weakness.evidence.is_empty() && owners.added.contains(id)
    };
    let weaknesses = weaknesses.iter().filter(|weakness| !is_ours(weakness));
    findings.extend(weaknesses.map(Finding::of));
    findings.extend(Finding::all(&incidents, &owners, &merged, has_estate));
    Ok(Analysis::new(incidents, findings, merged))
}

/// Room for ids: files of a known size say about how many lines they have.
fn lines_expected(options: &Options) -> usize {
    let size = |path: &std::path::PathBuf| {
        let is_gzip = path.extension().is_some_and(|extension| extension == "gz");
        let bytes = std::fs::metadata(path).map_or(u64::MAX, |data| data.len());
        bytes.saturating_mul(if is_gzip { 20 } else { 1 })
    };
    let sizes = options.files.iter().map(size);
    let bytes = sizes.fold(0_u64, u64::saturating_add);
    match options.format {
        Some(FormatName::Nginx) => 0,
        _ => usize::try_from(bytes / LINE_BYTES).unwrap_or(usize::MAX / 4),
    }
}

/// All incidents, suspicions too, and all weaknesses, as they are at the end of the lines.
fn judged(options: &Options, owners: &Owners, merged: &Merged) -> (Vec<Incident>, Vec<Weakness>) {
    let loaded = Loaded::default();
    let mut judge = Judge::new(options.rules.clone(), &owners.estate, SEED, &loaded);
    let mut incidents: BTreeMap<IncidentId, Incident> = BTreeMap::new();
    let mut weaknesses: BTreeMap<FindingId, Weakness> = BTreeMap::new();
    let mut keep = |judge: &mut Judge| {
        let verdict = judge.take_verdict();
        for incident in verdict.incidents {
            incidents.insert(incident.id.clone(), incident);
        }
        for weakness in verdict.findings {
            weaknesses.insert(weakness.id.clone(), weakness);
        }
    };
    for item in &merged.items {
        let Some(outcome) = merged.outcome(item) else {
            continue;
        };
        wake(&mut judge, outcome.ts);
        judge.observe(outcome.ts, &outcome);
        keep(&mut judge);
    }
    let end = merged.items.last();
    if let Some(end) = end.and_then(|item| Timestamp::from_millisecond(item.last_ms).ok()) {
        judge.tick(end);
        keep(&mut judge);
    }
    let mut all: Vec<Incident> = incidents.into_values().collect();
    all.sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
    (all, weaknesses.into_values().collect())
}

/// Lets time pass up to `now`, as the judgement asks for it.
fn wake(judge: &mut Judge, now: Timestamp) {
    let mut last = None;
    while let Some(at) = judge.next_wake().filter(|at| *at <= now) {
        // A wish for an instant that has been is granted once, now.
        if last >= Some(at) {
            return judge.tick(now);
        }
        last = Some(at);
        judge.tick(at);
    }
}
