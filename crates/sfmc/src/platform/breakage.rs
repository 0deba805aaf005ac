//! Breaking and mending, and what a fault does to a request.

use super::Platform;
use crate::fault::{Fault, FaultError, FaultOrder, Kind, Place, RIVAL_EVERY, Target};
use crate::package::ClientSecret;
use crate::request::Request;
use crate::switch::Name;
use crate::token::Token;
use jiff::{SignedDuration, Timestamp};

/// Names listed in an error before it says that there are more.
const NAMES_MAX: usize = 60;

impl Platform {
    /// Breaks something; the fault's id. A fault that is over as soon as it happened, such as
    /// `token_revoked`, has an id too and is not at work afterwards.
    ///
    /// # Errors
    /// [`FaultError`], which names the field and what it may hold.
    pub fn inject(&mut self, now: Timestamp, order: &FaultOrder) -> Result<String, FaultError> {
        self.let_rivals_mint(now);
        let fault = self.planned(now, order)?;
        Ok(self.begin(now, fault))
    }

    /// Whether something could be broken, without breaking it.
    ///
    /// # Errors
    /// As [`Platform::inject`].
    pub fn check(&self, order: &FaultOrder) -> Result<(), FaultError> {
        self.planned(Timestamp::UNIX_EPOCH, order).map(|_| ())
    }

    fn planned(&self, now: Timestamp, order: &FaultOrder) -> Result<Fault, FaultError> {
        let row = order.row()?;
        let (field, named) = match order.target()? {
            ("target", id) => (self.field_of(id)?, id),
            named => named,
        };
        if field == "asset" && !row.on_asset {
            return Err(FaultError::NotAnAsset { kind: row.name });
        }
        let target = self.target(field, named)?;
        let until = order
            .lasts()?
            .map(|span| now.checked_add(span).unwrap_or(Timestamp::MAX));
        Ok(Fault {
            id: String::new(),
            kind: row.kind,
            target,
            field,
            named: named.to_owned(),
            share: order.share()?,
            latency_ms: order.latency_ms(row)?,
            since: now,
            until,
            rival_at: None,
        })
    }

    fn begin(&mut self, now: Timestamp, mut fault: Fault) -> String {
        fault.id = format!("flt_{}", self.next_fault());
        let id = fault.id.clone();
        match fault.kind {
            Kind::TokenRevoked => {
                self.kill_tokens(&fault, |_| true);
                self.core_kill(|place| fault.hits(place));
                return id;
            }
            Kind::CrmUserDeactivated => self.core_kill(|place| fault.hits(place)),
            Kind::SecretActivated if self.switch(Name::ActivationKillsTokens) != 0 => {
                self.kill_tokens(&fault, |_| true);
            }
            Kind::SecretExpired | Kind::SecretRevoked
                if self.switch(Name::SecretEndKillsTokens) != 0 =>
            {
                self.kill_tokens(&fault, |_| true);
            }
            Kind::ScopeRemoved if self.switch(Name::ScopeRemovalKillsTokens) != 0 => {
                self.kill_tokens(&fault, |_| true);
            }
            _ => {}
        }
        self.world.faults.push(fault);
        self.let_rivals_mint(now);
        id
    }

    /// Mends by fault id or by what was named; how many faults went.
    pub fn mend(&mut self, named: &str) -> usize {
        let before = self.world.faults.len();
        self.world
            .faults
            .retain(|fault| fault.id != named && fault.named != named);
        before - self.world.faults.len()
    }

    pub(crate) fn end_faults(&mut self, now: Timestamp) {
        self.world.faults.retain(|fault| !fault.is_over(now));
    }

    /// Kills the tokens minted before the latest of a rival's mints, whenever somebody looks.
    pub(crate) fn let_rivals_mint(&mut self, now: Timestamp) {
        let mut minted = Vec::new();
        for fault in &mut self.world.faults {
            if fault.kind != Kind::SecondMinter || now < fault.since {
                continue;
            }
            let every_ms = RIVAL_EVERY.as_millis();
            let rounds = now.duration_since(fault.since).as_millis() / every_ms;
            let after_ms = i64::try_from(rounds * every_ms).unwrap_or(0);
            let latest = fault
                .since
                .checked_add(SignedDuration::from_millis(after_ms))
                .ok();
            if latest > fault.rival_at {
                fault.rival_at = latest;
                minted.push((fault.clone(), latest.unwrap_or(now)));
            }
        }
        for (fault, at) in minted {
            self.kill_tokens(&fault, |token| token.issued_at < at);
        }
    }

    fn kill_tokens(&mut self, fault: &Fault, also: impl Fn(&Token) -> bool) {
        let units = &self.world.units;
        let packages = &self.world.packages;
        self.world.tokens.revoke(|token| {
            let place = Place {
                tenant: units.get(&token.mid).map(|unit| unit.tenant.clone()),
                mid: Some(token.mid),
                home: packages.get(&token.label).map(|package| package.home),
                label: Some(token.label.clone()),
                asset: None,
            };
            fault.hits(&place) && also(token)
        });
    }

    /// Whether a fault of this kind hits a request there; a share is drawn anew for each request.
    pub(crate) fn broken(&mut self, now: Timestamp, kind: Kind, place: &Place) -> bool {
        let of_kind = |fault: &&Fault| fault.kind == kind && !fault.is_over(now);
        let hit = self
            .world
            .faults
            .iter()
            .filter(of_kind)
            .find(|fault| fault.hits(place));
        match hit.map(|fault| fault.share) {
            Some(share) => self.world.chance.hits(share),
            None => false,
        }
    }

    /// Since when a fault of this kind hits there.
    pub(crate) fn broken_since(&self, kind: Kind, place: &Place) -> Option<Timestamp> {
        let of_kind = self.world.faults.iter().filter(|fault| fault.kind == kind);
        of_kind
            .filter(|fault| fault.hits(place))
            .map(|fault| fault.since)
            .min()
    }

    /// Whether a fault of this kind ends a secret: one that was made before it began.
    pub(crate) fn ends_secret(
        &mut self,
        now: Timestamp,
        kind: Kind,
        secret: &ClientSecret,
        place: &Place,
    ) -> bool {
        let since = self.broken_since(kind, place);
        since.is_some_and(|since| secret.made_at.is_none_or(|made_at| made_at <= since))
            && self.broken(now, kind, place)
    }

    /// What `auth_slow` adds there, milliseconds.
    pub(crate) fn slowness(&mut self, place: &Place) -> u64 {
        let slow = |fault: &&Fault| fault.kind == Kind::AuthSlow && fault.hits(place);
        let slowest = self
            .world
            .faults
            .iter()
            .filter(slow)
            .max_by_key(|fault| fault.latency_ms);
        match slowest.map(|fault| (fault.share, fault.latency_ms)) {
            Some((share, latency_ms)) if self.world.chance.hits(share) => latency_ms,
            _ => 0,
        }
    }

    /// Whether the tenant's allowlist keeps the caller out. Who called from nowhere is let in.
    pub(crate) fn is_shut_out(&self, request: &Request, place: &Place) -> bool {
        let tenant = place
            .tenant
            .as_ref()
            .and_then(|id| self.world.tenants.get(id));
        let allowed = tenant.map_or(&[][..], |tenant| tenant.allowed.as_slice());
        let Some(peer) = request.peer.filter(|_| !allowed.is_empty()) else {
            return false;
        };
        !allowed
            .iter()
            .any(|range| range.contains(peer.to_canonical()))
    }

    /// Where a token works.
    pub(crate) fn place_of(&self, token: &Token) -> Place {
        Place {
            tenant: self.tenant_of(token.mid).cloned(),
            mid: Some(token.mid),
            home: self
                .world
                .packages
                .get(&token.label)
                .map(|package| package.home),
            label: Some(token.label.clone()),
            asset: None,
        }
    }

    /// What an id of the estate names. A credential and its integration often share one: then it is
    /// the credential.
    fn field_of(&self, id: &str) -> Result<&'static str, FaultError> {
        let fields = ["tenant", "bu", "asset", "credential", "integration"];
        let found = fields
            .into_iter()
            .find(|field| self.target(field, id).is_ok());
        found.ok_or_else(|| {
            let world = &self.world;
            let tenants = world.tenants.keys().map(String::as_str);
            let units = world.units.values().map(|unit| unit.id.as_str());
            let packages = world.packages.keys().map(String::as_str);
            let known: Vec<&str> = ["all"]
                .into_iter()
                .chain(tenants)
                .chain(units)
                .chain(packages)
                .collect();
            FaultError::UnknownTarget {
                field: "target",
                id: id.to_owned(),
                known: listed(&known),
            }
        })
    }

    fn target(&self, field: &'static str, id: &str) -> Result<Target, FaultError> {
        let world = &self.world;
        let labels = || {
            world
                .packages
                .keys()
                .chain(world.outside.keys())
                .map(String::as_str)
                .chain(world.org.labels())
        };
        let (found, known) = match field {
            "tenant" if id == "all" => (Some(Target::All), Vec::new()),
            "tenant" => (
                world
                    .tenants
                    .contains_key(id)
                    .then(|| Target::Tenant(id.to_owned())),
                world
                    .tenants
                    .keys()
                    .map(String::as_str)
                    .chain(["all"])
                    .collect(),
            ),
            "bu" => (
                world
                    .units
                    .values()
                    .find(|unit| unit.id == id)
                    .map(|unit| Target::Unit(unit.mid)),
                world.units.values().map(|unit| unit.id.as_str()).collect(),
            ),
            "asset" => (
                world.assets.has(id).then(|| Target::Asset(id.to_owned())),
                world.assets.ids().collect(),
            ),
            "integration" => (
                self.integration(id).cloned().map(Target::Package),
                self.integrations().collect::<Vec<&str>>(),
            ),
            _ => (
                labels()
                    .any(|label| label == id)
                    .then(|| Target::Package(id.to_owned())),
                labels().collect(),
            ),
        };
        found.ok_or_else(|| FaultError::UnknownTarget {
            field,
            id: id.to_owned(),
            known: listed(&known),
        })
    }
}

fn listed(names: &[&str]) -> String {
    match names.len() {
        0 => "none".to_owned(),
        n if n > NAMES_MAX => {
            format!(
                "{} and {} more",
                names[..NAMES_MAX].join(", "),
                n - NAMES_MAX
            )
        }
        _ => names.join(", "),
    }
}
