//! The token endpoint: reads the request and decides, in the order the provider seems to check.

use crate::bearer::Issued;
use crate::fault::FaultKind;
use crate::platform::{Client, Platform};
use crate::wire::{Answer, Request};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

const BAD_SECRET: &str = "Client authentication failed. Make sure that the client ID and client \
     secret are valid and that the package is installed and enabled.";
const BAD_ID: &str = "Invalid client ID. Use the client ID in Marketing Cloud Installed Packages.";
const BAD_GRANT: &str = "Use \"authorization_code\" or \"refresh_token\" or \
     \"client_credentials\" or \"urn:ietf:params:oauth:grant-type:jwt-bearer\" as the grant_type.";
const NOT_THIS_WAY: &str =
    "The client is not authorized to request an authorization code using this method.";
const BAD_ADDRESS: &str = "The client's IP address is unauthorized for this account. Allowlist \
     the client's IP address in Marketing Cloud Administration.";
const BAD_UNIT: &str = "The client is not enabled for the requested business unit.";

/// A token request's fields; `None`: the body is neither JSON nor a form.
pub(crate) fn fields(request: &Request) -> Option<Map<String, Value>> {
    let form = request
        .header("content-type")
        .is_some_and(|kind| kind.to_ascii_lowercase().contains("x-www-form-urlencoded"));
    if form {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&request.body).ok()?;
        return Some(
            pairs
                .into_iter()
                .map(|(name, value)| (name, value.into()))
                .collect(),
        );
    }
    match serde_json::from_slice(&request.body).ok()? {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

/// The `client_id` a token request names; `None` for any other request.
#[must_use]
pub fn client_of(request: &Request) -> Option<String> {
    let route = crate::route::Route::of(&request.method, &request.path);
    if route != crate::route::Route::Token {
        return None;
    }
    Some(fields(request)?.get("client_id")?.as_str()?.to_owned())
}

/// The MID asked for: `Ok(None)` if none is.
fn account(fields: &Map<String, Value>) -> Result<Option<u64>, ()> {
    match fields.get("account_id") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => text.trim().parse().map(Some).map_err(drop),
        Some(Value::Number(number)) => number.as_u64().map(Some).ok_or(()),
        Some(_) => Err(()),
    }
}

/// What a token request comes to: the answer, and the MID of an issued token.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) mid: Option<u64>,
    pub(crate) issued: bool,
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Outcome {
        Outcome {
            answer,
            mid: None,
            issued: false,
        }
    }
}

impl Platform {
    /// Answers a token request of a client that may be known, from a host that works.
    pub(crate) fn mint(
        &mut self,
        now: Timestamp,
        fields: Option<&Map<String, Value>>,
        label: Option<&str>,
        draw: f64,
    ) -> Outcome {
        let Some(fields) = fields else {
            return Answer::rest(400, 10004, "The body could not be read").into();
        };
        if fields.get("grant_type").and_then(Value::as_str) != Some("client_credentials") {
            let status = self.switches.unsupported_grant_status;
            return Answer::oauth(status, "unsupported_grant_type", BAD_GRANT).into();
        }
        let Some(client) = label.and_then(|label| self.clients.get(label)).cloned() else {
            return Answer::oauth(401, "invalid_client", BAD_ID).into();
        };
        match self.grant(now, fields, &client, draw) {
            Ok((mid, scopes)) => self.issue(now, &client, mid, scopes, draw),
            Err(answer) => answer.into(),
        }
    }

    /// The MID and scopes to grant, or the refusal.
    fn grant(
        &self,
        now: Timestamp,
        fields: &Map<String, Value>,
        client: &Client,
        draw: f64,
    ) -> Result<(u64, Vec<String>), Answer> {
        let asked = account(fields);
        let mid = asked.ok().flatten().unwrap_or(client.package.home_mid);
        let hit = |kind| {
            self.faults
                .acting(kind, self.who(Some(client), Some(mid)), draw)
        };
        let dead_before = [
            FaultKind::SecretExpired,
            FaultKind::SecretRevoked,
            FaultKind::SecretActivated,
        ]
        .into_iter()
        .filter_map(hit)
        .map(|fault| fault.since)
        .max();
        let secret = fields
            .get("client_secret")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !client.secrets.accept(secret, now, dead_before) {
            return Err(Answer::oauth(401, "invalid_client", BAD_SECRET));
        }
        if hit(FaultKind::IpBlocked).is_some() {
            let status = self.switches.ip_block_status;
            return Err(Answer::oauth(status, "invalid_grant", BAD_ADDRESS));
        }
        if hit(FaultKind::AppUserInactive).is_some() {
            return Err(Answer::oauth(401, "unauthorized_client", NOT_THIS_WAY));
        }
        let enabled = client.package.mids.contains(&mid) && asked.is_ok();
        if !enabled || hit(FaultKind::BuNotEnabled).is_some() {
            let status = self.switches.bu_not_enabled_status;
            return Err(Answer::oauth(status, "access_denied", BAD_UNIT));
        }
        let held = self.scopes_held(client, mid, now, draw);
        match fields.get("scope") {
            None | Some(Value::Null) => Ok((mid, held)),
            Some(Value::String(asked)) => {
                let asked: Vec<String> = asked.split_whitespace().map(str::to_owned).collect();
                match asked.iter().find(|scope| !held.contains(scope)) {
                    None => Ok((mid, asked)),
                    Some(_) => {
                        let words = "A requested scope is not granted to this package.";
                        Err(Answer::oauth(400, "invalid_scope", words))
                    }
                }
            }
            Some(_) => Err(Answer::oauth(
                400,
                "invalid_request",
                "scope must be a text.",
            )),
        }
    }

    /// The package's scopes now, less those a fault took.
    fn scopes_held(&self, client: &Client, mid: u64, now: Timestamp, draw: f64) -> Vec<String> {
        let mut held = client.scopes(now).to_vec();
        let who = self.who(Some(client), Some(mid));
        if self
            .faults
            .acting(FaultKind::ScopeRemoved, who, draw)
            .is_some()
        {
            let reads: Vec<String> = held
                .iter()
                .filter(|scope| scope.ends_with("_read"))
                .cloned()
                .collect();
            if reads.len() < held.len() {
                return reads;
            }
            held.pop();
        }
        held
    }

    fn issue(
        &mut self,
        now: Timestamp,
        client: &Client,
        mid: u64,
        scopes: Vec<String>,
        draw: f64,
    ) -> Outcome {
        let who = self.who(Some(client), Some(mid));
        if self
            .faults
            .acting(FaultKind::MalformedToken, who, draw)
            .is_some()
        {
            return Answer::json(200, &json!({ "message": "It works!" })).into();
        }
        let wrong = self.faults.acting(FaultKind::WrongBu, who, draw).is_some();
        let other = self
            .units
            .iter()
            .map(|unit| unit.mid)
            .find(|other| *other != mid);
        let mid = if wrong { other.unwrap_or(mid) } else { mid };
        let package = &client.package;
        if self.switches.invalidate_previous_on_mint {
            self.tokens
                .revoke(|one| one.label == package.label && one.mid == mid);
        }
        let token = self.next_token(&package.client_id);
        let lives = SignedDuration::from_secs(i64::from(self.switches.validity));
        let body = json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self.switches.expires_in,
            "scope": scopes.join(" "),
            "soap_instance_url": format!("{}/", self.base_url),
            "rest_instance_url": format!("{}/", self.base_url),
        });
        let issued = Issued {
            label: package.label.clone(),
            client_id: package.client_id.clone(),
            mid,
            scopes,
            minted: now,
            dies: now.checked_add(lives).unwrap_or(Timestamp::MAX),
            revoked: false,
        };
        self.tokens.add(token, issued);
        let answer = Answer::json(200, &body).with("cache-control", "no-store");
        Outcome {
            answer,
            mid: Some(mid),
            issued: true,
        }
    }
}
