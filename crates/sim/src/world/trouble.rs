//! What goes wrong, worked out: when, for how long, and whom it reaches.

mod reach;

use super::habits::{Flow, Thing};
use crate::scenario::{Fault, Scenario};
use countersign_model::estate::{Credential, CredentialKind, Estate, Planned, PlannedKind};
use countersign_model::id::{BuId, CredentialId, IntegrationId};
use countersign_model::{SignedDuration, Timestamp};
use countersign_sfmc::fault::KINDS;
use reach::{Reach, reach};
use std::collections::BTreeSet;

/// Why a scenario's fault cannot be played. Every text names the field and what it may hold.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TroubleError {
    /// No such kind.
    #[error("kind: there is no fault {kind:?}; there are: {known}")]
    UnknownKind {
        /// What was written.
        kind: String,
        /// All names.
        known: String,
    },
    /// None or several targets, or one where there is none to name.
    #[error("{kind}: {words}")]
    Target {
        /// The fault.
        kind: String,
        /// What to write.
        words: String,
    },
    /// No such thing in the estate.
    #[error("{field}: the estate has no {id:?}")]
    Unknown {
        /// The field.
        field: &'static str,
        /// What was named.
        id: String,
    },
    /// A number or span out of its bounds, or where none belongs.
    #[error("{field}: {words}")]
    Value {
        /// The field.
        field: &'static str,
        /// What to write.
        words: String,
    },
}

/// What a fault does, where it is not the provider that does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// The executable model of the provider plays it.
    Provider,
    /// A secret, key or certificate outside the provider's token endpoints is refused.
    KeyDead,
    /// A client certificate has ended.
    Certificate,
    /// Events and rows are accepted and lost.
    Stall,
    /// Runs write nothing and say that they are complete.
    ZeroRows,
    /// Runs write a part.
    PartialRows,
    /// Messages are accepted and wait.
    QueueGrowth,
    /// The calling program does not get out.
    CallerBlocked,
    /// A job outlives the one token it took.
    JobOverrun,
    /// The broker's clock is off.
    ClockSkew,
    /// The broker starts again.
    BrokerRestart,
    /// A program repeats itself.
    RetryStorm,
    /// A minute of refusals that heal.
    Hiccup,
    /// What is reported does not arrive.
    MissingData,
    /// What is reported arrives when it is over.
    LateData,
    /// A table is emptied and filled again.
    TruncateReload,
    /// Less happens.
    Holiday,
    /// More happens.
    LaunchSpike,
    /// Nothing happens, on purpose.
    Pause,
    /// Somebody works on it.
    Maintenance,
}

/// One fault, worked out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trouble {
    pub(crate) act: Act,
    pub(crate) fault: Fault,
    pub(crate) at: Timestamp,
    /// Its end; it is not at work then.
    pub(crate) until: Timestamp,
    pub(crate) share: f64,
    pub(crate) reach: Reach,
    /// Whether the calendar knows of it.
    pub(crate) announced: bool,
    /// Whether it is of no account for what should come of the scenario.
    pub(crate) is_noise: bool,
}

impl Trouble {
    pub(crate) fn is_on(&self, now: Timestamp) -> bool {
        self.at <= now && now < self.until
    }

    /// Whether it reaches an asset.
    pub(crate) fn hits_thing(&self, thing: &Thing) -> bool {
        self.reach.all || self.reach.assets.contains(&thing.it.id)
    }

    /// Whether it reaches a credential.
    pub(crate) fn hits_credential(&self, id: &CredentialId) -> bool {
        self.reach.all || self.reach.credentials.contains(id)
    }

    /// Whether it reaches a flow, itself or by its credential.
    pub(crate) fn hits_flow(&self, flow: &Flow) -> bool {
        let by_name = self.reach.flows.contains(&flow.it.id);
        match self.fault.integration {
            // One of several that share a credential, where it is not the credential that breaks.
            Some(_) if self.act != Act::Provider => by_name,
            _ => by_name || self.hits_credential(&flow.it.credential),
        }
    }

    /// Whether the provider's model is told of it.
    pub(crate) fn is_provided(&self) -> bool {
        self.act == Act::Provider || (self.act == Act::Maintenance && self.fault.tenant.is_some())
    }

    /// The order for the provider's model.
    pub(crate) fn provided(&self) -> Fault {
        match self.act {
            Act::Maintenance => Fault {
                kind: "platform_outage".to_owned(),
                announced: None,
                ..self.fault.clone()
            },
            _ => Fault {
                announced: None,
                ..self.fault.clone()
            },
        }
    }

    /// The calendar's entry, if people were told.
    pub(crate) fn planned(&self, number: usize) -> Option<Planned> {
        let kind = match self.act {
            Act::Holiday => PlannedKind::Holiday,
            Act::LaunchSpike => PlannedKind::Launch,
            Act::Pause => PlannedKind::Pause,
            Act::Maintenance => PlannedKind::Maintenance,
            _ => return None,
        };
        let id = |text: &Option<String>| text.as_deref().map(str::to_owned);
        self.announced.then(|| Planned {
            id: format!("SIM-{number}"),
            kind,
            from: self.at,
            to: self.until,
            bu: id(&self.fault.bu).and_then(|id| id.parse::<BuId>().ok()),
            integration: self.flow_named(),
            asset: id(&self.fault.asset).and_then(|id| id.parse().ok()),
            reason: "told by the scenario".to_owned(),
        })
    }

    /// The one flow it is about, named itself or by its credential.
    fn flow_named(&self) -> Option<IntegrationId> {
        let by_credential = self.fault.credential.is_some() && self.reach.flows.len() == 1;
        let named = self.fault.integration.is_some() || by_credential;
        self.reach.flows.first().filter(|_| named).cloned()
    }
}

/// How long a fault lasts that does not say, where it does not last until it is mended.
fn usual_span(act: Act) -> Option<SignedDuration> {
    Some(match act {
        Act::Hiccup => SignedDuration::from_mins(1),
        Act::Holiday => SignedDuration::from_hours(24),
        Act::LaunchSpike => SignedDuration::from_hours(3),
        Act::LateData => SignedDuration::from_mins(30),
        Act::MissingData | Act::RetryStorm => SignedDuration::from_hours(1),
        Act::Pause | Act::Maintenance => SignedDuration::from_hours(2),
        Act::BrokerRestart | Act::TruncateReload => SignedDuration::from_secs(1),
        _ => return None,
    })
}

/// Kinds that the world plays itself.
const OWN: [(&str, Act); 19] = [
    ("certificate_expired", Act::Certificate),
    ("asset_stall", Act::Stall),
    ("zero_rows", Act::ZeroRows),
    ("partial_rows", Act::PartialRows),
    ("queue_growth", Act::QueueGrowth),
    ("caller_blocked", Act::CallerBlocked),
    ("job_overrun", Act::JobOverrun),
    ("clock_skew", Act::ClockSkew),
    ("broker_restart", Act::BrokerRestart),
    ("retry_storm", Act::RetryStorm),
    ("hiccup", Act::Hiccup),
    ("missing_data", Act::MissingData),
    ("late_data", Act::LateData),
    ("truncate_reload", Act::TruncateReload),
    ("holiday", Act::Holiday),
    ("launch_spike", Act::LaunchSpike),
    ("planned_pause", Act::Pause),
    ("quiet_integration", Act::Pause),
    ("maintenance", Act::Maintenance),
];

/// What refuses a key that no token endpoint of the provider knows.
const KEY_KINDS: [&str; 2] = ["secret_expired", "secret_revoked"];

fn act_of(kind: &str) -> Result<Act, TroubleError> {
    if let Some((_, act)) = OWN.iter().find(|(name, _)| *name == kind) {
        return Ok(*act);
    }
    if KINDS.iter().any(|row| row.name == kind) {
        return Ok(Act::Provider);
    }
    let provided = KINDS.iter().map(|row| row.name);
    let own = OWN.iter().map(|(name, _)| *name);
    let names: BTreeSet<&str> = provided.chain(own).collect();
    Err(TroubleError::UnknownKind {
        kind: kind.to_owned(),
        known: names.into_iter().collect::<Vec<_>>().join(", "),
    })
}

/// Works out every fault of a scenario.
///
/// # Errors
/// [`TroubleError`] for the first that cannot be played.
pub(crate) fn troubles(scenario: &Scenario, estate: &Estate) -> Result<Vec<Trouble>, TroubleError> {
    let faults = scenario.faults.iter().map(|fault| (fault, false));
    let noise = scenario.noise.iter().map(|fault| (fault, true));
    let mut all: Vec<Trouble> = faults
        .chain(noise)
        .map(|(fault, is_noise)| {
            let trouble = trouble(fault, scenario, estate)?;
            Ok(Trouble {
                is_noise,
                ..trouble
            })
        })
        .collect::<Result<_, _>>()?;
    all.sort_by_key(|one| one.at);
    Ok(all)
}

fn trouble(fault: &Fault, scenario: &Scenario, estate: &Estate) -> Result<Trouble, TroubleError> {
    let mut act = act_of(&fault.kind)?;
    let reach = reach(fault, act, estate)?;
    if act == Act::Provider && KEY_KINDS.contains(&fault.kind.as_str()) && is_key(&reach, estate) {
        act = Act::KeyDead;
    }
    check_values(fault, act)?;
    let lasts = fault.lasts.or_else(|| usual_span(act));
    let at = instant(scenario.start, fault.at);
    Ok(Trouble {
        act,
        fault: fault.clone(),
        at,
        until: lasts.map_or(Timestamp::MAX, |span| instant(at, span)),
        share: fault.share.unwrap_or(1.0),
        reach,
        announced: fault.announced.unwrap_or(act != Act::LaunchSpike),
        is_noise: false,
    })
}

fn instant(from: Timestamp, span: SignedDuration) -> Timestamp {
    from.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// Whether all it reaches are keys without a token.
fn is_key(reach: &Reach, estate: &Estate) -> bool {
    let tokenless = |credential: &Credential| {
        matches!(
            credential.kind,
            CredentialKind::MtlsCert | CredentialKind::SftpKey
        )
    };
    let mut named = reach.credentials.iter().peekable();
    named.peek().is_some() && named.all(|id| estate.credential(id).is_some_and(tokenless))
}

fn check_values(fault: &Fault, act: Act) -> Result<(), TroubleError> {
    let wrong = |field, words: &str| {
        Err(TroubleError::Value {
            field,
            words: words.to_owned(),
        })
    };
    let takes = [
        (
            "latency",
            fault.latency.is_some(),
            fault.kind == "auth_slow",
        ),
        ("factor", fault.factor.is_some(), act == Act::LaunchSpike),
        ("by", fault.by.is_some(), act == Act::ClockSkew),
    ];
    for (field, given, taken) in takes {
        if given && !taken {
            return wrong(field, &format!("{} takes none; leave it out", fault.kind));
        }
    }
    if fault
        .share
        .is_some_and(|share| !(share > 0.0 && share <= 1.0))
    {
        return wrong("share", "write a number above 0 and at most 1");
    }
    if fault
        .factor
        .is_some_and(|factor| !(factor > 0.0 && factor <= 1_000.0))
    {
        return wrong("factor", "write a number above 0 and at most 1000");
    }
    if fault.lasts.is_some_and(|span| span <= SignedDuration::ZERO) {
        return wrong("for", "write a duration above 0, such as 11m");
    }
    if fault.at < SignedDuration::ZERO {
        return wrong("at", "a fault begins at the start or later");
    }
    if act == Act::ClockSkew && fault.by.is_none() {
        return wrong(
            "by",
            "write by how much the clock is off, such as 5m or -5m",
        );
    }
    if fault.target.is_some() {
        return wrong(
            "target",
            "a scenario says which: credential, integration, asset, bu or tenant",
        );
    }
    Ok(())
}
