//! The platform's state, and one step of it.

mod admin;
mod breakage;
mod exchange;

pub(crate) use exchange::{Exchange, Judged};

pub use admin::AdminError;

use crate::address::AddressRange;
use crate::asset::Assets;
use crate::chance::Chance;
use crate::core::Org;
use crate::fault::Fault;
use crate::grant::code::CodeBook;
use crate::grant::{Consent, GrantBook};
use crate::ledger::{Exchanges, Ledger};
use crate::outside::OutsideClient;
use crate::package::{Package, seconds};
use crate::quota::{Limits, Quota, Verdict};
use crate::request::{Reply, Request};
use crate::rest::bulk::BulkBook;
use crate::setup::{PackageKind, PackageSetup, Setup, UnitSetup};
use crate::soap::Kept;
use crate::switch::{Name, SwitchError, Switches};
use crate::token::TokenBook;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One account tree.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tenant {
    pub(crate) enterprise: u64,
    /// Addresses that may come in; empty: all.
    pub(crate) allowed: Vec<AddressRange>,
    token_quota: Quota,
    rest_quota: Quota,
}

/// The platform: tenants, their packages and assets, the tokens handed out, and what is broken.
pub struct Platform {
    setup: Setup,
    seed: u64,
    pub(crate) switches: Switches,
    pub(crate) world: World,
}

/// What a reset takes back to the start.
pub(crate) struct World {
    pub(crate) tenants: BTreeMap<String, Tenant>,
    pub(crate) units: BTreeMap<u64, UnitSetup>,
    pub(crate) packages: BTreeMap<String, Package>,
    pub(crate) org: Org,
    pub(crate) outside: BTreeMap<String, OutsideClient>,
    pub(crate) assets: Assets,
    pub(crate) tokens: TokenBook,
    /// What was made or changed through SOAP.
    pub(crate) kept: Kept,
    pub(crate) grants: GrantBook,
    pub(crate) codes: CodeBook,
    pub(crate) exchanges: Exchanges,
    pub(crate) bulk: BulkBook,
    pub(crate) faults: Vec<Fault>,
    pub(crate) chance: Chance,
    n_faults: u64,
    n_tokens: u64,
    /// The throttle for clients that belong to no tenant.
    strangers: Quota,
    ledger: Ledger,
}

impl World {
    fn new(setup: &Setup, now: Timestamp, seed: u64) -> World {
        let tenants = setup.tenants.iter().map(|one| {
            (
                one.id.clone(),
                Tenant {
                    enterprise: one.enterprise,
                    ..Tenant::default()
                },
            )
        });
        let packages = setup
            .packages
            .iter()
            .map(|one| (one.label.clone(), Package::new(one, now)));
        let outside = setup
            .outside
            .iter()
            .map(|one| (one.label.clone(), OutsideClient::new(one)));
        World {
            tenants: tenants.collect(),
            units: setup
                .units
                .iter()
                .map(|unit| (unit.mid, unit.clone()))
                .collect(),
            packages: packages.collect(),
            org: Org::new(&setup.connected_apps, now),
            outside: outside.collect(),
            assets: Assets::new(&setup.assets),
            tokens: TokenBook::default(),
            kept: Kept::default(),
            grants: GrantBook::default(),
            codes: CodeBook::default(),
            exchanges: Exchanges::default(),
            bulk: BulkBook::default(),
            faults: Vec::new(),
            chance: Chance::new(seed),
            n_faults: 0,
            n_tokens: 0,
            strangers: Quota::default(),
            ledger: Ledger::default(),
        }
    }
}

impl Platform {
    /// A platform at `now`; everything by chance comes from `seed`.
    #[must_use]
    pub fn new(mut setup: Setup, now: Timestamp, seed: u64) -> Platform {
        if !setup.base_url.ends_with('/') {
            setup.base_url.push('/');
        }
        let world = World::new(&setup, now, seed);
        let mut platform = Platform {
            setup,
            seed,
            switches: Switches::default(),
            world,
        };
        platform.remember_consents(now);
        platform
    }

    /// Answers a request.
    pub fn step(&mut self, now: Timestamp, request: &Request) -> Reply {
        self.end_faults(now);
        self.let_rivals_mint(now);
        let exchange = self.exchange(now, request);
        let entry = exchange.entry(now, request);
        self.world.ledger.add(entry, exchange.is_mint);
        exchange.reply
    }

    /// Takes everything back to the start; the switches stay as set.
    pub fn reset(&mut self, now: Timestamp) {
        self.world = World::new(&self.setup, now, self.seed);
        self.remember_consents(now);
    }

    /// The refresh tokens that consents of earlier left behind.
    fn remember_consents(&mut self, now: Timestamp) {
        let life = seconds(self.switch(Name::RefreshDays).saturating_mul(86_400));
        let ends_at = now.checked_add(life).unwrap_or(Timestamp::MAX);
        for app in &self.setup.connected_apps {
            let Some(token) = &app.refresh_token else {
                continue;
            };
            let consent = Consent {
                label: app.label.clone(),
                mid: app.mid.unwrap_or(0),
                scopes: app.scopes.clone(),
                family: self.world.grants.next_family(),
            };
            let grants = &mut self.world.grants;
            grants.add(token.clone(), consent, (now, Timestamp::MAX));
            self.world.exchanges.handed_out(token, &app.label);
        }
        let World {
            grants, exchanges, ..
        } = &mut self.world;
        for (package, token) in self.setup.packages.iter().filter_map(left_behind) {
            let consent = Consent {
                label: package.label.clone(),
                mid: package.home,
                scopes: package.scopes.clone(),
                family: grants.next_family(),
            };
            exchanges.handed_out(token, &package.label);
            grants.add(token.to_owned(), consent, (now, ends_at));
        }
    }

    /// Sets a switch.
    ///
    /// # Errors
    /// [`SwitchError`], which lists the names or the bounds.
    pub fn set_switch(&mut self, name: &str, value: &str) -> Result<(), SwitchError> {
        self.switches.set(name, value)
    }

    /// The switches as set.
    #[must_use]
    pub fn switches(&self) -> &Switches {
        &self.switches
    }

    /// The packages, by label.
    #[must_use]
    pub fn packages(&self) -> &BTreeMap<String, Package> {
        &self.world.packages
    }

    /// Faults at work.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.world.faults
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.world.ledger
    }

    /// What became of each refresh token.
    #[must_use]
    pub fn exchanges(&self) -> &Exchanges {
        &self.world.exchanges
    }

    pub(crate) fn switch(&self, name: Name) -> u64 {
        self.switches.get(name)
    }

    pub(crate) fn status(&self, name: Name) -> u16 {
        self.switches.status(name)
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.setup.base_url
    }

    pub(crate) fn integration(&self, id: &str) -> Option<&String> {
        self.setup.integrations.get(id)
    }

    pub(crate) fn integrations(&self) -> impl Iterator<Item = &str> {
        self.setup.integrations.keys().map(String::as_str)
    }

    /// The MID that a token's context names, where that is not the one it works in.
    #[must_use]
    pub fn told_elsewhere(&self, now: Timestamp, token: &str) -> Option<u64> {
        let (token, _) = self.world.tokens.judge(now, Some(token));
        let elsewhere = token.filter(|token| token.told_mid != token.mid);
        elsewhere.map(|token| token.told_mid)
    }

    /// The tenant that a unit belongs to.
    pub(crate) fn tenant_of(&self, mid: u64) -> Option<&String> {
        self.world.units.get(&mid).map(|unit| &unit.tenant)
    }

    /// The parent unit of a unit; 0 if it is not known.
    pub(crate) fn enterprise_of(&self, mid: u64) -> u64 {
        let tenant = self
            .tenant_of(mid)
            .and_then(|id| self.world.tenants.get(id));
        tenant.map_or(0, |tenant| tenant.enterprise)
    }

    /// A number for the next token.
    pub(crate) fn next_token(&mut self) -> u64 {
        self.world.n_tokens += 1;
        self.world.n_tokens
    }

    /// A number for the next fault.
    pub(crate) fn next_fault(&mut self) -> u64 {
        self.world.n_faults += 1;
        self.world.n_faults
    }

    /// Whether a tenant's token host takes one more request.
    pub(crate) fn ask_token_host(&mut self, now: Timestamp, tenant: Option<&String>) -> Verdict {
        let limits = Limits {
            rate_per_s: self.switch(Name::TokenRatePerS),
            burst: self.switch(Name::TokenBurst),
            knocks_max: self.switch(Name::KnocksMax),
            block_s: self.switch(Name::BlockS),
        };
        match tenant.and_then(|id| self.world.tenants.get_mut(id)) {
            Some(tenant) => tenant.token_quota.ask(now, limits),
            None => self.world.strangers.ask(now, limits),
        }
    }

    /// Whether a tenant's REST host takes one more request.
    pub(crate) fn ask_rest_host(&mut self, now: Timestamp, tenant: &str) -> Verdict {
        let rate_per_s = self.switch(Name::RestRatePerS);
        let limits = Limits {
            rate_per_s,
            burst: rate_per_s.saturating_mul(2),
            knocks_max: self.switch(Name::KnocksMax),
            block_s: self.switch(Name::BlockS),
        };
        let tenant = self.world.tenants.get_mut(tenant);
        tenant.map_or(Verdict::Admitted, |tenant| {
            tenant.rest_quota.ask(now, limits)
        })
    }
}

/// The refresh token that a package is set up with.
fn left_behind(package: &PackageSetup) -> Option<(&PackageSetup, &str)> {
    match &package.kind {
        PackageKind::Web(app) | PackageKind::Public(app) => {
            Some((package, app.refresh_token.as_deref()?))
        }
        PackageKind::Server | PackageKind::Legacy => None,
    }
}
