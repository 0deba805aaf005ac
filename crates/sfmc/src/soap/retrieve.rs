//! Retrieve: which things, which properties, page by page.

use super::Call;
use super::content::{Hint, Source, View, source};
use super::filter::Filter;
use super::permission::{Deed, refusal};
use crate::platform::Platform;
use crate::setup::AssetKind;
use countersign_etframework::table::properties;
use countersign_etframework::{Node, Type, fields, find_type};
use jiff::Timestamp;

/// Most things of one answer (recorded).
const PAGE_MAX: u64 = 2_500;
/// Things looked at for one answer; a filter that meets few then gives a short page.
const LOOKED_AT_MAX: u64 = 100_000;
/// Things looked at in one go.
const CHUNK: u64 = 2_500;

/// What is shown though nobody asked for it (recorded).
const ALWAYS: [(&str, &str); 1] = [("AccountUser", "ID")];

/// A read: what is asked for, and how far it has come.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    kind: &'static Type,
    /// The table whose rows are read, by its id in the estate.
    table: Option<String>,
    properties: Vec<String>,
    filter: Option<Filter>,
    view: View,
    page: u64,
    /// Things passed.
    next: u64,
}

/// The key in `DataExtensionObject[key]`.
pub(super) fn table_key(object: &str) -> Option<&str> {
    object
        .strip_prefix("DataExtensionObject[")?
        .strip_suffix(']')
}

pub(super) fn retrieve(platform: &mut Platform, call: &Call<'_>) -> Node {
    let request_id = platform.world.chance.guid();
    let asked = call.request.nodes("RetrieveRequest");
    let plan = match asked.first() {
        Some(asked) => planned(platform, call, asked),
        None => Err("Error: There is no RetrieveRequest".to_owned()),
    };
    let message = Node::default().with("RequestID", &request_id);
    let mut plan = match plan {
        Ok(plan) => plan,
        Err(words) => return message.with("OverallStatus", words),
    };
    let (rows, more) = page(platform, call.now, &mut plan);
    let status = if more { "MoreDataAvailable" } else { "OK" };
    let mut message = message.with("OverallStatus", status);
    rows.into_iter()
        .for_each(|row| message.push("Results", row));
    if more {
        platform.world.kept.put_plan(&request_id, plan);
    }
    message
}

/// What is asked for: something new, or that an earlier read goes on.
fn planned(platform: &mut Platform, call: &Call<'_>, asked: &Node) -> Result<Plan, String> {
    if let Some(id) = asked.text("ContinueRequest") {
        let plan = platform.world.kept.find_plan(id);
        let own = plan.filter(|plan| plan.view.mid == call.token.mid);
        return own
            .cloned()
            .ok_or_else(|| format!("Error: There is no request {id} to go on with"));
    }
    let object = asked.text("ObjectType").unwrap_or_default();
    let name = table_key(object).map_or(object, |_| "DataExtensionObject");
    let is_row = name == "DataExtensionObject";
    let kind = find_type(name)
        .filter(|kind| kind.object.is_some_and(|object| object.retrieved))
        .filter(|_| !is_row || table_key(object).is_some())
        .ok_or_else(|| {
            format!(
                "Error: Unable to find a handler for object type: {object}. Object types are \
                 case-sensitive, check spelling."
            )
        })?;
    if let Some(words) = refusal(&call.token, kind.name, Deed::Retrieve) {
        return Err(format!("Error: {words}"));
    }
    let parent = platform.enterprise_of(call.token.mid);
    let view = View {
        mid: call.token.mid,
        parent,
        all: asked.flag("QueryAllAccounts") && parent == call.token.mid,
        at: call.now,
    };
    let foreign = |client: &&Node| client.text("ID") != Some(call.token.mid.to_string().as_str());
    if let Some(client) = asked.nodes("ClientIDs").into_iter().find(foreign) {
        let id = client.text("ID").unwrap_or("none");
        return Err(format!("Error: The token does not work in account {id}"));
    }
    let filter = asked.nodes("Filter").first().copied();
    let filter = filter.filter(|sent| sent.names().next().is_some());
    let filter = filter.map(Filter::new).transpose()?;
    let mut plan = Plan {
        kind,
        table: None,
        properties: asked.texts("Properties").map(str::to_owned).collect(),
        filter,
        view,
        page: asked
            .text("Options.BatchSize")
            .and_then(|n| n.parse().ok())
            .unwrap_or(PAGE_MAX),
        next: 0,
    };
    plan.page = plan.page.clamp(1, PAGE_MAX);
    let known = match table_key(object) {
        None => known_properties(kind),
        Some(key) => {
            let assets = &mut platform.world.assets;
            let table = assets.find(AssetKind::Table, key, view.mid, view.parent);
            let table = table.ok_or_else(|| format!("Error: There is no data extension {key}"))?;
            plan.table = Some(table.id.clone());
            table
                .columns
                .iter()
                .map(|column| column.name.clone())
                .chain([super::row::NUMBER.to_owned()])
                .collect()
        }
    };
    plan.checked(object, &known)
}

/// All that can be asked for: what Describe lists, and things in whole of which it lists parts.
fn known_properties(kind: &'static Type) -> Vec<String> {
    let listed: Vec<_> = properties(kind)
        .into_iter()
        .filter(|one| one.retrieved)
        .collect();
    let whole = listed
        .iter()
        .filter_map(|one| one.within.map(str::to_owned));
    let names = listed.iter().map(|one| one.name()).chain(whole);
    names.collect()
}

impl Plan {
    fn checked(self, object: &str, known: &[String]) -> Result<Plan, String> {
        if self.properties.is_empty() {
            return Err("Error: There are no Properties to retrieve".to_owned());
        }
        let is_known = |name: &str| match self.table {
            None => known.iter().any(|one| one == name),
            Some(_) => known.iter().any(|one| one.eq_ignore_ascii_case(name)),
        };
        let filtered = self
            .filter
            .as_ref()
            .map(Filter::properties)
            .unwrap_or_default();
        let named = self.properties.iter().map(String::as_str).chain(filtered);
        let unknown: Vec<&str> = named.filter(|name| !is_known(name)).collect();
        match unknown.as_slice() {
            [] => Ok(self),
            unknown => Err(format!(
                "Error: The Request Property(s) {} do not match with the fields of {object} retrieve",
                unknown.join(", ")
            )),
        }
    }

    /// A thing as it is shown: what was asked for, and the two that are always said to be nothing.
    fn shown(&self, row: &Node) -> Node {
        let mut shown = match self.table {
            None => {
                let asked = self.properties.iter().map(String::as_str);
                let always = ALWAYS.iter().filter(|(kind, _)| *kind == self.kind.name);
                row.only(asked.chain(always.map(|(_, name)| *name)))
            }
            Some(_) => super::row::shown(row, &self.properties),
        };
        for name in ["PartnerKey", "ObjectID"] {
            if fields(self.kind).iter().any(|field| field.name == name) {
                shown.nil(name);
            }
        }
        shown
    }

    fn meets(&self, row: &Node) -> bool {
        let Some(filter) = &self.filter else {
            return true;
        };
        match self.table {
            None => filter.is_met(&|path: &str| row.text(path)),
            Some(_) => filter.is_met(&|name: &str| super::row::value(row, name)),
        }
    }
}

/// The next page, and whether there is more after it: a full page looks on until it knows.
fn page(platform: &Platform, now: Timestamp, plan: &mut Plan) -> (Vec<Node>, bool) {
    let filter = plan.filter.as_ref();
    let hint = Hint {
        span: filter.map_or((None, None), |filter| filter.span("EventDate")),
        subscribers: filter.and_then(|filter| filter.only("SubscriberKey")),
    };
    let source: Source = match &plan.table {
        Some(id) => Source::Table(id.clone()),
        None => source(platform, now, &plan.view, plan.kind, &hint),
    };
    let total = source.total(platform);
    let mut rows: Vec<Node> = Vec::new();
    let mut n_looked_at = 0;
    while plan.next < total && n_looked_at < LOOKED_AT_MAX {
        let chunk = source.chunk(platform, plan.next, CHUNK);
        assert!(!chunk.is_empty(), "there are as many as were counted");
        for row in chunk {
            n_looked_at += u64::from(row.is_some());
            if let Some(row) = row.filter(|row| plan.meets(row)) {
                if rows.len() as u64 == plan.page {
                    return (rows, true);
                }
                rows.push(plan.shown(&row));
            }
            plan.next += 1;
        }
    }
    (rows, plan.next < total)
}
