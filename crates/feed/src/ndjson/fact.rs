//! What happened, by kind, out of a line's fields.

use super::wire::Fields;
use super::{ID, RejectReason};
use countersign_model::outcome::{Call, Fact};

const STATUS: &str = "an HTTP status from 100 to 599";

const KIND: &str = "one of mint, call, probe, ping, run, sample, audit";

/// Takes a line's kind and the fields that belong to it.
pub(super) fn take(fields: &mut Fields) -> Result<Fact, RejectReason> {
    let kind: String = fields.require("line", "kind", "text")?;
    match kind.as_str() {
        "mint" => mint(fields),
        "call" => call(fields).map(Fact::Call),
        "probe" => call(fields).map(Fact::Probe),
        "ping" => Ok(Fact::Ping {
            state: fields.require("ping", "state", "text")?,
        }),
        "run" => Ok(Fact::Run {
            rows: fields.whole("rows")?,
            duration_ms: fields.whole("duration_ms")?,
            state: fields.require("run", "state", "text")?,
        }),
        "sample" => Ok(Fact::Sample {
            metric: fields.require("sample", "metric", "one of the metrics we know")?,
            asset: fields.require("sample", "asset", ID)?,
            value: fields.require("sample", "value", "a number")?,
        }),
        "audit" => Ok(Fact::Audit {
            action: fields.require("audit", "action", "text")?,
            object: fields.text("object")?,
        }),
        _ => Err(RejectReason::Field {
            field: "kind",
            expected: KIND,
        }),
    }
}

fn mint(fields: &mut Fields) -> Result<Fact, RejectReason> {
    Ok(Fact::Mint {
        call: call(fields)?,
        expires_in: fields.whole("expires_in")?,
        scope: fields.text("scope")?,
        generation: fields.whole("generation")?,
        refresh_at: fields.take("refresh_at", "a time of RFC 3339")?,
        grant: fields.text("grant")?,
    })
}

fn call(fields: &mut Fields) -> Result<Call, RejectReason> {
    let status: Option<u16> = fields.take("status", STATUS)?;
    if status.is_some_and(|status| !(100..=599).contains(&status)) {
        return Err(RejectReason::Field {
            field: "status",
            expected: STATUS,
        });
    }
    Ok(Call {
        method: fields.text("method")?,
        route: fields.text("route")?.map(without_query),
        status,
        error_code: fields.code("error_code")?,
        attempt: fields.take("attempt", "a whole number from 0")?,
        retry_of: fields.take("retry_of", ID)?,
        latency_ms: fields.whole("latency_ms")?,
    })
}

/// A query can hold a contact's data or a key; the route does without it.
fn without_query(mut route: String) -> String {
    let end = route.find(['?', '#']).unwrap_or(route.len());
    route.truncate(end);
    route
}
