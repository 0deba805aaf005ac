//! What is assumed of the provider where a run may want it otherwise: one table.

/// One switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch {
    /// Its name.
    pub name: &'static str,
    /// Its default.
    pub default: &'static str,
    /// What it decides, and where the default comes from.
    pub about: &'static str,
}

/// Why a switch was not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SwitchError {
    /// No such switch.
    #[error("there is no switch {name:?}; switches are {}", names())]
    Unknown {
        /// The name given.
        name: String,
    },
    /// Not a value of it.
    #[error("{name}: {legal}; found {value:?}")]
    Value {
        /// The switch.
        name: &'static str,
        /// The value given.
        value: String,
        /// What it may be.
        legal: &'static str,
    },
}

fn names() -> String {
    SWITCHES.map(|switch| switch.name).join(", ")
}

/// Declares the table and the struct of values together, so that neither can lack an entry.
macro_rules! switches {
    ($($name:ident : $kind:ty = $default:literal, $read:ident, $about:literal;)*) => {
        /// All switches.
        pub const SWITCHES: [Switch; [$(stringify!($name)),*].len()] = [$(
            Switch { name: stringify!($name), default: $default, about: $about },
        )*];

        /// The values of all switches.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Switches {
            $(#[doc = $about] pub $name: $kind,)*
        }

        impl Default for Switches {
            fn default() -> Switches {
                Switches { $($name: $read($default).expect("defaults are tested"),)* }
            }
        }

        impl Switches {
            /// Sets one from text.
            ///
            /// # Errors
            /// [`SwitchError`] if there is no such switch or the value is none of it.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), SwitchError> {
                match name {
                    $(stringify!($name) => {
                        self.$name = $read(value).map_err(|legal| SwitchError::Value {
                            name: stringify!($name), value: value.to_owned(), legal,
                        })?;
                    })*
                    _ => return Err(SwitchError::Unknown { name: name.to_owned() }),
                }
                Ok(())
            }

            /// All values as text, by name.
            #[must_use]
            pub fn values(&self) -> Vec<(&'static str, String)> {
                vec![$((stringify!($name), self.$name.to_string()),)*]
            }
        }
    };
}

switches! {
    expires_in: u32 = "1079", seconds,
        "what a token answer says of its life, seconds (recorded)";
    validity: u32 = "1200", seconds,
        "how long a token really lives, seconds (documented)";
    invalidate_previous_on_mint: bool = "off", on_off,
        "a new token kills the older one of the same client and MID (unconfirmed)";
    propagation: u32 = "300", seconds,
        "seconds until a package's edited scopes show in new tokens (documented: up to 5 min)";
    staged_after: u32 = "300", seconds,
        "seconds until a staged secret is accepted (documented)";
    secret_days: u32 = "180", days,
        "days a generated secret lives (documented)";
    ip_block_status: u16 = "400", status,
        "status of a token refusal for the caller's address (unconfirmed)";
    unsupported_grant_status: u16 = "400", status,
        "status of a refusal of the grant type (unconfirmed)";
    bu_not_enabled_status: u16 = "403", status,
        "status of a token refusal for the business unit (unconfirmed)";
    token_context_status: u16 = "202", status,
        "status of a good /platform/v1/tokenContext (documented)";
    latency_ms: u32 = "240", milliseconds,
        "usual latency of an answer, milliseconds (assumed)";
    token_rate_per_s: f64 = "10", rate,
        "token requests a second a tenant sustains before it answers 429 (assumed)";
}

fn whole(text: &str, from: u32, to: u32) -> Option<u32> {
    text.parse()
        .ok()
        .filter(|number| (from..=to).contains(number))
}

fn seconds(text: &str) -> Result<u32, &'static str> {
    whole(text, 0, 86_400).ok_or("whole seconds from 0 to 86400")
}

fn days(text: &str) -> Result<u32, &'static str> {
    whole(text, 1, 3_650).ok_or("whole days from 1 to 3650")
}

fn milliseconds(text: &str) -> Result<u32, &'static str> {
    whole(text, 0, 600_000).ok_or("whole milliseconds from 0 to 600000")
}

fn status(text: &str) -> Result<u16, &'static str> {
    let found = whole(text, 200, 599).and_then(|number| u16::try_from(number).ok());
    found.ok_or("an HTTP status from 200 to 599")
}

fn rate(text: &str) -> Result<f64, &'static str> {
    let found = text
        .parse()
        .ok()
        .filter(|rate: &f64| (0.1..=1_000_000.0).contains(rate));
    found.ok_or("a number from 0.1 to 1000000")
}

fn on_off(text: &str) -> Result<bool, &'static str> {
    match text {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        _ => Err("on or off"),
    }
}
