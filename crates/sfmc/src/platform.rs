//! The tenant as a whole: one request in, one answer out.

mod admin;

use crate::bearer::Tokens;
use crate::fault::{Fault, FaultKind, Faults, Who};
use crate::ledger::{Ledger, Record, TokenState};
use crate::route::Route;
use crate::secret::Secrets;
use crate::setup::{Asset, Package, Setup, Unit};
use crate::switch::Switches;
use crate::token::{Outcome, fields};
use crate::wire::{Answer, Reply, Request};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A package and what has become of it.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) package: Package,
    pub(crate) secrets: Secrets,
    tenant: Option<String>,
    edited: Option<(Timestamp, Vec<String>)>,
}

impl Client {
    /// Its scopes now: an edit shows once it has propagated.
    pub(crate) fn scopes(&self, now: Timestamp) -> &[String] {
        match &self.edited {
            Some((from, scopes)) if now >= *from => scopes,
            _ => &self.package.scopes,
        }
    }
}

/// Token requests a tenant has left.
struct Bucket {
    left: f64,
    at: Timestamp,
}

/// A Marketing Cloud tenant, or a few, in memory.
pub struct Platform {
    pub(crate) base_url: String,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) units: Vec<Unit>,
    pub(crate) assets: Vec<Asset>,
    pub(crate) switches: Switches,
    pub(crate) faults: Faults,
    pub(crate) tokens: Tokens,
    integrations: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    buckets: BTreeMap<String, Bucket>,
    ledger: Ledger,
    seed: u64,
    drawn: u64,
}

/// One step of SplitMix64 (Steele, Lea, Flood 2014).
fn mixed(state: u64) -> u64 {
    let mut z = state
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Platform {
    /// A tenant with nothing broken.
    #[must_use]
    pub fn new(setup: Setup, seed: u64) -> Platform {
        let switches = Switches::default();
        let tenant_of = |mid: u64| {
            setup
                .units
                .iter()
                .find(|unit| unit.mid == mid)
                .map(|unit| unit.tenant.clone())
        };
        let mut clients = BTreeMap::new();
        let mut labels = BTreeMap::new();
        for package in setup.packages {
            labels.insert(package.client_id.clone(), package.label.clone());
            let client = Client {
                secrets: Secrets::new(&package, &switches),
                tenant: tenant_of(package.home_mid),
                edited: None,
                package,
            };
            clients.insert(client.package.label.clone(), client);
        }
        Platform {
            base_url: setup.base_url.trim_end_matches('/').to_owned(),
            clients,
            units: setup.units,
            assets: setup.assets,
            switches,
            faults: Faults::default(),
            tokens: Tokens::default(),
            integrations: setup.integrations,
            labels,
            buckets: BTreeMap::new(),
            ledger: Ledger::default(),
            seed,
            drawn: 0,
        }
    }

    /// Answers one request.
    pub fn step(&mut self, now: Timestamp, request: &Request) -> Reply {
        self.pass(now);
        let route = Route::of(&request.method, &request.path);
        let draw = (self.draw() >> 11) as f64 / (1_u64 << 53) as f64;
        let mut record = Record {
            time: now,
            route: route.template(),
            client_id: None,
            credential: None,
            mid: None,
            status: None,
            token: TokenState::None,
            peer_ip: request.peer_ip,
        };
        let (answer, issued) = match route {
            Route::Token => self.token(now, request, draw, &mut record),
            route => (self.call(now, request, &route, draw, &mut record), false),
        };
        record.status = answer.as_ref().map(|answer| answer.status);
        self.ledger.write(record, issued);
        let Some(mut answer) = answer else {
            return Reply::Drop;
        };
        answer.latency_ms = u64::from(self.switches.latency_ms);
        Reply::Answer(answer)
    }

    fn token(
        &mut self,
        now: Timestamp,
        request: &Request,
        draw: f64,
        record: &mut Record,
    ) -> (Option<Answer>, bool) {
        let fields = fields(request);
        let client_id = fields.as_ref().and_then(|fields| fields.get("client_id"));
        record.client_id = client_id.and_then(Value::as_str).map(str::to_owned);
        record.credential = record
            .client_id
            .as_ref()
            .and_then(|id| self.labels.get(id))
            .cloned();
        let label = record.credential.clone();
        let client = label.as_ref().and_then(|label| self.clients.get(label));
        let mid = client.map(|client| client.package.home_mid);
        let who = self.who(client, mid);
        if self
            .faults
            .acting(FaultKind::Partition, who, draw)
            .is_some()
        {
            return (None, false);
        }
        let slowed_ms = self.slowed(who, draw);
        let tenant = client
            .and_then(|client| client.tenant.clone())
            .unwrap_or_default();
        let throttled = self
            .faults
            .acting(FaultKind::RateLimited, who, draw)
            .is_some();
        let mut outcome: Outcome = if let Some(answer) = self.host_down(true, who, draw) {
            answer.into()
        } else if throttled || !self.take(&tenant, now) {
            Answer::throttled().into()
        } else {
            self.mint(now, fields.as_ref(), label.as_deref(), draw)
        };
        record.mid = outcome.mid;
        outcome.answer.slowed_ms = slowed_ms;
        (Some(outcome.answer), outcome.issued)
    }

    fn call(
        &mut self,
        now: Timestamp,
        request: &Request,
        route: &Route,
        draw: f64,
        record: &mut Record,
    ) -> Option<Answer> {
        let (state, issued) = self.tokens.check(request.header("authorization"), now);
        let issued = issued.cloned();
        record.token = state;
        let client = issued
            .as_ref()
            .and_then(|issued| self.clients.get(&issued.label));
        let who = self.who(client, issued.as_ref().map(|issued| issued.mid));
        if let Some(issued) = &issued {
            record.client_id = Some(issued.client_id.clone());
            record.credential = Some(issued.label.clone());
            record.mid = Some(issued.mid);
        }
        if self
            .faults
            .acting(FaultKind::Partition, who, draw)
            .is_some()
        {
            return None;
        }
        if let Some(answer) = self.host_down(route.on_auth_host(), who, draw) {
            return Some(answer);
        }
        let slowed_ms = if route.on_auth_host() {
            self.slowed(who, draw)
        } else {
            0
        };
        let blocked = self
            .faults
            .acting(FaultKind::IpBlocked, who, draw)
            .is_some();
        let mut answer = match issued {
            _ if *route == Route::Unknown => Answer::not_found(),
            Some(issued) if state == TokenState::Valid => {
                if blocked {
                    let words = "The client's address is not allowed.";
                    Answer::json(403, &json!({ "message": words }))
                } else {
                    self.rest(now, request, route, &issued)
                }
            }
            _ => Answer::not_authorized(),
        };
        answer.slowed_ms = slowed_ms;
        Some(answer)
    }

    /// The answer of a host that is down.
    fn host_down(&self, auth: bool, who: Who<'_>, draw: f64) -> Option<Answer> {
        let acts = |kind| self.faults.acting(kind, who, draw).is_some();
        if acts(FaultKind::PlatformOutage) || auth && acts(FaultKind::AuthDown) {
            return Some(Answer::unavailable());
        }
        (!auth && acts(FaultKind::Rest5xx)).then(|| Answer::rest(500, 0, "Internal Server Error"))
    }

    fn slowed(&self, who: Who<'_>, draw: f64) -> u64 {
        let fault = self.faults.acting(FaultKind::AuthSlow, who, draw);
        fault.map_or(0, |fault| {
            u64::try_from(fault.latency.as_millis()).unwrap_or(0)
        })
    }

    /// Whom a request concerns. A tenant of its own is meant when nothing else is known.
    pub(crate) fn who<'a>(&'a self, client: Option<&'a Client>, mid: Option<u64>) -> Who<'a> {
        let unit = |mid: u64| self.units.iter().find(|unit| unit.mid == mid);
        let home = client.and_then(|client| unit(client.package.home_mid));
        let at = mid.and_then(unit);
        Who {
            label: client.map(|client| client.package.label.as_str()),
            units: [
                home.map(|unit| unit.id.as_str()),
                at.map(|unit| unit.id.as_str()),
            ],
            tenant: client.and_then(|client| client.tenant.as_deref()),
        }
    }

    /// Lets time pass: rivals mint, faults end.
    fn pass(&mut self, now: Timestamp) {
        let rivals: Vec<Fault> = self
            .faults
            .list
            .values()
            .filter(|fault| fault.kind == FaultKind::SecondMinter)
            .cloned()
            .collect();
        for rival in rivals {
            let at = rival.rival_mint(now);
            self.revoke(&rival, at);
        }
        self.faults.end(now);
    }

    /// Kills the tokens a fault's target holds that were minted before `at`.
    fn revoke(&mut self, fault: &Fault, at: Timestamp) {
        let mut tokens = std::mem::take(&mut self.tokens);
        tokens.revoke(|issued| {
            let who = self.who(self.clients.get(&issued.label), Some(issued.mid));
            issued.minted < at && fault.hits(who)
        });
        self.tokens = tokens;
    }

    /// Takes one token request from a tenant's allowance; it holds two seconds' worth.
    fn take(&mut self, tenant: &str, now: Timestamp) -> bool {
        let rate = self.switches.token_rate_per_s;
        let full = (rate * 2.0).max(1.0);
        let fresh = Bucket {
            left: full,
            at: now,
        };
        let bucket = self.buckets.entry(tenant.to_owned()).or_insert(fresh);
        let passed_s = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.left = (bucket.left + passed_s * rate).min(full);
        bucket.at = now;
        let free = bucket.left >= 1.0;
        if free {
            bucket.left -= 1.0;
        }
        free
    }

    fn draw(&mut self) -> u64 {
        self.drawn += 1;
        mixed(self.seed ^ mixed(self.drawn))
    }

    /// A token as the provider writes them: four segments, only two of which are JSON, opaque.
    pub(crate) fn next_token(&mut self, client_id: &str) -> String {
        let mut bytes = |count: usize| -> String {
            let words: Vec<u8> = (0..count).flat_map(|_| self.draw().to_le_bytes()).collect();
            BASE64_URL_SAFE_NO_PAD.encode(words)
        };
        let inner = bytes(2);
        let head = json!({ "alg": "HS256", "kid": "4", "ver": "1", "typ": "JWT" });
        let body = json!({
            "access_token": inner, "client_id": client_id, "platform_version": 2,
            "client_type": "ServerToServer",
        });
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}.{}", part(&head), part(&body), bytes(4), bytes(8))
    }

    /// What was asked and answered.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}
