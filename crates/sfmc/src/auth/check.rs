//! What stands between a token request and its token, in the order it is looked at.

use super::{AUTHORIZATION_CODE, Asked, CLIENT_CREDENTIALS, GRANTS, REFRESH_TOKEN, words};
use crate::envelope;
use crate::fault::{Kind, Place};
use crate::package::{Package, Role, seconds};
use crate::platform::Platform;
use crate::quota::Verdict;
use crate::request::{Answer, Request};
use crate::setup::PackageKind;
use crate::switch::Name;
use jiff::Timestamp;

impl Platform {
    /// Outages and the throttle come before anything is read.
    pub(super) fn admits(&mut self, now: Timestamp, place: &Place) -> Result<(), Answer> {
        if self.broken(now, Kind::AuthDown, place) || self.broken(now, Kind::PlatformOutage, place)
        {
            return Err(envelope::unavailable(0));
        }
        let retry_after_s = self.switch(Name::ThrottleRetryAfter);
        if self.broken(now, Kind::RateLimited, place) {
            return Err(envelope::throttled(retry_after_s));
        }
        match self.ask_token_host(now, place.tenant.as_ref()) {
            Verdict::Admitted => Ok(()),
            Verdict::Throttled => Err(envelope::throttled(retry_after_s)),
            Verdict::Blocked => Err(envelope::blocked()),
        }
    }

    /// Whether the grant is one there is, and one for this kind of package.
    pub(super) fn knows_grant(
        &self,
        asked: &Asked,
        package: Option<&Package>,
    ) -> Result<(), Answer> {
        let grant = asked.grant_type.as_str();
        if !GRANTS.contains(&grant) {
            let status = self.status(Name::GrantTypeStatus);
            return Err(envelope::oauth(
                status,
                "unsupported_grant_type",
                words::BAD_GRANT,
            ));
        }
        let may = match package.map(|package| &package.kind) {
            None => true,
            Some(PackageKind::Server) => grant == CLIENT_CREDENTIALS,
            Some(PackageKind::Web(_) | PackageKind::Public(_)) => {
                grant == AUTHORIZATION_CODE || grant == REFRESH_TOKEN
            }
            Some(PackageKind::Legacy) => {
                let status = self.status(Name::LegacyOnV2Status);
                return Err(envelope::oauth(status, "invalid_client", words::BAD_CLIENT));
            }
        };
        if may {
            return Ok(());
        }
        Err(envelope::oauth(
            401,
            "unauthorized_client",
            words::OTHER_METHOD,
        ))
    }

    /// Whether the client is who it says: by its secret, if its kind keeps one.
    pub(super) fn accepts_client(
        &mut self,
        now: Timestamp,
        package: &Package,
        secret: &str,
        place: &Place,
    ) -> Result<(), Answer> {
        match package.kind {
            PackageKind::Public(_) if package.enabled => Ok(()),
            PackageKind::Public(_) => {
                Err(envelope::oauth(401, "invalid_client", words::BAD_SECRET))
            }
            _ => self.accepts_secret(now, package, secret, place),
        }
    }

    pub(super) fn accepts_secret(
        &mut self,
        now: Timestamp,
        package: &Package,
        text: &str,
        place: &Place,
    ) -> Result<(), Answer> {
        let refused = |status| Err(envelope::oauth(status, "invalid_client", words::BAD_SECRET));
        let Some((role, secret)) = package.secrets.find(text).filter(|_| package.enabled) else {
            return refused(401);
        };
        let is_older = |span| {
            secret
                .made_at
                .is_some_and(|made_at| now.duration_since(made_at) >= span)
        };
        let days = self.switch(Name::SecretDays);
        if days > 0 && is_older(seconds(days.saturating_mul(86_400))) {
            return refused(self.status(Name::ExpiredSecretStatus));
        }
        let dead = match role {
            Role::Active => self.ends_secret(now, Kind::SecretActivated, secret, place),
            Role::Staged => {
                !is_older(seconds(self.switch(Name::StagedAfter)))
                    && !self.broken(now, Kind::SecretActivated, place)
            }
        };
        if dead {
            return refused(401);
        }
        let ends = [Kind::SecretExpired, Kind::SecretRevoked];
        if ends
            .into_iter()
            .any(|kind| self.ends_secret(now, kind, secret, place))
        {
            return refused(self.status(Name::ExpiredSecretStatus));
        }
        Ok(())
    }

    pub(super) fn accepts_caller(
        &mut self,
        now: Timestamp,
        request: &Request,
        package: &Package,
        place: &Place,
    ) -> Result<(), Answer> {
        if self.is_shut_out(request, place) || self.broken(now, Kind::IpBlocked, place) {
            let status = self.status(Name::IpBlockStatus);
            return Err(envelope::oauth(status, "invalid_grant", words::BAD_ADDRESS));
        }
        if !package.app_user_active || self.broken(now, Kind::AppUserInactive, place) {
            let status = self.status(Name::AppUserStatus);
            return Err(envelope::oauth(
                status,
                "unauthorized_client",
                words::BAD_USER,
            ));
        }
        Ok(())
    }

    pub(super) fn accepts_unit(
        &mut self,
        now: Timestamp,
        package: &Package,
        mid: u64,
        place: &Place,
    ) -> Result<(), Answer> {
        let enabled = package.terms(now).mids.contains(&mid);
        if enabled && !self.broken(now, Kind::BuNotEnabled, place) {
            return Ok(());
        }
        let status = self.status(Name::BuNotEnabledStatus);
        let error = if status == 403 {
            "access_denied"
        } else {
            "invalid_grant"
        };
        Err(envelope::oauth(status, error, words::BAD_UNIT))
    }

    /// The scopes a package holds as they show in new tokens.
    pub(super) fn held(&mut self, now: Timestamp, package: &Package, place: &Place) -> Vec<String> {
        let mut held = package.terms(now).scopes.clone();
        if self.broken(now, Kind::ScopeRemoved, place) {
            let reads_fire = self.switch(Name::JourneysReadFiresEvents) != 0;
            take_scopes_away(&mut held, reads_fire);
        }
        held
    }

    /// The scopes a token gets: those held, and consented to if a person was asked; or the subset of
    /// them that the request names.
    pub(super) fn granted(
        &mut self,
        now: Timestamp,
        asked: &Asked,
        package: &Package,
        place: &Place,
        consented: Option<&[String]>,
    ) -> Result<Vec<String>, Answer> {
        let mut held = self.held(now, package, place);
        if let Some(consented) = consented {
            held.retain(|scope| consented.contains(scope));
        }
        let Some(scope) = &asked.scope else {
            return Ok(held);
        };
        let scopes: Vec<String> = scope.split_whitespace().map(str::to_owned).collect();
        if scopes.iter().all(|scope| held.contains(scope)) {
            return Ok(scopes);
        }
        let status = self.status(Name::InvalidScopeStatus);
        Err(envelope::oauth(status, "invalid_scope", words::BAD_SCOPE))
    }
}

/// Takes away what does more than read; if nothing does, the last scope. Reading journeys does where it
/// lets events in as well (`reads_fire`) and the package holds more.
fn take_scopes_away(held: &mut Vec<String>, reads_fire: bool) {
    let named_read = |scope: &String| scope.ends_with("_read") || scope.ends_with("_view");
    let reads = |scope: &String| named_read(scope) && !(reads_fire && scope == "journeys_read");
    if held.iter().all(named_read) {
        held.pop();
    } else {
        held.retain(reads);
    }
}
