//! An installed package: its secrets, what it may do, and when an admin's edits show.

mod secret;

use crate::setup::{PackageKind, PackageSetup};
use jiff::{SignedDuration, Timestamp};
pub use secret::{ClientSecret, Role, RotationError, Secrets};

/// What a package may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Scopes it holds.
    pub scopes: Vec<String>,
    /// MIDs it is enabled for.
    pub mids: Vec<u64>,
}

/// What an admin changes; absent fields stay. Scopes and MIDs show in new tokens after a while,
/// the rest at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// Scopes it holds.
    pub scopes: Option<Vec<String>>,
    /// MIDs it is enabled for.
    pub mids: Option<Vec<u64>>,
    /// Whether it is installed and enabled.
    pub enabled: Option<bool>,
    /// Whether its app user is active.
    pub app_user_active: Option<bool>,
    /// Where answers to a consent may go; shows at once.
    pub redirect_uris: Option<Vec<String>>,
}

/// A package as it is now.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name in the estate.
    pub label: String,
    /// OAuth client id.
    pub client_id: String,
    /// The MID it was made in.
    pub home: u64,
    /// What kind of integration it has.
    pub kind: PackageKind,
    /// Where answers to a consent may go; none registered: wherever the request says.
    pub redirect_uris: Vec<String>,
    /// Its secrets.
    pub secrets: Secrets,
    /// Whether it is installed and enabled.
    pub enabled: bool,
    /// Whether its app user is active.
    pub app_user_active: bool,
    /// Terms and when each begins to show; the last one is what the admin sees.
    terms: Vec<(Timestamp, Terms)>,
}

impl Package {
    /// A package as it is set up at `now`.
    #[must_use]
    pub fn new(setup: &PackageSetup, now: Timestamp) -> Package {
        let terms = Terms {
            scopes: setup.scopes.clone(),
            mids: setup.mids.clone(),
        };
        Package {
            label: setup.label.clone(),
            client_id: setup.client_id.clone(),
            home: setup.home,
            kind: setup.kind.clone(),
            redirect_uris: match &setup.kind {
                PackageKind::Web(app) | PackageKind::Public(app) => app.redirect_uris.clone(),
                PackageKind::Server | PackageKind::Legacy => Vec::new(),
            },
            secrets: Secrets::new(setup.secret.clone(), setup.secret_made_at),
            enabled: true,
            app_user_active: true,
            terms: vec![(now, terms)],
        }
    }

    /// What a token minted at `now` may do.
    #[must_use]
    pub fn terms(&self, now: Timestamp) -> &Terms {
        let shown = self.terms.iter().rev().find(|(from, _)| *from <= now);
        &shown.unwrap_or(&self.terms[0]).1
    }

    /// What an admin sees, whether or not it shows in tokens yet.
    #[must_use]
    pub fn edited_terms(&self) -> &Terms {
        &self.terms[self.terms.len() - 1].1
    }

    /// Edits it; changed terms show in tokens after `delay_s`.
    pub fn edit(&mut self, now: Timestamp, edit: Edit, delay_s: u64) {
        self.enabled = edit.enabled.unwrap_or(self.enabled);
        self.app_user_active = edit.app_user_active.unwrap_or(self.app_user_active);
        if let Some(redirect_uris) = edit.redirect_uris {
            self.redirect_uris = redirect_uris;
        }
        if edit.scopes.is_none() && edit.mids.is_none() {
            return;
        }
        let before = self.edited_terms().clone();
        let terms = Terms {
            scopes: edit.scopes.unwrap_or(before.scopes),
            mids: edit.mids.unwrap_or(before.mids),
        };
        // A later edit never shows before an earlier one.
        let last = self.terms[self.terms.len() - 1].0;
        let from = now
            .checked_add(seconds(delay_s))
            .unwrap_or(Timestamp::MAX)
            .max(last);
        let shown = self
            .terms
            .iter()
            .rposition(|(from, _)| *from <= now)
            .unwrap_or(0);
        self.terms.drain(..shown);
        self.terms.push((from, terms));
    }
}

/// So many seconds.
pub(crate) fn seconds(n: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(n).unwrap_or(i64::MAX / 4))
}
