//! `/v2/authorize`: a person is asked, and the answer goes back with a code.

use super::words;
use crate::envelope;
use crate::fault::{Kind, Place};
use crate::grant::code::{Code, Question};
use crate::grant::proof::Challenge;
use crate::package::{Package, seconds};
use crate::platform::{Judged, Platform};
use crate::request::{Answer, Request};
use crate::setup::PackageKind;
use crate::switch::Name;
use jiff::Timestamp;
use serde_json::Value;

/// Its route, as the ledger names it.
pub(crate) const AUTHORIZE_ROUTE: &str = "/v2/authorize";

/// A question that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// Its number.
    pub number: u64,
    /// Label of the package that asks.
    pub label: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What it asks for.
    pub scopes: Vec<String>,
}

/// A page instead of a redirect: an answer may go to nobody who is not known.
pub(crate) fn page(status: u16, words: &str) -> Answer {
    Answer::text(status, &format!("<html><body><p>{words}</p></body></html>"))
}

/// The address with an answer on it.
pub(crate) fn addressed(question: &Question, answer: &[(&str, &str)]) -> String {
    let mut fields = answer.to_vec();
    if let Some(state) = &question.state {
        fields.push(("state", state));
    }
    let query = serde_urlencoded::to_string(fields).unwrap_or_default();
    let uri = &question.redirect_uri;
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{query}")
}

pub(crate) fn redirect(to: &str) -> Answer {
    Answer::text(302, "").with("location", to)
}

impl Platform {
    /// Answers `GET`, which puts the question, and `POST`, by which the page answers it.
    pub(crate) fn authorize(&mut self, now: Timestamp, request: &Request) -> Judged {
        let client_id = request.query.get("client_id").cloned();
        let package = client_id
            .as_ref()
            .and_then(|id| self.package_of(id))
            .cloned();
        let place = package.as_ref().map_or_else(Place::default, |package| {
            self.place_of_package(package, Some(package.home))
        });
        let answer = self.reached(now, &place, |platform| {
            let down = [Kind::AuthDown, Kind::PlatformOutage];
            if down
                .into_iter()
                .any(|kind| platform.broken(now, kind, &place))
            {
                return envelope::unavailable(0);
            }
            match request.method.as_str() {
                "GET" => platform.asked(now, request, package.as_ref()),
                "POST" => platform.answered_on_page(now, request),
                other => platform.other_method(other),
            }
        });
        Judged {
            client_id,
            place,
            answer,
        }
    }

    fn asked(&mut self, now: Timestamp, request: &Request, package: Option<&Package>) -> Answer {
        let asks = |package: &&Package| {
            package.enabled && matches!(package.kind, PackageKind::Web(_) | PackageKind::Public(_))
        };
        let Some(package) = package.filter(asks) else {
            return page(400, words::BAD_CLIENT);
        };
        let field = |name: &str| request.query.get(name).map(String::as_str);
        let redirect_uri = field("redirect_uri").unwrap_or_default();
        if !takes(package, redirect_uri) {
            return page(400, words::BAD_REDIRECT);
        }
        let mut question = Question {
            label: package.label.clone(),
            redirect_uri: redirect_uri.to_owned(),
            state: field("state").map(str::to_owned),
            scopes: Vec::new(),
            challenge: None,
        };
        if let Err(error) = self.complete(now, request, package, &mut question) {
            return redirect(&addressed(&question, &[("error", error)]));
        }
        let number = self.world.codes.ask(now, question.clone());
        if self.switch(Name::AutoConsent) != 0 {
            return match self.decide(now, number, true) {
                Some(to) => redirect(&to),
                None => page(400, words::NO_QUESTION),
            };
        }
        consent_page(number, &question, AUTHORIZE_ROUTE)
    }

    /// Reads what is asked for; an OAuth error code (RFC 6749 section 4.1.2.1) if it cannot be.
    fn complete(
        &mut self,
        now: Timestamp,
        request: &Request,
        package: &Package,
        question: &mut Question,
    ) -> Result<(), &'static str> {
        let field = |name: &str| request.query.get(name).map(String::as_str);
        match field("response_type") {
            Some("code") => {}
            Some(_) => return Err("unsupported_response_type"),
            None => return Err("invalid_request"),
        }
        let held = &package.terms(now).scopes;
        question.scopes = match field("scope") {
            None => held.clone(),
            Some(text) => text.split_whitespace().map(str::to_owned).collect(),
        };
        if question.scopes.iter().any(|scope| !held.contains(scope)) {
            return Err("invalid_scope");
        }
        question.challenge = match field("code_challenge") {
            Some(text) => Some(
                Challenge::parse(text, field("code_challenge_method")).ok_or("invalid_request")?,
            ),
            None => None,
        };
        let must = matches!(package.kind, PackageKind::Public(_))
            && self.switch(Name::PublicNeedsPkce) != 0;
        if must && question.challenge.is_none() {
            return Err("invalid_request");
        }
        Ok(())
    }

    pub(crate) fn answered_on_page(&mut self, now: Timestamp, request: &Request) -> Answer {
        let fields = request.fields();
        let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let number = text("consent").parse().unwrap_or(0);
        match self.decide(now, number, text("decision") == "allow") {
            Some(to) => redirect(&to),
            None => page(400, words::NO_QUESTION),
        }
    }

    /// Answers a question for the person asked: with a code, or with `access_denied`. Where the
    /// browser goes then; `None` if no such question waits.
    pub fn decide(&mut self, now: Timestamp, number: u64, allow: bool) -> Option<String> {
        let question = self.world.codes.take(now, number)?;
        if !allow {
            return Some(addressed(&question, &[("error", "access_denied")]));
        }
        let (noise, number) = (self.world.chance.bits(), self.next_token());
        let code = format!("sim-code-{noise:016x}{number:08x}");
        let life = seconds(self.switch(Name::CodeS));
        let to = match self
            .packages()
            .get(&question.label)
            .map(|package| package.home)
        {
            // Documented: the person's tenant comes with the code.
            Some(home) => {
                let tenant = self.tenant_of(home).cloned().unwrap_or_default();
                addressed(&question, &[("code", &code), ("tssd", &tenant)])
            }
            None if self.core_apps().contains_key(&question.label) => {
                addressed(&question, &[("code", &code)])
            }
            None => return None,
        };
        let held = Code {
            question,
            ends_at: now.checked_add(life).unwrap_or(Timestamp::MAX),
            redeemed: None,
        };
        self.world.codes.add(code, held);
        Some(to)
    }

    /// Questions that wait for a person.
    #[must_use]
    pub fn asking(&self, now: Timestamp) -> Vec<Asking> {
        let waiting = self.world.codes.waiting(now);
        let asking = |(number, question): (u64, &Question)| Asking {
            number,
            label: question.label.clone(),
            redirect_uri: question.redirect_uri.clone(),
            scopes: question.scopes.clone(),
        };
        waiting.map(asking).collect()
    }

    /// The person signs out: what does not hold the scope `offline` ends. How many consents ended.
    pub fn sign_out(&mut self, label: &str) -> usize {
        let grants = &mut self.world.grants;
        let ended = grants.kill(|consent| consent.label == label && !consent.is_offline());
        self.world
            .tokens
            .revoke(|token| token.family.is_some_and(|family| ended.contains(&family)));
        ended.len()
    }

    /// Refresh tokens of a package that can be exchanged, oldest first.
    #[must_use]
    pub fn refresh_tokens(&self, now: Timestamp, label: &str) -> Vec<&str> {
        self.world.grants.live(now, label)
    }
}

/// Whether answers for the package may go there.
fn takes(package: &Package, uri: &str) -> bool {
    let registered = &package.redirect_uris;
    is_redirect_uri(uri) && (registered.is_empty() || registered.iter().any(|one| one == uri))
}

/// Whether a URI may be registered at all: absolute, without fragment or wildcard, and not of a host
/// called `localhost` (documented).
pub(crate) fn is_redirect_uri(uri: &str) -> bool {
    let Some(rest) = ["https://", "http://"]
        .iter()
        .find_map(|scheme| uri.strip_prefix(scheme))
    else {
        return false;
    };
    let host = rest.split(['/', '?', ':']).next().unwrap_or_default();
    let odd =
        |c: char| c == '#' || c == '*' || c.is_control() || c.is_whitespace() || !c.is_ascii();
    !host.is_empty() && !host.eq_ignore_ascii_case("localhost") && !uri.contains(odd)
}

/// The page on which a person decides, and the route that it tells.
pub(crate) fn consent_page(number: u64, question: &Question, route: &str) -> Answer {
    let name = escaped(&question.label);
    let scopes = escaped(&question.scopes.join(" "));
    Answer::text(
        200,
        &format!(
            "<!doctype html><html><head><title>Consent</title></head><body>\
             <p>{name} asks for: {scopes}</p>\
             <form method=\"post\" action=\"{route}\">\
             <input type=\"hidden\" name=\"consent\" value=\"{number}\">\
             <button name=\"decision\" value=\"allow\">Allow</button>\
             <button name=\"decision\" value=\"deny\">Deny</button>\
             </form></body></html>"
        ),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
