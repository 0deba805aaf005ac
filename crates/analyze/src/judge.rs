//! Drives the judgement of the live watch over what the lines say, by their own clock.

use crate::merge::{Merged, Stage, Worked, merge};
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
use countersign_watch::{Findings, Judge};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::mpsc::sync_channel;

/// Makes the ids of incidents: equal lines give equal incidents.
const SEED: u64 = 0x616e_616c_797a_6500;
/// A line of a log has about so many bytes; a compressed one fewer.
const LINE_BYTES: u64 = 256;
/// Items of a stretch, and stretches that wait for the other thread.
const STRETCH: usize = 1_024;
const STRETCHES_WAITING_MAX: usize = 64;

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

/// All incidents, suspicions too, and all weaknesses, as they are at the end of the lines. The two share
/// nothing but the instants at which time is let pass, so each may have a thread of its own.
fn judged(options: &Options, owners: &Owners, merged: &Merged) -> (Vec<Incident>, Vec<Weakness>) {
    let loaded = Loaded::default();
    let judge = Judge::new(options.rules.clone(), &owners.estate, SEED, &loaded);
    let (judge, findings) = judge.halves();
    let mut weaknesses = Weaknesses {
        findings,
        merged,
        stage: merged.stage(),
        known: BTreeMap::new(),
    };
    if options.threads < 2 {
        let incidents = incidents(judge, merged, |stretch| weaknesses.take(stretch));
        return (incidents, weaknesses.known.into_values().collect());
    }
    let (to, from) = sync_channel(STRETCHES_WAITING_MAX);
    std::thread::scope(|scope| {
        let other = scope.spawn(move || {
            from.into_iter()
                .for_each(|stretch| weaknesses.take(stretch));
            weaknesses.known.into_values().collect()
        });
        // The other end is gone only where that thread has failed, which joining it tells.
        let incidents = incidents(judge, merged, move |stretch| drop(to.send(stretch)));
        let weaknesses = other.join();
        (
            incidents,
            weaknesses.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        )
    })
}

/// Some of the items, one after another.
#[derive(Debug, Default)]
struct Stretch {
    items: Range<usize>,
    /// When time was let pass, and before which item.
    woken: Vec<(usize, Timestamp)>,
}

/// All incidents; `tell` hears of each stretch after it was judged.
fn incidents(mut judge: Judge, merged: &Merged, mut tell: impl FnMut(Stretch)) -> Vec<Incident> {
    let mut known: BTreeMap<IncidentId, Incident> = BTreeMap::new();
    let mut ends = |judge: &mut Judge, stretch: Stretch| {
        let changed = judge.take_verdict().incidents.into_iter();
        known.extend(changed.map(|incident| (incident.id.clone(), incident)));
        tell(stretch);
    };
    let mut stage = merged.stage();
    let mut stretch = Stretch::default();
    for (number, item) in merged.items.iter().enumerate() {
        if let Some(outcome) = stage.outcome(item) {
            wake(&mut judge, outcome.ts, |at| {
                stretch.woken.push((number, at))
            });
            judge.observe(outcome.ts, outcome);
        }
        stretch.items.end = number + 1;
        if stretch.items.len() == STRETCH {
            let next = Stretch {
                items: stretch.items.end..stretch.items.end,
                woken: Vec::new(),
            };
            ends(&mut judge, std::mem::replace(&mut stretch, next));
        }
    }
    let end = merged.items.last();
    if let Some(end) = end.and_then(|item| Timestamp::from_millisecond(item.last_ms).ok()) {
        judge.tick(end);
        stretch.woken.push((stretch.items.end, end));
    }
    ends(&mut judge, stretch);
    let mut all: Vec<Incident> = known.into_values().collect();
    all.sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
    all
}

/// The weaknesses, stretch by stretch behind the incidents.
struct Weaknesses<'m> {
    findings: Findings,
    merged: &'m Merged,
    stage: Stage<'m>,
    known: BTreeMap<FindingId, Weakness>,
}

impl Weaknesses<'_> {
    fn take(&mut self, stretch: Stretch) {
        let mut woken = stretch.woken.into_iter().peekable();
        for number in stretch.items {
            while let Some((_, at)) = woken.next_if(|(before, _)| *before <= number) {
                self.findings.tick(at);
            }
            if let Some(outcome) = self.stage.outcome(&self.merged.items[number]) {
                self.findings.observe(outcome.ts, outcome);
            }
        }
        woken.for_each(|(_, at)| self.findings.tick(at));
        let changed = self.findings.take_findings().into_iter();
        self.known
            .extend(changed.map(|weakness| (weakness.id.clone(), weakness)));
    }
}

/// Lets time pass up to `now`, as the judgement asks for it, and tells when.
fn wake(judge: &mut Judge, now: Timestamp, mut told: impl FnMut(Timestamp)) {
    let mut last = None;
    while let Some(at) = judge.next_wake().filter(|at| *at <= now) {
        // A wish for an instant that has been is granted once, now.
        let is_past = last >= Some(at);
        let at = if is_past { now } else { at };
        judge.tick(at);
        told(at);
        if is_past {
            return;
        }
        last = Some(at);
    }
}
