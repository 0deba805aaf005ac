//! One auth host: who waits for it, who is out, and what it can take.

use crate::breaker::Breaker;
use crate::config::Config;
use crate::effect::AttemptId;
use crate::latency::Latency;
use crate::limit::Bucket;
use crate::lines::Margin;
use crate::tries::Tries;
use crate::view::HostView;
use countersign_model::Timestamp;
use countersign_model::id::{BuId, SlotId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Permits of the whole house.
#[derive(Debug, Default)]
pub(super) struct Permits {
    pub(super) in_flight: u32,
    by_bu: BTreeMap<BuId, u32>,
    /// Hosts that had to stop because a house-wide permit was missing.
    pub(super) starved: BTreeSet<Arc<str>>,
}

impl Permits {
    pub(super) fn of(&self, bu: &BuId) -> u32 {
        self.by_bu.get(bu).copied().unwrap_or(0)
    }

    pub(super) fn take(&mut self, bu: &BuId) {
        self.in_flight += 1;
        *self.by_bu.entry(bu.clone()).or_insert(0) += 1;
    }

    pub(super) fn release(&mut self, bu: &BuId) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(held) = self.by_bu.get_mut(bu) {
            *held = held.saturating_sub(1);
            if *held == 0 {
                self.by_bu.remove(bu);
            }
        }
    }
}

/// One business unit on one host.
#[derive(Debug, Default)]
struct Unit {
    n_slots: usize,
    in_flight: u32,
    queue: BTreeSet<(Timestamp, SlotId)>,
}

/// A request without a credential that is out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Knock {
    pub(super) attempt: AttemptId,
    pub(super) give_up_at: Timestamp,
}

/// State of one host.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) breaker: Breaker,
    pub(super) bucket: Bucket,
    pub(super) latency: Latency,
    pub(super) tries: Tries,
    pub(super) paused_until: Option<Timestamp>,
    pub(super) knock: Option<Knock>,
    pub(super) in_flight: u32,
    pub(super) n_slots: usize,
    pub(super) n_queued: usize,
    /// Queued slots somebody waits on.
    pub(super) waiting: BTreeSet<SlotId>,
    units: BTreeMap<BuId, Unit>,
    /// The earliest line of each unit's queue.
    heads: BTreeSet<(Timestamp, BuId)>,
}

impl Host {
    pub(super) fn new(config: &Config, name: &str, now: Timestamp) -> Host {
        Host {
            breaker: Breaker::new(),
            bucket: Bucket::new(config.rate_of(name), config.host_burst, now),
            latency: Latency::default(),
            tries: Tries::default(),
            paused_until: None,
            knock: None,
            in_flight: 0,
            n_slots: 0,
            n_queued: 0,
            waiting: BTreeSet::new(),
            units: BTreeMap::new(),
            heads: BTreeSet::new(),
        }
    }

    pub(super) fn slot_added(&mut self, bu: &BuId) {
        self.n_slots += 1;
        self.units.entry(bu.clone()).or_default().n_slots += 1;
    }

    pub(super) fn slot_removed(&mut self, bu: &BuId) {
        self.n_slots = self.n_slots.saturating_sub(1);
        if let Some(unit) = self.units.get_mut(bu) {
            unit.n_slots = unit.n_slots.saturating_sub(1);
            if unit.n_slots == 0 {
                self.units.remove(bu);
            }
        }
    }

    pub(super) fn push(&mut self, bu: &BuId, line: Timestamp, slot: &SlotId) {
        let unit = self.units.entry(bu.clone()).or_default();
        let head = unit.queue.first().map(|(at, _)| *at);
        unit.queue.insert((line, slot.clone()));
        self.n_queued += 1;
        if head.is_none_or(|at| line < at) {
            if let Some(at) = head {
                self.heads.remove(&(at, bu.clone()));
            }
            self.heads.insert((line, bu.clone()));
        }
    }

    pub(super) fn unqueue(&mut self, bu: &BuId, line: Timestamp, slot: &SlotId) {
        self.waiting.remove(slot);
        let Some(unit) = self.units.get_mut(bu) else {
            return;
        };
        let head = unit.queue.first().map(|(at, _)| *at);
        if !unit.queue.remove(&(line, slot.clone())) {
            return;
        }
        self.n_queued -= 1;
        let next = unit.queue.first().map(|(at, _)| *at);
        if head != next {
            if let Some(at) = head {
                self.heads.remove(&(at, bu.clone()));
            }
            if let Some(at) = next {
                self.heads.insert((at, bu.clone()));
            }
        }
    }

    /// The slot with the earliest line whose unit may hold one more permit. `house_allows` tells
    /// whether the unit may, house-wide. Units at their share are few, so skipping them is cheap.
    pub(super) fn pick(
        &self,
        config: &Config,
        house_allows: impl Fn(&BuId) -> bool,
    ) -> Option<SlotId> {
        let share = self.unit_permits(config);
        self.heads.iter().find_map(|(_, bu)| {
            let unit = self.units.get(bu)?;
            let free = unit.in_flight < share && house_allows(bu);
            if free {
                unit.queue.first().map(|(_, slot)| slot.clone())
            } else {
                None
            }
        })
    }

    /// Queued slots, by line within each unit.
    pub(super) fn queued(&self) -> impl Iterator<Item = &SlotId> {
        let queues = self.units.values().map(|unit| &unit.queue);
        queues.flat_map(|queue| queue.iter().map(|(_, slot)| slot))
    }

    /// Permits one unit may hold here. A host with a single unit has nobody to be fair to.
    fn unit_permits(&self, config: &Config) -> u32 {
        if self.units.len() == 1 {
            config.host_in_flight_max
        } else {
            config.bu_permits(config.host_in_flight_max)
        }
    }

    pub(super) fn depart(&mut self, bu: &BuId) {
        self.in_flight += 1;
        self.units.entry(bu.clone()).or_default().in_flight += 1;
    }

    pub(super) fn arrive(&mut self, bu: &BuId) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(unit) = self.units.get_mut(bu) {
            unit.in_flight = unit.in_flight.saturating_sub(1);
        }
    }

    pub(super) fn margin(&self) -> Margin {
        Margin {
            p99_ms: self.latency.p99_ms(),
            rate_ratio: self.bucket.rate_ratio(),
        }
    }

    pub(super) fn view(&self, now: Timestamp) -> HostView {
        HostView {
            breaker: self.breaker.phase(),
            rate_per_s: self.bucket.rate(now),
            n_queued: self.n_queued,
            n_in_flight: self.in_flight,
            n_slots: self.n_slots,
            paused_until: self.paused_until.filter(|until| *until > now),
            p99_ms: self.latency.p99_ms(),
        }
    }
}
