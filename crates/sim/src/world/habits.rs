//! What an estate does on a usual day: which flows run when, and how much of everything there is.

use crate::traffic::count::Luck;
use crate::traffic::{HOURLY_PERCENT, PER_DAY_UNSAID, USUAL_MIN};
use countersign_model::estate::{
    Asset, AssetKind, BusinessUnit, CredentialKind, CredentialMode, Entry, Estate, Integration,
    IntegrationKind,
};
use countersign_model::hours::is_staffed;
use countersign_model::id::CredentialId;
use countersign_model::schedule::{Schedule, zone};
use countersign_model::{SignedDuration, Timestamp, civil};

/// A table whose runs of one day would write more than this share of it is overwritten, not filled.
const REWRITTEN_SHARE: f64 = 0.15;
/// Working hours of a day.
const STAFFED_HOURS: f64 = 10.0;
/// Changes to expect within the rest that a table's owners call critical, at its quietest hour.
const CHANGES_WITHIN_LIMIT: f64 = 12.0;
/// How far a week is from the usual one at most (demo estate D.8).
const WEEKLY_SPREAD: f64 = 0.03;
/// Entries, messages or rows a day of an asset whose estate does not say: one a minute.
const VOLUME_UNSAID: f64 = 1_440.0;
/// Rhythm of what happens only when people are there, in the estate's words.
const WORKING_HOURS: &str = "working hours";

/// One flow.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    pub(crate) it: Integration,
    pub(crate) unit: usize,
    pub(crate) credential_kind: CredentialKind,
    /// The world's own clients hold the secret, not our broker.
    pub(crate) observed: bool,
    /// Its calls, runs and token requests reach the watch.
    pub(crate) seen: bool,
    /// What it feeds, by place in the list of assets.
    pub(crate) feeds: Vec<usize>,
    /// Starts of its runs, ascending; `None` if it calls all day.
    pub(crate) starts: Option<Vec<Timestamp>>,
    pub(crate) run_min: u32,
}

/// How an asset's volume comes about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rhythm {
    /// In the day's shape.
    Continuous {
        /// On a weekday.
        per_day: f64,
    },
    /// Evenly while people are there.
    Staffed {
        /// On a weekday.
        per_day: f64,
    },
    /// All at once at these instants.
    Batches {
        /// Ascending.
        starts: Vec<Timestamp>,
        /// Each.
        each: f64,
    },
    /// With the runs of its flow.
    WithRuns,
    /// It has no volume.
    None,
}

/// One asset.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub(crate) it: Asset,
    pub(crate) unit: usize,
    pub(crate) rhythm: Rhythm,
    pub(crate) weekend: f64,
    /// The flow that fills, starts or sends it.
    pub(crate) feeder: Option<usize>,
    /// A flow that has to work for its own entries: the CRM's connector.
    pub(crate) hangs_on: Option<usize>,
    /// Its rows grow with what is written.
    pub(crate) grows: bool,
}

/// What the clock on the wall says in one business unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Local {
    hour: usize,
    weekend: bool,
    staffed: bool,
    week: i64,
}

/// The usual life of an estate between two instants.
#[derive(Debug, Clone)]
pub(crate) struct Habits {
    pub(crate) flows: Vec<Flow>,
    pub(crate) things: Vec<Thing>,
    pub(crate) units: Vec<BusinessUnit>,
    pub(crate) seed: u64,
}

/// From when to when habits are known; neither is part of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

impl Habits {
    pub(crate) fn new(estate: &Estate, seed: u64, span: Span) -> Habits {
        let units = estate.business_units.clone();
        let mut habits = Habits {
            flows: Vec::new(),
            things: Vec::new(),
            units,
            seed,
        };
        for it in &estate.assets {
            habits.add_thing(it, span);
        }
        for it in &estate.integrations {
            habits.add_flow(estate, it, span);
        }
        habits.connect();
        habits
    }

    fn unit_of(&self, id: &countersign_model::id::BuId) -> usize {
        let found = self.units.iter().position(|unit| unit.id == *id);
        found.unwrap_or(0)
    }

    fn add_flow(&mut self, estate: &Estate, it: &Integration, span: Span) {
        let unit = self.unit_of(&it.bu);
        let credential = estate.credential(&it.credential);
        let kind = credential.map_or(CredentialKind::S2sV2, |one| one.kind);
        let observed = credential.is_none_or(|one| one.mode == CredentialMode::Observed);
        let place = |id: &countersign_model::id::AssetId| {
            self.things.iter().position(|thing| thing.it.id == *id)
        };
        let starts = it
            .schedule
            .as_ref()
            .map(|schedule| starts(schedule, &self.units[unit].time_zone, span));
        self.flows.push(Flow {
            it: it.clone(),
            unit,
            credential_kind: kind,
            observed,
            seen: !observed || matches!(kind, CredentialKind::ExtOauth | CredentialKind::MtlsCert),
            feeds: it.feeds.iter().filter_map(place).collect(),
            run_min: it
                .schedule
                .as_ref()
                .and_then(|schedule| schedule.usual_min)
                .unwrap_or(USUAL_MIN)
                .max(1),
            starts,
        });
    }

    fn add_thing(&mut self, it: &Asset, span: Span) {
        let unit = self.unit_of(&it.bu);
        let rhythm = rhythm(it, &self.units[unit], span);
        let told = it.normal_change.contains("changed") || it.normal_change.contains("refresh");
        self.things.push(Thing {
            it: it.clone(),
            unit,
            rhythm,
            weekend: it.weekend_factor.unwrap_or(1.0),
            feeder: None,
            hangs_on: None,
            grows: !told,
        });
    }

    /// Says who feeds whom.
    fn connect(&mut self) {
        for (place, flow) in self.flows.iter().enumerate() {
            if flow.it.kind == IntegrationKind::JourneyHttp {
                continue;
            }
            for fed in &flow.feeds {
                let thing = &mut self.things[*fed];
                thing.feeder.get_or_insert(place);
                if flow.starts.is_some() && thing.it.kind == AssetKind::DataExtension {
                    thing.rhythm = Rhythm::WithRuns;
                }
                if let (Some(starts), AssetKind::TriggeredSend) = (&flow.starts, thing.it.kind) {
                    thing.rhythm = match starts.is_empty() {
                        true => Rhythm::None,
                        false => Rhythm::WithRuns,
                    };
                }
                if flow.starts.is_none() && thing.rhythm == Rhythm::None && has_volume(thing) {
                    thing.rhythm = Rhythm::Continuous {
                        per_day: VOLUME_UNSAID,
                    };
                }
                thing.grows &= !is_rewritten(&thing.it, flow);
            }
        }
        let connectors: Vec<(usize, Vec<usize>)> = self
            .flows
            .iter()
            .enumerate()
            .filter(|(_, flow)| flow.it.kind == IntegrationKind::Mcc)
            .map(|(place, flow)| (place, flow.feeds.clone()))
            .collect();
        for place in 0..self.things.len() {
            if self.things[place].it.entry == Some(Entry::CrmEvent) {
                let reads = &self.things[place].it.reads;
                let hit = connectors.iter().find(|(_, fed)| {
                    fed.iter()
                        .any(|fed| reads.contains(&self.things[*fed].it.id))
                });
                self.things[place].hangs_on = hit.map(|(flow, _)| *flow);
            }
        }
    }

    /// The wall clocks at `at`, one for each unit.
    pub(crate) fn locals(&self, at: Timestamp) -> Vec<Local> {
        self.units.iter().map(|unit| local(unit, at)).collect()
    }

    /// Volume to expect of an asset in the minutes after `at`, before chance.
    pub(crate) fn expected(&self, thing: &Thing, local: Local, at: Timestamp, minutes: i64) -> f64 {
        let weekend = if local.weekend { thing.weekend } else { 1.0 };
        let week = Luck::new(self.seed, thing.it.id.as_str(), week_mark(local.week)).unit();
        let week = 1.0 + WEEKLY_SPREAD * (2.0 * week - 1.0);
        let span = minutes_f64(minutes);
        match &thing.rhythm {
            Rhythm::Continuous { per_day } => {
                let usual = per_day * HOURLY_PERCENT[local.hour] / 100.0 / 60.0 * weekend * week;
                usual.max(least(&thing.it)) * span
            }
            Rhythm::Staffed { per_day } if local.staffed => {
                per_day / STAFFED_HOURS / 60.0 * span * weekend * week
            }
            Rhythm::Batches { starts, each } => {
                let to = at + SignedDuration::from_mins(minutes);
                let begin = starts.partition_point(|start| *start < at);
                let end = starts.partition_point(|start| *start < to);
                // A batch is picked by a schedule that knows of weekends itself, or by its factor.
                count_f64(end - begin) * each * weekend * week
            }
            Rhythm::Staffed { .. } | Rhythm::WithRuns | Rhythm::None => 0.0,
        }
    }

    /// Calls that the flows of a credential make a minute at `at`, runs left out: they come and go.
    pub(crate) fn calls_a_minute(&self, credential: &CredentialId, at: Timestamp) -> f64 {
        let locals = self.locals(at);
        let flows = self
            .flows
            .iter()
            .enumerate()
            .filter(|(_, flow)| flow.it.credential == *credential && flow.starts.is_none());
        let calls = flows.map(|(place, flow)| {
            let fed = flow.feeds.iter().map(|fed| &self.things[*fed]);
            let fed: Vec<f64> = fed
                .filter(|thing| thing.feeder == Some(place) && has_volume(thing))
                .map(|thing| self.expected(thing, locals[thing.unit], at, 60) / 60.0)
                .collect();
            match fed.is_empty() {
                true => self.idle_calls(flow, locals[flow.unit], 60) / 60.0,
                false => fed.iter().sum(),
            }
        });
        calls.sum()
    }

    /// Calls to expect of a flow that feeds nothing with a volume and has no runs.
    pub(crate) fn idle_calls(&self, flow: &Flow, local: Local, minutes: i64) -> f64 {
        let on_demand = flow.it.kind == IntegrationKind::OnDemand;
        match on_demand && !local.staffed {
            true => 0.0,
            false => {
                PER_DAY_UNSAID * HOURLY_PERCENT[local.hour] / 100.0 / 60.0 * minutes_f64(minutes)
            }
        }
    }
}

fn week_mark(week: i64) -> Timestamp {
    Timestamp::from_second(week.saturating_mul(604_800)).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[expect(clippy::cast_precision_loss, reason = "minutes of a beat")]
fn minutes_f64(minutes: i64) -> f64 {
    minutes as f64
}

#[expect(clippy::cast_precision_loss, reason = "starts within a beat")]
fn count_f64(n: usize) -> f64 {
    n as f64
}

fn local(unit: &BusinessUnit, at: Timestamp) -> Local {
    // A zone that cannot be read was refused with its estate; the hours of UTC are as good as any.
    let zoned = zone(&unit.time_zone).map(|zone| at.to_zoned(zone)).ok();
    let hour = at.as_second().rem_euclid(86_400) / 3_600;
    let hour = zoned.as_ref().map_or(hour, |zoned| i64::from(zoned.hour()));
    let weekday = zoned.map(|zoned| zoned.weekday());
    let weekend = [civil::Weekday::Saturday, civil::Weekday::Sunday];
    Local {
        hour: usize::try_from(hour).unwrap_or(0),
        weekend: weekday.is_some_and(|day| weekend.contains(&day)),
        staffed: is_staffed(unit, at),
        week: at.as_second().div_euclid(604_800),
    }
}

/// All starts in a span. A schedule that cannot be read has none; the estate's lint names it.
fn starts(schedule: &Schedule, zone: &str, span: Span) -> Vec<Timestamp> {
    let all = schedule.starts(span.from, span.to, zone, usize::MAX);
    let inside = all.into_iter().flatten();
    inside
        .filter(|start| span.from < *start && *start < span.to)
        .collect()
}

fn rhythm(asset: &Asset, unit: &BusinessUnit, span: Span) -> Rhythm {
    let volume = volume(asset);
    let staffed = asset.rhythm == WORKING_HOURS;
    match (asset.kind, volume) {
        (AssetKind::Automation, _) => match &asset.schedule {
            Some(schedule) => Rhythm::Batches {
                starts: starts(schedule, &unit.time_zone, span),
                each: 1.0,
            },
            None => Rhythm::None,
        },
        (AssetKind::Launch | AssetKind::OutsideSystem, _) | (_, None) => Rhythm::None,
        (AssetKind::Journey, Some(per_day)) if asset.schedule.is_some() => {
            let schedule = asset.schedule.as_ref();
            let starts = schedule.map_or_else(Vec::new, |one| starts(one, &unit.time_zone, span));
            let a_day = batches_a_day(&starts);
            Rhythm::Batches {
                starts,
                each: per_day / a_day,
            }
        }
        (_, Some(per_day)) if staffed => Rhythm::Staffed { per_day },
        (_, Some(per_day)) => Rhythm::Continuous { per_day },
    }
}

/// Changes a minute at which a table keeps what its owners declared: a rest as long as they call critical
/// is then as rare as one in a hundred thousand.
fn least(asset: &Asset) -> f64 {
    asset.critical_after_min.map_or(0.0, |minutes| {
        CHANGES_WITHIN_LIMIT / f64::from(minutes.max(1))
    })
}

/// Batches on a day that has any, at most: a weekday's.
fn batches_a_day(starts: &[Timestamp]) -> f64 {
    let day = SignedDuration::from_hours(24);
    let most = starts.iter().enumerate().take(400).map(|(place, first)| {
        let end = starts.partition_point(|start| start.duration_since(*first) < day);
        end - place
    });
    count_f64(most.max().unwrap_or(1).max(1))
}

/// Volume of a weekday: told as such, or in the words of what usually changes.
#[expect(clippy::cast_precision_loss, reason = "a day's volume")]
fn volume(asset: &Asset) -> Option<f64> {
    if let Some(volume) = asset.volume_weekday {
        return Some(volume as f64);
    }
    let a_day = asset.normal_change.contains("/day") || asset.normal_change.contains("/run");
    if asset.kind != AssetKind::DataExtension || !a_day {
        return None;
    }
    let digits: String = asset
        .normal_change
        .chars()
        .skip_while(|sign| !sign.is_ascii_digit())
        .take_while(|sign| sign.is_ascii_digit() || *sign == ',')
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

/// Whether it is of a kind that has a volume.
fn has_volume(thing: &Thing) -> bool {
    matches!(
        thing.it.kind,
        AssetKind::DataExtension | AssetKind::Journey | AssetKind::TriggeredSend
    )
}

/// Whether a day's runs write so much that they must overwrite.
#[expect(clippy::cast_precision_loss, reason = "rows")]
fn is_rewritten(asset: &Asset, flow: &Flow) -> bool {
    let (Some(rows), Some(each), Some(starts)) = (asset.rows, asset.rows_per_run, &flow.starts)
    else {
        return false;
    };
    each as f64 * batches_a_day(starts) > rows as f64 * REWRITTEN_SHARE
}

#[cfg(test)]
mod tests;
