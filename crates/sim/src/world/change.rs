//! What faults do to volumes: how much is asked for, and how much of it arrives.

use super::World;
use super::counter::float;
use super::habits::{Flow, Thing};
use super::trouble::{Act, Trouble};
use crate::traffic::count::Luck;
use countersign_model::Timestamp;
use countersign_model::estate::AssetKind;
use std::sync::Arc;

/// Share of the usual that happens on a holiday.
const HOLIDAY: f64 = 0.3;
/// By how much more happens at a launch that does not say.
const SPIKE: f64 = 4.0;

impl World {
    pub(super) fn on(&self, at: Timestamp) -> impl Iterator<Item = &Trouble> {
        self.troubles
            .iter()
            .filter(move |trouble| trouble.is_on(at))
    }

    /// By how much the usual demand for an asset is changed, on purpose or by the calendar.
    pub(super) fn demand_factor(&self, thing: &Thing, at: Timestamp) -> f64 {
        let hits = self.on(at).filter(|trouble| trouble.hits_thing(thing));
        hits.map(|trouble| match trouble.act {
            Act::Holiday => HOLIDAY,
            Act::LaunchSpike => trouble.fault.factor.unwrap_or(SPIKE),
            Act::Pause => 0.0,
            Act::Maintenance if !trouble.is_provided() => 0.0,
            _ => 1.0,
        })
        .product()
    }

    /// Whether a flow rests on purpose.
    pub(super) fn rests(&self, flow: &Flow, at: Timestamp) -> bool {
        self.on(at).any(|trouble| {
            let at_rest = trouble.act == Act::Pause
                || (trouble.act == Act::Maintenance && !trouble.is_provided());
            at_rest && trouble.hits_flow(flow)
        })
    }

    /// Whether a program does not get out, as far as that asset is concerned.
    pub(super) fn blocked(&self, flow: &Flow, thing: Option<&Thing>, at: Timestamp) -> bool {
        self.on(at).any(|trouble| {
            let hit = match (thing, &trouble.fault.asset) {
                (Some(thing), Some(_)) => trouble.hits_thing(thing),
                _ => trouble.hits_flow(flow),
            };
            trouble.act == Act::CallerBlocked && hit
        })
    }

    /// Share of what is accepted for an asset that is lost behind the accepting.
    pub(super) fn lost_share(&self, thing: &Thing, at: Timestamp) -> f64 {
        let is_table = matches!(
            thing.it.kind,
            AssetKind::DataExtension | AssetKind::Automation
        );
        let hits = self.on(at).filter(|trouble| trouble.hits_thing(thing));
        let shares = hits.map(|trouble| match trouble.act {
            Act::Stall => trouble.share,
            Act::ZeroRows if is_table => 1.0,
            Act::PartialRows if is_table => trouble.share,
            _ => 0.0,
        });
        shares.fold(0.0, f64::max)
    }

    /// Share of accepted messages that wait in the provider's queue.
    pub(super) fn queued_share(&self, thing: &Thing, at: Timestamp) -> f64 {
        let hits = self.on(at).filter(|trouble| trouble.hits_thing(thing));
        let shares = hits.map(|trouble| match trouble.act {
            Act::QueueGrowth => trouble.share,
            _ => 0.0,
        });
        shares.fold(0.0, f64::max)
    }

    /// `n` events or rows for an asset were accepted.
    pub(super) fn deliver(&mut self, place: usize, n: u64, at: Timestamp) {
        if n == 0 {
            return;
        }
        let habits = Arc::clone(&self.ground.habits);
        let thing = &habits.things[place];
        let lost = part(n, self.lost_share(thing, at), &habits.seed_of(thing, at));
        let queued = part(
            n - lost,
            self.queued_share(thing, at),
            &habits.seed_of(thing, at),
        );
        self.note_loss(place, lost + queued, at);
        let counter = &mut self.ground.counters[place];
        counter.enqueue(queued, at);
        let arrived = n - lost - queued;
        counter.since_poll = counter.since_poll.saturating_add(arrived);
        counter.wrote(thing, arrived, at);
        counter.flows = true;
    }

    /// `n` events or rows for an asset did not get through.
    pub(super) fn fail(&mut self, place: usize, n: u64, at: Timestamp) {
        if n == 0 {
            return;
        }
        let counter = &mut self.ground.counters[place];
        if self.ground.habits.things[place].it.kind == AssetKind::TriggeredSend {
            counter.unsent = counter.unsent.saturating_add(n);
            counter.flows = false;
        }
        self.note_loss(place, n, at);
    }

    pub(super) fn note_loss(&mut self, place: usize, n: u64, at: Timestamp) {
        let begun = self
            .troubles
            .iter()
            .any(|one| !one.is_noise && one.at <= at);
        if n > 0 && begun {
            let asset = &self.ground.habits.things[place].it.id;
            self.evidence.lost(asset, n, at);
        }
    }
}

/// A share of `n`, rounded by chance.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and n"
)]
fn part(n: u64, share: f64, luck: &Luck) -> u64 {
    if share <= 0.0 {
        return 0;
    }
    let exact = float(n) * share;
    let up = luck.clone().unit() < exact.fract();
    ((exact.floor() as u64) + u64::from(up)).min(n)
}

impl super::habits::Habits {
    /// Chance of an asset at an instant.
    pub(super) fn seed_of(&self, thing: &Thing, at: Timestamp) -> Luck {
        Luck::new(self.seed ^ 0xA55E7, thing.it.id.as_str(), at)
    }
}
