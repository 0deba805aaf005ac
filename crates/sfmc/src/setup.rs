//! What the platform is made of before the first request.

use jiff::Timestamp;
use std::collections::BTreeMap;

/// The platform: tenants and everything in them. It holds secrets, so it cannot be printed.
#[derive(Clone, Default)]
pub struct Setup {
    /// Base URL that token answers point to; a trailing slash is added if it lacks one.
    pub base_url: String,
    /// Account trees.
    pub tenants: Vec<TenantSetup>,
    /// Business units.
    pub units: Vec<UnitSetup>,
    /// Installed packages.
    pub packages: Vec<PackageSetup>,
    /// Connected apps of Salesforce core.
    pub connected_apps: Vec<ConnectedAppSetup>,
    /// OAuth clients of outside services that journeys call.
    pub outside: Vec<OutsideSetup>,
    /// Tables, journeys, sends, automations.
    pub assets: Vec<AssetSetup>,
    /// Integrations of the estate → label of the package or outside client they use.
    pub integrations: BTreeMap<String, String>,
}

/// One account tree.
#[derive(Debug, Clone)]
pub struct TenantSetup {
    /// Its id in the estate.
    pub id: String,
    /// Its enterprise id: the MID of the parent unit.
    pub enterprise: u64,
}

/// A business unit.
#[derive(Debug, Clone)]
pub struct UnitSetup {
    /// Its code in the estate.
    pub id: String,
    /// Its MID.
    pub mid: u64,
    /// Id of its tenant.
    pub tenant: String,
}

/// What kind of integration a package has, and so which grants it may use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PackageKind {
    /// Server to server: client credentials.
    #[default]
    Server,
    /// A web app, which keeps a secret: authorization code and refresh token.
    Web(AppSetup),
    /// A public app, which keeps none: the same with proof of possession of the code.
    Public(AppSetup),
    /// Made before 2019: the legacy endpoint.
    Legacy,
}

/// What web and public apps have beside a package's other properties.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AppSetup {
    /// Where answers to a consent may go; none registered: wherever the request says.
    pub redirect_uris: Vec<String>,
    /// A refresh token that somebody's consent of earlier left behind.
    pub refresh_token: Option<String>,
}

impl std::fmt::Debug for AppSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppSetup")
            .field("redirect_uris", &self.redirect_uris)
            .finish_non_exhaustive()
    }
}

/// An installed package.
#[derive(Clone)]
pub struct PackageSetup {
    /// Its name in the estate: the credential's id.
    pub label: String,
    /// OAuth client id.
    pub client_id: String,
    /// Its first secret.
    pub secret: String,
    /// When that was made; `None`: so long ago that it is never said, and it has no end.
    pub secret_made_at: Option<Timestamp>,
    /// Scopes it holds.
    pub scopes: Vec<String>,
    /// MIDs it is enabled for.
    pub mids: Vec<u64>,
    /// The MID it was made in, and the default of `account_id`.
    pub home: u64,
    /// What kind of integration it has.
    pub kind: PackageKind,
}

/// A connected app of Salesforce core, with the user it runs as.
#[derive(Clone)]
pub struct ConnectedAppSetup {
    /// Its name in the estate: the credential's id.
    pub label: String,
    /// Consumer key.
    pub client_id: String,
    /// Consumer secret.
    pub secret: String,
    /// What its tokens may do.
    pub scopes: Vec<String>,
    /// Name under which its user signs in.
    pub username: String,
    /// That user's password, any security token included.
    pub password: String,
    /// A refresh token that the user's consent of earlier left behind.
    pub refresh_token: Option<String>,
    /// The MID of the unit that uses it.
    pub mid: Option<u64>,
}

/// An OAuth client of an outside service, whose token endpoint the simulator plays too.
#[derive(Clone)]
pub struct OutsideSetup {
    /// Its name in the estate: the credential's id, and part of its token URL.
    pub label: String,
    /// OAuth client id.
    pub client_id: String,
    /// Its secret.
    pub secret: String,
    /// The MID that uses it.
    pub mid: u64,
}

/// What kind of asset it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetKind {
    /// A data extension.
    Table,
    /// A journey.
    Journey,
    /// A transactional definition.
    Send,
    /// An automation.
    Automation,
    /// A campaign.
    Campaign,
}

/// An asset.
#[derive(Debug, Clone)]
pub struct AssetSetup {
    /// Its id in the estate.
    pub id: String,
    /// Its external key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: AssetKind,
    /// The MID it lives in. What the parent unit owns is seen in its children.
    pub mid: u64,
    /// Rows of a table, contacts in a journey.
    pub count: u64,
    /// Messages a day, by which the queue of a stuck send grows.
    pub per_day: u64,
}
