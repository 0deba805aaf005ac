//! The REST routes: a table of what there is and what it takes, and the way from a path to an answer.

mod activity;
pub(crate) mod automation;
pub(crate) mod bulk;
mod campaign;
mod catalogue;
mod content;
mod identity;
mod journey;
mod listing;
pub(crate) mod message;
mod older;
mod page;
mod route;
mod table;

use crate::envelope;
use crate::fault::Place;
use crate::platform::Platform;
use crate::request::{Answer, Request};
use crate::switch::Name;
use crate::token::Token;
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

use route::ROUTES;
pub(crate) use route::Route;

/// What a token must hold.
#[derive(Clone, Copy)]
enum Needs {
    /// That it lives.
    Life,
    /// One of these scopes.
    Scope(&'static [&'static str]),
    /// The scope to write rows, whose lack is answered in a way of its own.
    DataEvents,
    /// The scope to fire events, about which the provider's pages disagree with its name.
    Events,
}

/// A call that may be answered.
pub(crate) struct Call<'a> {
    pub(crate) now: Timestamp,
    pub(crate) request: &'a Request,
    pub(crate) keys: &'a [String],
    pub(crate) token: Arc<Token>,
    pub(crate) place: &'a Place,
}

/// What a path and method lead to.
pub(crate) enum Found {
    /// A route, and the keys in the path.
    Route(&'static Route, Vec<String>),
    /// A route that takes other methods.
    OtherMethod(&'static str),
    /// Nothing.
    Nothing,
}

impl Found {
    /// Whether it is a route of the auth host.
    pub(crate) fn is_auth(&self) -> bool {
        matches!(self, Found::Route(route, _) if route.is_auth())
    }
}

/// Looks a path up, whatever its case.
pub(crate) fn find(method: &str, segments: &[String]) -> Found {
    let mut other = Found::Nothing;
    for route in ROUTES {
        match keys(route.pattern, segments) {
            Some(keys) if route.method == method => return Found::Route(route, keys),
            Some(_) => other = Found::OtherMethod(route.pattern),
            None => {}
        }
    }
    other
}

/// The keys of a path, if it has the form of a pattern.
fn keys(pattern: &str, segments: &[String]) -> Option<Vec<String>> {
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    if parts.len() != segments.len() {
        return None;
    }
    let mut keys = Vec::new();
    for (part, segment) in parts.iter().zip(segments) {
        match part.split_once('{') {
            None if part.eq_ignore_ascii_case(segment) => {}
            None => return None,
            Some((prefix, _)) => {
                let head = segment.get(..prefix.len())?;
                let key = segment.get(prefix.len()..)?;
                if !head.eq_ignore_ascii_case(prefix) || key.is_empty() {
                    return None;
                }
                keys.push(key.to_owned());
            }
        }
    }
    Some(keys)
}

impl Platform {
    /// The asset that a route's first key names, by its id in the estate.
    pub(crate) fn asset_of(
        &mut self,
        route: &Route,
        keys: &[String],
        token: &Token,
    ) -> Option<String> {
        let parent = self.enterprise_of(token.mid);
        let (kind, key) = (route.asset?, keys.first()?);
        self.world
            .assets
            .find(kind, key, token.mid, parent)
            .map(|asset| asset.id.clone())
    }

    /// Checks the scope, before any key is looked up or body read, and answers.
    pub(crate) fn call(&mut self, route: &Route, call: &Call<'_>) -> Answer {
        match self.lacks(route.needs, &call.token) {
            Some(refusal) => refusal,
            None => (route.answer)(self, call),
        }
    }

    fn lacks(&self, needs: Needs, token: &Token) -> Option<Answer> {
        let errorcode = self.switch(Name::MissingScopeErrorcode);
        match needs {
            Needs::Life => None,
            Needs::Scope(scopes) if token.holds_any(scopes) => None,
            Needs::Scope(_) => Some(envelope::insufficient(403, errorcode)),
            Needs::Events => {
                let scopes = ["journeys_execute", "journeys_read"];
                let reading = self.switch(Name::JourneysReadFiresEvents) != 0;
                let enough = token.holds_any(if reading { &scopes } else { &scopes[..1] });
                (!enough).then(|| envelope::insufficient(403, errorcode))
            }
            Needs::DataEvents if token.holds_any(&["data_extensions_write"]) => None,
            Needs::DataEvents => Some(match self.status(Name::DataeventsScopeStatus) {
                401 => envelope::not_authorized(self.switch(Name::WwwAuthenticate) != 0),
                status => envelope::insufficient(status, errorcode),
            }),
        }
    }
}

/// Everything was made then.
const MADE_AT: &str = "2026-01-12T09:00:00";

/// A text field of a body.
fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

/// A time as the platform writes it: no offset.
pub(crate) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests;
