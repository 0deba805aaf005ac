//! What early detection kept away: the harm there would have been, had a customer told us.

use super::{Sheet, count, dollars, figure, whole};
use crate::cause::Cause;
use crate::harm;
use crate::tally::Tally;
use crate::words::thousands;
use countersign_model::estate::Estate;
use countersign_model::hours::is_staffed;
use countersign_model::id::AssetId;
use countersign_model::impact::{FigureKind, Outage, Range, Unit};
use countersign_model::incident::Incident;
use countersign_model::{SignedDuration, Timestamp};

/// From the first customer effect until a customer's word reaches whoever can mend it: hours at
/// least, most likely and at most.
const TOLD_AFTER_H: [i64; 3] = [1, 4, 24];
/// Longest that a call is taken to wait for somebody to be there.
const STAFFED_WITHIN_H: i64 = 7 * 24;

const TOLD: &str = "Without us a customer's complaint would have brought it up: 1 to 24 hours, most \
     likely 4, after the first customer effect, and when somebody is there to take the call.";
const MENDED: &str = "It would then have been mended at once.";

/// Adds what was kept away, if anything was.
pub(super) fn add(
    cause: &Cause<'_>,
    incident: &Incident,
    outage: &Outage,
    restored: Timestamp,
    sheet: &mut Sheet,
) {
    let Some(harm) = harm::first_harm(cause, outage) else {
        return;
    };
    let told = TOLD_AFTER_H.map(|hours| told_at(cause.estate, &harm.asset, harm.at, hours));
    let until = |at: Timestamp| count(cause, incident, outage, &Tally::default(), at.max(restored));
    let [low, best, high] = told.map(until);
    let so_far = until(restored);
    let kept = |kinds: &[FigureKind]| {
        let saved = |told: &Sheet| {
            let sum = |sheet: &Sheet| -> f64 {
                let one = |kind: &FigureKind| sheet.total(*kind).map_or(0.0, |range| range.best);
                kinds.iter().map(one).sum()
            };
            (sum(told) - sum(&so_far)).max(0.0)
        };
        Range {
            low: saved(&low),
            best: saved(&best),
            high: saved(&high),
        }
    };
    let hit = [
        FigureKind::EnrolmentGap,
        FigureKind::StaleSends,
        FigureKind::CallerBacklog,
    ];
    let contacts = kept(&hit);
    if contacts.high >= 1.0 {
        let words = format!(
            "{} to {} more customers would have been hit before one of them told us",
            thousands(whole(contacts.low)),
            thousands(whole(contacts.high))
        );
        let figure = figure(FigureKind::Prevented, None, contacts, words);
        sheet.push(figure, &[super::BY_VOLUME, TOLD, MENDED]);
    }
    let money = kept(&[FigureKind::ValueAtRisk]);
    if money.high >= 1.0 {
        let words = format!("{} more would have been at stake by then", dollars(money));
        let mut figure = figure(FigureKind::Prevented, None, money, words);
        figure.unit = Unit::Usd;
        sheet.push(figure, &[super::BY_VOLUME, super::BY_VALUE, TOLD, MENDED]);
    }
}

/// The first staffed hour, `hours` after the harm or later.
fn told_at(estate: &Estate, asset: &AssetId, harm: Timestamp, hours: i64) -> Timestamp {
    let earliest = harm + SignedDuration::from_hours(hours);
    let unit = estate
        .asset(asset)
        .and_then(|asset| estate.business_unit(&asset.bu));
    let Some(unit) = unit else { return earliest };
    let mut later = (0..STAFFED_WITHIN_H).map(|h| earliest + SignedDuration::from_hours(h));
    later.find(|at| is_staffed(unit, *at)).unwrap_or(earliest)
}
