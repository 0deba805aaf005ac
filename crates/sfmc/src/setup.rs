//! What a tenant is made of.

use jiff::Timestamp;
use std::collections::BTreeMap;

/// Everything a [`crate::Platform`] starts with.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Base URL of all its hosts.
    pub base_url: String,
    /// Installed packages with server-to-server access.
    pub packages: Vec<Package>,
    /// Business units.
    pub units: Vec<Unit>,
    /// What lies in them.
    pub assets: Vec<Asset>,
    /// Integration to credential, so that a fault may name either.
    pub integrations: BTreeMap<String, String>,
}

/// An installed package.
#[derive(Debug, Clone)]
pub struct Package {
    /// The credential's id.
    pub label: String,
    /// OAuth client id.
    pub client_id: String,
    /// Its secrets: the active one, and perhaps a staged one that is accepted already.
    pub secrets: Vec<SecretSetup>,
    /// Scopes it holds.
    pub scopes: Vec<String>,
    /// MIDs it is enabled for.
    pub mids: Vec<u64>,
    /// The MID a token is for when none is asked for.
    pub home_mid: u64,
}

/// A secret at the start.
#[derive(Clone)]
pub struct SecretSetup {
    /// The secret.
    pub text: String,
    /// When it was made; `None`: it never ends by itself.
    pub made: Option<Timestamp>,
}

impl std::fmt::Debug for SecretSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretSetup")
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

/// A business unit.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Its code.
    pub id: String,
    /// Its tenant.
    pub tenant: String,
    /// Its MID.
    pub mid: u64,
    /// A name for people.
    pub name: String,
}

/// What kind of thing lies in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetKind {
    /// A table.
    DataExtension,
    /// A journey.
    Journey,
    /// A transactional email definition.
    EmailDefinition,
    /// An automation.
    Automation,
}

/// A thing with an external key.
#[derive(Debug, Clone)]
pub struct Asset {
    /// External key.
    pub key: String,
    /// What it is.
    pub kind: AssetKind,
    /// Where it lies.
    pub mid: u64,
    /// A name for people.
    pub name: String,
    /// Table: rows.
    pub rows: u64,
}
