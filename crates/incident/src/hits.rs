//! What a cause does to each asset, and since when: nothing enters, nothing goes out, old data.

use crate::cause::Cause;
use countersign_model::estate::{Asset, AssetKind, Entry, Estate, Integration, IntegrationKind};
use countersign_model::graph::picks_from_table;
use countersign_model::id::{AssetId, BuId};
use countersign_model::impact::Outage;
use countersign_model::incident::RootCause;
use countersign_model::schedule::Schedule;
use countersign_model::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What happens to an asset. Ordered by what is told first of one that is hit in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// A journey that nobody enters.
    NoEntry,
    /// A send that does not go out.
    NoSend,
    /// A journey whose call to the outside fails.
    OutsideCall,
    /// A table that is not filled.
    NotFilled,
    /// Something that goes on with old data.
    OldData,
}

/// One asset that is hit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit<'a> {
    pub(crate) asset: &'a Asset,
    pub(crate) how: How,
    /// Since when; it may lie ahead.
    pub(crate) since: Timestamp,
    /// Edges from the cause's flow.
    pub(crate) depth: u32,
    /// The flow that feeds it, where one does.
    pub(crate) flow: Option<&'a Integration>,
}

/// Everything that is hit, nearest first, each asset once.
pub(crate) fn hits<'a>(cause: &Cause<'a>, outage: &Outage) -> Vec<Hit<'a>> {
    let mut found = Found::default();
    match cause.root {
        RootCause::Asset(id) => {
            let feeds = |flow: &&&Integration| flow.feeds.contains(id);
            let flow = cause.integrations.iter().find(feeds).copied();
            if let Some(asset) = cause.estate.asset(id) {
                let outside = flow.is_some_and(|flow| flow.kind == IntegrationKind::JourneyHttp);
                found.add(fed(asset, outside, outage.from, outage.from, flow));
            }
        }
        _ => {
            for flow in &cause.integrations {
                direct(cause.estate, flow, outage, &mut found);
            }
        }
    }
    found.readers(cause.estate);
    let mut hits: Vec<Hit<'a>> = found.by_asset.into_values().collect();
    hits.sort_by(|a, b| (a.depth, &a.asset.id).cmp(&(b.depth, &b.asset.id)));
    hits
}

/// What a flow feeds. Until its next run nothing is missed, unless it was at work already.
fn direct<'a>(estate: &'a Estate, flow: &'a Integration, outage: &Outage, found: &mut Found<'a>) {
    let at_work = outage.seen_in.contains(&flow.id);
    let load_missed = match flow.schedule.as_ref().filter(|_| !at_work) {
        Some(schedule) => next_run(estate, &flow.bu, schedule, outage.from),
        None => Some(outage.from),
    };
    let outside = flow.kind == IntegrationKind::JourneyHttp;
    for asset in flow.feeds.iter().filter_map(|id| estate.asset(id)) {
        let is_table = asset.kind == AssetKind::DataExtension;
        let since = if is_table {
            load_missed
        } else {
            Some(outage.from)
        };
        if let Some(since) = since {
            found.add(fed(asset, outside, outage.from, since, Some(flow)));
        }
    }
}

fn fed<'a>(
    asset: &'a Asset,
    outside: bool,
    from: Timestamp,
    since: Timestamp,
    flow: Option<&'a Integration>,
) -> Hit<'a> {
    let how = match asset.kind {
        AssetKind::DataExtension => How::NotFilled,
        AssetKind::TriggeredSend => How::NoSend,
        AssetKind::Journey if outside => How::OutsideCall,
        AssetKind::Journey if !picks_from_table(asset.entry) => How::NoEntry,
        _ => How::OldData,
    };
    let since = if how == How::NotFilled { since } else { from };
    Hit {
        asset,
        how,
        since,
        depth: 1,
        flow,
    }
}

#[derive(Default)]
struct Found<'a> {
    by_asset: BTreeMap<AssetId, Hit<'a>>,
}

impl<'a> Found<'a> {
    /// Keeps the graver, then the earlier.
    fn add(&mut self, hit: Hit<'a>) {
        let known = self.by_asset.get(&hit.asset.id);
        if known.is_none_or(|known| (hit.how, hit.since) < (known.how, known.since)) {
            self.by_asset.insert(hit.asset.id.clone(), hit);
        }
    }

    /// What reads tables that stand still; through automations too.
    fn readers(&mut self, estate: &'a Estate) {
        let is_table = |hit: &&Hit<'a>| hit.how == How::NotFilled;
        let stale = self.by_asset.values().filter(is_table);
        let mut stale: BTreeSet<(Timestamp, u32, AssetId)> = stale
            .map(|hit| (hit.since, hit.depth, hit.asset.id.clone()))
            .collect();
        let mut seen = BTreeSet::new();
        while let Some((since, depth, table)) = stale.pop_first() {
            if !seen.insert(table.clone()) {
                continue;
            }
            let synced = self.is_synced(&table);
            let reads = |asset: &&Asset| asset.reads.contains(&table);
            for asset in estate.assets.iter().filter(reads) {
                let depth = depth + 1;
                let how = match asset.entry {
                    Some(Entry::CrmEvent) if synced => How::NoEntry,
                    _ => How::OldData,
                };
                let flow = None;
                self.add(Hit {
                    asset,
                    how,
                    since,
                    depth,
                    flow,
                });
                for (at, id) in rewritten(estate, asset, since) {
                    if let Some(written) = estate.asset(&id) {
                        let how = How::NotFilled;
                        let (asset, since, depth) = (written, at, depth + 1);
                        self.add(Hit {
                            asset,
                            how,
                            since,
                            depth,
                            flow,
                        });
                        stale.insert((at, depth, id));
                    }
                }
            }
        }
    }

    /// Whether the CRM's connector fills a table, so that events of the CRM stay away with it.
    fn is_synced(&self, table: &AssetId) -> bool {
        let flow = self.by_asset.get(table).and_then(|hit| hit.flow);
        flow.is_some_and(|flow| flow.kind == IntegrationKind::Mcc)
    }
}

/// What an automation writes from old data, and when it next does.
fn rewritten(estate: &Estate, asset: &Asset, since: Timestamp) -> Vec<(Timestamp, AssetId)> {
    if asset.kind != AssetKind::Automation {
        return Vec::new();
    }
    let run = match &asset.schedule {
        Some(schedule) => at_or_after(estate, &asset.bu, schedule, since),
        None => Some(since),
    };
    let written = |run| asset.writes.iter().map(move |id| (run, id.clone()));
    run.into_iter().flat_map(written).collect()
}

/// A schedule that cannot be read tells no time: `lint` names it.
pub(crate) fn next_run(
    estate: &Estate,
    bu: &BuId,
    schedule: &Schedule,
    after: Timestamp,
) -> Option<Timestamp> {
    let unit = estate.business_unit(bu)?;
    schedule.next_after(after, &unit.time_zone).ok().flatten()
}

/// The first run at `since` or later.
pub(crate) fn at_or_after(
    estate: &Estate,
    bu: &BuId,
    schedule: &Schedule,
    since: Timestamp,
) -> Option<Timestamp> {
    let just_before = since.checked_sub(SignedDuration::from_secs(1)).ok()?;
    next_run(estate, bu, schedule, just_before).filter(|at| *at >= since)
}
