//! `/services/oauth2/authorize`: the app's user is asked, and the answer goes back with a code.

use super::{ConnectedApp, refusal};
use crate::auth::authorize::{addressed, consent_page, is_redirect_uri, page, redirect};
use crate::fault::Place;
use crate::grant::code::Question;
use crate::grant::proof::Challenge;
use crate::platform::{Judged, Platform};
use crate::request::{Answer, Request};
use crate::switch::Name;
use jiff::Timestamp;

/// Its route, as the ledger names it.
pub(super) const AUTHORIZE_ROUTE: &str = "/services/oauth2/authorize";
/// Scopes that bring a refresh token (documented: two names of one thing).
const LASTING: [&str; 2] = ["refresh_token", "offline_access"];

/// Whether what was consented to brings a refresh token.
pub(super) fn lasts(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| LASTING.contains(&scope.as_str()))
}

/// Whether answers may go there: no callback is registered with an app, so that any may be whose form
/// could be; on this very machine `localhost` is a name as well.
fn takes(uri: &str) -> bool {
    let port_or_path = |rest: &str| rest.is_empty() || rest.starts_with([':', '/', '?']);
    let local = uri
        .strip_prefix("http://localhost")
        .is_some_and(port_or_path);
    let odd = |c: char| c == '#' || c == '*' || !c.is_ascii_graphic();
    is_redirect_uri(uri) || (local && !uri.contains(odd))
}

impl Platform {
    /// Answers `GET`, which puts the question, and `POST`, by which the page answers it.
    pub(super) fn core_authorize(&mut self, now: Timestamp, request: &Request) -> Judged {
        let client_id = request.query.get("client_id").cloned();
        let app = client_id.as_ref().and_then(|id| self.app_of(id)).cloned();
        let place = self.place_of_app(app.as_ref());
        let answer = self.reached(now, &place, |platform| {
            if platform.core_down(now, &place) {
                return refusal::down();
            }
            match request.method.as_str() {
                "GET" => platform.core_asked(now, request, app.as_ref(), &place),
                "POST" => platform.answered_on_page(now, request),
                other => refusal::method(other),
            }
        });
        Judged {
            client_id,
            place,
            answer,
        }
    }

    fn core_asked(
        &mut self,
        now: Timestamp,
        request: &Request,
        app: Option<&ConnectedApp>,
        place: &Place,
    ) -> Answer {
        let Some(app) = app else {
            return page(400, "error=invalid_client_id: client identifier invalid");
        };
        let field = |name: &str| request.query.get(name).map(String::as_str);
        let redirect_uri = field("redirect_uri").unwrap_or_default();
        if !takes(redirect_uri) {
            let words = "error=redirect_uri_mismatch: redirect_uri must match configuration";
            return page(400, words);
        }
        let mut question = Question {
            label: app.label.clone(),
            redirect_uri: redirect_uri.to_owned(),
            state: field("state").map(str::to_owned),
            scopes: app.scopes.clone(),
            challenge: None,
        };
        let complete = core_complete(request, app, &mut question);
        let admitted = complete.and_then(|()| {
            let let_in = self.core_accepts_user(now, request, app, place);
            let_in.map_err(|_| "access_denied")
        });
        if let Err(error) = admitted {
            return redirect(&addressed(&question, &[("error", error)]));
        }
        let number = self.world.codes.ask(now, question.clone());
        if self.switch(Name::AutoConsent) == 0 {
            return consent_page(number, &question, AUTHORIZE_ROUTE);
        }
        match self.decide(now, number, true) {
            Some(to) => redirect(&to),
            None => page(400, "This question was answered already."),
        }
    }
}

/// Reads what is asked for; an OAuth error code (RFC 6749 section 4.1.2.1) if it cannot be.
fn core_complete(
    request: &Request,
    app: &ConnectedApp,
    question: &mut Question,
) -> Result<(), &'static str> {
    let field = |name: &str| request.query.get(name).map(String::as_str);
    match field("response_type") {
        Some("code") => {}
        Some(_) => return Err("unsupported_response_type"),
        None => return Err("invalid_request"),
    }
    if let Some(scope) = field("scope") {
        question.scopes = scope.split_whitespace().map(str::to_owned).collect();
    }
    if question
        .scopes
        .iter()
        .any(|scope| !app.scopes.contains(scope))
    {
        return Err("invalid_scope");
    }
    if let Some(text) = field("code_challenge") {
        let challenge = Challenge::parse(text, field("code_challenge_method"));
        question.challenge = Some(challenge.ok_or("invalid_request")?);
    }
    Ok(())
}
