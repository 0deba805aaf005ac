//! Says whose lines are, and makes an estate where there is none: the least that the judgement
//! needs to name a credential.

use crate::Options;
use crate::shape::{What, Who};
use countersign_model::Timestamp;
use countersign_model::estate::{
    BusinessUnit, Credential, CredentialKind, CredentialMode, ESTATE_VERSION, Estate, Integration,
    IntegrationKind, Tenant, Tier,
};
use countersign_model::id::{BuId, CredentialId, IntegrationId, TenantId};
use countersign_model::outcome::{Call, Fact, Outcome};
use countersign_watch::resolve;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The estate, with whatever the lines add to it.
pub(crate) struct Owners {
    pub(crate) estate: Estate,
    integrations: BTreeSet<IntegrationId>,
    credentials: BTreeSet<CredentialId>,
    units: BTreeSet<BuId>,
    /// Integrations and credentials that only the lines name.
    pub(crate) added: BTreeSet<String>,
    known: BTreeMap<(Who, String, usize), Who>,
}

impl Owners {
    pub(crate) fn new(estate: Option<Estate>) -> Owners {
        let estate = estate.unwrap_or_else(|| Estate {
            version: ESTATE_VERSION,
            ..Estate::default()
        });
        Owners {
            integrations: estate
                .integrations
                .iter()
                .map(|one| one.id.clone())
                .collect(),
            credentials: estate
                .credentials
                .iter()
                .map(|one| one.id.clone())
                .collect(),
            units: estate
                .business_units
                .iter()
                .map(|one| one.id.clone())
                .collect(),
            estate,
            added: BTreeSet::new(),
            known: BTreeMap::new(),
        }
    }

    /// Whose the lines of an origin are. Where nothing tells, they are the integration's that the
    /// caller names for such lines, or one named after the file.
    pub(crate) fn of(&mut self, who: Who, what: &What, options: &Options, file: usize) -> Who {
        let route = match who.is_bare() {
            true => what.route.clone(),
            false => String::new(),
        };
        let key = (who, route, file);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let mut found = self.resolved(&key.0, &key.1);
        if found.integration.is_none() && found.credential.is_none() {
            found.integration = named(&found)
                .or_else(|| options.integration.clone())
                .or_else(|| of_file(&options.files[file]));
            found = self.resolved(&found, "");
        }
        self.admit(&mut found);
        self.known.insert(key, found.clone());
        found
    }

    fn resolved(&self, who: &Who, route: &str) -> Who {
        let id = "resolving".parse().expect("an id");
        let call = Call {
            route: Some(route.to_owned()),
            ..Call::default()
        };
        let mut outcome: Outcome = who.outcome(id, Timestamp::UNIX_EPOCH, 1, Fact::Call(call));
        resolve(&self.estate, &mut outcome, who.client_id.as_deref());
        Who::of(&outcome, who.client_id.as_deref())
    }

    /// Adds to the estate what it does not know.
    fn admit(&mut self, who: &mut Who) {
        let unit = who.bu.clone().unwrap_or_else(|| id("unknown"));
        let credential = match (&who.credential, &who.integration) {
            (Some(credential), _) => credential.clone(),
            (None, Some(integration)) => id(integration.as_str()),
            (None, None) => return,
        };
        let is_new_credential = !self.credentials.contains(&credential);
        let integration = who
            .integration
            .clone()
            .filter(|id| !self.integrations.contains(id));
        if is_new_credential || integration.is_some() {
            self.admit_unit(&unit);
        }
        if is_new_credential {
            self.added.insert(credential.to_string());
            self.credentials.insert(credential.clone());
            self.estate
                .credentials
                .push(new_credential(&credential, &unit));
        }
        if let Some(integration) = integration {
            self.added.insert(integration.to_string());
            self.integrations.insert(integration.clone());
            let new = new_integration(&integration, &credential, &unit);
            self.estate.integrations.push(new);
        }
        who.credential = Some(credential);
        who.bu.get_or_insert(unit);
    }

    fn admit_unit(&mut self, unit: &BuId) {
        if !self.units.insert(unit.clone()) {
            return;
        }
        let tenant = match self.estate.tenants.first() {
            Some(tenant) => tenant.id.clone(),
            None => {
                let tenant: TenantId = id("unknown");
                self.estate.tenants.push(Tenant {
                    id: tenant.clone(),
                    name: String::new(),
                    subdomain: "unknown".to_owned(),
                    auth_url: None,
                    token_requests_per_s: None,
                    mint_kills_older: false,
                });
                tenant
            }
        };
        self.estate.business_units.push(BusinessUnit {
            id: unit.clone(),
            name: String::new(),
            tenant,
            mid: 0,
            time_zone: "UTC".to_owned(),
            contacts: None,
            on_call: None,
            focus: None,
            business_hours: Vec::new(),
            notify: Vec::new(),
        });
    }
}

fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|_| unreachable!("{text} is an id already, or a word of ours"))
}

/// An integration is called as the client or consumer that speaks for it, if nothing else names it.
fn named(who: &Who) -> Option<IntegrationId> {
    let client = who
        .client_id
        .as_deref()
        .and_then(|client| client.parse().ok());
    let consumer = || who.consumer.as_ref().map(|consumer| id(consumer.as_str()));
    client.or_else(consumer)
}

/// `logs/etl-7.access.log` stands for `etl-7.access.log`.
fn of_file(path: &Path) -> Option<IntegrationId> {
    let name = path.file_name()?.to_string_lossy();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._:@-".contains(c);
    let name: String = name
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .take(countersign_model::id::ID_BYTES_MAX)
        .collect();
    let name = if name == "-" { "stdin" } else { &name };
    name.parse().ok()
}

fn new_credential(id: &CredentialId, unit: &BuId) -> Credential {
    Credential {
        id: id.clone(),
        name: String::new(),
        bu: unit.clone(),
        kind: CredentialKind::S2sV2,
        mode: CredentialMode::Observed,
        client_id: None,
        scopes: Vec::new(),
        mids: Vec::new(),
        token_url: None,
        issued: None,
        ends: None,
        lockout: None,
        refresh_token: None,
        note: String::new(),
    }
}

fn new_integration(id: &IntegrationId, credential: &CredentialId, unit: &BuId) -> Integration {
    Integration {
        id: id.clone(),
        name: id.to_string(),
        bu: unit.clone(),
        kind: IntegrationKind::OnDemand,
        tier: Tier::T2,
        owner: None,
        backup: None,
        credential: credential.clone(),
        mid: None,
        scopes: Vec::new(),
        traffic: String::new(),
        schedule: None,
        vend: None,
        payments: false,
        strategy: None,
        feeds: Vec::new(),
        note: String::new(),
    }
}
