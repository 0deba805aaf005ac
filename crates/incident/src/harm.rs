//! The first moment a customer notices, from schedules alone.

use crate::cause::Cause;
use crate::hits::{Hit, How, at_or_after, hits};
use crate::words::thousands;
use countersign_model::Timestamp;
use countersign_model::estate::{Asset, AssetKind, Entry, Estate};
use countersign_model::impact::Outage;
use countersign_model::incident::CustomerHarm;
use countersign_model::schedule::zone;
use countersign_model::signal::Signal;
use std::cmp::Reverse;

/// Since when tokens are of no use, by a signal and what was known before it.
///
/// Until the end of the last good token everything runs, unless calls are refused already: then harm
/// begins with the first of them, and a flow in whose traffic it was seen was at work then. An end that
/// was told is not forgotten by a signal that knows of none.
pub(crate) fn outage(signal: &Signal, known: Option<&Outage>, now: Timestamp) -> Outage {
    let refused = signal.calls_refused_since;
    let seen_in = match refused {
        Some(_) => signal.integrations.clone(),
        None => known.map_or_else(Vec::new, |known| known.seen_in.clone()),
    };
    let begun = known.map(|known| known.from).filter(|from| *from <= now);
    let told = refused.or(signal.token_ends_at);
    let from = match (told, begun) {
        (Some(told), Some(begun)) => told.min(begun),
        (Some(told), None) => told,
        (None, _) => known.map_or(signal.since, |known| known.from),
    };
    Outage { from, seen_in }
}

/// The earliest harm of a cause, if schedules tell one.
pub(crate) fn first_harm(cause: &Cause<'_>, outage: &Outage) -> Option<CustomerHarm> {
    let rank = |(at, asset): &(Timestamp, &Asset)| {
        let volume = asset.volume_weekday.or(asset.audience);
        (*at, asset.tier, Reverse(volume), asset.id.clone())
    };
    let found = hits(cause, outage).into_iter();
    let found = found.filter_map(|hit| Some((noticed_at(cause.estate, &hit)?, hit.asset)));
    let (at, asset) = found.min_by_key(rank)?;
    Some(CustomerHarm {
        at,
        asset: asset.id.clone(),
        words: words(cause.estate, asset, at),
    })
}

/// When a customer notices that an asset is hit; `None` where no schedule tells.
pub(crate) fn noticed_at(estate: &Estate, hit: &Hit<'_>) -> Option<Timestamp> {
    let asset = hit.asset;
    match (hit.how, asset.kind) {
        (How::NoEntry | How::NoSend, _) => Some(hit.since),
        (How::OutsideCall, _) if asset.entry != Some(Entry::DataTable) => Some(hit.since),
        (_, AssetKind::Launch) => {
            let start = asset.starts_at.as_ref()?.at();
            (start >= hit.since).then_some(start)
        }
        (_, AssetKind::Journey) if asset.entry != Some(Entry::DataTable) => None,
        (_, AssetKind::Journey | AssetKind::TriggeredSend) => {
            at_or_after(estate, &asset.bu, asset.schedule.as_ref()?, hit.since)
        }
        (_, AssetKind::DataExtension | AssetKind::Automation | AssetKind::OutsideSystem) => None,
    }
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
