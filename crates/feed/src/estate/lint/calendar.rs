//! Zones, cron expressions, dates and hours.

use super::Finding;
use countersign_model::civil::{Date, Time};
use countersign_model::estate::{BusinessHours, Estate};
use countersign_model::schedule::{Schedule, zone};

/// Hours of a day's shape.
const HOURS: usize = 24;
/// Names of weekdays in `business_hours`.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) fn lint(estate: &Estate, findings: &mut Vec<Finding>) {
    for (index, bu) in estate.business_units.iter().enumerate() {
        if let Err(error) = zone(&bu.time_zone) {
            let said = (
                format!("{}: {error}.", bu.id),
                "Write it as `Europe/Berlin`.",
            );
            let path = format!("business_units[{index}].time_zone");
            findings.push(Finding::error(path, "zone_unknown", said));
        }
        for (at, hours) in bu.business_hours.iter().enumerate() {
            let path = format!("business_units[{index}].business_hours[{at}]");
            business_hours(findings, &path, hours);
        }
    }
    for (index, integration) in estate.integrations.iter().enumerate() {
        cron(
            findings,
            format!("integrations[{index}].schedule.cron"),
            &integration.schedule,
        );
    }
    for (index, asset) in estate.assets.iter().enumerate() {
        cron(
            findings,
            format!("assets[{index}].schedule.cron"),
            &asset.schedule,
        );
    }
    for (index, credential) in estate.credentials.iter().enumerate() {
        if let (Some(issued), Some(ends)) = (credential.issued, credential.ends)
            && ends < issued
        {
            let message = format!("{} ends on {ends}, before it was issued.", credential.id);
            let said = (message, "Correct `issued` or `ends`.");
            findings.push(Finding::error(
                format!("credentials[{index}].ends"),
                "dates_reversed",
                said,
            ));
        }
    }
    freezes(estate, findings);
    planned(estate, findings);
    day_shape(estate, findings);
}

fn day_shape(estate: &Estate, findings: &mut Vec<Finding>) {
    let Some(shape) = &estate.day_shape else {
        return;
    };
    let is_fine = shape
        .percent
        .iter()
        .all(|share| share.is_finite() && *share >= 0.0)
        && shape.percent.iter().sum::<f64>() > 0.0;
    if shape.percent.len() != HOURS || !is_fine {
        let message = "The day's shape is not 24 shares, one of them above 0.".to_owned();
        let said = (
            message,
            "Write one number for each local hour from midnight.",
        );
        findings.push(Finding::error(
            "day_shape.percent".to_owned(),
            "day_shape",
            said,
        ));
    }
}

fn planned(estate: &Estate, findings: &mut Vec<Finding>) {
    for (index, span) in estate.planned.iter().enumerate() {
        if span.to <= span.from {
            let message = format!("{} ends at {}, before it starts.", span.id, span.to);
            let said = (message, "Exchange `from` and `to`.");
            findings.push(Finding::error(
                format!("planned[{index}].to"),
                "dates_reversed",
                said,
            ));
        }
    }
}

fn cron(findings: &mut Vec<Finding>, path: String, schedule: &Option<Schedule>) {
    if let Some(Err(error)) = schedule.as_ref().map(Schedule::check) {
        let fix = "Write minute, hour, day of month, month and weekday: `5 * * * *`.";
        findings.push(Finding::error(
            path,
            "cron_invalid",
            (format!("{error}."), fix),
        ));
    }
}

fn freezes(estate: &Estate, findings: &mut Vec<Finding>) {
    for (index, freeze) in estate.freezes.iter().enumerate() {
        let from = date(findings, format!("freezes[{index}].from"), &freeze.from);
        let to = date(findings, format!("freezes[{index}].to"), &freeze.to);
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            let message = format!("A freeze from {from} cannot end on {to}.");
            let said = (message, "Exchange the two days.");
            findings.push(Finding::error(
                format!("freezes[{index}].to"),
                "dates_reversed",
                said,
            ));
        }
    }
}

fn date(findings: &mut Vec<Finding>, path: String, text: &str) -> Option<Date> {
    let date = text.parse::<Date>().ok();
    if date.is_none() {
        let said = (
            format!("{text:?} is not a date."),
            "Write it as `2026-11-24`.",
        );
        findings.push(Finding::error(path, "date_invalid", said));
    }
    date
}

fn business_hours(findings: &mut Vec<Finding>, path: &str, hours: &BusinessHours) {
    for (index, day) in hours.days.iter().enumerate() {
        if !DAYS.contains(&day.as_str()) {
            let said = (
                format!("{day:?} is no weekday."),
                "Use `mon`, `tue`, … `sun`.",
            );
            findings.push(Finding::error(
                format!("{path}.days[{index}]"),
                "day_unknown",
                said,
            ));
        }
    }
    let from = time(findings, format!("{path}.from"), &hours.from);
    let to = time(findings, format!("{path}.to"), &hours.to);
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        let message = format!("Hours from {} to {} hold no time.", hours.from, hours.to);
        let said = (message, "Split a span over midnight in two.");
        findings.push(Finding::error(format!("{path}.to"), "hours_reversed", said));
    }
    if let Some(until) = &hours.until {
        date(findings, format!("{path}.until"), until);
    }
}

fn time(findings: &mut Vec<Finding>, path: String, text: &str) -> Option<Time> {
    let time = Time::strptime("%H:%M", text).ok();
    if time.is_none() {
        let said = (
            format!("{text:?} is not a time of day."),
            "Write it as `08:00`, in quotes.",
        );
        findings.push(Finding::error(path, "time_invalid", said));
    }
    time
}
