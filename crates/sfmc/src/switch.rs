//! Every behaviour of the provider that no document settles, and every number that tests turn, as a
//! switch with a default.
//!
//! "Documented" and "recorded" in a sentence say that the default is what the provider's pages or
//! published recordings show; "unconfirmed" that nobody outside knows, so try both.

mod table;

pub use table::SWITCHES;

use std::cell::Cell;

/// Which switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is described in its row of the table")]
pub enum Name {
    ExpiresIn,
    Validity,
    InvalidatePreviousOnMint,
    ActivationKillsTokens,
    ScopeRemovalKillsTokens,
    SecretEndKillsTokens,
    LiveTokensMax,
    StagedAfter,
    SecretEvery,
    SecretDays,
    Propagation,
    RefreshDays,
    RefreshRotates,
    RefreshReuseS,
    ReuseKillsFamily,
    RefreshRefusedStatus,
    LostAnswers,
    AutoConsent,
    CodeS,
    PublicNeedsPkce,
    LegacyExpiresIn,
    LegacyRefreshDays,
    LegacyRefreshGraceS,
    LegacyOneAddress,
    LegacyRefusalStatus,
    LegacyOnV2Status,
    ExpiredSecretStatus,
    AppUserStatus,
    IpBlockStatus,
    BuNotEnabledStatus,
    InvalidScopeStatus,
    InvalidRequestStatus,
    GrantTypeStatus,
    MethodStatus,
    TokenContextStatus,
    DataeventsScopeStatus,
    MissingScopeErrorcode,
    WwwAuthenticate,
    SoapRevokedIsExpired,
    JourneysReadFiresEvents,
    DefinitionsCountIsPage,
    AsyncS,
    AutomationsNotify,
    TokenRatePerS,
    TokenBurst,
    RestRatePerS,
    ThrottleRetryAfter,
    KnocksMax,
    BlockS,
    UnavailableRetryAfter,
    CoreSessionS,
    CoreCallsADay,
    CoreJwtUnchecked,
    CoreRefreshRotates,
    CoreRefreshReuseS,
    CoreInactiveIsGrant,
    CoreLoginRateStatus,
    CoreScopeStatus,
    LatencyMs,
    LatencyJitter,
}

/// One switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch {
    /// Which it is.
    pub id: Name,
    /// Its name.
    pub name: &'static str,
    /// Its default.
    pub default: u64,
    /// Least value.
    pub min: u64,
    /// Greatest value; 1 for what is on or off.
    pub max: u64,
    /// What it is, in which unit, and how sure its default is.
    pub about: &'static str,
    /// Where nobody outside knows which it is: the value to try besides the default.
    pub besides: Option<u64>,
}

impl Switch {
    /// A switch whose default nothing confirms, and the value to try besides.
    const fn besides(mut self, value: u64) -> Switch {
        self.besides = Some(value);
        self
    }
}

/// Why a switch could not be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SwitchError {
    /// No such switch.
    #[error("no switch {name:?}; there are: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// All names.
        known: String,
    },
    /// Not a whole number within its bounds.
    #[error("{name}: {value:?} is not a whole number from {min} to {max} (on and off are 1 and 0)")]
    Value {
        /// The switch.
        name: &'static str,
        /// What was given.
        value: String,
        /// Least value.
        min: u64,
        /// Greatest value.
        max: u64,
    },
}

/// The switches as set, and which of them an answer has depended on.
#[derive(Debug, Clone)]
pub struct Switches {
    values: [u64; SWITCHES.len()],
    read: Cell<u128>,
}

// One bit for each switch.
const _: () = assert!(SWITCHES.len() <= 128);

impl Default for Switches {
    fn default() -> Switches {
        let mut values = [0; SWITCHES.len()];
        for (value, switch) in values.iter_mut().zip(SWITCHES) {
            *value = switch.default;
        }
        Switches {
            values,
            read: Cell::new(0),
        }
    }
}

impl Switches {
    /// The value of a switch.
    #[must_use]
    pub fn get(&self, name: Name) -> u64 {
        self.read.set(self.read.get() | 1 << name as u32);
        self.values[name as usize]
    }

    /// The switches that were looked at since they were made: had another one been set otherwise,
    /// nothing would have come out differently.
    #[must_use]
    pub fn read(&self) -> Vec<&'static Switch> {
        let was_read = |switch: &&Switch| self.read.get() & (1 << switch.id as u32) != 0;
        SWITCHES.iter().filter(was_read).collect()
    }

    /// Whether a switch is on.
    #[must_use]
    pub fn on(&self, name: Name) -> bool {
        self.get(name) != 0
    }

    /// A switch whose value is an HTTP status.
    #[must_use]
    pub fn status(&self, name: Name) -> u16 {
        u16::try_from(self.get(name)).unwrap_or(500)
    }

    /// Counts a switch down by one, to 0 at least; whether there was something left.
    pub(crate) fn count_down(&mut self, name: Name) -> bool {
        self.read.set(self.read.get() | 1 << name as u32);
        let value = &mut self.values[name as usize];
        let left = *value > 0;
        *value = value.saturating_sub(1);
        left
    }

    /// Sets a switch from text; `on`, `off`, `true`, `false` are 1 and 0.
    ///
    /// # Errors
    /// [`SwitchError`], which lists the names or the bounds.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SwitchError> {
        let Some(switch) = SWITCHES.iter().find(|switch| switch.name == name) else {
            let known: Vec<&str> = SWITCHES.iter().map(|switch| switch.name).collect();
            return Err(SwitchError::Unknown {
                name: name.to_owned(),
                known: known.join(", "),
            });
        };
        let number = match value {
            "on" | "true" => Some(1),
            "off" | "false" => Some(0),
            other => other.parse().ok(),
        };
        let (min, max) = (switch.min, switch.max);
        let within = number.filter(|number| (min..=max).contains(number));
        let bad = || SwitchError::Value {
            name: switch.name,
            value: value.to_owned(),
            min,
            max,
        };
        self.values[switch.id as usize] = within.ok_or_else(bad)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
