//! `/services/oauth2/token`: four grants, and the revocation beside it.

use super::assertion::Assertion;
use super::authorize::lasts;
use super::refusal;
use super::{ConnectedApp, record};
use crate::auth::{Proof, Source};
use crate::fault::{Kind, Place};
use crate::grant::Consent;
use crate::outside::basic;
use crate::platform::{Judged, Platform};
use crate::request::{Answer, Request};
use crate::switch::Name;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use ring::hmac::{HMAC_SHA256, Key, sign};
use serde_json::{Value, json};

/// Its route, as the ledger names it.
pub(super) const TOKEN_ROUTE: &str = "/services/oauth2/token";

const AUTHORIZATION_CODE: &str = "authorization_code";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// A refresh token of core has no end of its own, days.
const REFRESH_DAYS: u64 = 36_500;

/// A token request as it was sent.
struct Asked {
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    username: String,
    password: String,
    refresh_token: String,
    code: String,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    assertion: Option<Assertion>,
}

impl Asked {
    /// Reads a form; a body of any other kind is empty (recorded: it names no grant).
    fn new(request: &Request) -> Asked {
        let kind = request
            .headers
            .get("content-type")
            .map_or("", String::as_str);
        let fields = match kind.to_lowercase().contains("x-www-form-urlencoded") {
            true => request.fields(),
            false => std::collections::BTreeMap::new(),
        };
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let assertion = text("assertion").and_then(|text| Assertion::parse(&text));
        let (id, secret) = match basic(request) {
            Some((id, secret)) => (Some(id), Some(secret)),
            None => (text("client_id"), text("client_secret")),
        };
        Asked {
            grant_type: text("grant_type").unwrap_or_default(),
            client_id: id.or_else(|| assertion.as_ref().map(|one| one.issuer.clone())),
            client_secret: secret,
            username: text("username").unwrap_or_default(),
            password: text("password").unwrap_or_default(),
            refresh_token: text("refresh_token").unwrap_or_default(),
            code: text("code").unwrap_or_default(),
            redirect_uri: text("redirect_uri"),
            code_verifier: text("code_verifier"),
            assertion,
        }
    }
}

impl Platform {
    /// Answers a token request of core.
    pub(super) fn core_token(&mut self, now: Timestamp, request: &Request) -> Judged {
        let asked = Asked::new(request);
        let client_id = asked.client_id.clone();
        let app = client_id.as_ref().and_then(|id| self.app_of(id)).cloned();
        let place = self.place_of_app(app.as_ref());
        let n_before = self.world.exchanges.n_exchanged();
        let answer = self.reached(now, &place, |platform| {
            if request.method != "POST" {
                return refusal::oauth("invalid_request", "must use HTTP POST");
            }
            let judged = platform.core_judged(now, request, &asked, app.as_ref(), &place);
            judged.unwrap_or_else(|refusal| refusal)
        });
        let answer = self.arrived(n_before, answer);
        Judged {
            client_id,
            place,
            answer,
        }
    }

    fn core_judged(
        &mut self,
        now: Timestamp,
        request: &Request,
        asked: &Asked,
        app: Option<&ConnectedApp>,
        place: &Place,
    ) -> Result<Answer, Answer> {
        if self.core_down(now, place) {
            return Err(refusal::down());
        }
        if self.core_broken(now, Kind::RateLimited, place) {
            let body =
                json!({ "error": "invalid_grant", "error_description": "login rate exceeded" });
            return Err(Answer::json(self.status(Name::CoreLoginRateStatus), body));
        }
        match asked.grant_type.as_str() {
            "client_credentials" | "password" | "refresh_token" | AUTHORIZATION_CODE
            | JWT_BEARER => {}
            _ => {
                return Err(refusal::oauth(
                    "unsupported_grant_type",
                    "grant type not supported",
                ));
            }
        }
        let app =
            app.ok_or_else(|| refusal::oauth("invalid_client_id", "client identifier invalid"))?;
        let source = self.core_source(now, asked, app, place)?;
        self.core_accepts_user(now, request, app, place)?;
        if self.core_broken(now, Kind::MalformedToken, place) {
            return Err(Answer::text(200, "<html></html>"));
        }
        Ok(self.core_exchanged(now, app, source, place))
    }

    /// Who asks, and with what; spends nothing.
    fn core_source(
        &mut self,
        now: Timestamp,
        asked: &Asked,
        app: &ConnectedApp,
        place: &Place,
    ) -> Result<Source, Answer> {
        match asked.grant_type.as_str() {
            "client_credentials" => {
                self.core_accepts_secret(now, asked, app, place, true)?;
                Ok(Source::Client)
            }
            "password" => {
                self.core_accepts_secret(now, asked, app, place, true)?;
                match asked.username == app.username && asked.password == app.password {
                    true => Ok(Source::Client),
                    false => Err(refusal::grant("authentication failure")),
                }
            }
            "refresh_token" => {
                self.core_accepts_secret(now, asked, app, place, false)?;
                let reuse_s = self.switch(Name::CoreRefreshReuseS);
                let token = &asked.refresh_token;
                match self.refresh_token(now, token, &app.label, reuse_s) {
                    Some(source) if !self.is_lost(now, &source, place) => Ok(source),
                    _ => {
                        self.world.exchanges.refused(token);
                        Err(refusal::grant("expired access/refresh token"))
                    }
                }
            }
            AUTHORIZATION_CODE => {
                self.core_accepts_secret(now, asked, app, place, true)?;
                self.core_redeems(now, asked, app)
            }
            _ => self.core_believes(now, asked, app),
        }
    }

    /// What the code of a consent can be redeemed for.
    fn core_redeems(
        &mut self,
        now: Timestamp,
        asked: &Asked,
        app: &ConnectedApp,
    ) -> Result<Source, Answer> {
        let proof = Proof {
            redirect_uri: asked.redirect_uri.as_deref(),
            verifier: asked.code_verifier.as_deref(),
        };
        let scopes = self.redeemable(now, &app.label, &asked.code, proof);
        let consent = Consent {
            label: app.label.clone(),
            mid: app.mid.unwrap_or(0),
            scopes: scopes.ok_or_else(|| refusal::grant("invalid authorization code"))?,
            family: self.world.grants.next_family(),
        };
        Ok(Source::Code(asked.code.clone(), consent))
    }

    fn core_believes(
        &mut self,
        now: Timestamp,
        asked: &Asked,
        app: &ConnectedApp,
    ) -> Result<Source, Answer> {
        let anybody = self.switch(Name::CoreJwtUnchecked) != 0;
        let assertion = asked
            .assertion
            .as_ref()
            .filter(|assertion| assertion.issuer == app.client_id)
            .ok_or_else(|| refusal::grant("invalid assertion"))?;
        if let Some(words) = assertion.fault(now, app, self.base_url(), anybody) {
            return Err(refusal::grant(words));
        }
        match assertion.subject == app.username {
            true => Ok(Source::Client),
            false => Err(refusal::grant("user hasn't approved this consumer")),
        }
    }

    /// Whether the secret is right; `must`: one has to be sent.
    fn core_accepts_secret(
        &mut self,
        now: Timestamp,
        asked: &Asked,
        app: &ConnectedApp,
        place: &Place,
        must: bool,
    ) -> Result<(), Answer> {
        let refused = Err(refusal::oauth(
            "invalid_client",
            "invalid client credentials",
        ));
        let Some(text) = &asked.client_secret else {
            return if must { refused } else { Ok(()) };
        };
        let Some((_, secret)) = app.secrets.find(text) else {
            return refused;
        };
        let ends = [
            Kind::SecretExpired,
            Kind::SecretRevoked,
            Kind::SecretActivated,
        ];
        match ends
            .into_iter()
            .any(|kind| self.ends_secret(now, kind, secret, place))
        {
            true => refused,
            false => Ok(()),
        }
    }

    /// Whether the app's user may come in from there.
    pub(super) fn core_accepts_user(
        &mut self,
        now: Timestamp,
        request: &Request,
        app: &ConnectedApp,
        place: &Place,
    ) -> Result<(), Answer> {
        let inactive = !self.world.org.records.is_active(&app.user)
            || self.broken(now, Kind::CrmUserDeactivated, place)
            || self.core_broken(now, Kind::AppUserInactive, place);
        if inactive {
            return Err(match self.switch(Name::CoreInactiveIsGrant) {
                0 => refusal::oauth("inactive_user", "user is inactive"),
                _ => refusal::grant("inactive user"),
            });
        }
        if self.is_shut_out(request, place) || self.core_broken(now, Kind::IpBlocked, place) {
            return Err(refusal::grant("ip restricted"));
        }
        Ok(())
    }

    fn core_exchanged(
        &mut self,
        now: Timestamp,
        app: &ConnectedApp,
        source: Source,
        place: &Place,
    ) -> Answer {
        let consent = source.consent().cloned();
        if let Source::Again(token, _, answer) = source {
            self.world.exchanges.exchanged(&token);
            return Answer::json(200, answer);
        }
        let mut answer = self.core_session(now, app, consent.as_ref(), place);
        if let Source::Code(text, consent) = &source {
            self.world.codes.redeem(text, consent.family);
            if lasts(&consent.scopes) {
                answer["refresh_token"] = json!(self.remember(now, consent.clone(), REFRESH_DAYS));
            }
        }
        if let Source::Refresh(token, consent) = source {
            self.world.exchanges.exchanged(&token);
            if self.switch(Name::CoreRefreshRotates) != 0 {
                answer["refresh_token"] = json!(self.remember(now, consent, REFRESH_DAYS));
                self.world.grants.spend(now, &token, answer.clone());
            }
        }
        Answer::json(200, answer).with("cache-control", "no-store")
    }

    /// Opens a session, and says so in the words of the token endpoint. There is no `expires_in`
    /// (documented).
    fn core_session(
        &mut self,
        now: Timestamp,
        app: &ConnectedApp,
        consent: Option<&Consent>,
        place: &Place,
    ) -> Value {
        let family = consent.map(|consent| consent.family);
        let mut scopes = consent.map_or_else(|| app.scopes.clone(), |one| one.scopes.clone());
        if self.core_broken(now, Kind::ScopeRemoved, place) {
            scopes.retain(|scope| scope != "api" && scope != "full");
        }
        let scope = scopes.join(" ");
        let text = self.core_open(now, app, (scopes, family));
        let instance = self.base_url().trim_end_matches('/').to_owned();
        let id = format!(
            "{instance}/id/{}/{}",
            self.world.org.records.org_id(),
            app.user
        );
        let issued_at = now.as_millisecond().to_string();
        let secret = app
            .secrets
            .all()
            .next()
            .map(|(_, secret)| secret.text.clone());
        let key = Key::new(HMAC_SHA256, secret.unwrap_or_default().as_bytes());
        let signature = BASE64_STANDARD.encode(sign(&key, format!("{id}{issued_at}").as_bytes()));
        json!({
            "access_token": text, "signature": signature, "scope": scope,
            "instance_url": instance, "id": id, "token_type": "Bearer", "issued_at": issued_at,
        })
    }

    /// Opens a session; its text.
    pub(super) fn core_open(
        &mut self,
        now: Timestamp,
        app: &ConnectedApp,
        terms: (Vec<String>, Option<u64>),
    ) -> String {
        let (noise, number) = (self.world.chance.bits(), self.next_token());
        let org = &mut self.world.org;
        let org_id = record::id("00D", 1);
        let text = format!(
            "{}!sim.{}.{noise:016x}{number:08x}",
            &org_id[..15],
            app.label
        );
        org.sessions.open(now, text.clone(), &app.label, terms);
        org.records.signed_in(now, &app.user);
        text
    }

    /// Ends a session, or a refresh token with all that came of it.
    pub(super) fn core_revoke(&mut self, request: &Request) -> Answer {
        let fields = request.fields();
        let sent = fields.get("token").and_then(Value::as_str);
        let token = sent.or(request.query.get("token").map(String::as_str));
        let token = token.unwrap_or_default().to_owned();
        if self.world.org.sessions.find(&token).is_some() {
            self.world.org.sessions.end(&token);
            return Answer::text(200, "");
        }
        let apps: Vec<String> = self.world.org.labels().map(str::to_owned).collect();
        let family = apps
            .iter()
            .find_map(|label| self.world.grants.family_of(label, &token));
        let Some(family) = family else {
            return refusal::oauth("invalid_token", "invalid token");
        };
        self.world.grants.kill(|consent| consent.family == family);
        self.core_end_family(family);
        Answer::text(200, "")
    }

    /// Ends the sessions that came of a consent.
    pub(crate) fn core_end_family(&mut self, family: u64) {
        let sessions = &mut self.world.org.sessions;
        sessions.kill(|session| session.family == Some(family));
    }
}
