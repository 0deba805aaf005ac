//! The first moment a customer notices, from schedules alone.

use crate::cause::Cause;
use crate::words::thousands;
use countersign_model::estate::{Asset, AssetKind, Entry, Estate, Integration};
use countersign_model::graph::picks_from_table;
use countersign_model::id::AssetId;
use countersign_model::incident::CustomerHarm;
use countersign_model::schedule::{Schedule, zone};
use countersign_model::signal::Signal;
use countersign_model::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The earliest harm of a cause, if schedules tell one.
///
/// Until the end of the last good token everything runs, unless calls are refused already: then
/// harm begins with the first of them, and a flow in whose traffic it was seen was at work then.
pub(crate) fn first_harm(
    cause: &Cause<'_>,
    now: Timestamp,
    signal: &Signal,
) -> Option<CustomerHarm> {
    let token_end = signal.token_ends_at.map_or(now, |end| end.max(now));
    let from = signal.calls_refused_since.unwrap_or(token_end);
    let seen = |flow: &Integration| {
        signal.calls_refused_since.is_some() && signal.integrations.contains(&flow.id)
    };
    let mut found = Vec::new();
    for integration in &cause.integrations {
        found.extend(harms(cause.estate, integration, from, seen(integration)));
    }
    let rank = |(at, asset): &(Timestamp, &Asset)| {
        let volume = asset.volume_weekday.or(asset.audience);
        (*at, asset.tier, Reverse(volume), asset.id.clone())
    };
    let (at, asset) = found.into_iter().min_by_key(rank)?;
    Some(CustomerHarm {
        at,
        asset: asset.id.clone(),
        words: words(cause.estate, asset, at),
    })
}

fn harms<'a>(
    estate: &'a Estate,
    integration: &Integration,
    from: Timestamp,
    at_work: bool,
) -> Vec<(Timestamp, &'a Asset)> {
    let mut found = Vec::new();
    let mut stale = BTreeSet::new();
    let load_missed = match integration.schedule.as_ref().filter(|_| !at_work) {
        Some(schedule) => next_run(estate, &integration.bu, schedule, from),
        None => Some(from),
    };
    for asset in integration.feeds.iter().filter_map(|id| estate.asset(id)) {
        match asset.kind {
            AssetKind::TriggeredSend => found.push((from, asset)),
            AssetKind::Journey if !picks_from_table(asset.entry) => found.push((from, asset)),
            AssetKind::DataExtension => {
                stale.extend(load_missed.map(|missed| (missed, asset.id.clone())));
            }
            _ => found.extend(clock_of(estate, asset, from).map(|at| (at, asset))),
        }
    }
    found.extend(readers(estate, stale));
    found
}

/// What reads tables that stand still, and when it next does; through automations too.
fn readers(estate: &Estate, mut stale: BTreeSet<(Timestamp, AssetId)>) -> Vec<(Timestamp, &Asset)> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    while let Some((since, table)) = stale.pop_first() {
        if !seen.insert(table.clone()) {
            continue;
        }
        let reads = |asset: &&Asset| asset.reads.contains(&table);
        for asset in estate.assets.iter().filter(reads) {
            if asset.kind == AssetKind::Automation {
                let run = match &asset.schedule {
                    Some(schedule) => at_or_after(estate, &asset.bu, schedule, since),
                    None => Some(since),
                };
                stale.extend(
                    run.into_iter()
                        .flat_map(|run| asset.writes.iter().map(move |id| (run, id.clone()))),
                );
            } else if let Some(at) = clock_of(estate, asset, since) {
                found.push((at, asset));
            }
        }
    }
    found
}

/// When an asset next shows old data to customers; `None` where no schedule tells.
fn clock_of(estate: &Estate, asset: &Asset, since: Timestamp) -> Option<Timestamp> {
    match asset.kind {
        AssetKind::Launch => {
            let start = asset.starts_at.as_ref()?.at();
            (start >= since).then_some(start)
        }
        AssetKind::Journey if asset.entry != Some(Entry::DataTable) => None,
        AssetKind::Journey | AssetKind::TriggeredSend => {
            at_or_after(estate, &asset.bu, asset.schedule.as_ref()?, since)
        }
        AssetKind::DataExtension | AssetKind::Automation | AssetKind::OutsideSystem => None,
    }
}

/// A schedule that cannot be read tells no time: `lint` names it.
fn next_run(
    estate: &Estate,
    bu: &countersign_model::id::BuId,
    schedule: &Schedule,
    after: Timestamp,
) -> Option<Timestamp> {
    let unit = estate.business_unit(bu)?;
    schedule.next_after(after, &unit.time_zone).ok().flatten()
}

fn at_or_after(
    estate: &Estate,
    bu: &countersign_model::id::BuId,
    schedule: &Schedule,
    since: Timestamp,
) -> Option<Timestamp> {
    let just_before = since.checked_sub(SignedDuration::from_secs(1)).ok()?;
    next_run(estate, bu, schedule, just_before).filter(|at| *at >= since)
}

fn words(estate: &Estate, asset: &Asset, at: Timestamp) -> String {
    let harm = match asset.harm.is_empty() {
        true => format!("{} does not work", asset.name),
        false => asset.harm.clone(),
    };
    if let Some(audience) = asset.audience {
        return format!("{harm}, about {} contacts", thousands(audience));
    }
    match asset.volume_weekday {
        Some(volume) if volume > 0 => {
            let volume = thousands(volume_on(estate, asset, volume, at));
            format!("{harm}, about {volume} a day")
        }
        Some(_) | None => harm,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a volume for people; both factors are small and not negative"
)]
fn volume_on(estate: &Estate, asset: &Asset, volume: u64, at: Timestamp) -> u64 {
    let unit = estate.business_unit(&asset.bu);
    let zone = unit.and_then(|unit| zone(&unit.time_zone).ok());
    let weekend =
        zone.is_some_and(|zone| at.to_zoned(zone).weekday().to_monday_zero_offset().ge(&5));
    match asset.weekend_factor {
        Some(factor) if weekend => (volume as f64 * factor).round() as u64,
        _ => volume,
    }
}
