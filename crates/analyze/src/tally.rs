//! Counts the lines of a chunk into cells.
//!
//! A call that went well goes into the cell of its minute; each failure is kept itself and, unless it
//! is the provider's own, closes the open cells of its origin, so that what came before it and what came after stay apart. Of a minute
//! that fails without end only the first failures are kept, the others are counted: memory depends
//! on minutes and origins, not on lines.

use crate::cell::{Cell, Own, minute_of};
use crate::count::{LineCounts, count};
use crate::seen::{Seen, print as print_of};
use crate::shape::{Found, Kind, Shapes, What, Who};
use crate::source::Lines;
use countersign_feed::line::Line;
use countersign_feed::logs::format::Format;
use countersign_feed::logs::nginx;
use countersign_feed::ndjson::scan::Scanner;
use countersign_feed::ndjson::{self, Limits, OneRead, RejectReason};
use countersign_model::Timestamp;
use countersign_model::outcome::{Call, Fact};
use std::collections::BTreeMap;

/// Kept themselves of one origin in one minute.
const KEPT_MAX: u32 = 16;
/// A call of the same operation so long after a failure is its retry.
const RETRY_MS: i64 = 30_000;
/// Lines that say no time cannot be placed in a file.
const NO_TIME: Timestamp = Timestamp::MIN;
/// Before Marketing Cloud: the clock of a machine that lost it.
const EARLIEST_MS: i64 = 946_684_800_000; // 2000-01-01
/// Rejects told one by one, of each chunk.
const TOLD_MAX: usize = 100;

/// Lines that wait for each other.
const WAITING_MAX: usize = 32;

/// A line that was read and is not counted yet.
struct Waiting<'l> {
    found: Found,
    /// The fingerprint of its id, if equal ones are one fact.
    print: Option<u64>,
    numbers: Numbers,
    id: &'l str,
    retry_of: &'l str,
    /// Names of fields that are not known.
    others: [&'l str; 4],
}

/// Counts chunks, one after another.
pub(crate) struct Tally<'a> {
    pub(crate) shapes: Shapes,
    seen: &'a Seen,
    scanner: Scanner,
    nginx: nginx::Reader,
    line_bytes_max: usize,
    origins: Vec<Origin>,
    operations: Vec<Operation>,
    /// The open cell of each shape, and for which turn of its origin.
    open: Vec<(usize, u64)>,
    out: Counted,
}

/// What a chunk came to.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) number: usize,
    pub(crate) file: usize,
    /// Line ends in it, blank lines too.
    pub(crate) n_lines: u64,
    pub(crate) cells: Vec<Cell>,
    pub(crate) counts: LineCounts,
    pub(crate) rejects: Vec<(u64, RejectReason)>,
    /// Retries and how many of them went well, by the number of their shape.
    pub(crate) retries: BTreeMap<u32, (u64, u64)>,
    pub(crate) broken: Option<String>,
}

/// Minutes in which an origin's kept lines are counted at once: lines may be a little out of order.
const MINUTES: usize = 4;

#[derive(Debug, Clone, Copy, Default)]
struct Origin {
    /// Minutes, and how many lines were kept in each.
    kept: [(i64, u32); MINUTES],
    newest: usize,
    /// Counts what was kept itself: cells of another turn are closed.
    turn: u64,
}

#[derive(Debug, Clone, Default)]
struct Operation {
    failed_ms: Option<i64>,
    failed: Option<countersign_model::id::OutcomeId>,
}

/// The numbers of one line.
struct Numbers {
    ms: i64,
    n: u64,
    line: u64,
    attempt: Option<u32>,
    /// It names the call that it retries.
    says_retry: bool,
}

const NO_CELL: (usize, u64) = (usize::MAX, 0);

impl<'a> Tally<'a> {
    pub(crate) fn new(seen: &'a Seen) -> Tally<'a> {
        Tally {
            shapes: Shapes::default(),
            seen,
            scanner: Scanner::default(),
            nginx: nginx::Reader::default(),
            line_bytes_max: Limits::default().line_bytes_max,
            origins: Vec::new(),
            operations: Vec::new(),
            open: Vec::new(),
            out: Counted::default(),
        }
    }

    /// Counts one chunk. Nothing is carried over to the next one, so that the result does not hang
    /// on which thread counts which.
    pub(crate) fn count(&mut self, lines: &Lines, bytes: &[u8]) -> Counted {
        self.origins.clear();
        self.operations.clear();
        self.open.clear();
        let mut bytes = bytes;
        if lines.is_first {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        let mut header_is_due = lines.is_first && matches!(lines.format, Format::Csv(_));
        let mut number = 0;
        let mut from = 0;
        let mut waiting = Vec::with_capacity(WAITING_MAX);
        let ends = memchr::memchr_iter(b'\n', bytes).map(|end| end + 1);
        for end in ends.chain([bytes.len()]) {
            let line = &bytes[std::mem::replace(&mut from, end)..end];
            if line.is_empty() {
                continue;
            }
            let text = line.trim_ascii();
            if !text.is_empty() && !std::mem::take(&mut header_is_due) {
                self.out.counts.lines += 1;
                if !self.waits(&lines.format, text, number, &mut waiting) {
                    self.settle(&mut waiting);
                    if let Err(reason) = self.line(&lines.format, text, number) {
                        self.reject(number, reason);
                    }
                }
            }
            number += 1;
        }
        self.settle(&mut waiting);
        self.out.n_lines = number;
        self.out.number = lines.number;
        self.out.file = lines.file;
        self.out.broken.clone_from(&lines.broken);
        std::mem::take(&mut self.out)
    }

    /// Reads a line where it lies and lets it wait for others, so that the places of their ids are
    /// fetched together; `false` if it has to be read in full.
    fn waits<'l>(
        &mut self,
        format: &Format,
        line: &'l [u8],
        number: u64,
        waiting: &mut Vec<Waiting<'l>>,
    ) -> bool {
        if !matches!(format, Format::Ndjson) || line.len() > self.line_bytes_max {
            return false;
        }
        let text = std::str::from_utf8(line).ok();
        let Some(call) = text.and_then(|text| self.scanner.call(text)) else {
            return false;
        };
        let print = print_of(match call.id {
            "" => line,
            id => id.as_bytes(),
        });
        match self.known(&call, Some(print), number) {
            Ok(one) => waiting.push(one),
            Err(reason) => self.reject(number, reason),
        }
        if waiting.len() == WAITING_MAX {
            self.settle(waiting);
        }
        true
    }

    fn settle(&mut self, waiting: &mut Vec<Waiting<'_>>) {
        let prints = waiting.iter().filter_map(|one| one.print);
        let fetched = prints.map(|print| self.seen.fetch(print));
        std::hint::black_box(fetched.fold(0, |all, one| all | one));
        for one in waiting.drain(..) {
            self.call(&one);
        }
    }

    fn reject(&mut self, number: u64, reason: RejectReason) {
        self.out.counts.rejected += 1;
        count(&mut self.out.counts.rejected_for, &reason.to_string(), 1);
        if self.out.rejects.len() < TOLD_MAX {
            self.out.rejects.push((number, reason));
        }
    }

    fn line(&mut self, format: &Format, line: &[u8], number: u64) -> Result<(), RejectReason> {
        if line.len() > self.line_bytes_max {
            return Err(RejectReason::TooLong {
                bytes: line.len(),
                bytes_max: self.line_bytes_max,
            });
        }
        match format {
            Format::Ndjson => self.read(ndjson::decode_one(line, number, NO_TIME)?, true, number),
            Format::Nginx => {
                let mut reader = std::mem::take(&mut self.nginx);
                let read = reader.read(text(line)?);
                let taken = read.and_then(|call| {
                    let print = Some(call.id).filter(|id| !id.is_empty());
                    let print = print.map(|id| print_of(id.as_bytes()));
                    self.known(&call, print, number).map(|one| self.call(&one))
                });
                self.nginx = reader;
                taken
            }
            Format::Csv(header) => {
                for name in &header.unknown {
                    count(&mut self.out.counts.unknown_fields, name, 1);
                }
                let read = header.decode(text(line)?, number, NO_TIME)?;
                self.read(read, false, number)
            }
            Format::Json(mapping) => self.read(mapping.read(line, number, NO_TIME)?, false, number),
        }
    }

    /// Takes what was read in full. `is_unique`: its id names the fact, even if it is only the
    /// line's hash.
    fn read(&mut self, read: OneRead, is_unique: bool, number: u64) -> Result<(), RejectReason> {
        for name in &read.unknown_fields {
            count(&mut self.out.counts.unknown_fields, name, 1);
        }
        let is_unique = is_unique || read.id_is_given;
        let outcome = read.outcome;
        if outcome.ts == NO_TIME {
            return Err(missing_time());
        }
        check_time(outcome.ts.as_millisecond())?;
        if is_unique && self.seen.take(print_of(outcome.id.as_str().as_bytes())) {
            self.out.counts.duplicates += 1;
            return Ok(());
        }
        let who = Who::of(&outcome, read.client_id.as_deref());
        let found = self.shapes.of_fact(who, what(&outcome.fact));
        let (attempt, retry_of) = match &outcome.fact {
            Fact::Call(call) | Fact::Mint { call, .. } => (call.attempt, call.retry_of.clone()),
            _ => (None, None),
        };
        let own = Own {
            id: Some(outcome.id.clone()),
            attempt,
            retry_of,
            outcome: (!matches!(outcome.fact, Fact::Call(_))).then(|| Box::new(outcome.clone())),
        };
        let numbers = Numbers {
            ms: outcome.ts.as_millisecond(),
            n: outcome.n,
            line: number,
            attempt,
            says_retry: own.retry_of.is_some(),
        };
        self.take(found, &numbers, || own);
        Ok(())
    }

    /// Says what a call or mint is that was read where it lies. `print` is that of its id, or of the
    /// line itself where equal lines without an id are one fact.
    fn known<'l>(
        &mut self,
        line: &Line<'l>,
        print: Option<u64>,
        number: u64,
    ) -> Result<Waiting<'l>, RejectReason> {
        let ts_ms = line.ts_ms.ok_or_else(missing_time)?;
        check_time(ts_ms)?;
        let Some(found) = self.shapes.of_line(line) else {
            return Err(RejectReason::Field {
                field: "integration, bu, credential or consumer",
                expected: "an id of letters, digits and . _ : @ -",
            });
        };
        Ok(Waiting {
            found,
            print,
            numbers: Numbers {
                ms: ts_ms,
                n: line.n,
                line: number,
                attempt: line.attempt,
                says_retry: !line.retry_of.is_empty(),
            },
            id: line.id,
            retry_of: line.retry_of,
            others: line.others,
        })
    }

    /// Takes a call or mint, unless it was there before.
    fn call(&mut self, one: &Waiting<'_>) {
        if one.print.is_some_and(|print| self.seen.take(print)) {
            self.out.counts.duplicates += 1;
            return;
        }
        for name in one.others.iter().filter(|name| !name.is_empty()) {
            count(&mut self.out.counts.unknown_fields, name, 1);
        }
        self.take(one.found, &one.numbers, || Own {
            id: one.id.parse().ok(),
            attempt: one.numbers.attempt,
            retry_of: one.retry_of.parse().ok(),
            outcome: None,
        });
    }

    fn take(&mut self, found: Found, numbers: &Numbers, own: impl FnOnce() -> Own) {
        let Numbers { ms, n, line, .. } = *numbers;
        self.out.counts.outcomes += n;
        let cell = Cell {
            shape: found.shape,
            first_ms: ms,
            last_ms: ms,
            n,
            line,
            own: None,
        };
        let minute = minute_of(ms);
        let operation = place(&mut self.operations, found.operation, Operation::default());
        let after = operation.failed_ms.map(|failed| ms - failed);
        let is_near = after.is_some_and(|after| (0..=RETRY_MS).contains(&after));
        let is_retry = numbers.says_retry || (is_near && numbers.attempt != Some(1));
        if is_retry {
            let (retries, recovered) = self.out.retries.entry(found.shape).or_default();
            *retries += 1;
            *recovered += u64::from(!found.is_failure);
        }
        if found.is_counted {
            if is_retry {
                operation.failed_ms = None;
            }
            return self.add(found, cell, minute, None);
        }
        let mut own = own();
        if is_retry && found.is_failure && own.retry_of.is_none() {
            own.retry_of = operation.failed.take();
        }
        operation.failed_ms = found.is_failure.then_some(ms);
        operation.failed.clone_from(&own.id);
        self.add(found, cell, minute, Some(own));
    }

    /// Adds to the open cell, or opens one.
    fn add(&mut self, found: Found, mut cell: Cell, minute: i64, own: Option<Own>) {
        let origin = place(&mut self.origins, found.who, Origin::default());
        let is_kept = own.is_some() && origin.keeps(minute);
        origin.turn += u64::from(is_kept && !found.is_the_providers);
        let turn = origin.turn;
        let open = place(&mut self.open, found.shape, NO_CELL);
        let (at, opened) = *open;
        let next = self.out.cells.len();
        if !is_kept
            && opened == turn
            && let Some(known) = self.out.cells.get_mut(at)
            && minute_of(known.last_ms) == minute
        {
            known.n += cell.n;
            known.first_ms = known.first_ms.min(cell.first_ms);
            known.last_ms = known.last_ms.max(cell.last_ms);
            if let Some(newer) = own {
                known.own = Some(Box::new(newer));
            }
            return;
        }
        *open = (next, turn);
        cell.own = own.map(Box::new);
        self.out.cells.push(cell);
    }
}

impl Origin {
    /// Whether one more line of that minute is kept itself.
    fn keeps(&mut self, minute: i64) -> bool {
        let known = self.kept.iter().position(|(known, _)| *known == minute);
        let place = known.unwrap_or((self.newest + 1) % MINUTES);
        if known.is_none() {
            self.newest = place;
            self.kept[place] = (minute, 0);
        }
        let (_, kept) = &mut self.kept[place];
        let is_kept = *kept < KEPT_MAX;
        *kept += u32::from(is_kept);
        is_kept
    }
}

fn place<T: Clone>(all: &mut Vec<T>, number: u32, new: T) -> &mut T {
    let number = number as usize;
    if number >= all.len() {
        all.resize(number + 1, new);
    }
    &mut all[number]
}

fn text(line: &[u8]) -> Result<&str, RejectReason> {
    std::str::from_utf8(line).map_err(|_| RejectReason::Form {
        expected: "text in UTF-8",
    })
}

fn missing_time() -> RejectReason {
    RejectReason::Missing {
        kind: "line of a file",
        field: "ts",
    }
}

fn check_time(ms: i64) -> Result<(), RejectReason> {
    if ms >= EARLIEST_MS {
        return Ok(());
    }
    Err(RejectReason::Field {
        field: "ts",
        expected: "a time since the year 2000",
    })
}

/// What a fact is, without its numbers.
fn what(fact: &Fact) -> What {
    let of_call = |kind, call: &Call| What {
        kind,
        method: call.method.clone().unwrap_or_default(),
        route: call.route.clone().unwrap_or_default(),
        status: call.status.unwrap_or_default(),
        error_code: call.error_code.clone().unwrap_or_default(),
    };
    let other = |kind, word: &str, object: &str| What {
        kind: Kind::Other(kind),
        method: word.to_owned(),
        route: object.to_owned(),
        status: 0,
        error_code: String::new(),
    };
    match fact {
        Fact::Call(call) => of_call(Kind::Call, call),
        Fact::Mint { call, .. } => of_call(Kind::Mint, call),
        Fact::Probe(call) => of_call(Kind::Other("probe"), call),
        Fact::Ping { state } => other("ping", state, ""),
        Fact::Run { state, .. } => other("run", state, ""),
        Fact::Sample { metric, asset, .. } => {
            other("sample", &format!("{metric:?}"), asset.as_str())
        }
        Fact::Audit { action, object } => {
            other("audit", action, object.as_deref().unwrap_or_default())
        }
    }
}
