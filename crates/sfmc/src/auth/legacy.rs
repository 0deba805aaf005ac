//! The legacy endpoint `/v1/requestToken`, for packages made before 2019; to every other one it is
//! closed.

use super::consented::Source;
use super::words;
use crate::fault::{Kind, Place};
use crate::grant::Consent;
use crate::package::{Package, seconds};
use crate::platform::{Judged, Platform};
use crate::request::{Answer, Request};
use crate::setup::PackageKind;
use crate::switch::Name;
use crate::token::Token;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::net::IpAddr;

/// Its route, as the ledger names it.
pub(crate) const LEGACY_ROUTE: &str = "/v1/requestToken";

/// A request as it was sent.
struct Asked {
    client_id: Option<String>,
    client_secret: String,
    refresh_token: Option<String>,
    /// Whether a refresh token is wanted.
    offline: bool,
    /// Whether the older sort of token is wanted too.
    legacy: bool,
    peer: Option<IpAddr>,
}

impl Asked {
    fn new(request: &Request) -> Asked {
        let fields = request.fields();
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let accessed = text("accessType").unwrap_or_default();
        Asked {
            client_id: text("clientId"),
            client_secret: text("clientSecret").unwrap_or_default(),
            refresh_token: text("refreshToken").filter(|token| !token.is_empty()),
            offline: accessed.eq_ignore_ascii_case("offline"),
            legacy: request.query.get("legacy").is_some_and(|text| text == "1"),
            peer: request.peer,
        }
    }
}

/// An error of this endpoint: REST's envelope without a link.
fn refused(status: u16, errorcode: u64, message: &str) -> Answer {
    let body = json!({ "message": message, "errorcode": errorcode, "documentation": "" });
    Answer::json(status, body)
}

impl Platform {
    /// Answers a token request at the legacy endpoint, and says whether it was its place.
    pub(crate) fn legacy_token(&mut self, now: Timestamp, request: &Request) -> (Judged, bool) {
        let asked = Asked::new(request);
        let client_id = asked.client_id.clone();
        let package = client_id
            .as_ref()
            .and_then(|id| self.package_of(id))
            .cloned();
        let place = package.as_ref().map_or_else(Place::default, |package| {
            self.place_of_package(package, Some(package.home))
        });
        let is_legacy = package
            .as_ref()
            .is_some_and(|package| package.kind == PackageKind::Legacy);
        let n_before = self.world.exchanges.n_exchanged();
        let answer = self.reached(now, &place, |platform| match &package {
            _ if request.method != "POST" => platform.other_method(&request.method),
            None => refused(401, 1, "Unauthorized"),
            Some(_) if !is_legacy => {
                let status = platform.status(Name::LegacyRefusalStatus);
                refused(status, 10_007, words::NOT_LEGACY)
            }
            Some(package) => {
                let judged = platform.legacy_judged(now, request, &asked, package, &place);
                judged.unwrap_or_else(|refusal| refusal)
            }
        });
        let answer = self.arrived(n_before, answer);
        let judged = Judged {
            client_id,
            place,
            answer,
        };
        (judged, is_legacy)
    }

    fn legacy_judged(
        &mut self,
        now: Timestamp,
        request: &Request,
        asked: &Asked,
        package: &Package,
        place: &Place,
    ) -> Result<Answer, Answer> {
        self.admits(now, place)?;
        // One refusal for whatever is wrong with the client.
        let plain = |_: Answer| refused(401, 1, "Unauthorized");
        self.accepts_secret(now, package, &asked.client_secret, place)
            .map_err(plain)?;
        self.accepts_caller(now, request, package, place)
            .map_err(plain)?;
        self.accepts_unit(now, package, package.home, place)
            .map_err(plain)?;
        let source = match &asked.refresh_token {
            None => Source::Client,
            Some(token) => {
                let grace_s = self.switch(Name::LegacyRefreshGraceS);
                let found = self.refresh_token(now, token, &package.label, grace_s);
                found.ok_or_else(|| {
                    self.world.exchanges.refused(token);
                    refused(401, 1, "Unauthorized")
                })?
            }
        };
        if self.broken(now, Kind::MalformedToken, place) {
            return Err(Answer::text(200, words::RUBBISH));
        }
        let scopes = self.held(now, package, place);
        let told_mid = self.told_mid(now, package.home, place);
        Ok(Answer::json(
            200,
            self.legacy_exchanged(now, asked, package, (told_mid, scopes), source),
        ))
    }

    fn legacy_exchanged(
        &mut self,
        now: Timestamp,
        asked: &Asked,
        package: &Package,
        (told_mid, scopes): (u64, Vec<String>),
        source: Source,
    ) -> Value {
        if let Source::Again(token, _, answer) = source {
            self.world.exchanges.exchanged(&token);
            return answer;
        }
        if self.switch(Name::LegacyOneAddress) != 0 {
            self.world
                .tokens
                .revoke(|token| token.label == package.label && token.minted_from != asked.peer);
        }
        let family = source.consent().map(|consent| consent.family);
        let minted = |platform: &mut Platform, sort: &str| {
            let token = Token {
                client_id: package.client_id.clone(),
                label: package.label.clone(),
                mid: package.home,
                told_mid,
                scopes: scopes.clone(),
                issued_at: now,
                ends_at: now
                    .checked_add(seconds(platform.switch(Name::LegacyExpiresIn)))
                    .unwrap_or(Timestamp::MAX),
                family,
                minted_from: asked.peer,
            };
            let (noise, number) = (platform.world.chance.bits(), platform.next_token());
            let text = format!("sim-{sort}-{}-{noise:016x}{number:08x}", package.label);
            platform.world.tokens.add(text.clone(), token);
            json!(text)
        };
        let mut answer = json!({ "accessToken": minted(self, "v1") });
        answer["expiresIn"] = json!(self.switch(Name::LegacyExpiresIn));
        if asked.legacy {
            answer["legacyToken"] = minted(self, "legacy");
        }
        if asked.offline || matches!(source, Source::Refresh(..)) {
            let consent = match &source {
                Source::Refresh(_, consent) => consent.clone(),
                _ => Consent {
                    label: package.label.clone(),
                    mid: package.home,
                    scopes: scopes.clone(),
                    family: self.world.grants.next_family(),
                },
            };
            let days = self.switch(Name::LegacyRefreshDays);
            answer["refreshToken"] = json!(self.remember(now, consent, days));
        }
        if let Source::Refresh(token, _) = &source {
            self.world.exchanges.exchanged(token);
            self.world.grants.spend(now, token, answer.clone());
        }
        answer
    }
}
