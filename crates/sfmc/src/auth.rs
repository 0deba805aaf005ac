//! The token endpoint: reads a request, judges it, mints.

pub(crate) mod authorize;
mod check;
mod consented;
mod legacy;
mod words;

pub use authorize::Asking;
pub(crate) use authorize::{AUTHORIZE_ROUTE, is_redirect_uri};
pub(crate) use consented::{Proof, Source};
pub(crate) use legacy::LEGACY_ROUTE;

use crate::envelope;
use crate::fault::{Kind, Place};
use crate::grant::Consent;
use crate::package::{Package, seconds};
use crate::platform::{Judged, Platform};
use crate::request::{Answer, Request};
use crate::switch::Name;
use crate::token::Token;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Its route, as the ledger names it.
pub const TOKEN_ROUTE: &str = "/v2/token";

const CLIENT_CREDENTIALS: &str = "client_credentials";
const AUTHORIZATION_CODE: &str = "authorization_code";
const REFRESH_TOKEN: &str = "refresh_token";
/// Grants the endpoint lists; which of them a client may use depends on its kind, and nobody may
/// use the last one.
const GRANTS: [&str; 4] = [
    CLIENT_CREDENTIALS,
    AUTHORIZATION_CODE,
    REFRESH_TOKEN,
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
];

/// A token request as it was sent.
struct Asked {
    grant_type: String,
    client_id: Option<String>,
    client_secret: String,
    account_id: Option<Value>,
    scope: Option<String>,
    refresh_token: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
}

impl Asked {
    fn new(mut fields: BTreeMap<String, Value>) -> Asked {
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        Asked {
            grant_type: text("grant_type").unwrap_or_default(),
            client_id: text("client_id"),
            client_secret: text("client_secret").unwrap_or_default(),
            scope: text("scope"),
            refresh_token: text("refresh_token"),
            code: text("code"),
            redirect_uri: text("redirect_uri"),
            code_verifier: text("code_verifier"),
            account_id: fields.remove("account_id"),
        }
    }

    /// The MID asked for: a number or text, `usual` if absent or empty; `None` if it is neither.
    fn mid(&self, usual: u64) -> Option<u64> {
        match &self.account_id {
            None | Some(Value::Null) => Some(usual),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) if text.trim().is_empty() => Some(usual),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        }
    }
}

/// A token that is about to be minted.
struct Order<'a> {
    package: &'a Package,
    mid: u64,
    /// The MID that its context names.
    told_mid: u64,
    scopes: Vec<String>,
    /// The consent it goes back to.
    family: Option<u64>,
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
        let mid = package.as_ref().and_then(|package| {
            let consented = self.mid_consented(&asked, package);
            asked.mid(consented.unwrap_or(package.home))
        });
        let place = match &package {
            None => Place::default(),
            Some(package) => self.place_of_package(package, mid),
        };
        let n_before = self.world.exchanges.n_exchanged();
        let answer = self.reached(now, &place, |platform| {
            if request.method != "POST" {
                return platform.other_method(&request.method);
            }
            let judged = platform.judged(now, request, &asked, package.as_ref(), &place);
            judged.unwrap_or_else(|refusal| refusal)
        });
        let answer = self.arrived(n_before, answer);
        Judged {
            client_id,
            place,
            answer,
        }
    }

    /// Where a request of a package happens.
    fn place_of_package(&self, package: &Package, mid: Option<u64>) -> Place {
        Place {
            tenant: self.tenant_of(package.home).cloned(),
            mid,
            home: Some(package.home),
            label: Some(package.label.clone()),
            asset: None,
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
        self.knows_grant(asked, package)?;
        let package =
            package.ok_or_else(|| envelope::oauth(401, "invalid_client", words::BAD_CLIENT))?;
        self.accepts_client(now, package, &asked.client_secret, place)?;
        self.accepts_caller(now, request, package, place)?;
        let source = self.source(now, asked, package, place)?;
        let mid = place.mid.ok_or_else(|| {
            let status = self.status(Name::InvalidRequestStatus);
            envelope::oauth(status, "invalid_request", words::BAD_ACCOUNT)
        })?;
        self.accepts_unit(now, package, mid, place)?;
        let consented = source.consent().map(|consent| consent.scopes.as_slice());
        let scopes = self.granted(now, asked, package, place, consented)?;
        if self.broken(now, Kind::MalformedToken, place) {
            return Err(Answer::text(200, words::RUBBISH));
        }
        let order = Order {
            package,
            mid,
            told_mid: self.told_mid(now, mid, place),
            scopes,
            family: source.consent().map(|consent| consent.family),
        };
        Ok(Answer::json(200, self.exchanged(now, order, source)))
    }

    /// The MID that the context of a new token names.
    fn told_mid(&mut self, now: Timestamp, mid: u64, place: &Place) -> u64 {
        match self.broken(now, Kind::WrongBu, place) {
            true => self.enterprise_of(mid),
            false => mid,
        }
    }

    fn mint(&mut self, now: Timestamp, order: Order<'_>) -> Value {
        let (label, mid) = (&order.package.label, order.mid);
        if self.switch(Name::InvalidatePreviousOnMint) != 0 {
            self.world
                .tokens
                .revoke(|token| token.label == *label && token.mid == mid);
        }
        let number = self.next_token();
        // Four parts, as recorded tokens have; unmistakably not a real one.
        let noise = self.world.chance.bits();
        let text = format!("sim.{label}.{mid}.{noise:016x}{number:016x}");
        let scope = order.scopes.join(" ");
        let validity = seconds(self.switch(Name::Validity));
        let token = Token {
            client_id: order.package.client_id.clone(),
            label: label.clone(),
            mid,
            told_mid: order.told_mid,
            scopes: order.scopes,
            issued_at: now,
            ends_at: now.checked_add(validity).unwrap_or(Timestamp::MAX),
            family: order.family,
            minted_from: None,
        };
        self.world.tokens.add(text.clone(), token);
        let cap = usize::try_from(self.switch(Name::LiveTokensMax)).unwrap_or(0);
        if cap > 0 {
            self.world.tokens.keep_newest(now, label, mid, cap);
        }
        json!({
            "access_token": text,
            "token_type": "Bearer",
            "expires_in": self.switch(Name::ExpiresIn),
            "scope": scope,
            "soap_instance_url": self.base_url(),
            "rest_instance_url": self.base_url(),
        })
    }

    /// Remembers a new refresh token of a consent; its text.
    pub(crate) fn remember(&mut self, now: Timestamp, consent: Consent, days: u64) -> String {
        let noise = self.world.chance.bits();
        let number = self.next_token();
        let text = format!("sim-refresh-{}-{noise:016x}{number:08x}", consent.label);
        let life = seconds(days.saturating_mul(86_400));
        let ends_at = now.checked_add(life).unwrap_or(Timestamp::MAX);
        self.world.exchanges.handed_out(&text, &consent.label);
        self.world.grants.add(text.clone(), consent, (now, ends_at));
        text
    }

    fn package_of(&self, client_id: &str) -> Option<&Package> {
        self.packages()
            .values()
            .find(|package| package.client_id == client_id)
    }
}
