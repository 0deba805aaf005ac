//! The counters of assets under watch: samples and runs in, symptoms out.
//!
//! Each counter of each asset has a [`Series`](crate::series::Series). This room knows what a sample's number is a bucket of,
//! what is planned for that time, and which of an asset's counters speaks for it when several do.

mod entry;
mod memory;
mod notice;
mod pools;
mod reduced;

use crate::rules::Rules;
use crate::series::{Bucket, Change, Kind, Reading, Settings, Severity};
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::{
    Asset, AssetKind, Estate, Integration, IntegrationKind, PlannedKind, Tier,
};
use countersign_model::id::{AssetId, IntegrationId};
use countersign_model::incident::{Confidence, Evidence, RootCause};
use countersign_model::outcome::{Fact, Metric, Outcome};
use countersign_model::schedule::{Schedule, zone};
use countersign_model::signal::{Signal, Strength};
use entry::Entry;
use notice::Look;
use pools::Pools;
use std::collections::{BTreeMap, BTreeSet};

/// A counter of an asset.
type Key = (AssetId, Metric);

/// From this strength a local judgement is likely, and not just possible; our choice.
const LIKELY: f64 = 1.5;

/// All counters of an estate.
#[derive(Debug, Clone)]
pub struct Counters {
    rules: Rules,
    estate: Estate,
    /// Places in the estate, because an outcome pays for each look through it.
    assets: BTreeMap<AssetId, usize>,
    flows: BTreeMap<IntegrationId, usize>,
    feeders: BTreeMap<AssetId, Vec<IntegrationId>>,
    entries: BTreeMap<Key, Entry>,
    changed: BTreeSet<Key>,
    /// Signs that assets go on, not yet told.
    went_on: BTreeMap<AssetId, Timestamp>,
    estate_is_new: bool,
    pools: Pools,
    look: Look,
}

impl Counters {
    /// Counters of which nothing was seen, under the default rules.
    #[must_use]
    pub fn new(estate: &Estate) -> Counters {
        Counters::under(Rules::default(), estate)
    }

    /// Counters of which nothing was seen.
    #[must_use]
    pub fn under(rules: Rules, estate: &Estate) -> Counters {
        let mut counters = Counters {
            rules,
            estate: Estate::default(),
            assets: BTreeMap::new(),
            flows: BTreeMap::new(),
            feeders: BTreeMap::new(),
            entries: BTreeMap::new(),
            changed: BTreeSet::new(),
            went_on: BTreeMap::new(),
            estate_is_new: false,
            pools: Pools::default(),
            look: Look::default(),
        };
        counters.set_estate(estate);
        counters
    }

    /// Takes a new estate and forgets what left it. What is known of a counter stays; its limits are
    /// the new ones.
    pub fn set_estate(&mut self, estate: &Estate) {
        self.estate = estate.clone();
        self.assets = places(estate.assets.iter().map(|one| &one.id));
        self.flows = places(estate.integrations.iter().map(|one| &one.id));
        self.estate_is_new = true;
        self.feeders.clear();
        for flow in &estate.integrations {
            for fed in &flow.feeds {
                let feeders = self.feeders.entry(fed.clone()).or_default();
                feeders.push(flow.id.clone());
            }
        }
        let assets = &self.assets;
        let left = self
            .entries
            .extract_if(.., |(id, _), _| !assets.contains_key(id));
        self.changed.extend(left.map(|(key, _)| key));
        self.pools.set_estate(estate);
        let entries = std::mem::take(&mut self.entries);
        for ((id, metric), entry) in entries {
            let settings = self.settings(&id, metric, entry.interval_s());
            let entry = match settings {
                Some((kind, settings)) => entry.set(kind, settings),
                None => entry,
            };
            self.entries.insert((id, metric), entry);
        }
    }

    /// Brings the newest sign of each asset that it goes on up to date, at the cost of what is new.
    pub fn refresh(&mut self, went_on_at: &mut BTreeMap<AssetId, Timestamp>) {
        for (id, at) in std::mem::take(&mut self.went_on) {
            let known = went_on_at.entry(id).or_insert(at);
            *known = at.max(*known);
        }
        if std::mem::take(&mut self.estate_is_new) {
            went_on_at.retain(|id, _| self.assets.contains_key(id));
        }
    }

    /// Judges a sample or a run: a signal where an asset's state changed, and where the flows of a
    /// credential, taken together, fell.
    pub fn observe(&mut self, now: Timestamp, outcome: &Outcome) -> Vec<Signal> {
        let own = self.observe_own(now, outcome);
        own.into_iter().chain(self.pools.take_told()).collect()
    }

    fn observe_own(&mut self, now: Timestamp, outcome: &Outcome) -> Option<Signal> {
        let ts = outcome.ts.min(now);
        match &outcome.fact {
            Fact::Sample {
                metric,
                asset,
                value,
            } => self.take(now, (asset.clone(), *metric), ts, *value, false),
            Fact::Run {
                rows: Some(rows), ..
            } => {
                let table = self.table_of(outcome.integration.as_ref()?)?;
                #[expect(clippy::cast_precision_loss, reason = "rows of a run")]
                let rows = *rows as f64;
                self.take(now, (table, Metric::RowsWritten), ts, rows, true)
            }
            _ => None,
        }
    }

    /// The table that a run's rows went to, if the flow fills one alone.
    fn table_of(&self, flow: &IntegrationId) -> Option<AssetId> {
        let flow = self.flow(flow)?;
        let is_table = |id: &&AssetId| {
            let asset = self.asset(id);
            asset.is_some_and(|asset| asset.kind == AssetKind::DataExtension)
        };
        let mut tables = flow.feeds.iter().filter(is_table);
        let only = tables.next()?;
        tables.next().is_none().then(|| only.clone())
    }

    fn take(
        &mut self,
        now: Timestamp,
        key: Key,
        ts: Timestamp,
        value: f64,
        by_run: bool,
    ) -> Option<Signal> {
        self.asset(&key.0)?;
        if !self.entries.contains_key(&key) {
            let interval_s = self.interval_by_schedule(&key);
            self.entries
                .insert(key.clone(), Entry::new(interval_s, by_run));
        }
        self.changed.insert(key.clone());
        let entry = self.entries.get_mut(&key)?;
        if !entry.is_for(by_run) {
            return None;
        }
        entry.learn(ts);
        let interval_s = entry.interval_s()?;
        if !entry.is_set() {
            let (kind, settings) = self.settings(&key.0, key.1, Some(interval_s))?;
            let entry = self.entries.remove(&key)?.set(kind, settings);
            self.entries.insert(key.clone(), entry);
        }
        let planned = self.planned(&key.0, ts);
        let entry = self.entries.get_mut(&key)?;
        let change = entry.observe(now, ts, value, planned);
        if key.1 == Metric::Unsent
            && let Some(alarm) = &mut entry.alarm
        {
            // It never left the caller: the provider's queue has nothing to do with it.
            alarm.class = Class::Stopped;
        }
        if let Some(at) = entry.good_at {
            self.went_on.insert(key.0.clone(), at);
        }
        let whole = entry.take_whole();
        if let Some(whole) = whole {
            self.pool(now, &key.0, whole);
        }
        let told = match change {
            Some(change) => self.signal(now, &key.0, &change),
            None => None,
        };
        self.raised(now, &key).or(told)
    }

    /// What a counter is, and what its series is told about itself.
    fn settings(
        &self,
        id: &AssetId,
        metric: Metric,
        interval_s: Option<u32>,
    ) -> Option<(Kind, Settings)> {
        let asset = self.asset(id)?;
        let unit = self.estate.business_unit(&asset.bu)?;
        let kind = match metric {
            Metric::Enrolments => Kind::Enrolments,
            Metric::Sends => Kind::Sends,
            Metric::RowsWritten if self.schedule_of(asset).is_some() => Kind::Runs,
            Metric::RowsWritten => Kind::Events,
            Metric::LastChange => Kind::LastChange,
            Metric::QueueDepth | Metric::Unsent => Kind::QueueDepth,
            Metric::QueueAgeS => Kind::QueueAge,
            // Upserts keep a row count flat; it tells that something changed, never that nothing did.
            Metric::Rows | Metric::ConsecutiveFailures => return None,
        };
        // What people fill rests when they do: only its own habit tells when it is late.
        let mut feeders = self.feeders_of(id).peekable();
        let by_people =
            feeders.peek().is_some() && feeders.all(|flow| flow.kind == IntegrationKind::OnDemand);
        let zone = zone(&unit.time_zone).ok()?;
        let name = match metric {
            Metric::Unsent => format!("{} (waiting in the caller)", asset.name),
            _ => asset.name.clone(),
        };
        Some((
            kind,
            Settings {
                is_first_tier: self.is_first_tier(asset),
                schedule: self.schedule_of(asset).cloned(),
                warn_after_min: asset.warn_after_min.filter(|_| !by_people),
                critical_after_min: asset.critical_after_min.filter(|_| !by_people),
                useful_min: asset.useful_min,
                ..Settings::new(&name, interval_s?, zone)
            },
        ))
    }

    fn feeders_of(&self, id: &AssetId) -> impl Iterator<Item = &Integration> {
        let ids = self.feeders.get(id).into_iter().flatten();
        ids.filter_map(|id| self.flow(id))
    }

    fn asset(&self, id: &AssetId) -> Option<&Asset> {
        self.estate.assets.get(*self.assets.get(id)?)
    }

    fn flow(&self, id: &IntegrationId) -> Option<&Integration> {
        self.estate.integrations.get(*self.flows.get(id)?)
    }

    /// When an asset's data comes: its own schedule, or that of the flow that feeds it.
    fn schedule_of<'a>(&'a self, asset: &'a Asset) -> Option<&'a Schedule> {
        let of_flow = self
            .feeders_of(&asset.id)
            .find_map(|flow| flow.schedule.as_ref());
        match asset.kind {
            AssetKind::DataExtension => of_flow,
            _ => asset.schedule.as_ref(),
        }
    }

    fn is_first_tier(&self, asset: &Asset) -> bool {
        let own = asset.tier.into_iter();
        let of_flows = self.feeders_of(&asset.id).map(|flow| flow.tier);
        own.chain(of_flows)
            .min()
            .is_some_and(|tier| tier <= Tier::T1)
    }

    /// From one run to the next, where a schedule tells.
    fn interval_by_schedule(&self, (id, metric): &Key) -> Option<u32> {
        let asset = self.asset(id)?;
        if *metric != Metric::RowsWritten {
            return None;
        }
        let unit = self.estate.business_unit(&asset.bu)?;
        let schedule = self.schedule_of(asset)?;
        let first = schedule
            .next_after(Timestamp::UNIX_EPOCH, &unit.time_zone)
            .ok()??;
        let second = schedule.next_after(first, &unit.time_zone).ok()??;
        u32::try_from(second.duration_since(first).as_secs()).ok()
    }

    /// What people planned for the asset at that time, the gravest of several.
    fn planned(&self, id: &AssetId, at: Timestamp) -> Option<PlannedKind> {
        let asset = self.asset(id)?;
        let rank = |kind: &PlannedKind| match kind {
            PlannedKind::Launch => 0,
            PlannedKind::Holiday => 1,
            PlannedKind::Maintenance => 2,
            PlannedKind::Pause => 3,
        };
        let spans = self.estate.planned_for_asset(asset, at);
        spans.map(|span| span.kind).max_by_key(rank)
    }

    /// One voice for the asset: the gravest alarm of its counters, or that the last is over.
    fn signal(&self, now: Timestamp, id: &AssetId, change: &Change) -> Option<Signal> {
        let of_asset = self
            .entries
            .range((id.clone(), Metric::Enrolments)..)
            .take_while(|((other, _), _)| other == id);
        let alarms = of_asset.filter_map(|(_, entry)| entry.alarm.as_ref());
        let gravest = alarms.max_by(|a, b| {
            let rank = (a.severity, weight(a.class)).cmp(&(b.severity, weight(b.class)));
            rank.then(a.strength.total_cmp(&b.strength))
        });
        if gravest.is_some() && matches!(change, Change::Closed(_)) {
            return None;
        }
        let alarm = gravest.unwrap_or(change.alarm());
        let is_table = |asset: &Asset| asset.kind == AssetKind::DataExtension;
        let class = match alarm.class {
            Class::Stopped if self.asset(id).is_some_and(is_table) => Class::Frozen,
            class => class,
        };
        let strength = match (gravest.is_some(), alarm.severity) {
            (false, _) => Strength::Healed,
            (true, Severity::Page) => Strength::Page,
            (true, Severity::Warn | Severity::Info) => Strength::Suspect,
        };
        Some(Signal {
            at: now,
            cause: RootCause::Asset(id.clone()),
            class,
            refused: None,
            strength,
            confidence: match alarm.strength >= LIKELY {
                true => Confidence::Likely,
                false => Confidence::Possible,
            },
            since: alarm.since,
            credentials: Vec::new(),
            integrations: self.feeders.get(id).cloned().unwrap_or_default(),
            evidence: vec![Evidence {
                at: alarm.at,
                outcome: None,
                words: alarm.words.clone(),
            }],
            token_ends_at: None,
            calls_refused_since: None,
            blind_spots: vec!["Why: counters alone show this.".to_owned()],
        })
    }
}

/// Which of two alarms says more about an asset.
fn weight(class: Class) -> u8 {
    match class {
        // A queue that grows says why nothing leaves.
        Class::QueueGrowth => 5,
        Class::ZeroRows => 4,
        Class::Stopped => 3,
        Class::Frozen => 2,
        _ => 0,
    }
}

fn places<'a, T: Clone + Ord + 'a>(ids: impl Iterator<Item = &'a T>) -> BTreeMap<T, usize> {
    let mut places = BTreeMap::new();
    for (place, id) in ids.enumerate() {
        places.entry(id.clone()).or_insert(place);
    }
    places
}

fn bucket(start: Timestamp, value: f64, planned: Option<PlannedKind>) -> Bucket {
    Bucket {
        start,
        reading: Reading::Value(value),
        planned,
    }
}

#[cfg(test)]
mod tests;
