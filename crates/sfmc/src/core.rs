//! Salesforce core, as far as clients of a CRM connector need it: sign-in of connected apps and
//! users, and a REST API over a small set of records. One org stands behind all connected apps.

mod assertion;
mod authorize;
mod call;
mod certificate;
mod data;
mod identity;
mod object;
mod record;
mod refusal;
mod select;
mod session;
mod soap;
mod soql;
mod token;

pub use certificate::KeyError;
pub(crate) use record::is_id;

use crate::fault::{Kind, Place, Target};
use crate::package::Secrets;
use crate::platform::Platform;
use crate::setup::ConnectedAppSetup;
use certificate::Certificate;
use jiff::Timestamp;
use record::Records;
use session::SessionBook;
use std::collections::BTreeMap;

/// Newest version of the API that is played.
const VERSION_MAX: u32 = 66;
/// Oldest one.
const VERSION_MIN: u32 = 31;
/// Connected apps that may be added after set-up.
const APPS_MAX: usize = 1_000;

/// A connected app: a client, and the user it runs as.
#[derive(Debug, Clone)]
pub struct ConnectedApp {
    /// Its name in the estate.
    pub label: String,
    /// Consumer key.
    pub client_id: String,
    /// Consumer secrets.
    pub secrets: Secrets,
    /// What its tokens may do.
    pub scopes: Vec<String>,
    /// Name under which its user signs in.
    pub username: String,
    /// That user's password.
    pub(crate) password: String,
    /// Id of that user's record.
    pub user: String,
    /// The MID of the unit that uses it.
    mid: Option<u64>,
    /// Whose signature proves an assertion of this app.
    certificate: Option<Certificate>,
}

/// Why a connected app could not be added or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// No such app.
    #[error("there is no connected app {label:?}")]
    NoApp {
        /// What was named.
        label: String,
    },
    /// One of that consumer key is there.
    #[error("client_id: there is a connected app {client_id:?} already")]
    Taken {
        /// The key.
        client_id: String,
    },
    /// There are too many.
    #[error("there are {APPS_MAX} connected apps already")]
    Full,
    /// What was given as a certificate is none.
    #[error("certificate: {0}")]
    Key(#[from] KeyError),
}

/// The org.
#[derive(Debug, Clone)]
pub(crate) struct Org {
    /// Connected apps by label.
    apps: BTreeMap<String, ConnectedApp>,
    sessions: SessionBook,
    records: Records,
    /// Queries whose next page may be asked for, by number.
    locators: BTreeMap<u64, String>,
    n_locators: u64,
    /// The day calls are counted for, and how many there were.
    used: (i64, u64),
}

impl Org {
    pub(crate) fn new(setup: &[ConnectedAppSetup], now: Timestamp) -> Org {
        let mut org = Org {
            apps: BTreeMap::new(),
            sessions: SessionBook::default(),
            records: Records::new(now),
            locators: BTreeMap::new(),
            n_locators: 0,
            used: (0, 0),
        };
        for app in setup {
            org.add(now, app);
        }
        org
    }

    fn add(&mut self, now: Timestamp, setup: &ConnectedAppSetup) {
        let user = self.records.add_user(now, &setup.username, &setup.label);
        let app = ConnectedApp {
            label: setup.label.clone(),
            client_id: setup.client_id.clone(),
            secrets: Secrets::new(setup.secret.clone(), None),
            scopes: setup.scopes.clone(),
            username: setup.username.clone(),
            password: setup.password.clone(),
            user,
            mid: setup.mid,
            certificate: None,
        };
        self.apps.insert(setup.label.clone(), app);
    }

    /// The secrets of an app.
    pub(crate) fn secrets(&mut self, label: &str) -> Option<&mut Secrets> {
        self.apps.get_mut(label).map(|app| &mut app.secrets)
    }

    /// Labels of the apps.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        self.apps.keys().map(String::as_str)
    }
}

impl Platform {
    /// Adds a connected app with a user of its own.
    ///
    /// # Errors
    /// [`AppError::Taken`] or [`AppError::Full`].
    pub fn core_app_add(
        &mut self,
        now: Timestamp,
        setup: &ConnectedAppSetup,
    ) -> Result<(), AppError> {
        let org = &mut self.world.org;
        let taken = org
            .apps
            .values()
            .any(|app| app.client_id == setup.client_id || app.label == setup.label);
        if taken {
            return Err(AppError::Taken {
                client_id: setup.client_id.clone(),
            });
        }
        if org.apps.len() >= APPS_MAX {
            return Err(AppError::Full);
        }
        org.add(now, setup);
        Ok(())
    }

    /// Gives a connected app the certificate, or the bare public key, in PEM, by which its
    /// assertions are judged.
    ///
    /// # Errors
    /// [`AppError::NoApp`] or [`AppError::Key`].
    pub fn core_certificate(&mut self, label: &str, pem: &str) -> Result<(), AppError> {
        let app = self.world.org.apps.get_mut(label);
        let app = app.ok_or_else(|| AppError::NoApp {
            label: label.to_owned(),
        })?;
        app.certificate = Some(Certificate::parse(pem)?);
        Ok(())
    }

    /// The connected apps, by label.
    #[must_use]
    pub fn core_apps(&self) -> &BTreeMap<String, ConnectedApp> {
        &self.world.org.apps
    }

    /// Whether somebody may sign in for an app: its user is active and no fault says otherwise.
    #[must_use]
    pub fn core_user_active(&self, label: &str) -> bool {
        let Some(app) = self.world.org.apps.get(label) else {
            return false;
        };
        let place = self.place_of_app(Some(app));
        self.world.org.records.is_active(&app.user)
            && self
                .broken_since(Kind::CrmUserDeactivated, &place)
                .is_none()
    }

    fn place_of_app(&self, app: Option<&ConnectedApp>) -> Place {
        let Some(app) = app else {
            return Place::default();
        };
        Place {
            tenant: app.mid.and_then(|mid| self.tenant_of(mid)).cloned(),
            mid: app.mid,
            home: app.mid,
            label: Some(app.label.clone()),
            asset: None,
        }
    }

    fn app_of(&self, client_id: &str) -> Option<&ConnectedApp> {
        let mut apps = self.world.org.apps.values();
        apps.find(|app| app.client_id == client_id)
    }

    /// Whether a fault hits this very app. Faults of Marketing Cloud's hosts are none of core's,
    /// unless they name one of its apps.
    fn core_broken(&mut self, now: Timestamp, kind: Kind, place: &Place) -> bool {
        let named = place.label.clone().map(Target::Package);
        let hits = self
            .world
            .faults
            .iter()
            .any(|fault| fault.kind == kind && Some(&fault.target) == named.as_ref());
        hits && self.broken(now, kind, place)
    }

    /// Whether core is down there.
    fn core_down(&mut self, now: Timestamp, place: &Place) -> bool {
        self.broken(now, Kind::CrmDown, place)
            || [Kind::AuthDown, Kind::PlatformOutage]
                .into_iter()
                .any(|kind| self.core_broken(now, kind, place))
    }

    /// Ends the sessions of the apps that `hits`.
    pub(crate) fn core_kill(&mut self, hits: impl Fn(&Place) -> bool) {
        let apps = self.world.org.apps.values();
        let labels: Vec<String> = apps
            .filter(|app| hits(&self.place_of_app(Some(app))))
            .map(|app| app.label.clone())
            .collect();
        let sessions = &mut self.world.org.sessions;
        sessions.kill(|session| labels.contains(&session.label));
    }
}
