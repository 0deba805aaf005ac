//! Token endpoints of outside services that journeys call: RFC 6749 as anybody would build it.

use crate::fault::{Kind, Place};
use crate::package::{ClientSecret, Secrets};
use crate::platform::{Judged, Platform};
use crate::request::{Answer, Request, percent_decoded};
use crate::setup::OutsideSetup;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Life of their tokens, seconds (demo estate D.1).
const EXPIRES_IN_S: u64 = 3_600;

/// An OAuth client of an outside service.
#[derive(Debug, Clone)]
pub(crate) struct OutsideClient {
    pub(crate) client_id: String,
    pub(crate) secrets: Secrets,
    mid: u64,
}

impl OutsideClient {
    pub(crate) fn new(setup: &OutsideSetup) -> OutsideClient {
        OutsideClient {
            client_id: setup.client_id.clone(),
            secrets: Secrets::new(setup.secret.clone(), None),
            mid: setup.mid,
        }
    }
}

/// An error of RFC 6749 section 5.2.
fn refused(status: u16, error: &str) -> Answer {
    Answer::json(status, json!({ "error": error })).with("cache-control", "no-store")
}

/// Client id and secret: from the header (RFC 6749 section 2.3.1), else from the body.
fn client(request: &Request, fields: &BTreeMap<String, Value>) -> (Option<String>, String) {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    basic(request)
        .map(|(id, secret)| (Some(id), secret))
        .unwrap_or_else(|| (text("client_id"), text("client_secret").unwrap_or_default()))
}

/// Client id and secret of a Basic header, form-decoded (RFC 6749 section 2.3.1).
pub(crate) fn basic(request: &Request) -> Option<(String, String)> {
    let (scheme, encoded) = request.headers.get("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

/// A text without its form encoding; what is no escape stays as it is.
fn form_decoded(text: &str) -> String {
    percent_decoded(&text.replace('+', " "))
}

impl Platform {
    /// Answers a token request for the outside service behind a credential.
    pub(crate) fn outside_token(
        &mut self,
        now: Timestamp,
        label: &str,
        request: &Request,
    ) -> Judged {
        let fields = request.fields();
        let (client_id, secret) = client(request, &fields);
        let Some(outside) = self.world.outside.get(label).cloned() else {
            let answer = Answer::json(404, json!({ "error": "not_found" }));
            return Judged {
                client_id,
                place: Place::default(),
                answer: Some(answer),
            };
        };
        let place = Place {
            tenant: self.tenant_of(outside.mid).cloned(),
            mid: Some(outside.mid),
            home: Some(outside.mid),
            label: Some(label.to_owned()),
            asset: None,
        };
        let known = client_id.as_deref() == Some(outside.client_id.as_str());
        let answer = self.reached(now, &place, |platform| {
            if request.method != "POST" {
                let body = json!({ "error": "invalid_request" });
                return Answer::json(405, body).with("allow", "POST");
            }
            let grant = fields.get("grant_type").and_then(Value::as_str);
            let secret = outside.secrets.find(&secret).filter(|_| known);
            let secret = secret.map(|(_, secret)| secret);
            platform.outside_judged(now, label, grant, secret, &place)
        });
        Judged {
            client_id,
            place,
            answer,
        }
    }

    fn outside_judged(
        &mut self,
        now: Timestamp,
        label: &str,
        grant: Option<&str>,
        secret: Option<&ClientSecret>,
        place: &Place,
    ) -> Answer {
        if self.broken(now, Kind::AuthDown, place) || self.broken(now, Kind::PlatformOutage, place)
        {
            return Answer::json(503, json!({ "error": "temporarily_unavailable" }));
        }
        if self.broken(now, Kind::RateLimited, place) {
            return Answer::json(429, json!({ "error": "slow_down" })).with("retry-after", 5);
        }
        match grant {
            Some("client_credentials") => {}
            Some(_) => return refused(400, "unsupported_grant_type"),
            None => return refused(400, "invalid_request"),
        }
        let kinds = [
            Kind::SecretExpired,
            Kind::SecretRevoked,
            Kind::SecretActivated,
        ];
        let Some(secret) = secret else {
            return refused(401, "invalid_client");
        };
        if kinds
            .into_iter()
            .any(|kind| self.ends_secret(now, kind, secret, place))
        {
            return refused(401, "invalid_client");
        }
        if self.broken(now, Kind::AppUserInactive, place) {
            return refused(400, "unauthorized_client");
        }
        if self.broken(now, Kind::MalformedToken, place) {
            return Answer::text(200, "<html></html>");
        }
        let (number, noise) = (self.next_token(), self.world.chance.bits());
        let body = json!({
            "access_token": format!("sim-outside.{label}.{noise:016x}{number:08x}"),
            "token_type": "Bearer",
            "expires_in": EXPIRES_IN_S,
        });
        Answer::json(200, body).with("cache-control", "no-store")
    }
}

#[cfg(test)]
mod tests;
