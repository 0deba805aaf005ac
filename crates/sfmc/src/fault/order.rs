//! What is asked to be broken, in the words of a scenario.

use super::kind::{ELSEWHERE, KINDS, Kind, KindRow};
use jiff::SignedDuration;

/// Latency added by `auth_slow` when none is told.
const LATENCY_DEFAULT: SignedDuration = SignedDuration::from_secs(2);
/// Longest latency that can be told.
const LATENCY_MAX: SignedDuration = SignedDuration::from_mins(10);

/// An order to break something: a kind, exactly one target, and how.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaultOrder {
    /// Kind, as in `secret_expired`.
    pub kind: String,
    /// A credential.
    pub credential: Option<String>,
    /// An integration: stands for the credential it uses, so whoever shares it is hit too.
    pub integration: Option<String>,
    /// An asset.
    pub asset: Option<String>,
    /// A business unit.
    pub bu: Option<String>,
    /// A tenant, or `all` for the whole platform.
    pub tenant: Option<String>,
    /// Any of these by its id, when who orders does not know what it is.
    pub target: Option<String>,
    /// Share of what is hit, above 0 and at most 1. Default: all.
    pub share: Option<f64>,
    /// Extra latency.
    pub latency: Option<SignedDuration>,
    /// How long; absent: until mended.
    pub lasts: Option<SignedDuration>,
}

/// Why something could not be broken. Every text names the field and what it may hold.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FaultError {
    /// No such kind.
    #[error("kind: there is no fault {kind:?}; there are: {known}")]
    UnknownKind {
        /// What was asked for.
        kind: String,
        /// All names.
        known: String,
    },
    /// A kind of another part.
    #[error("kind: {kind} cannot be played by the platform: {why}")]
    Elsewhere {
        /// What was asked for.
        kind: String,
        /// Where it happens.
        why: &'static str,
    },
    /// None or several targets.
    #[error(
        "name exactly one of credential, integration, asset, bu, tenant, target; {n} were named"
    )]
    Targets {
        /// How many were named.
        n: usize,
    },
    /// An asset for a kind that does not hit assets.
    #[error("asset: {kind} hits no single asset; name a credential, integration, bu or tenant")]
    NotAnAsset {
        /// The kind.
        kind: &'static str,
    },
    /// No such target.
    #[error("{field}: there is no {id:?}; there are: {known}")]
    UnknownTarget {
        /// The field.
        field: &'static str,
        /// What was named.
        id: String,
        /// What there is.
        known: String,
    },
    /// No share.
    #[error("share: {share} is not above 0 and at most 1")]
    Share {
        /// What was told.
        share: f64,
    },
    /// No latency.
    #[error("latency: write a duration above 0 and at most 10m")]
    Latency,
    /// A field that another kind takes.
    #[error("{field}: {kind} takes none; leave it out")]
    NotTaken {
        /// The field.
        field: &'static str,
        /// The kind.
        kind: &'static str,
    },
    /// No span.
    #[error("for: write a duration above 0, such as 11m")]
    Lasts,
}

impl FaultError {
    /// The field that is wrong.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            FaultError::UnknownKind { .. } | FaultError::Elsewhere { .. } => "kind",
            FaultError::Targets { .. } => "credential",
            FaultError::NotAnAsset { .. } => "asset",
            FaultError::UnknownTarget { field, .. } | FaultError::NotTaken { field, .. } => field,
            FaultError::Share { .. } => "share",
            FaultError::Latency => "latency",
            FaultError::Lasts => "for",
        }
    }
}

impl FaultOrder {
    /// The row of its kind.
    pub(crate) fn row(&self) -> Result<&'static KindRow, FaultError> {
        if let Some(row) = KINDS.iter().find(|row| row.name == self.kind) {
            return Ok(row);
        }
        let kind = self.kind.clone();
        if let Some((_, why)) = ELSEWHERE.iter().find(|(name, _)| *name == self.kind) {
            return Err(FaultError::Elsewhere { kind, why });
        }
        let known: Vec<&str> = KINDS.iter().map(|row| row.name).collect();
        Err(FaultError::UnknownKind {
            kind,
            known: known.join(", "),
        })
    }

    /// The one target: its field and what it names.
    pub(crate) fn target(&self) -> Result<(&'static str, &str), FaultError> {
        let fields = [
            ("credential", &self.credential),
            ("integration", &self.integration),
            ("asset", &self.asset),
            ("bu", &self.bu),
            ("tenant", &self.tenant),
            ("target", &self.target),
        ];
        let named: Vec<(&'static str, &str)> = fields
            .iter()
            .filter_map(|(field, id)| id.as_deref().map(|id| (*field, id)))
            .collect();
        match named.as_slice() {
            [one] => Ok(*one),
            other => Err(FaultError::Targets { n: other.len() }),
        }
    }

    pub(crate) fn share(&self) -> Result<f64, FaultError> {
        let share = self.share.unwrap_or(1.0);
        if share > 0.0 && share <= 1.0 {
            Ok(share)
        } else {
            Err(FaultError::Share { share })
        }
    }

    pub(crate) fn latency_ms(&self, row: &KindRow) -> Result<u64, FaultError> {
        if self.latency.is_some() && row.kind != Kind::AuthSlow {
            return Err(FaultError::NotTaken {
                field: "latency",
                kind: row.name,
            });
        }
        let latency = self.latency.unwrap_or(LATENCY_DEFAULT);
        if latency <= SignedDuration::ZERO || latency > LATENCY_MAX {
            return Err(FaultError::Latency);
        }
        u64::try_from(latency.as_millis()).map_err(|_| FaultError::Latency)
    }

    pub(crate) fn lasts(&self) -> Result<Option<SignedDuration>, FaultError> {
        match self.lasts {
            Some(span) if span <= SignedDuration::ZERO => Err(FaultError::Lasts),
            other => Ok(other),
        }
    }
}
