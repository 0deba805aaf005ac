//! Impact: what an incident costs so far, as figures with ranges next to their assumptions.
//!
//! A pure function of estate, cause, incident, counters and `now`. Harm is counted from when tokens are
//! of no use; the estate's volumes, weekends, holidays, pauses and schedules say how much would have
//! come (R016, R201 to R204).

use crate::backlog::{self, Split};
use crate::cause::Cause;
use crate::hits::{Hit, How, hits};
use crate::tally::Tally;
use crate::volume;
use crate::words::{plural, span, thousands};
use countersign_model::class::Class;
use countersign_model::estate::{Asset, AssetKind, Entry};
use countersign_model::impact::{Figure, FigureKind, Impact, Outage, Part, Range, Unit};
use countersign_model::incident::Incident;
use countersign_model::{SignedDuration, Timestamp};

mod assumption;
mod prevented;
mod sheet;

use assumption::{
    ALL_OR_NONE, BY_QUEUE_AGE, BY_RUNS, BY_SHAPE, BY_SHARE, BY_VALUE, LAST_LOAD, LOST,
};
pub(crate) use assumption::{BY_AGE, BY_CALLER, BY_VOLUME};
use sheet::Sheet;
pub(crate) use sheet::whole;

/// How far a day's volume may be from what is declared, either way.
const SPREAD: f64 = 0.2;

/// What an incident costs up to now, or up to when tokens were of use again.
pub(crate) fn impact(
    cause: &Cause<'_>,
    incident: &Incident,
    tally: &Tally,
    now: Timestamp,
) -> Impact {
    let outage = outage_of(incident);
    let end = end_of(incident, now);
    let mut sheet = count(cause, incident, &outage, tally, end);
    if let Some(restored) = incident.response.restored_at.or(incident.resolved_at) {
        prevented::add(cause, incident, &outage, restored, &mut sheet);
    }
    sheet.finish(now)
}

/// Since when harm is counted.
pub(crate) fn outage_of(incident: &Incident) -> Outage {
    incident.outage.clone().unwrap_or(Outage {
        from: incident.token_ends_at.unwrap_or(incident.started_at),
        seen_in: Vec::new(),
    })
}

/// Up to when harm is counted.
pub(crate) fn end_of(incident: &Incident, now: Timestamp) -> Timestamp {
    let over = incident.response.restored_at.or(incident.resolved_at);
    over.unwrap_or(now).min(now)
}

fn count(
    cause: &Cause<'_>,
    incident: &Incident,
    outage: &Outage,
    tally: &Tally,
    end: Timestamp,
) -> Sheet {
    let mut sheet = Sheet::default();
    let partial = matches!(
        incident.class,
        Class::Reduced | Class::QueueGrowth | Class::LongJob
    );
    for hit in hits(cause, outage) {
        let one = One {
            cause,
            hit,
            end,
            partial,
        };
        one.contacts(&mut sheet);
        one.stale(&mut sheet);
        one.freshness(outage, tally, &mut sheet);
        one.backlogs(tally, &mut sheet);
    }
    sheet
}

/// One hit up to one instant.
struct One<'a> {
    cause: &'a Cause<'a>,
    hit: Hit<'a>,
    end: Timestamp,
    partial: bool,
}

impl One<'_> {
    fn asset(&self) -> &Asset {
        self.hit.asset
    }

    /// Bounds around an expected number.
    fn range(&self, best: f64) -> Range {
        if self.partial {
            return Range {
                low: 0.0,
                best: best / 2.0,
                high: best,
            };
        }
        Range {
            low: best * (1.0 - SPREAD),
            best,
            high: best * (1.0 + SPREAD),
        }
    }

    fn assumed(&self, more: &[&'static str]) -> Vec<&'static str> {
        let mut all = vec![BY_VOLUME];
        all.extend(self.partial.then_some(BY_SHARE));
        all.extend(more);
        all
    }

    /// Who waits, who missed the way in, what is gone and what it is worth.
    fn contacts(&self, sheet: &mut Sheet) {
        let (asset, estate) = (self.asset(), self.cause.estate);
        let waits = match self.hit.how {
            How::NoEntry | How::OutsideCall => true,
            How::OldData => asset.entry == Some(Entry::DataTable),
            How::NoSend | How::NotFilled => false,
        };
        if asset.kind != AssetKind::Journey || !waits || self.hit.since >= self.end {
            return;
        }
        let n = volume::spread(estate, asset, self.hit.since, self.end);
        let range = self.range(n);
        let waited = span(self.hit.since, self.end);
        let said = format!(
            "{} wait for {waited} in {}",
            about(range, "contact"),
            asset.name
        );
        sheet.add(
            FigureKind::ContactsDelayed,
            asset,
            range,
            said,
            &self.assumed(&[BY_SHAPE]),
        );
        if self.hit.how != How::NoEntry {
            return;
        }
        let said = format!("{} did not enter {}", about(range, "contact"), asset.name);
        sheet.add(
            FigureKind::EnrolmentGap,
            asset,
            range,
            said,
            &self.assumed(&[BY_SHAPE]),
        );
        let gone = asset.entry != Some(Entry::CrmEvent);
        if gone {
            let said = format!(
                "{} of {} cannot be repeated",
                about(range, "entry"),
                asset.name
            );
            let assumed = self.assumed(&[BY_SHAPE, LOST]);
            sheet.add(FigureKind::LostForGood, asset, range, said, &assumed);
        }
        self.value(range, gone, sheet);
    }

    /// What went out or was entered from data that stood still.
    fn stale(&self, sheet: &mut Sheet) {
        let (asset, estate) = (self.asset(), self.cause.estate);
        let sends = matches!(
            asset.kind,
            AssetKind::Journey | AssetKind::TriggeredSend | AssetKind::Launch
        );
        if self.hit.how != How::OldData || !sends || self.hit.since > self.end {
            return;
        }
        let (n, said, how): (f64, String, &'static str) = match (&asset.starts_at, &asset.schedule)
        {
            (Some(start), _) => {
                let began = (self.hit.since..=self.end).contains(&start.at());
                (
                    if began { audience(asset) } else { 0.0 },
                    "at its start".to_owned(),
                    BY_RUNS,
                )
            }
            (None, Some(_)) => {
                let batches = volume::batches(estate, asset, self.hit.since, self.end);
                let said = format!("in {}", plural(batches.len(), "planned run"));
                (batches.iter().map(|(_, n)| n).sum(), said, BY_RUNS)
            }
            (None, None) => {
                let n = volume::spread(estate, asset, self.hit.since, self.end);
                (n, "as they came".to_owned(), BY_SHAPE)
            }
        };
        if n < 0.5 {
            return;
        }
        let range = self.range(n);
        let said = format!(
            "{} were handled by {} with old data, {said}",
            about(range, "contact"),
            asset.name
        );
        sheet.add(
            FigureKind::StaleSends,
            asset,
            range,
            said,
            &self.assumed(&[how]),
        );
        self.value(range, false, sheet);
    }

    /// Money is a range: what is late or stale may have lost nothing.
    fn value(&self, contacts: Range, gone: bool, sheet: &mut Sheet) {
        let Some(value) = self.asset().value_usd else {
            return;
        };
        let mut range = contacts.times(value);
        let mut assumed = self.assumed(&[BY_VALUE]);
        if !gone {
            range.low = 0.0;
            assumed.push(ALL_OR_NONE);
        }
        let said = format!(
            "{} at stake in {} at ${value:.2} each",
            dollars(range),
            self.asset().name
        );
        sheet.add(FigureKind::ValueAtRisk, self.asset(), range, said, &assumed);
    }

    /// Hours between the last good load and the end (R203).
    fn freshness(&self, outage: &Outage, tally: &Tally, sheet: &mut Sheet) {
        if self.hit.how != How::NotFilled || self.hit.since >= self.end {
            return;
        }
        let asset = self.asset();
        let moved = tally.asset(&asset.id).moved_at.filter(|at| *at <= self.end);
        let planned = moved.is_none();
        let Some(last) = moved.or_else(|| last_load(self.cause, &self.hit, outage)) else {
            return;
        };
        let lost = hours(last, self.end);
        let said = format!(
            "{} holds data that is {} old",
            asset.name,
            span(last, self.end)
        );
        let assumed: &[&'static str] = if planned { &[LAST_LOAD] } else { &[] };
        sheet.add(
            FigureKind::FreshnessLost,
            asset,
            Range::exact(lost),
            said,
            assumed,
        );
    }

    /// What waits at the caller, and what waits in Marketing Cloud: two figures (F6).
    fn backlogs(&self, tally: &Tally, sheet: &mut Sheet) {
        if self.asset().kind != AssetKind::TriggeredSend {
            return;
        }
        let row = tally.asset(&self.asset().id);
        if self.hit.how == How::NoSend && self.hit.since < self.end {
            let counted = row.unsent.filter(|read| read.at >= self.hit.since);
            let due = backlog::due(self.cause.estate, self.asset(), self.hit.since, self.end);
            let (split, assumed) = match counted {
                Some(read) => (due.scaled(read.value), vec![BY_VOLUME, BY_AGE]),
                None => (due, self.assumed(&[BY_CALLER, BY_AGE])),
            };
            let range = match counted {
                Some(read) => Range::exact(read.value),
                None => self.range(split.total()),
            };
            let waits = self.backlog(FigureKind::CallerBacklog, split, range);
            sheet.push_some(waits, &assumed);
        }
        if let (Some(depth), Some(oldest)) = (row.queue, row.queue_age_s)
            && depth.value > 0.0
        {
            let split = backlog::queued(depth.value, oldest.value, self.asset().useful_min);
            let range = Range::exact(depth.value);
            let waits = self.backlog(FigureKind::ProviderQueue, split, range);
            sheet.push_some(waits, &[BY_QUEUE_AGE]);
        }
    }

    fn backlog(&self, kind: FigureKind, split: Split, range: Range) -> Option<Figure> {
        let place = match kind {
            FigureKind::ProviderQueue => "in Marketing Cloud",
            _ => "at the caller",
        };
        let said = format!(
            "{} of {} wait {place}: {}",
            about(range, "message"),
            self.asset().name,
            split.words(self.asset().useful_min)
        );
        let parts = split.parts().into_iter();
        let parts = parts.map(|(fate, n)| Part { fate, n }).collect();
        let figure = figure(kind, Some(self.asset()), range, said);
        (range.best >= 0.5).then_some(Figure { parts, ..figure })
    }
}

/// The last load before the failure, by the flow's schedule; a flow without one filled it to the end.
fn last_load(cause: &Cause<'_>, hit: &Hit<'_>, outage: &Outage) -> Option<Timestamp> {
    let flow = hit.flow.or_else(|| {
        let mut flows = cause.estate.integrations.iter();
        flows.find(|flow| flow.feeds.contains(&hit.asset.id))
    });
    let Some(schedule) = flow.and_then(|flow| flow.schedule.as_ref()) else {
        return Some(outage.from);
    };
    let before = outage.from.checked_sub(SignedDuration::from_secs(1)).ok()?;
    volume::last_run(cause.estate, hit.asset, schedule, before)
}

#[expect(clippy::cast_precision_loss, reason = "contacts are far below 2^53")]
fn audience(asset: &Asset) -> f64 {
    asset.audience.unwrap_or(0) as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "minutes of years are far below 2^53"
)]
fn hours(from: Timestamp, to: Timestamp) -> f64 {
    (to.duration_since(from).as_secs().max(0) as f64 / 360.0).round() / 10.0
}

/// `1,667 contacts`, `about 1,667 contacts` where it is a range.
fn about(range: Range, noun: &str) -> String {
    let n = whole(range.best);
    let noun = match (n, noun) {
        (1, noun) => noun.to_owned(),
        (_, "entry") => "entries".to_owned(),
        (_, noun) => format!("{noun}s"),
    };
    let about = if range.low < range.high { "about " } else { "" };
    format!("{about}{} {noun}", thousands(n))
}

/// `$7,512 to $11,268`.
pub(crate) fn dollars(range: Range) -> String {
    format!(
        "${} to ${}",
        thousands(whole(range.low)),
        thousands(whole(range.high))
    )
}

/// The units of a kind.
fn unit(kind: FigureKind) -> Unit {
    match kind {
        FigureKind::CallerBacklog | FigureKind::ProviderQueue => Unit::Messages,
        FigureKind::FreshnessLost => Unit::Hours,
        FigureKind::ValueAtRisk => Unit::Usd,
        _ => Unit::Contacts,
    }
}

/// A figure of one asset, its assumptions yet to be numbered.
fn figure(kind: FigureKind, asset: Option<&Asset>, range: Range, words: String) -> Figure {
    Figure {
        kind,
        asset: asset.map(|asset| asset.id.clone()),
        range,
        unit: unit(kind),
        words: format!("{}.", capitalised(&words)),
        parts: Vec::new(),
        assumes: Vec::new(),
    }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
