//! What an admin does in the provider's pages.

use super::Platform;
use crate::address::AddressRange;
use crate::auth::is_redirect_uri;
use crate::package::{Edit, RotationError, Secrets};
use crate::switch::Name;
use jiff::Timestamp;

/// Redirect URIs of a package (documented).
const REDIRECT_URIS_MAX: usize = 10;

/// Why an admin's order could not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdminError {
    /// No such package.
    #[error("there is no package {label:?}")]
    NoPackage {
        /// What was named.
        label: String,
    },
    /// No such tenant.
    #[error("there is no tenant {id:?}; there are: {known}")]
    NoTenant {
        /// What was named.
        id: String,
        /// All ids.
        known: String,
    },
    /// A redirect URI that the provider's pages refuse.
    #[error(
        "redirect_uris: {uri:?}: write at most 10 absolute URIs, without wildcards or fragments, and \
         127.0.0.1 for localhost"
    )]
    RedirectUri {
        /// What was given.
        uri: String,
    },
    /// A unit of another tenant, or of none.
    #[error("mids: there is no business unit with MID {mid}")]
    NoUnit {
        /// What was named.
        mid: u64,
    },
}

impl Platform {
    /// Stages a new secret of a package, connected app or outside client; its text, told this once.
    ///
    /// # Errors
    /// [`RotationError`]; at most one every five minutes.
    pub fn generate_secret(
        &mut self,
        now: Timestamp,
        label: &str,
    ) -> Result<String, RotationError> {
        let every_s = self.switch(Name::SecretEvery);
        self.secrets(label)?.generate(now, label, every_s)
    }

    /// Activates the staged secret; the old one is dead at once.
    ///
    /// # Errors
    /// [`RotationError`]; at most one every five minutes.
    pub fn activate_secret(&mut self, now: Timestamp, label: &str) -> Result<(), RotationError> {
        let every_s = self.switch(Name::SecretEvery);
        self.secrets(label)?.activate(now, every_s)?;
        if self.switch(Name::ActivationKillsTokens) != 0 {
            self.world.tokens.revoke(|token| token.label == label);
        }
        Ok(())
    }

    fn secrets(&mut self, label: &str) -> Result<&mut Secrets, RotationError> {
        let world = &mut self.world;
        if let Some(package) = world.packages.get_mut(label) {
            return Ok(&mut package.secrets);
        }
        if let Some(secrets) = world.org.secrets(label) {
            return Ok(secrets);
        }
        let outside = world
            .outside
            .get_mut(label)
            .map(|client| &mut client.secrets);
        outside.ok_or_else(|| RotationError::NoPackage {
            label: label.to_owned(),
        })
    }

    /// Edits a package. Scopes and units show in new tokens after a while of up to the switch
    /// `propagation`, drawn from the seed; tokens there are keep theirs. Returns that while, seconds.
    ///
    /// # Errors
    /// [`AdminError`], before anything is changed.
    pub fn edit_package(
        &mut self,
        now: Timestamp,
        label: &str,
        edit: Edit,
    ) -> Result<u64, AdminError> {
        if !self.world.packages.contains_key(label) {
            return Err(AdminError::NoPackage {
                label: label.to_owned(),
            });
        }
        let mids = edit.mids.iter().flatten();
        if let Some(mid) = mids
            .copied()
            .find(|mid| !self.world.units.contains_key(mid))
        {
            return Err(AdminError::NoUnit { mid });
        }
        if let Some(uris) = &edit.redirect_uris {
            let odd = uris.iter().find(|uri| !is_redirect_uri(uri));
            if let Some(uri) = odd.or(uris.get(REDIRECT_URIS_MAX)) {
                return Err(AdminError::RedirectUri { uri: uri.clone() });
            }
        }
        let delayed = edit.scopes.is_some() || edit.mids.is_some();
        let delay_s = match delayed {
            true => self.world.chance.up_to(self.switch(Name::Propagation)),
            false => 0,
        };
        let kept = |scope: &String| edit.scopes.as_ref().is_none_or(|next| next.contains(scope));
        let loses_scope = self
            .world
            .packages
            .get(label)
            .is_some_and(|package| !package.edited_terms().scopes.iter().all(kept));
        if loses_scope && self.switch(Name::ScopeRemovalKillsTokens) != 0 {
            self.world.tokens.revoke(|token| token.label == label);
        }
        if let Some(package) = self.world.packages.get_mut(label) {
            package.edit(now, edit, delay_s);
        }
        Ok(delay_s)
    }

    /// Sets the addresses that may come in; empty: all.
    ///
    /// # Errors
    /// [`AdminError::NoTenant`].
    pub fn set_allowlist(
        &mut self,
        tenant: &str,
        allowed: Vec<AddressRange>,
    ) -> Result<(), AdminError> {
        match self.world.tenants.get_mut(tenant) {
            Some(tenant) => {
                tenant.allowed = allowed;
                Ok(())
            }
            None => {
                let known: Vec<&str> = self.world.tenants.keys().map(String::as_str).collect();
                Err(AdminError::NoTenant {
                    id: tenant.to_owned(),
                    known: known.join(", "),
                })
            }
        }
    }

    /// The tenants: id, MID of the parent unit, and addresses that may come in.
    pub fn tenants(&self) -> impl Iterator<Item = (&str, u64, &[AddressRange])> {
        let tenants = self.world.tenants.iter();
        tenants.map(|(id, one)| (id.as_str(), one.enterprise, one.allowed.as_slice()))
    }
}
