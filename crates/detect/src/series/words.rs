//! The evidence in words for people who run campaigns: what, since when, and what is usual.
//!
//! Source: detection 6, "Evidence a marketer can read". No word of statistics, no false precision.

use super::alarm::{Alarm, Change};
use super::course::{Finding, Turn};
use super::settings::{Kind, Settings};
use countersign_model::class::Class;
use countersign_model::{SignedDuration, Timestamp};
use jiff::civil::Weekday;

mod amount;

pub(super) use amount::{about, ago};

/// How a kind of flow is spoken of.
struct Flow {
    /// "has enrolled nobody"
    nothing: &'static str,
    /// "enrols"
    verb: &'static str,
    /// "people"
    unit: &'static str,
}

fn flow(kind: Kind) -> Flow {
    let (nothing, verb, unit) = match kind {
        Kind::Enrolments => ("has enrolled nobody", "enrols", "people"),
        Kind::Sends => ("has sent nothing", "sends", "messages"),
        Kind::Rows => ("has gained no rows", "gains", "rows"),
        Kind::Runs => ("has moved no rows", "moves", "rows"),
        Kind::Events | Kind::LastChange | Kind::QueueDepth | Kind::QueueAge => {
            ("has brought nothing", "brings", "events")
        }
    };
    Flow {
        nothing,
        verb,
        unit,
    }
}

/// What is usual at an hour of the week.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usual {
    /// Start of the bucket, or time of the run.
    pub(super) at: Timestamp,
    /// Expected in one bucket, where that is known.
    pub(super) expected: Option<f64>,
    /// Lower and upper end of the usual range, and over how many weeks.
    pub(super) range: Option<(f64, f64, usize)>,
}

/// A turn of an alarm with words; `say` is also told whether it is over.
pub(super) fn told(
    now: Timestamp,
    turn: Turn,
    say: impl FnOnce(&Finding, bool) -> String,
) -> Change {
    let (found, is_over) = match &turn {
        Turn::Opened(found) | Turn::Raised(found) => (*found, false),
        Turn::Closed(found) => (*found, true),
    };
    let words = say(&found, is_over);
    let alarm = alarm(now, &found, words);
    match turn {
        Turn::Opened(_) => Change::Opened(alarm),
        Turn::Raised(_) => Change::Raised(alarm),
        Turn::Closed(_) => Change::Closed(alarm),
    }
}

/// A finding as an alarm, in `words`.
pub(super) fn alarm(now: Timestamp, found: &Finding, words: String) -> Alarm {
    Alarm {
        class: found.class,
        severity: found.severity,
        since: found.since,
        at: now,
        strength: found.strength,
        expected: found.expected,
        seen: found.seen,
        lost: found.lost(),
        words,
    }
}

/// Words for a flow that has stopped or fallen.
pub(super) fn fell(
    settings: &Settings,
    kind: Kind,
    found: &Finding,
    now: Timestamp,
    usual: Usual,
) -> String {
    let flow = flow(kind);
    let name = &settings.name;
    match (found.class, found.seen > 0.0) {
        (Class::Reduced, _) => reduced(settings, &flow, found),
        (_, true) => format!(
            "{name} is down to a trickle since about {}: {} {} instead of about {}.",
            clock(settings, found.since),
            about(found.seen),
            flow.unit,
            about(found.expected)
        ),
        (Class::ZeroRows, _) => format!(
            "{name} finished with 0 rows at {}.{}{}",
            clock(settings, usual.at),
            habit(settings, &flow, usual, "a run"),
            missed(&flow, found)
        ),
        _ => format!(
            "{name} {} for {}.{}{}",
            flow.nothing,
            ago(now.duration_since(found.since)),
            habit(settings, &flow, usual, "it"),
            missed(&flow, found)
        ),
    }
}

fn reduced(settings: &Settings, flow: &Flow, found: &Finding) -> String {
    let share = 100.0 * found.seen / found.expected.max(1e-9);
    format!(
        "{} is at {share:.0} % of normal since about {}: {} {} instead of about {}.",
        settings.name,
        clock(settings, found.since),
        about(found.seen),
        flow.unit,
        about(found.expected)
    )
}

/// Words for several flows that fell together.
pub(super) fn pooled(settings: &Settings, found: &Finding) -> String {
    let share = 100.0 * found.seen / found.expected.max(1e-9);
    format!(
        "Taken together, the flows of {} are at {share:.0} % of normal since about {}: {} instead of \
         about {}. None of them shows it alone.",
        settings.name,
        clock(settings, found.since),
        about(found.seen),
        about(found.expected)
    )
}

fn habit(settings: &Settings, flow: &Flow, usual: Usual, subject: &str) -> String {
    let Some(expected) = usual.expected else {
        return String::new();
    };
    let day = weekday(settings, usual.at);
    let (expected, per) = rate(settings, expected);
    let range = match usual.range {
        Some((low, high, weeks)) if weeks > 1 && per != "an hour" => {
            format!(" (the last {weeks} {day}s: {}-{})", about(low), about(high))
        }
        _ => String::new(),
    };
    format!(
        " At this time on a {day} {subject} normally {} about {} {}{}{range}.",
        flow.verb,
        about(expected),
        flow.unit,
        if subject == "it" {
            format!(" {per}")
        } else {
            String::new()
        },
    )
}

/// An amount per bucket, or per hour where a bucket has hardly any.
fn rate(settings: &Settings, expected: f64) -> (f64, String) {
    let interval = i64::from(settings.interval_s);
    if expected < 2.0 && interval < 3600 {
        return (expected * 3600.0 / interval as f64, "an hour".to_owned());
    }
    let per = match interval {
        3600 => "an hour".to_owned(),
        _ => format!("every {}", ago(SignedDuration::from_secs(interval))),
    };
    (expected, per)
}

fn missed(flow: &Flow, found: &Finding) -> String {
    match found.lost() {
        lost if lost < 0.5 => String::new(),
        lost => format!(" About {} {} missed so far.", about(lost), flow.unit),
    }
}

/// Words for a flow that is back.
pub(super) fn flows_again(
    settings: &Settings,
    unit: &str,
    found: &Finding,
    now: Timestamp,
) -> String {
    let name = &settings.name;
    let since = clock(settings, found.since);
    let lost = match found.lost() {
        lost if lost < 0.5 => String::new(),
        lost => format!(" About {} {unit} were missed.", about(lost)),
    };
    let span = ago(now.duration_since(found.since));
    format!("{name} is back to normal, {span} after it began at about {since}.{lost}")
}

/// The unit in which a kind is counted.
pub(super) fn unit(kind: Kind) -> &'static str {
    flow(kind).unit
}

/// Words for a table that does not change.
pub(super) fn frozen(settings: &Settings, found: &Finding, now: Timestamp) -> String {
    let limit = SignedDuration::from_secs((found.expected.min(1e8) * 60.0) as i64);
    format!(
        "{} last changed {} ago, at {}; at this hour it is late after {}.",
        settings.name,
        ago(now.duration_since(found.since)),
        clock(settings, found.since),
        ago(limit)
    )
}

/// Words for a queue that grows.
pub(super) fn grows(settings: &Settings, found: &Finding) -> String {
    format!(
        "{} holds {} waiting messages and has not drained since about {}; more than {} is not usual.",
        settings.name,
        about(found.seen),
        clock(settings, found.since),
        about(found.expected)
    )
}

/// Words for messages that wait too long.
pub(super) fn ages(settings: &Settings, found: &Finding) -> String {
    let age = ago(SignedDuration::from_secs(found.seen.min(1e9) as i64));
    let limit = match settings.useful_min {
        Some(minutes) => format!(
            "it is useful for {}",
            ago(SignedDuration::from_mins(i64::from(minutes)))
        ),
        None => "what waits for 72 h is dropped".to_owned(),
    };
    format!(
        "The oldest message of {} has waited for {age}; {limit}.",
        settings.name
    )
}

/// Words for a queue or table that is as usual again.
pub(super) fn calm_again(settings: &Settings, found: &Finding, now: Timestamp) -> String {
    format!(
        "{} is back to normal, {} after it began at about {}.",
        settings.name,
        ago(now.duration_since(found.since)),
        clock(settings, found.since)
    )
}

fn clock(settings: &Settings, at: Timestamp) -> String {
    settings.zone.to_datetime(at).strftime("%H:%M").to_string()
}

fn weekday(settings: &Settings, at: Timestamp) -> &'static str {
    match settings.zone.to_datetime(at).weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[cfg(test)]
mod tests;
