//! The flows of one credential taken together: a partial loss that none of them shows alone.
//!
//! A bucket of a member counts once it is whole, in the five minutes in which that became known. What
//! several credentials feed belongs to the pool of each.

use super::{Counters, LIKELY};
use crate::series::{Alarm, Change, Pool, PoolState, Settings, Severity, Share};
use countersign_model::Timestamp;
use countersign_model::estate::{Estate, Tier};
use countersign_model::id::{AssetId, CredentialId, IntegrationId};
use countersign_model::incident::{Confidence, Evidence, RootCause};
use countersign_model::schedule::zone;
use countersign_model::signal::{Signal, Strength};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer fed assets are no pool: two that fall tell it alone or not at all. Our choice.
const MEMBERS_MIN: usize = 3;
/// A pool is asked so often, seconds (detection 5).
const ASKED_S: u32 = 300;

/// All pools of an estate.
#[derive(Debug, Clone, Default)]
pub(super) struct Pools {
    known: BTreeMap<CredentialId, Known>,
    of_asset: BTreeMap<AssetId, Vec<CredentialId>>,
    groups: BTreeMap<CredentialId, Group>,
    changed: BTreeSet<CredentialId>,
    told: Vec<Signal>,
}

/// What the estate says of a credential's flows.
#[derive(Debug, Clone)]
struct Known {
    settings: Settings,
    flows: BTreeSet<IntegrationId>,
}

#[derive(Debug, Clone)]
struct Group {
    pool: Pool,
    wait: Wait,
}

/// What came since the pool was asked last.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Wait {
    /// Number of the five minutes that pass.
    slot: i64,
    members: Vec<(u32, Share)>,
    /// Whether it was told loudly.
    is_told: bool,
}

/// A pool as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    pool: PoolState,
    wait: Wait,
}

impl Pools {
    /// Takes a new estate; a pool whose credential feeds too little now is let go.
    pub(super) fn set_estate(&mut self, estate: &Estate) {
        let mut fed: BTreeMap<&CredentialId, BTreeSet<&AssetId>> = BTreeMap::new();
        for flow in &estate.integrations {
            fed.entry(&flow.credential).or_default().extend(&flow.feeds);
        }
        fed.retain(|_, assets| assets.len() >= MEMBERS_MIN);
        let known = |id: &CredentialId| Some((id.clone(), Known::of(estate, id)?));
        self.known = fed.keys().filter_map(|id| known(id)).collect();
        self.of_asset.clear();
        for (id, assets) in fed {
            for asset in assets {
                let pools = self.of_asset.entry(asset.clone()).or_default();
                pools.push(id.clone());
            }
        }
        let groups = std::mem::take(&mut self.groups);
        for (id, group) in groups {
            match self.known.get(&id) {
                Some(known) => {
                    let state = group.pool.snapshot().clone();
                    let pool = Pool::restore(known.settings.clone(), state);
                    self.groups.insert(id, Group { pool, ..group });
                }
                None => drop(self.changed.insert(id)),
            }
        }
    }

    /// What was found since the last call.
    pub(super) fn take_told(&mut self) -> Vec<Signal> {
        std::mem::take(&mut self.told)
    }

    /// The pools that changed since the last call, each as it is stored; `None` is one to forget.
    pub(super) fn take_changed(&mut self) -> Vec<(CredentialId, Option<Stored>)> {
        let groups = &self.groups;
        let stored = |id: CredentialId| {
            let stored = groups.get(&id).map(|group| Stored {
                pool: group.pool.snapshot().clone(),
                wait: group.wait.clone(),
            });
            (id, stored)
        };
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().map(stored).collect()
    }

    /// Takes up a pool as it was stored, unless it left the estate.
    pub(super) fn recall(&mut self, id: CredentialId, stored: Stored) {
        if let Some(known) = self.known.get(&id) {
            let pool = Pool::restore(known.settings.clone(), stored.pool);
            let wait = stored.wait;
            self.groups.insert(id, Group { pool, wait });
        }
    }

    /// The pools whose five minutes have passed by `now`.
    fn due(&self, now: Timestamp) -> Vec<CredentialId> {
        let slot = slot_of(now);
        let due = self
            .groups
            .iter()
            .filter(|(_, group)| !group.wait.members.is_empty() && group.wait.slot < slot);
        due.map(|(id, _)| id.clone()).collect()
    }

    fn take(&mut self, now: Timestamp, id: &CredentialId, whole: (u32, Share)) {
        let Some(known) = self.known.get(id) else {
            return;
        };
        let group = self.groups.entry(id.clone()).or_insert_with(|| Group {
            pool: Pool::new(known.settings.clone()),
            wait: Wait::default(),
        });
        self.changed.insert(id.clone());
        group.wait.slot = slot_of(now);
        group.wait.members.push(whole);
    }
}

impl Known {
    fn of(estate: &Estate, id: &CredentialId) -> Option<Known> {
        let credential = estate.credential(id)?;
        let unit = estate.business_unit(&credential.bu)?;
        let own = || {
            estate
                .integrations
                .iter()
                .filter(|flow| flow.credential == *id)
        };
        let first = own().min_by_key(|flow| flow.tier)?;
        let name = match credential.name.is_empty() {
            true => &first.name,
            false => &credential.name,
        };
        Some(Known {
            settings: Settings {
                is_first_tier: first.tier <= Tier::T1,
                ..Settings::new(name, ASKED_S, zone(&unit.time_zone).ok()?)
            },
            flows: own().map(|flow| flow.id.clone()).collect(),
        })
    }
}

impl Counters {
    /// Judges what time alone made whole: pools of which the five minutes are over.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Signal> {
        self.ask_pools(now);
        self.pools.take_told()
    }

    /// A member's bucket is whole.
    pub(super) fn pool(&mut self, now: Timestamp, asset: &AssetId, whole: (u32, Share)) {
        let ids = self.pools.of_asset.get(asset).cloned().unwrap_or_default();
        if ids.is_empty() {
            return;
        }
        self.ask_pools(now);
        for id in &ids {
            self.pools.take(now, id, whole);
        }
    }

    fn ask_pools(&mut self, now: Timestamp) {
        for id in self.pools.due(now) {
            let told = self.ask(now, &id);
            self.pools.told.extend(told);
        }
    }

    fn ask(&mut self, now: Timestamp, id: &CredentialId) -> Option<Signal> {
        let group = self.pools.groups.get_mut(id)?;
        let members = std::mem::take(&mut group.wait.members);
        let end = Timestamp::from_second((group.wait.slot + 1) * i64::from(ASKED_S)).ok()?;
        self.pools.changed.insert(id.clone());
        let change = group.pool.observe(end.min(now), &members);
        if let Some(Change::Closed(alarm)) = &change {
            group.wait.is_told = false;
            return self.pooled(now, id, alarm, Strength::Healed);
        }
        let is_told = group.wait.is_told;
        let alarm = group.pool.standing(now).filter(|_| !is_told)?;
        let is_first_tier = group.pool.settings().is_first_tier;
        let strength = match self.reduced_pages(now, &alarm, is_first_tier) {
            true => Strength::Page,
            false => Strength::Suspect,
        };
        if strength == Strength::Page {
            self.pools.groups.get_mut(id)?.wait.is_told = true;
        }
        let is_news = strength == Strength::Page || change.is_some();
        is_news.then(|| self.pooled(now, id, &alarm, strength))?
    }

    fn pooled(
        &self,
        now: Timestamp,
        id: &CredentialId,
        alarm: &Alarm,
        strength: Strength,
    ) -> Option<Signal> {
        let flows = &self.pools.known.get(id)?.flows;
        let confidence = match alarm.strength >= LIKELY && alarm.severity >= Severity::Warn {
            true => Confidence::Likely,
            false => Confidence::Possible,
        };
        let blind_spots = [
            "Why: counters alone show this.",
            "Which of its flows lost how much; no single one shows it.",
        ];
        Some(Signal {
            at: now,
            cause: RootCause::Credential(id.clone()),
            class: alarm.class,
            refused: None,
            strength,
            confidence,
            since: alarm.since,
            credentials: vec![id.clone()],
            integrations: flows.iter().cloned().collect(),
            evidence: vec![Evidence {
                at: alarm.at,
                outcome: None,
                words: alarm.words.clone(),
            }],
            token_ends_at: None,
            calls_refused_since: None,
            blind_spots: blind_spots.map(str::to_owned).to_vec(),
        })
    }
}

fn slot_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(i64::from(ASKED_S))
}
