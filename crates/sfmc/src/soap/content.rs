//! What there is to retrieve: everything comes from the estate the platform was set up with, the same
//! on every day, and from what was made since.

mod account;
mod definition;
mod event;
mod subscriber;
mod table;

pub(crate) use account::{ROLES, role_id};
use subscriber::key_of as subscriber_key_of;

use crate::platform::Platform;
use countersign_etframework::{Node, Type};
use event::Run;
use jiff::Timestamp;

/// Everything of the estate was made then.
const MADE_AT: &str = "2026-01-12T09:00:00";

/// From where a caller looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// The unit of the token.
    pub(super) mid: u64,
    /// The parent unit of its tenant.
    pub(super) parent: u64,
    /// Whether it looks into all units of the tenant.
    pub(super) all: bool,
    /// When it began to look.
    pub(super) at: Timestamp,
}

impl View {
    /// The units it looks into, its own first.
    fn mids(&self, platform: &Platform) -> Vec<u64> {
        if !self.all {
            return vec![self.mid];
        }
        let tenant = platform.tenant_of(self.mid);
        let units = platform.world.units.values();
        let of_tenant = units.filter(|unit| Some(&unit.tenant) == tenant);
        let others = of_tenant
            .map(|unit| unit.mid)
            .filter(|mid| *mid != self.mid);
        std::iter::once(self.mid).chain(others).collect()
    }
}

/// What a filter says of events, by which most need not be looked at.
pub(super) struct Hint<'a> {
    /// The time outside of which none is wanted.
    pub(super) span: (Option<Timestamp>, Option<Timestamp>),
    /// The subscribers of whom alone they are wanted.
    pub(super) subscribers: Option<&'a [String]>,
}

/// Things of a kind, by their places from 0.
pub(super) enum Source {
    /// All of them.
    Things(Vec<Node>),
    /// Rows of a table, by its id in the estate.
    Table(String),
    /// Events, one run after another, after those that were caused one by one.
    Events(Vec<Node>, Vec<Run>),
}

impl Source {
    /// How many there are.
    pub(super) fn total(&self, platform: &Platform) -> u64 {
        match self {
            Source::Things(things) => things.len() as u64,
            Source::Table(id) => platform
                .world
                .assets
                .get(id)
                .map_or(0, |table| table.rows()),
            Source::Events(single, runs) => {
                single.len() as u64 + runs.iter().map(Run::total).sum::<u64>()
            }
        }
    }

    /// The next ones from a place on, at most `n`; fewer do not mean that there are no more. What
    /// is not wanted at all is `None`.
    pub(super) fn chunk(&self, platform: &Platform, first: u64, n: u64) -> Vec<Option<Node>> {
        let cut = |things: &[Node]| -> Vec<Option<Node>> {
            let skip = usize::try_from(first).unwrap_or(usize::MAX);
            let take = usize::try_from(n).unwrap_or(usize::MAX);
            things
                .iter()
                .skip(skip)
                .take(take)
                .cloned()
                .map(Some)
                .collect()
        };
        match self {
            Source::Things(things) => cut(things),
            Source::Table(id) => {
                let rows = platform
                    .world
                    .assets
                    .get(id)
                    .map(|table| table.rows_from(first, n));
                rows.unwrap_or_default()
                    .iter()
                    .zip(first..)
                    .map(|(row, place)| Some(super::row::numbered(row, place)))
                    .collect()
            }
            Source::Events(single, _) if first < single.len() as u64 => cut(single),
            Source::Events(single, runs) => {
                let mut place = first - single.len() as u64;
                for run in runs {
                    if place < run.total() {
                        return run.chunk(place, n);
                    }
                    place -= run.total();
                }
                Vec::new()
            }
        }
    }
}

/// Where things of a kind come from.
pub(super) fn source(
    platform: &Platform,
    now: Timestamp,
    view: &View,
    kind: &'static Type,
    hint: &Hint<'_>,
) -> Source {
    if let Some(habit) = event::habit(kind.name) {
        return event::source(platform, view, habit, hint);
    }
    let mids = view.mids(platform).into_iter();
    Source::Things(
        mids.flat_map(|mid| things(platform, now, kind.name, mid))
            .collect(),
    )
}

/// All things of a kind in a unit.
pub(super) fn things(
    platform: &Platform,
    now: Timestamp,
    kind: &'static str,
    mid: u64,
) -> Vec<Node> {
    let mut rows = match kind {
        "DataExtension" => table::tables(platform, mid),
        "DataExtensionField" => table::fields(platform, mid),
        "DataFolder" => table::folders(mid),
        "Subscriber" => subscriber::subscribers(mid),
        "List" => subscriber::lists(mid),
        "Email" => definition::emails(platform, mid),
        "TriggeredSendDefinition" => definition::triggered_sends(platform, mid),
        "TriggeredSendSummary" => definition::summaries(platform, now, mid),
        "Send" => definition::sends(platform, now, mid),
        "ListSend" => definition::list_sends(platform, now, mid),
        "SenderProfile" | "DeliveryProfile" | "SendClassification" => {
            definition::defaults(kind, mid)
        }
        "Automation" => definition::automations(platform, now, mid),
        "Program" => definition::programs(platform, mid),
        "QueryDefinition" => definition::queries(platform, mid),
        "AccountUser" => account::users(platform, mid),
        "AccountUserAccount" => account::reached(platform, now, mid),
        "Role" => account::roles(mid),
        "Account" | "BusinessUnit" => account::units(platform, kind, mid),
        _ => Vec::new(),
    };
    if kind == "ListSubscriber" {
        rows = subscriber::members(&things(platform, now, "Subscriber", mid), mid);
    }
    let mut all = platform.world.kept.laid_over(kind, mid, rows);
    for node in &mut all {
        node.kind = Some(kind);
        node.set("Client.ID", mid);
    }
    all
}
