//! Typed identifiers. Objects of the estate keep the ids of their file; the house mints its own
//! as `prefix_` + a time-ordered suffix.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Longest id accepted, in bytes.
pub const ID_BYTES_MAX: usize = 128;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty.
    #[error("an id must not be empty")]
    Empty,
    /// The text is longer than [`ID_BYTES_MAX`].
    #[error("an id has at most {ID_BYTES_MAX} characters; this one has {len}")]
    TooLong {
        /// Length found, in bytes.
        len: usize,
    },
    /// A character outside the allowed set.
    #[error("an id may hold letters, digits and . _ : @ - only; found {found:?}")]
    Character {
        /// The first offending character.
        found: char,
    },
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > ID_BYTES_MAX {
        return Err(IdError::TooLong { len: text.len() });
    }
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "._:@-".contains(*c);
    match text.chars().find(|c| !allowed(c)) {
        Some(found) => Err(IdError::Character { found }),
        None => Ok(()),
    }
}

/// Declares a typed id: 1 to 128 of `[A-Za-z0-9._:@-]`, cheap to clone, ordered, serialised as text.
#[macro_export]
macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Makes the id from its text.
            ///
            /// # Errors
            /// [`IdError`] if the text is empty, too long or holds a character outside the set.
            pub fn new(text: impl AsRef<str>) -> Result<Self, $crate::id::IdError> {
                text.as_ref().parse()
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::id::IdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::id::checked(text).map(Self)
            }
        }
        impl TryFrom<String> for $name {
            type Error = $crate::id::IdError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.to_string()
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                "Id".into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string", "minLength": 1, "maxLength": 128,
                    "pattern": "^[A-Za-z0-9._:@-]+$",
                })
            }
        }
    };
}

/// Checks a text and shares it; the one constructor behind [`typed_id!`](crate::typed_id).
///
/// # Errors
/// [`IdError`] as for every id.
pub fn checked(text: &str) -> Result<Arc<str>, IdError> {
    check(text).map(|()| Arc::from(text))
}

typed_id!(
    /// A tenant: one SFMC account tree.
    TenantId
);
typed_id!(
    /// A business unit, by its code in the estate file (its MID is a number beside it).
    BuId
);
typed_id!(
    /// A long-lived secret with an owner.
    CredentialId
);
typed_id!(
    /// A business flow that uses slots.
    IntegrationId
);
typed_id!(
    /// A data extension, journey, triggered send, automation, launch or outside system.
    AssetId
);
typed_id!(
    /// A program that asks us for tokens.
    ConsumerId
);
typed_id!(
    /// (credential, MID, scope set); see [`SlotId::of`].
    SlotId
);
typed_id!(
    /// One incident, `inc_…`.
    IncidentId
);
typed_id!(
    /// One notice, `ntc_…`.
    NoticeId
);
typed_id!(
    /// One finding, `kind:subject`; see [`FindingId::of`].
    FindingId
);
typed_id!(
    /// One outcome; a producer's own id, or `out_…`.
    OutcomeId
);

impl SlotId {
    /// The slot of a credential in one business unit: `INT-029.519000140`, with the scope set's
    /// short name behind a further dot when it is not the credential's whole set.
    #[must_use]
    pub fn of(credential: &CredentialId, mid: u64, scope_set: Option<&str>) -> SlotId {
        let text = match scope_set {
            None => format!("{credential}.{mid}"),
            Some(set) => format!("{credential}.{mid}.{set}"),
        };
        SlotId(Arc::from(text))
    }

    /// Whether it is a slot of this credential.
    #[must_use]
    pub fn is_of(&self, credential: &CredentialId) -> bool {
        let rest = self.0.strip_prefix(credential.as_str());
        let rest = rest.and_then(|rest| rest.strip_prefix('.'));
        let mid = rest.map(|rest| rest.split('.').next().unwrap_or_default());
        mid.is_some_and(|mid| !mid.is_empty() && mid.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

impl FindingId {
    /// The finding of a kind about a subject: `ending:credential:INT-029`. A subject that is too long
    /// or holds other characters is shortened, with a hash of the whole behind it.
    #[must_use]
    pub fn of(kind: crate::finding::FindingKind, subject: &crate::finding::Subject) -> FindingId {
        let whole = format!("{}:{subject}", kind.as_str());
        checked(&whole).map_or_else(|_| FindingId(shortened(&whole)), FindingId)
    }
}

/// A text as an id: its first legal characters and a hash of the whole (FNV-1a, 64 bits).
fn shortened(whole: &str) -> Arc<str> {
    const KEPT_MAX: usize = 96;
    let legal = |c: &char| c.is_ascii_alphanumeric() || "._:@-".contains(*c);
    let kept: String = whole.chars().filter(legal).take(KEPT_MAX).collect();
    let hash = whole.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Arc::from(format!("{kept}.{hash:016x}"))
}

/// Makes `prefix_` + 10 characters of time (ms) + 10 of `chance`: sortable by time, unique enough
/// for records of one store. Crockford's base 32, lower case.
#[must_use]
pub fn minted_id(prefix: &str, now: crate::Timestamp, chance: u64) -> String {
    let mut text = String::with_capacity(prefix.len() + 21);
    text.push_str(prefix);
    text.push('_');
    let ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
    push_base32(&mut text, ms);
    push_base32(&mut text, chance);
    text
}

fn push_base32(text: &mut String, value: u64) {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    for place in (0..10).rev() {
        let digit = (value >> (place * 5)) & 31;
        text.push(char::from(ALPHABET[usize::try_from(digit).unwrap_or(0)]));
    }
}

impl IncidentId {
    /// Mints `inc_…`; see [`minted_id`].
    #[must_use]
    pub fn mint(now: crate::Timestamp, chance: u64) -> Self {
        IncidentId(Arc::from(minted_id("inc", now, chance)))
    }
}
impl NoticeId {
    /// Mints `ntc_…`; see [`minted_id`].
    #[must_use]
    pub fn mint(now: crate::Timestamp, chance: u64) -> Self {
        NoticeId(Arc::from(minted_id("ntc", now, chance)))
    }
}
impl OutcomeId {
    /// Mints `out_…`; see [`minted_id`].
    #[must_use]
    pub fn mint(now: crate::Timestamp, chance: u64) -> Self {
        OutcomeId(Arc::from(minted_id("out", now, chance)))
    }
}

// Keeps the imports honest for the macro's generated code.
const _: fn(&str) -> Result<TenantId, <TenantId as FromStr>::Err> = TenantId::from_str;
const _: fn(&TenantId, &mut fmt::Formatter<'_>) -> fmt::Result = <TenantId as fmt::Display>::fmt;

#[cfg(test)]
mod tests;
