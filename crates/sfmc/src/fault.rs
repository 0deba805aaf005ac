//! Faults: what is broken, for whom, since when and until when.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// Declares the kinds with their names, so that the list in an error is always whole.
macro_rules! kinds {
    ($($kind:ident = $name:literal, $about:literal;)*) => {
        /// What is broken.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum FaultKind { $(#[doc = $about] $kind,)* }

        impl FaultKind {
            /// All of them.
            pub const ALL: [FaultKind; [$($name),*].len()] = [$(FaultKind::$kind),*];

            /// Its name in scenarios.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(FaultKind::$kind => $name,)* }
            }
        }
    };
}

kinds! {
    SecretExpired = "secret_expired", "Present secrets are refused: 401 `invalid_client`.";
    SecretRevoked = "secret_revoked", "The same, by an admin's hand.";
    AppUserInactive = "app_user_inactive", "Token requests get 401 `unauthorized_client`.";
    BuNotEnabled = "bu_not_enabled", "Token requests get 403 `access_denied`.";
    ScopeRemoved = "scope_removed", "Scopes that are not for reading are gone (the last if all are).";
    IpBlocked = "ip_blocked", "Token requests get `invalid_grant`, calls 403 without a code.";
    TokenRevoked = "token_revoked", "Tokens that live now are dead; the next one is fine.";
    SecondMinter = "second_minter", "A rival mints every two minutes and kills the live token.";
    RateLimited = "rate_limited", "Token requests get 429.";
    AuthDown = "auth_down", "The auth host answers 503.";
    AuthSlow = "auth_slow", "The auth host is slow by `latency`.";
    Rest5xx = "rest_5xx", "Calls get 500.";
    PlatformOutage = "platform_outage", "Every host answers 503.";
    Partition = "partition", "No answer at all.";
    MalformedToken = "malformed_token", "The token endpoint answers 200 with rubbish.";
    SecretActivated = "secret_activated", "Somebody activated a new secret: the present one is dead.";
    WrongBu = "wrong_bu", "Tokens are for another business unit than asked.";
}

impl FaultKind {
    /// The kind of that name.
    ///
    /// # Errors
    /// [`FaultError::Kind`] with all names there are.
    pub fn parse(name: &str) -> Result<FaultKind, FaultError> {
        let found = FaultKind::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| FaultError::Kind {
            found: name.to_owned(),
            legal: FaultKind::ALL.map(FaultKind::name).join(", "),
        })
    }
}

impl Serialize for FaultKind {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

/// Latency of `auth_slow` when none is given.
const SLOW: SignedDuration = SignedDuration::from_secs(8);
/// How often a second minter mints (design 4.4).
const RIVAL_EVERY_S: i64 = 120;

/// For whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A package, by its credential's id.
    Credential(String),
    /// The package an integration uses.
    Integration(String),
    /// Everything in a business unit, by its code.
    Bu(String),
    /// A tenant, by its id.
    Tenant(String),
    /// The whole platform.
    All,
}

/// A fault to be injected.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultOrder {
    /// What.
    pub kind: String,
    /// For whom.
    pub target: Target,
    /// How long; `None`: until mended.
    pub lasts: Option<SignedDuration>,
    /// Share of requests it hits, above 0 and at most 1; `None`: all.
    pub share: Option<f64>,
    /// `auth_slow`: by how much.
    pub latency: Option<SignedDuration>,
}

/// Why a fault was not injected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No such kind.
    #[error("kind: {found:?} is none of {legal}")]
    Kind {
        /// The kind given.
        found: String,
        /// The kinds there are.
        legal: String,
    },
    /// No such target.
    #[error("{field}: {found:?} is none of {legal}")]
    Target {
        /// The field.
        field: &'static str,
        /// The value given.
        found: String,
        /// The values there are.
        legal: String,
    },
    /// No target, or more than one.
    #[error("give exactly one of credential, integration, bu, tenant")]
    OneTarget,
    /// Not a share.
    #[error("share: a number above 0 and at most 1")]
    Share,
    /// Not a span.
    #[error("{field}: a span from 0 to 366 days")]
    Span {
        /// The field.
        field: &'static str,
    },
}

/// Whom a request concerns, as far as it is known.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Who<'a> {
    pub(crate) label: Option<&'a str>,
    pub(crate) units: [Option<&'a str>; 2],
    pub(crate) tenant: Option<&'a str>,
}

#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) number: u64,
    pub(crate) kind: FaultKind,
    pub(crate) target: Target,
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) share: f64,
    pub(crate) latency: SignedDuration,
}

impl Fault {
    pub(crate) fn hits(&self, who: Who<'_>) -> bool {
        match &self.target {
            Target::All => true,
            Target::Tenant(id) => who.tenant == Some(id),
            Target::Bu(id) => who.units.contains(&Some(id)),
            Target::Credential(id) | Target::Integration(id) => who.label == Some(id),
        }
    }

    /// The last instant up to `now` at which the rival minted.
    pub(crate) fn rival_mint(&self, now: Timestamp) -> Timestamp {
        let past_s = now.min(self.until).duration_since(self.since).as_secs();
        let span = SignedDuration::from_secs(past_s / RIVAL_EVERY_S * RIVAL_EVERY_S);
        self.since.checked_add(span).unwrap_or(self.since)
    }
}

/// A fault that acts, for people.
#[derive(Debug, Clone, Serialize)]
pub struct FaultView {
    /// Its id, `flt_N`.
    pub id: String,
    /// What.
    pub kind: FaultKind,
    /// For whom.
    pub target: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when; absent: until mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Share of requests it hits.
    pub share: f64,
}

/// All faults that act.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) list: BTreeMap<u64, Fault>,
    injected: u64,
}

fn span(
    field: &'static str,
    given: Option<SignedDuration>,
) -> Result<Option<SignedDuration>, FaultError> {
    let legal = SignedDuration::ZERO..=SignedDuration::from_hours(366 * 24);
    match given {
        Some(span) if !legal.contains(&span) => Err(FaultError::Span { field }),
        given => Ok(given),
    }
}

impl Faults {
    /// Adds one whose target is known to exist; an integration is already its credential.
    pub(crate) fn add(
        &mut self,
        now: Timestamp,
        order: &FaultOrder,
        target: Target,
    ) -> Result<&Fault, FaultError> {
        let kind = FaultKind::parse(&order.kind)?;
        let share = order.share.unwrap_or(1.0);
        if !(share > 0.0 && share <= 1.0) {
            return Err(FaultError::Share);
        }
        let lasts = span("for", order.lasts)?;
        let latency = span("latency", order.latency)?.unwrap_or(SLOW);
        let until = lasts.map_or(Timestamp::MAX, |span| {
            now.checked_add(span).unwrap_or(Timestamp::MAX)
        });
        self.injected += 1;
        let number = self.injected;
        let fault = Fault {
            number,
            kind,
            target,
            since: now,
            until,
            share,
            latency,
        };
        Ok(self.list.entry(number).or_insert(fault))
    }

    /// The first fault of that kind that hits; `draw` in `[0, 1)` decides its share.
    pub(crate) fn acting(&self, kind: FaultKind, who: Who<'_>, draw: f64) -> Option<&Fault> {
        self.list
            .values()
            .find(|fault| fault.kind == kind && fault.hits(who) && draw < fault.share)
    }

    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let number = id
            .strip_prefix("flt_")
            .and_then(|number| number.parse().ok());
        number.is_some_and(|number: u64| self.list.remove(&number).is_some())
    }

    /// Ends every fault that was aimed at exactly that target; how many.
    pub(crate) fn mend(&mut self, targets: &[Target]) -> usize {
        let before = self.list.len();
        self.list
            .retain(|_, fault| !targets.contains(&fault.target));
        before - self.list.len()
    }

    pub(crate) fn end(&mut self, now: Timestamp) {
        self.list.retain(|_, fault| fault.until > now);
    }

    pub(crate) fn view(&self) -> Vec<FaultView> {
        let target = |target: &Target| match target {
            Target::Credential(id) | Target::Integration(id) => format!("credential:{id}"),
            Target::Bu(id) => format!("bu:{id}"),
            Target::Tenant(id) => format!("tenant:{id}"),
            Target::All => "tenant:all".to_owned(),
        };
        let view = |fault: &Fault| FaultView {
            id: format!("flt_{}", fault.number),
            kind: fault.kind,
            target: target(&fault.target),
            since: fault.since,
            until: (fault.until < Timestamp::MAX).then_some(fault.until),
            share: fault.share,
        };
        self.list.values().map(view).collect()
    }
}
