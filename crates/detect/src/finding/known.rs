//! What the estate says of credentials and integrations, ready to be looked up.

use countersign_model::Timestamp;
use countersign_model::civil::Date;
use countersign_model::estate::{
    Asset, Credential, CredentialKind, CredentialMode, Estate, Integration,
};
use countersign_model::finding::Subject;
use countersign_model::id::{AssetId, BuId, CredentialId, IntegrationId};
use countersign_model::outcome::Outcome;
use countersign_model::schedule::zone;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// Life of a token of today's packages where none was seen, seconds (SFMC's own answer).
const LIFE_S: u64 = 1_199;
/// Life of a token of the legacy route, seconds.
const LEGACY_LIFE_S: u64 = 3_600;

/// The estate by id.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) credentials: BTreeMap<CredentialId, KnownCredential>,
    pub(super) flows: BTreeMap<IntegrationId, KnownFlow>,
    /// The one credential behind a table's rows, where there is just one.
    pub(super) writer_of: BTreeMap<AssetId, CredentialId>,
}

/// What the estate says of a credential.
#[derive(Debug, Clone)]
pub(super) struct KnownCredential {
    /// Its name for people: that of the flow that alone uses it, else its own, else its id.
    pub(super) name: String,
    pub(super) kind: CredentialKind,
    /// The flows that use it.
    pub(super) flows: Vec<IntegrationId>,
    pub(super) is_brokered: bool,
    pub(super) place: Place,
    /// Scopes it holds, without `offline`, which concerns the session only.
    pub(super) scopes: BTreeSet<String>,
    /// Scopes that some flow on it needs.
    pub(super) needed: BTreeSet<String>,
    pub(super) issued: Option<Date>,
    pub(super) ends: Option<Date>,
    /// Business units in which it may work.
    pub(super) units: BTreeSet<BuId>,
}

/// What the estate says of an integration.
#[derive(Debug, Clone)]
pub(super) struct KnownFlow {
    pub(super) name: String,
    pub(super) credential: CredentialId,
    pub(super) place: Place,
    /// Business units in which it may work: its own, or that of its MID.
    pub(super) units: BTreeSet<BuId>,
    /// Minutes that a usual run takes.
    pub(super) usual_min: Option<u32>,
    /// Rows that a usual run writes.
    pub(super) usual_rows: Option<u64>,
}

/// Where something belongs: unit, team and clock.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) bu: BuId,
    pub(super) owner: Option<String>,
    zone: TimeZone,
    /// `Chicago`.
    city: String,
}

impl Known {
    /// Reads an estate.
    pub(super) fn of(estate: &Estate) -> Known {
        let mut users: BTreeMap<&CredentialId, Vec<&Integration>> = BTreeMap::new();
        for flow in &estate.integrations {
            users.entry(&flow.credential).or_default().push(flow);
        }
        let fed = estate.assets.iter().map(|asset| (&asset.id, asset));
        let fed: BTreeMap<&AssetId, &Asset> = fed.rev().collect();
        let mut known = Known::default();
        for one in &estate.credentials {
            let flows = users.get(&one.id).map_or(&[][..], Vec::as_slice);
            let credential = KnownCredential::of(estate, one, flows);
            known.credentials.insert(one.id.clone(), credential);
        }
        for flow in &estate.integrations {
            let known_flow = KnownFlow::of(estate, flow, &fed);
            known.flows.insert(flow.id.clone(), known_flow);
        }
        known.writer_of = writers(estate);
        known
    }

    /// Whether a subject belongs to the estate, or to nothing that could leave it.
    pub(super) fn holds(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Credential(id) => self.credentials.contains_key(id),
            Subject::Integration(id) => self.flows.contains_key(id),
            Subject::Asset(_) | Subject::Consumer(_) | Subject::Source(_) => true,
        }
    }

    /// How people call a subject of the estate, and where it belongs.
    pub(super) fn name_and_place(&self, subject: &Subject) -> Option<(&str, &Place)> {
        match subject {
            Subject::Credential(id) => {
                let one = self.credentials.get(id)?;
                Some((&one.name, &one.place))
            }
            Subject::Integration(id) => {
                let flow = self.flows.get(id)?;
                Some((&flow.name, &flow.place))
            }
            Subject::Asset(_) | Subject::Consumer(_) | Subject::Source(_) => None,
        }
    }

    /// The credential behind an outcome: the one it names, else its integration's.
    pub(super) fn credential_of(&self, outcome: &Outcome) -> Option<CredentialId> {
        let own = outcome.credential.as_ref();
        let flow = || self.flows.get(outcome.integration.as_ref()?);
        let id = own.or_else(|| flow().map(|flow| &flow.credential))?;
        self.credentials.contains_key(id).then(|| id.clone())
    }
}

fn writers(estate: &Estate) -> BTreeMap<AssetId, CredentialId> {
    let mut all: BTreeMap<&AssetId, BTreeSet<&CredentialId>> = BTreeMap::new();
    for flow in &estate.integrations {
        for fed in &flow.feeds {
            all.entry(fed).or_default().insert(&flow.credential);
        }
    }
    let only = |(asset, writers): (&AssetId, BTreeSet<&CredentialId>)| {
        let first = writers.first().filter(|_| writers.len() == 1)?;
        Some((asset.clone(), (*first).clone()))
    };
    all.into_iter().filter_map(only).collect()
}

impl KnownCredential {
    fn of(estate: &Estate, credential: &Credential, flows: &[&Integration]) -> KnownCredential {
        let own_name = match credential.name.as_str() {
            "" => credential.id.as_str(),
            name => name,
        };
        let owner = flows.iter().find_map(|flow| flow.owner.clone());
        let mut units: BTreeSet<BuId> = flows
            .iter()
            .flat_map(|flow| units_of(estate, flow))
            .collect();
        units.insert(credential.bu.clone());
        units.extend(
            credential
                .mids
                .iter()
                .filter_map(|mid| unit_of_mid(estate, *mid)),
        );
        let scopes = credential.scopes.iter().filter(|scope| *scope != "offline");
        let needs = |flow: &&Integration| match flow.scopes.as_slice() {
            [] => credential.scopes.clone(),
            scopes => scopes.to_vec(),
        };
        KnownCredential {
            name: match flows {
                [only] => only.name.clone(),
                _ => own_name.to_owned(),
            },
            kind: credential.kind,
            flows: flows.iter().map(|flow| flow.id.clone()).collect(),
            is_brokered: credential.mode == CredentialMode::Brokered,
            place: Place::of(estate, &credential.bu, owner),
            scopes: scopes.cloned().collect(),
            needed: flows.iter().flat_map(needs).collect(),
            issued: credential.issued,
            ends: credential.ends,
            units,
        }
    }

    /// Seconds that its tokens live, where none was seen; `None` for kinds whose tokens' life nobody
    /// can tell.
    pub(super) fn usual_life_s(&self) -> Option<u64> {
        match self.kind {
            CredentialKind::S2sV2 | CredentialKind::WebappV2 => Some(LIFE_S),
            CredentialKind::LegacyV1 => Some(LEGACY_LIFE_S),
            CredentialKind::CrmOauth
            | CredentialKind::ExtOauth
            | CredentialKind::MtlsCert
            | CredentialKind::SftpKey => None,
        }
    }

    /// `secret`, `certificate` or `key`.
    pub(super) fn noun(&self) -> &'static str {
        match self.kind {
            CredentialKind::MtlsCert => "certificate",
            CredentialKind::SftpKey => "key",
            CredentialKind::S2sV2
            | CredentialKind::WebappV2
            | CredentialKind::LegacyV1
            | CredentialKind::CrmOauth
            | CredentialKind::ExtOauth => "secret",
        }
    }
}

impl KnownFlow {
    fn of(estate: &Estate, flow: &Integration, assets: &BTreeMap<&AssetId, &Asset>) -> KnownFlow {
        let fed = flow.feeds.iter().filter_map(|id| assets.get(id));
        let rows: u64 = fed.filter_map(|asset| asset.rows_per_run).sum();
        KnownFlow {
            name: flow.name.clone(),
            credential: flow.credential.clone(),
            place: Place::of(estate, &flow.bu, flow.owner.clone()),
            units: units_of(estate, flow),
            usual_min: flow.schedule.as_ref().and_then(|plan| plan.usual_min),
            usual_rows: (rows > 0).then_some(rows),
        }
    }
}

fn units_of(estate: &Estate, flow: &Integration) -> BTreeSet<BuId> {
    let mid = flow.mid.and_then(|mid| unit_of_mid(estate, mid));
    BTreeSet::from([mid.unwrap_or_else(|| flow.bu.clone())])
}

fn unit_of_mid(estate: &Estate, mid: u64) -> Option<BuId> {
    let unit = estate.business_units.iter().find(|unit| unit.mid == mid);
    unit.map(|unit| unit.id.clone())
}

impl Place {
    fn of(estate: &Estate, bu: &BuId, owner: Option<String>) -> Place {
        let name = estate
            .business_unit(bu)
            .map(|unit| unit.time_zone.as_str())
            .and_then(|name| Some((name, zone(name).ok()?)));
        let (city, zone) = match name {
            Some((name, zone)) => (name.rsplit('/').next().unwrap_or(name), zone),
            None => ("UTC", TimeZone::UTC),
        };
        Place {
            bu: bu.clone(),
            owner,
            zone,
            city: city.replace('_', " "),
        }
    }

    /// The day it is here.
    pub(super) fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The first instant of a day here.
    pub(super) fn start_of(&self, day: Date) -> Timestamp {
        let midnight = day.to_datetime(jiff::civil::Time::midnight());
        let first = self.zone.to_ambiguous_timestamp(midnight).compatible();
        first.unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// `06:36 (Chicago) on Sunday 22 November`.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        let clock = self.zone.to_datetime(at).strftime("%H:%M").to_string();
        let day = self.zone.to_datetime(at).strftime("%A %-d %B");
        format!("{clock} ({}) on {day}", self.city)
    }
}

/// `22 November 2026`.
pub(super) fn date_words(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}
