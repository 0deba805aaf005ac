//! The token endpoint: reads a request, judges it, mints.

mod words;

use crate::envelope;
use crate::fault::{Kind, Place};
use crate::package::{Package, Role, seconds};
use crate::platform::{Judged, Platform};
use crate::quota::Verdict;
use crate::request::{Answer, Request};
use crate::switch::Name;
use crate::token::Token;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Its route, as the ledger names it.
pub const TOKEN_ROUTE: &str = "/v2/token";

/// Grants the endpoint knows beside client credentials; a server-to-server client may use none.
const OTHER_GRANTS: [&str; 3] = [
    "authorization_code",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
];

/// A token request as it was sent.
struct Asked {
    grant_type: String,
    client_id: Option<String>,
    client_secret: String,
    account_id: Option<Value>,
    scope: Option<String>,
}

impl Asked {
    fn new(mut fields: BTreeMap<String, Value>) -> Asked {
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        Asked {
            grant_type: text("grant_type").unwrap_or_default(),
            client_id: text("client_id"),
            client_secret: text("client_secret").unwrap_or_default(),
            scope: text("scope"),
            account_id: fields.remove("account_id"),
        }
    }

    /// The MID asked for: a number or text, `home` if absent or empty; `None` if it is neither.
    fn mid(&self, home: u64) -> Option<u64> {
        match &self.account_id {
            None | Some(Value::Null) => Some(home),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) if text.trim().is_empty() => Some(home),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        }
    }
}

impl Platform {
    /// Answers a token request.
    pub(crate) fn token(&mut self, now: Timestamp, request: &Request) -> Judged {
        let asked = Asked::new(request.fields());
        let client_id = asked.client_id.clone();
        let package = client_id
            .as_ref()
            .and_then(|id| self.package_of(id))
            .cloned();
        let mid = package.as_ref().and_then(|package| asked.mid(package.home));
        let place = match &package {
            None => Place::default(),
            Some(package) => Place {
                tenant: self.tenant_of(package.home).cloned(),
                mid,
                home: Some(package.home),
                label: Some(package.label.clone()),
                asset: None,
            },
        };
        let judged = if request.method == "POST" {
            self.judged(now, request, &asked, package.as_ref(), &place)
        } else {
            Err(self.other_method(&request.method))
        };
        let answer = judged.unwrap_or_else(|refusal| refusal);
        Judged {
            client_id,
            place,
            answer,
        }
    }

    fn judged(
        &mut self,
        now: Timestamp,
        request: &Request,
        asked: &Asked,
        package: Option<&Package>,
        place: &Place,
    ) -> Result<Answer, Answer> {
        self.admits(now, place)?;
        self.knows_grant(asked, package.is_some())?;
        let package =
            package.ok_or_else(|| envelope::oauth(401, "invalid_client", words::BAD_CLIENT))?;
        self.accepts_secret(now, package, &asked.client_secret, place)?;
        self.accepts_caller(now, request, package, place)?;
        let mid = place.mid.ok_or_else(|| {
            let status = self.status(Name::InvalidRequestStatus);
            envelope::oauth(status, "invalid_request", words::BAD_ACCOUNT)
        })?;
        self.accepts_unit(now, package, mid, place)?;
        let scopes = self.granted(now, asked, package, place)?;
        if self.broken(now, Kind::MalformedToken, place) {
            return Err(Answer::text(200, words::RUBBISH));
        }
        let works_in = if self.broken(now, Kind::WrongBu, place) {
            self.enterprise_of(mid)
        } else {
            mid
        };
        Ok(self.mint(now, package, works_in, scopes))
    }

    /// Outages and the throttle come before anything is read.
    fn admits(&mut self, now: Timestamp, place: &Place) -> Result<(), Answer> {
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

    fn knows_grant(&self, asked: &Asked, client_known: bool) -> Result<(), Answer> {
        match asked.grant_type.as_str() {
            "client_credentials" => Ok(()),
            other if OTHER_GRANTS.contains(&other) && client_known => Err(envelope::oauth(
                401,
                "unauthorized_client",
                words::OTHER_METHOD,
            )),
            other if OTHER_GRANTS.contains(&other) => Ok(()),
            _ => {
                let status = self.status(Name::GrantTypeStatus);
                Err(envelope::oauth(
                    status,
                    "unsupported_grant_type",
                    words::BAD_GRANT,
                ))
            }
        }
    }

    fn accepts_secret(
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

    fn accepts_caller(
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

    fn accepts_unit(
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

    fn granted(
        &mut self,
        now: Timestamp,
        asked: &Asked,
        package: &Package,
        place: &Place,
    ) -> Result<Vec<String>, Answer> {
        let mut held = package.terms(now).scopes.clone();
        if self.broken(now, Kind::ScopeRemoved, place) {
            take_scopes_away(&mut held);
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

    fn mint(&mut self, now: Timestamp, package: &Package, mid: u64, scopes: Vec<String>) -> Answer {
        let label = &package.label;
        if self.switch(Name::InvalidatePreviousOnMint) != 0 {
            self.world
                .tokens
                .revoke(|token| token.label == *label && token.mid == mid);
        }
        let number = self.next_token();
        // Four parts, as recorded tokens have; unmistakably not a real one.
        let noise = self.world.chance.bits();
        let text = format!("sim.{label}.{mid}.{noise:016x}{number:016x}");
        let scope = scopes.join(" ");
        let validity = seconds(self.switch(Name::Validity));
        let token = Token {
            client_id: package.client_id.clone(),
            label: label.clone(),
            mid,
            scopes,
            issued_at: now,
            ends_at: now.checked_add(validity).unwrap_or(Timestamp::MAX),
        };
        self.world.tokens.add(text.clone(), token);
        let body = json!({
            "access_token": text,
            "token_type": "Bearer",
            "expires_in": self.switch(Name::ExpiresIn),
            "scope": scope,
            "soap_instance_url": self.base_url(),
            "rest_instance_url": self.base_url(),
        });
        Answer::json(200, body)
    }

    /// The legacy endpoint, to which every package made since 2019 is a stranger.
    pub(crate) fn legacy_token(&mut self, request: &Request) -> Judged {
        let fields = request.fields();
        let client_id = fields
            .get("clientId")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let package = client_id.as_ref().and_then(|id| self.package_of(id));
        let place = match package {
            None => Place::default(),
            Some(package) => Place {
                tenant: self.tenant_of(package.home).cloned(),
                mid: Some(package.home),
                home: Some(package.home),
                label: Some(package.label.clone()),
                asset: None,
            },
        };
        let legacy = |status, errorcode: u64, message: &str| {
            let body = json!({ "message": message, "errorcode": errorcode, "documentation": "" });
            Answer::json(status, body)
        };
        let answer = if request.method != "POST" {
            self.other_method(&request.method)
        } else if place.label.is_some() {
            legacy(400, 10_007, words::NOT_LEGACY)
        } else {
            legacy(401, 1, "Unauthorized")
        };
        Judged {
            client_id,
            place,
            answer,
        }
    }

    fn package_of(&self, client_id: &str) -> Option<&Package> {
        self.packages()
            .values()
            .find(|package| package.client_id == client_id)
    }
}

/// Takes away what is more than reading; if there is nothing more, the last scope.
fn take_scopes_away(held: &mut Vec<String>) {
    let reads = |scope: &String| scope.ends_with("_read") || scope.ends_with("_view");
    if held.iter().all(reads) {
        held.pop();
    } else {
        held.retain(reads);
    }
}
