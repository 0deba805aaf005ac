//! Brings what all threads counted together: in the order of its time, and with whose it is.

use crate::Options;
use crate::cell::{Cell, Own, minute_of};
use crate::count::{IntegrationCount, LineCounts, count};
use crate::nobody::Owners;
use crate::report::{Finding, LineReject};
use crate::shape::{Kind, Shapes, What, Who, number};
use crate::tally::Counted;
use countersign_feed::ndjson::RejectReason;
use countersign_model::Timestamp;
use countersign_model::id::OutcomeId;
use countersign_model::outcome::{Call, Fact, Outcome};
use std::collections::BTreeMap;

/// A line so long after now cannot have happened; as much as a batch of outcomes may be ahead.
const AHEAD_MS: i64 = 5 * 60_000;
/// Lines that far from all others, and fewer than a tenth of them, have a wrong clock.
const FAR_MS: i64 = 30 * 24 * 60 * 60_000;
const FEW: u64 = 10;
/// Most rejects told one by one.
const REJECTS_MAX: usize = 1_000;

/// One thread's work.
pub(crate) struct Worked {
    pub(crate) shapes: Shapes,
    pub(crate) counted: Vec<Counted>,
}

/// All that the lines say, in the order of its time.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    pub(crate) items: Vec<Item>,
    origins: Vec<Who>,
    shapes: Vec<(u32, What)>,
    pub(crate) counts: LineCounts,
    pub(crate) integrations: BTreeMap<String, IntegrationCount>,
    pub(crate) rejects: Vec<LineReject>,
    pub(crate) findings: Vec<Finding>,
}

/// A cell with its place among all lines.
#[derive(Debug)]
pub(crate) struct Item {
    shape: u32,
    first_ms: i64,
    pub(crate) last_ms: i64,
    n: u64,
    file: usize,
    line: u64,
    own: Option<Box<Own>>,
}

/// Merges chunks in the order of the files, then orders all by time.
pub(crate) fn merge(options: &Options, owners: &mut Owners, worked: Vec<Worked>) -> Merged {
    let mut chunks: Vec<(usize, Counted)> = Vec::new();
    let mut shapes = Vec::new();
    for (thread, worked) in worked.into_iter().enumerate() {
        shapes.push(worked.shapes);
        chunks.extend(worked.counted.into_iter().map(|chunk| (thread, chunk)));
    }
    chunks.sort_by_key(|(_, chunk)| chunk.number);
    let mut press = Press {
        options,
        owners,
        shapes: &shapes,
        known: BTreeMap::new(),
        origin_numbers: BTreeMap::new(),
        shape_numbers: BTreeMap::new(),
        turns: Vec::new(),
        open: Vec::new(),
        merged: Merged::default(),
    };
    let mut lines_before = vec![0; options.files.len()];
    for (thread, chunk) in chunks {
        let before = lines_before[chunk.file];
        lines_before[chunk.file] += chunk.n_lines;
        press.chunk(thread, chunk, before);
    }
    let mut merged = press.merged;
    merged
        .items
        .sort_by_key(|item| (item.last_ms, item.file, item.line));
    merged.drop_wrong_clocks(options);
    merged.count_integrations();
    merged
}

struct Press<'a> {
    options: &'a Options,
    owners: &'a mut Owners,
    shapes: &'a [Shapes],
    /// Thread, its shape and the file, to the shape here.
    known: BTreeMap<(usize, u32, usize), u32>,
    origin_numbers: BTreeMap<Who, u32>,
    shape_numbers: BTreeMap<(u32, What), u32>,
    /// Counts what was kept itself of each origin.
    turns: Vec<u64>,
    /// The open cell of each shape, and for which turn.
    open: Vec<(usize, u64)>,
    merged: Merged,
}

impl Press<'_> {
    fn chunk(&mut self, thread: usize, chunk: Counted, before: u64) {
        let file = chunk.file;
        self.merged.counts.add(&chunk.counts);
        for (line, reason) in chunk.rejects {
            self.merged
                .tell(self.options, file, before + line, reason.to_string());
        }
        if let Some(why) = chunk.broken {
            let after = before + chunk.n_lines;
            let finding = Finding::broken(&self.options.files[file], after, &why);
            self.merged.findings.push(finding);
        }
        for cell in chunk.cells {
            let shape = self.shape(thread, cell.shape, file);
            self.cell(shape, cell, file, before);
        }
        for (shape, (retries, recovered)) in chunk.retries {
            let shape = self.shape(thread, shape, file);
            let origin = self.merged.shapes[shape as usize].0;
            let name = self.merged.origins[origin as usize].name();
            let counted = self.merged.integrations.entry(name).or_default();
            counted.retries += retries;
            counted.recovered += recovered;
        }
    }

    /// The number here of a thread's shape.
    fn shape(&mut self, thread: usize, shape: u32, file: usize) -> u32 {
        if let Some(known) = self.known.get(&(thread, shape, file)) {
            return *known;
        }
        let shapes = &self.shapes[thread];
        let found = &shapes.shapes[shape as usize];
        let who = shapes.whos[found.who as usize].clone();
        let who = self.owners.of(who, &found.what, self.options, file);
        let merged = &mut self.merged;
        let next = number(merged.origins.len());
        let origin = *self.origin_numbers.entry(who).or_insert_with_key(|who| {
            merged.origins.push(who.clone());
            self.turns.push(0);
            next
        });
        let next = number(merged.shapes.len());
        let here = *self
            .shape_numbers
            .entry((origin, found.what.clone()))
            .or_insert_with_key(|shape| {
                merged.shapes.push(shape.clone());
                self.open.push((usize::MAX, 0));
                next
            });
        self.known.insert((thread, shape, file), here);
        here
    }

    fn cell(&mut self, shape: u32, cell: Cell, file: usize, before: u64) {
        let origin = self.merged.shapes[shape as usize].0 as usize;
        let what = &self.merged.shapes[shape as usize].1;
        if cell.own.is_some() && !what.is_the_providers() {
            self.turns[origin] += 1;
        }
        let turn = self.turns[origin];
        let open = &mut self.open[shape as usize];
        let next = self.merged.items.len();
        if cell.own.is_none()
            && open.1 == turn
            && let Some(known) = self.merged.items.get_mut(open.0)
            && minute_of(known.last_ms) == minute_of(cell.last_ms)
        {
            known.n += cell.n;
            known.first_ms = known.first_ms.min(cell.first_ms);
            known.last_ms = known.last_ms.max(cell.last_ms);
            return;
        }
        *open = (next, turn);
        self.merged.items.push(Item {
            shape,
            first_ms: cell.first_ms,
            last_ms: cell.last_ms,
            n: cell.n,
            file,
            line: before + cell.line,
            own: cell.own,
        });
    }
}

impl Merged {
    /// Tells a reject; `line` counts from 0.
    fn tell(&mut self, options: &Options, file: usize, line: u64, reason: String) {
        if self.rejects.len() < REJECTS_MAX {
            self.rejects.push(LineReject {
                file: options.files[file].display().to_string(),
                line: line + 1,
                reason,
            });
        }
    }

    /// Refuses lines whose time cannot be: after now, where most are not, or far from all others.
    fn drop_wrong_clocks(&mut self, options: &Options) {
        let latest = options.now.as_millisecond() + AHEAD_MS;
        let n_all: u64 = self.items.iter().map(|item| item.n).sum();
        let ahead = self.items.iter().filter(|item| item.last_ms > latest);
        let n_ahead: u64 = ahead.map(|item| item.n).sum();
        let ahead_max_s = AHEAD_MS / 1_000;
        if n_ahead > 0 && 2 * n_ahead < n_all {
            let reason = RejectReason::Future { ahead_max_s };
            self.refuse(options, &reason, |item| item.last_ms > latest);
        }
        if let Some((from, to)) = self.main_span() {
            let reason = RejectReason::Field {
                field: "ts",
                expected: "near the times of the other lines; these are 30 days away or more",
            };
            self.refuse(options, &reason, |item| {
                !(from..=to).contains(&item.last_ms)
            });
        }
    }

    /// The span from which few lines lie far away; `None` if there is none such.
    fn main_span(&self) -> Option<(i64, i64)> {
        let mut spans: Vec<(i64, i64, u64)> = Vec::new();
        for item in &self.items {
            match spans.last_mut() {
                Some((_, to, n)) if item.last_ms - *to <= FAR_MS => {
                    (*to, *n) = (item.last_ms, *n + item.n);
                }
                _ => spans.push((item.last_ms, item.last_ms, item.n)),
            }
        }
        let n_most = spans.iter().map(|(_, _, n)| *n).max()?;
        let is_some = |n: u64| n.saturating_mul(FEW) >= n_most;
        let many = spans.iter().filter(|(_, _, n)| is_some(*n));
        let from = many.clone().map(|(from, ..)| *from).min()?;
        let to = many.map(|(_, to, _)| *to).max()?;
        Some((from, to))
    }

    fn refuse(
        &mut self,
        options: &Options,
        reason: &RejectReason,
        is_wrong: impl Fn(&Item) -> bool,
    ) {
        let words = reason.to_string();
        for item in std::mem::take(&mut self.items) {
            if !is_wrong(&item) {
                self.items.push(item);
                continue;
            }
            self.counts.outcomes -= item.n;
            self.counts.rejected += item.n;
            count(&mut self.counts.rejected_for, &words, item.n);
            self.tell(options, item.file, item.line, words.clone());
        }
    }

    fn count_integrations(&mut self) {
        for item in &self.items {
            let (origin, what) = &self.shapes[item.shape as usize];
            let name = self.origins[*origin as usize].name();
            let counted = self.integrations.entry(name).or_default();
            let at = |ms| Timestamp::from_millisecond(ms).ok();
            counted.first_at = match (counted.first_at, at(item.first_ms)) {
                (Some(known), Some(new)) => Some(known.min(new)),
                (known, new) => known.or(new),
            };
            counted.last_at = counted.last_at.max(at(item.last_ms));
            match what.kind {
                Kind::Call => counted.calls += item.n,
                Kind::Mint => counted.mints += item.n,
                Kind::Other(_) => {}
            }
            if what.is_failure() {
                counted.failures += item.n;
                count(&mut counted.failed_with, &what.how(), item.n);
            }
        }
    }

    /// The items as outcomes, for one who asks for one after another.
    pub(crate) fn stage(&self) -> Stage<'_> {
        Stage {
            merged: self,
            of_shape: vec![None; self.shapes.len()],
        }
    }
}

/// The newest outcome of each shape: the next one differs from it in its numbers alone, and the texts
/// need not be copied again.
pub(crate) struct Stage<'m> {
    merged: &'m Merged,
    of_shape: Vec<Option<Outcome>>,
}

impl Stage<'_> {
    /// The outcome that an item stands for.
    pub(crate) fn outcome(&mut self, item: &Item) -> Option<&Outcome> {
        let ts = Timestamp::from_millisecond(item.last_ms).ok()?;
        let own = item.own.as_deref();
        let place = || OutcomeId::new(format!("line-{}-{}", item.file + 1, item.line + 1)).ok();
        let id = own.and_then(|own| own.id.clone()).or_else(place)?;
        let attempt = own.and_then(|own| own.attempt);
        let retry_of = own.and_then(|own| own.retry_of.clone());
        let (origin, what) = &self.merged.shapes[item.shape as usize];
        let who = &self.merged.origins[*origin as usize];
        let newest = &mut self.of_shape[item.shape as usize];
        if let Some(whole) = own.and_then(|own| own.outcome.as_deref()) {
            let fact = linked(whole.fact.clone(), retry_of);
            return Some(newest.insert(who.outcome(id, ts, item.n, fact)));
        }
        match newest {
            Some(Outcome {
                fact: Fact::Call(call),
                ..
            }) => {
                (call.attempt, call.retry_of) = (attempt, retry_of);
            }
            _ => {
                let fact = what.fact(attempt, retry_of)?;
                *newest = Some(who.outcome(id.clone(), ts, item.n, fact));
            }
        }
        let outcome = newest.as_mut()?;
        (outcome.id, outcome.ts, outcome.n) = (id, ts, item.n);
        Some(outcome)
    }
}

/// Says which outcome a token request retries, if it does not itself.
fn linked(fact: Fact, retried: Option<OutcomeId>) -> Fact {
    match fact {
        Fact::Mint {
            call,
            expires_in,
            scope,
            generation,
            refresh_at,
            grant,
        } => Fact::Mint {
            call: Call {
                retry_of: retried,
                ..call
            },
            expires_in,
            scope,
            generation,
            refresh_at,
            grant,
        },
        other => other,
    }
}
