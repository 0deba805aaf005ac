//! How long what is kept, as the configuration says it: `[keep]` in `countersign.toml`.

use countersign_model::SignedDuration;
use countersign_watch::Keep;

const DAY_H: i64 = 24;

/// One span of the table: its name, its bounds in hours, and how they are written.
struct Span {
    name: &'static str,
    hours_min: i64,
    hours_max: i64,
    bounds: &'static str,
    field: fn(&mut Keep) -> &mut SignedDuration,
}

const SPANS: [Span; 4] = [
    Span {
        name: "outcomes",
        hours_min: 0,
        hours_max: 30 * DAY_H,
        bounds: "0m to 30d",
        field: |keep| &mut keep.outcomes,
    },
    Span {
        name: "failures",
        hours_min: DAY_H,
        hours_max: 1_100 * DAY_H,
        bounds: "1d to 1100d",
        field: |keep| &mut keep.failures,
    },
    Span {
        name: "minutes",
        hours_min: 1,
        hours_max: 90 * DAY_H,
        bounds: "1h to 90d",
        field: |keep| &mut keep.minutes,
    },
    Span {
        name: "hours",
        hours_min: DAY_H,
        hours_max: 3_660 * DAY_H,
        bounds: "1d to 3660d",
        field: |keep| &mut keep.hours,
    },
];

/// A number of rows in the table: its name, its least value, and where it goes.
struct Rows {
    name: &'static str,
    min: u32,
    field: fn(&mut Keep) -> &mut u32,
}

const ROWS: [Rows; 3] = [
    Rows {
        name: "outcomes_max",
        min: 0,
        field: |keep| &mut keep.outcomes_max,
    },
    Rows {
        name: "failures_max",
        min: 1_000,
        field: |keep| &mut keep.failures_max,
    },
    Rows {
        name: "failures_sample",
        min: 1,
        field: |keep| &mut keep.failures_sample,
    },
];

/// Reads the table over the defaults.
///
/// # Errors
/// One sentence for each fault, with the field and what to write.
pub(crate) fn read(table: &toml::Table) -> Result<Keep, Vec<String>> {
    let mut keep = Keep::default();
    let mut faults = Vec::new();
    for (name, value) in table {
        if let Err(fault) = put(&mut keep, name, value) {
            faults.push(format!("keep.{name}: {fault}"));
        }
    }
    if faults.is_empty() {
        Ok(keep)
    } else {
        Err(faults)
    }
}

fn put(keep: &mut Keep, name: &str, value: &toml::Value) -> Result<(), String> {
    if let Some(rows) = ROWS.iter().find(|rows| rows.name == name) {
        let n = value.as_integer().and_then(|n| u32::try_from(n).ok());
        let fits = n.filter(|n| *n >= rows.min);
        *(rows.field)(keep) = fits.ok_or_else(|| {
            let min = rows.min;
            format!("write a whole number of rows, {min} or more")
        })?;
        return Ok(());
    }
    let Some(span) = SPANS.iter().find(|span| span.name == name) else {
        let known = SPANS.map(|span| span.name).join(", ");
        let rows = ROWS.map(|rows| rows.name).join(", ");
        return Err(format!(
            "there is no such span; there are the spans {known} and the numbers {rows}"
        ));
    };
    let written = value.as_str().and_then(duration);
    let fits = written.filter(|written| {
        let within = span.hours_min * 60..=span.hours_max * 60;
        within.contains(&written.as_mins())
    });
    *(span.field)(keep) = fits.ok_or_else(|| {
        let bounds = span.bounds;
        format!("write a span from {bounds}, in minutes, hours or days: \"90m\", \"48h\", \"30d\"")
    })?;
    Ok(())
}

pub(crate) fn duration(text: &str) -> Option<SignedDuration> {
    let unit = text.strip_suffix(['m', 'h', 'd'])?;
    let n: u32 = unit.parse().ok()?;
    let minutes = match text.as_bytes().last()? {
        b'm' => 1,
        b'h' => 60,
        _ => 24 * 60,
    };
    Some(SignedDuration::from_mins(i64::from(n) * minutes))
}

#[cfg(test)]
mod tests;
