//! Small random estates: who feeds what, and what reads what.

use countersign_feed::estate::demo_estate;
use countersign_model::estate::{Asset, AssetKind, Credential, Entry, Estate, Integration};
use proptest::prelude::*;

/// Credentials, flows and assets of an estate at most.
pub(crate) const CREDENTIALS: usize = 3;
pub(crate) const FLOWS: usize = 5;
pub(crate) const ASSETS: usize = 6;

/// Edges as they are drawn: the credential of each flow, what each flow feeds, what each asset reads.
type Edges = (Vec<usize>, Vec<Vec<bool>>, Vec<Vec<bool>>);

/// Any estate of that size. Assets read only those before them, so that nothing reads itself.
pub(crate) fn estate() -> impl Strategy<Value = Estate> {
    let credentials = prop::collection::vec(0..CREDENTIALS, FLOWS);
    let row = || prop::collection::vec(prop::bool::weighted(0.35), ASSETS);
    let feeds = prop::collection::vec(row(), FLOWS);
    let reads = prop::collection::vec(row(), ASSETS);
    (credentials, feeds, reads).prop_map(|edges| built(&edges))
}

/// Names of the objects, by place.
pub(crate) fn credential(place: usize) -> String {
    format!("INT-90{place}")
}

pub(crate) fn flow(place: usize) -> String {
    format!("INT-91{place}")
}

pub(crate) fn asset(place: usize) -> String {
    match place.is_multiple_of(2) {
        true => format!("DE-9{place}"),
        false => format!("J-9{place}"),
    }
}

fn built((credentials, feeds, reads): &Edges) -> Estate {
    let demo = demo_estate();
    let table = demo.assets.iter();
    let table = table
        .clone()
        .find(|asset| asset.kind == AssetKind::DataExtension);
    let places = |row: &[bool], below: usize| {
        let named = row.iter().enumerate().take(below);
        let named = named.filter(|(_, is)| **is);
        named
            .map(|(place, _)| asset(place).parse().unwrap())
            .collect()
    };
    let credentials_of = (0..CREDENTIALS).map(|place| Credential {
        id: credential(place).parse().unwrap(),
        ends: None,
        ..demo.credentials[0].clone()
    });
    let flows = (0..FLOWS).map(|place| Integration {
        id: flow(place).parse().unwrap(),
        name: format!("Flow {place}"),
        credential: credential(credentials[place]).parse().unwrap(),
        feeds: places(&feeds[place], ASSETS),
        ..demo.integrations[0].clone()
    });
    let assets = (0..ASSETS).map(|place| Asset {
        id: asset(place).parse().unwrap(),
        name: format!("Asset {place}"),
        kind: match place.is_multiple_of(2) {
            true => AssetKind::DataExtension,
            false => AssetKind::Journey,
        },
        entry: (!place.is_multiple_of(2)).then_some(Entry::DataTable),
        reads: places(&reads[place], place),
        ..table.unwrap().clone()
    });
    Estate {
        credentials: credentials_of.collect(),
        integrations: flows.collect(),
        assets: assets.collect(),
        planned: Vec::new(),
        ..demo.clone()
    }
}
