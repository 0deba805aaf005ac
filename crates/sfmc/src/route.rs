//! Which route a request means. Hosts are not looked at: auth and REST share one listener.

/// Template of the token route.
pub(crate) const TOKEN: &str = "/v2/token";
/// Template of what no route fits.
pub(crate) const UNKNOWN: &str = "unknown";

/// A route, with the texts out of its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Token,
    UserInfo,
    TokenContext,
    Endpoints,
    Journeys,
    JourneyById(String),
    JourneyByKey(String),
    Rowset(String),
    DataEvents(String),
    Automations,
    AutomationById(String),
    EmailDefinitions,
    EmailDefinition(String),
    EmailQueue(String),
    EmailMessage(String),
    Events,
    Unknown,
}

impl Route {
    /// Reads method and path; case, `//` and a trailing slash do not matter.
    pub(crate) fn of(method: &str, path: &str) -> Route {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let lower: Vec<String> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let text = |at: usize| percent_decoded(parts[at]);
        let key = |at: usize| percent_decoded(parts[at].get("key:".len()..).unwrap_or_default());
        match (method.to_ascii_uppercase().as_str(), lower.as_slice()) {
            ("POST", ["v2", "token"]) => Route::Token,
            ("GET", ["v2", "userinfo"]) => Route::UserInfo,
            ("GET", ["platform", "v1", "tokencontext"]) => Route::TokenContext,
            ("GET", ["platform", "v1", "endpoints"]) => Route::Endpoints,
            ("GET", ["interaction", "v1", "interactions"]) => Route::Journeys,
            ("GET", ["interaction", "v1", "interactions", id]) if id.starts_with("key:") => {
                Route::JourneyByKey(key(3))
            }
            ("GET", ["interaction", "v1", "interactions", _]) => Route::JourneyById(text(3)),
            ("GET", ["data", "v1", "customobjectdata", "key", _, "rowset"]) => {
                Route::Rowset(text(4))
            }
            ("POST", ["hub", "v1", "dataevents", id, "rowset"]) if id.starts_with("key:") => {
                Route::DataEvents(key(3))
            }
            ("GET", ["automation", "v1", "automations"]) => Route::Automations,
            ("GET", ["automation", "v1", "automations", _]) => Route::AutomationById(text(3)),
            (method, ["messaging", "v1", "email", rest @ ..]) => match (method, rest) {
                ("GET", ["definitions"]) => Route::EmailDefinitions,
                ("GET", ["definitions", _]) => Route::EmailDefinition(text(4)),
                ("GET", ["definitions", _, "queue"]) => Route::EmailQueue(text(4)),
                ("POST", ["messages", _]) => Route::EmailMessage(text(4)),
                _ => Route::Unknown,
            },
            ("POST", ["interaction", "v1", "events"]) => Route::Events,
            _ => Route::Unknown,
        }
    }

    /// Its template.
    pub(crate) fn template(&self) -> &'static str {
        match self {
            Route::Token => TOKEN,
            Route::UserInfo => "/v2/userinfo",
            Route::TokenContext => "/platform/v1/tokenContext",
            Route::Endpoints => "/platform/v1/endpoints",
            Route::Journeys => "/interaction/v1/interactions",
            Route::JourneyById(_) => "/interaction/v1/interactions/{id}",
            Route::JourneyByKey(_) => "/interaction/v1/interactions/key:{key}",
            Route::Rowset(_) => "/data/v1/customobjectdata/key/{key}/rowset",
            Route::DataEvents(_) => "/hub/v1/dataevents/key:{key}/rowset",
            Route::Automations => "/automation/v1/automations",
            Route::AutomationById(_) => "/automation/v1/automations/{id}",
            Route::EmailDefinitions => "/messaging/v1/email/definitions",
            Route::EmailDefinition(_) => "/messaging/v1/email/definitions/{key}",
            Route::EmailQueue(_) => "/messaging/v1/email/definitions/{key}/queue",
            Route::EmailMessage(_) => "/messaging/v1/email/messages/{key}",
            Route::Events => "/interaction/v1/events",
            Route::Unknown => UNKNOWN,
        }
    }

    /// The scope it needs.
    pub(crate) fn scope(&self) -> Option<&'static str> {
        match self {
            Route::Journeys | Route::JourneyById(_) | Route::JourneyByKey(_) => {
                Some("journeys_read")
            }
            Route::Events => Some("journeys_execute"),
            Route::Rowset(_) => Some("data_extensions_read"),
            Route::DataEvents(_) => Some("data_extensions_write"),
            Route::Automations | Route::AutomationById(_) => Some("automations_read"),
            Route::EmailDefinitions | Route::EmailDefinition(_) | Route::EmailQueue(_) => {
                Some("email_read")
            }
            Route::EmailMessage(_) => Some("email_send"),
            Route::Token | Route::UserInfo | Route::TokenContext | Route::Endpoints => None,
            Route::Unknown => None,
        }
    }

    /// Whether the auth host serves it.
    pub(crate) fn on_auth_host(&self) -> bool {
        matches!(self, Route::Token | Route::UserInfo)
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| first == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
