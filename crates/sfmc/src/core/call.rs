//! A request to core on its way: which route it is for, and what stands in its way.

use super::authorize::AUTHORIZE_ROUTE;
use super::token::TOKEN_ROUTE;
use super::{VERSION_MAX, VERSION_MIN, refusal};
use crate::fault::{Kind, Place};
use crate::platform::{Exchange, Judged, Platform};
use crate::request::{Answer, Body, Request};
use crate::switch::Name;
use crate::token::Presented;
use jiff::{SignedDuration, Timestamp};

/// Calls a day are counted over this span, seconds.
const DAY_S: i64 = 86_400;

/// A call that may be answered.
pub(super) struct Call<'a> {
    pub(super) now: Timestamp,
    pub(super) request: &'a Request,
    /// Label of the app.
    pub(super) label: &'a str,
    /// The version in the path, as in `v59.0`.
    pub(super) version: &'a str,
}

/// What a path leads to.
enum Found {
    Authorize,
    Token,
    Revoke,
    UserInfo,
    Identity,
    SoapLogin,
    /// `/services/data`.
    Versions,
    /// What follows the version in `/services/data/v59.0/…`, and the version itself.
    Data(String, Vec<String>),
    Nothing,
}

fn version(text: &str) -> Option<String> {
    let number = text.to_lowercase();
    let major: u32 = number.strip_prefix('v')?.strip_suffix(".0")?.parse().ok()?;
    (VERSION_MIN..=VERSION_MAX)
        .contains(&major)
        .then(|| format!("v{major}.0"))
}

fn find(segments: &[String]) -> Found {
    let lower: Vec<String> = segments.iter().map(|part| part.to_lowercase()).collect();
    let parts: Vec<&str> = lower.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["services", "oauth2", "authorize"] => Found::Authorize,
        ["services", "oauth2", "token"] => Found::Token,
        ["services", "oauth2", "revoke"] => Found::Revoke,
        ["services", "oauth2", "userinfo"] => Found::UserInfo,
        ["id", _, _] => Found::Identity,
        ["services", "soap", "u" | "c", _, ..] => Found::SoapLogin,
        ["services", "data"] => Found::Versions,
        ["services", "data", number, ..] => match version(number) {
            Some(version) => Found::Data(version, segments[3..].to_vec()),
            None => Found::Nothing,
        },
        _ => Found::Nothing,
    }
}

/// The route as the ledger names it: ids and names of objects are left open.
fn route(request: &Request, found: &Found) -> String {
    match found {
        Found::Authorize => AUTHORIZE_ROUTE.to_owned(),
        Found::Token => TOKEN_ROUTE.to_owned(),
        Found::Revoke => "/services/oauth2/revoke".to_owned(),
        Found::UserInfo => "/services/oauth2/userinfo".to_owned(),
        Found::Identity => "/id/{org}/{user}".to_owned(),
        Found::SoapLogin => "/services/Soap/u/{version}".to_owned(),
        Found::Versions => "/services/data".to_owned(),
        Found::Data(_, rest) => super::data::pattern(rest),
        Found::Nothing => request.path.chars().take(200).collect(),
    }
}

impl Platform {
    /// Answers a request to core.
    pub(crate) fn core_exchange(
        &mut self,
        now: Timestamp,
        request: &Request,
        segments: &[String],
    ) -> Exchange {
        let found = find(segments);
        let route = route(request, &found);
        match found {
            Found::Authorize => {
                let judged = self.core_authorize(now, request);
                self.minted(route, false, judged)
            }
            Found::Token => {
                let judged = self.core_token(now, request);
                self.minted(route, true, judged)
            }
            Found::SoapLogin => {
                let judged = self.core_soap(now, request);
                self.minted(route, true, judged)
            }
            Found::Revoke | Found::Versions | Found::Nothing => {
                let place = Place::default();
                let answer = self.reached(now, &place, |platform| {
                    if platform.core_down(now, &place) {
                        return refusal::down();
                    }
                    match &found {
                        Found::Revoke => platform.core_revoke(request),
                        Found::Versions => super::data::versions(),
                        _ => refusal::not_found(),
                    }
                });
                let judged = Judged {
                    client_id: None,
                    place,
                    answer,
                };
                self.minted(route, false, judged)
            }
            Found::UserInfo | Found::Identity | Found::Data(..) => {
                self.core_called(now, request, &found, route)
            }
        }
    }

    fn core_called(
        &mut self,
        now: Timestamp,
        request: &Request,
        found: &Found,
        route: String,
    ) -> Exchange {
        let life_s = i64::try_from(self.switch(Name::CoreSessionS)).unwrap_or(i64::MAX / 4);
        let life = SignedDuration::from_secs(life_s);
        let sessions = &mut self.world.org.sessions;
        let (session, presented) = sessions.touch(now, request.bearer(), life);
        let label = session.as_ref().map(|session| session.label.clone());
        let app = label
            .and_then(|label| self.world.org.apps.get(&label))
            .cloned();
        let place = self.place_of_app(app.as_ref());
        let reads = session.is_some_and(|session| {
            let enough = |scope: &String| scope == "api" || scope == "full";
            session.scopes.iter().any(enough)
        });
        let live = app.as_ref().filter(|_| presented == Presented::Valid);
        let answer = self.reached(now, &place, |platform| {
            if platform.core_down(now, &place) {
                return refusal::down();
            }
            // Somebody who was deactivated has no session, wherever he signed in.
            let Some(app) = live.filter(|app| platform.core_user_active(&app.label)) else {
                return no_session(found);
            };
            match found {
                Found::UserInfo => platform.core_userinfo(request, app),
                Found::Identity => platform.core_identity(request, app),
                Found::Data(version, rest) => {
                    let call = Call {
                        now,
                        request,
                        label: &app.label,
                        version,
                    };
                    platform.core_guarded(&call, rest, reads, &place)
                }
                _ => refusal::not_found(),
            }
        });
        let judged = Judged {
            client_id: app.map(|app| app.client_id),
            place,
            answer,
        };
        Exchange {
            presented,
            ..self.minted(route, false, judged)
        }
    }

    /// What stands between a session and the REST API.
    fn core_guarded(
        &mut self,
        call: &Call<'_>,
        rest: &[String],
        reads: bool,
        place: &Place,
    ) -> Answer {
        let now = call.now;
        if !reads {
            let status = self.status(Name::CoreScopeStatus);
            let words = "This session is not valid for use with the REST API";
            return refusal::rest(status, "INVALID_SESSION_ID", words);
        }
        if self.core_broken(now, Kind::Rest5xx, place) {
            let words = "An unexpected error occurred.";
            return refusal::rest(500, "UNKNOWN_EXCEPTION", words);
        }
        let most = self.switch(Name::CoreCallsADay);
        let day = now.as_second().div_euclid(DAY_S);
        let (counted, used) = self.world.org.used;
        let used = if counted == day { used } else { 0 };
        if used >= most || self.core_broken(now, Kind::RateLimited, place) {
            return refusal::limit();
        }
        let used = used.saturating_add(call.request.times());
        self.world.org.used = (day, used);
        let answer = self.core_data(call, rest, (used, most));
        match answer.body {
            Body::Json(_) => answer.with("sforce-limit-info", format!("api-usage={used}/{most}")),
            _ => answer,
        }
    }
}

/// The refusal for whoever has no session; two routes word it otherwise (unconfirmed).
fn no_session(found: &Found) -> Answer {
    match found {
        Found::Data(..) => refusal::session(),
        _ => Answer::text(403, "Bad_OAuth_Token"),
    }
}
