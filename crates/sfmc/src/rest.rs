//! The REST routes: a table of what there is and what it takes, and the way from a path to an answer.

pub(crate) mod automation;
mod identity;
mod journey;
pub(crate) mod message;
mod page;
mod table;

use crate::envelope;
use crate::fault::Place;
use crate::platform::Platform;
use crate::request::{Answer, Request};
use crate::setup::AssetKind;
use crate::switch::Name;
use crate::token::Token;
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

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

type Handler = fn(&mut Platform, &Call<'_>) -> Answer;

/// A route.
pub(crate) struct Route {
    method: &'static str,
    /// Its path; `{…}` stands for a part or, after a colon, the rest of one.
    pub(crate) pattern: &'static str,
    needs: Needs,
    /// The kind of asset its first key names.
    asset: Option<AssetKind>,
    answer: Handler,
}

impl Route {
    /// Whether it lies on the auth host.
    fn is_auth(&self) -> bool {
        self.pattern.starts_with("/v2/")
    }
}

const fn get(pattern: &'static str, needs: Needs, answer: Handler) -> Route {
    Route {
        method: "GET",
        pattern,
        needs,
        asset: None,
        answer,
    }
}

const fn post(pattern: &'static str, needs: Needs, answer: Handler) -> Route {
    Route {
        method: "POST",
        pattern,
        needs,
        asset: None,
        answer,
    }
}

const fn of(kind: AssetKind, route: Route) -> Route {
    Route {
        asset: Some(kind),
        ..route
    }
}

const TABLE: AssetKind = AssetKind::Table;
const JOURNEY: AssetKind = AssetKind::Journey;
const SEND: AssetKind = AssetKind::Send;
const AUTOMATION: AssetKind = AssetKind::Automation;

const TABLES: Needs = Needs::Scope(&["data_extensions_read"]);
const JOURNEYS: Needs = Needs::Scope(&["journeys_read"]);
const AUTOMATIONS: Needs = Needs::Scope(&["automations_read"]);
const DEFINITIONS: Needs = Needs::Scope(&["email_read"]);
const SENDING: Needs = Needs::Scope(&["email_send"]);

/// Every route, the more special before the more general.
const ROUTES: &[Route] = &[
    get("/v2/userinfo", Needs::Life, identity::userinfo),
    get("/v2/discovery", Needs::Life, identity::discovery),
    get(
        "/platform/v1/tokenContext",
        Needs::Life,
        identity::token_context,
    ),
    get("/platform/v1/endpoints", Needs::Life, identity::endpoints),
    get(
        "/platform/v1/endpoints/{type}",
        Needs::Life,
        identity::endpoint,
    ),
    of(
        TABLE,
        get(
            "/data/v1/customobjectdata/key/{key}/rowset",
            TABLES,
            table::rowset,
        ),
    ),
    of(
        TABLE,
        post(
            "/hub/v1/dataevents/key:{key}/rowset",
            Needs::DataEvents,
            table::write,
        ),
    ),
    of(
        TABLE,
        Route {
            method: "PUT",
            ..post(
                "/hub/v1/dataevents/key:{key}/rows/{row}",
                Needs::DataEvents,
                table::upsert,
            )
        },
    ),
    get("/interaction/v1/interactions", JOURNEYS, journey::list),
    of(
        JOURNEY,
        get(
            "/interaction/v1/interactions/key:{key}",
            JOURNEYS,
            journey::show,
        ),
    ),
    of(
        JOURNEY,
        get("/interaction/v1/interactions/{id}", JOURNEYS, journey::show),
    ),
    get(
        "/interaction/v1/eventDefinitions",
        JOURNEYS,
        journey::entries,
    ),
    post("/interaction/v1/events", Needs::Events, journey::fire),
    get("/automation/v1/automations", AUTOMATIONS, automation::list),
    of(
        AUTOMATION,
        get(
            "/automation/v1/automations/{id}",
            AUTOMATIONS,
            automation::show,
        ),
    ),
    get(
        "/messaging/v1/email/definitions",
        DEFINITIONS,
        message::list,
    ),
    of(
        SEND,
        get(
            "/messaging/v1/email/definitions/{key}",
            DEFINITIONS,
            message::show,
        ),
    ),
    of(
        SEND,
        get(
            "/messaging/v1/email/definitions/{key}/queue",
            DEFINITIONS,
            message::queue,
        ),
    ),
    post("/messaging/v1/email/messages", SENDING, message::send_many),
    post(
        "/messaging/v1/email/messages/{messageKey}",
        SENDING,
        message::send_one,
    ),
];

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
