//! What a read-only consumer may call: these routes and SOAP objects, and nothing else, whatever its
//! token's scopes would allow. Source: `docs/provider.md` C.

mod question;

use crate::path::Host;
use crate::people;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use countersign_etframework::xml::{Element, read};

/// A call that a read-only consumer may make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reads {
    /// JSON.
    Json,
    /// SOAP objects of this kind; `None`: nothing that has objects in it.
    Soap(Option<&'static str>),
    /// What comes next of an earlier SOAP request, by its id.
    Continues(String),
}

/// Method and route, where `*` stands for one part.
const REST: [(&str, &str); 38] = [
    ("GET", "/platform/v1/tokenContext"),
    ("GET", "/platform/v1/endpoints"),
    ("GET", "/platform/v1/endpoints/*"),
    ("GET", "/platform/v1/ens-callbacks"),
    ("GET", "/platform/v1/ens-callbacks/*"),
    ("GET", "/platform/v1/ens-subscriptions/*"),
    ("GET", "/platform/v1/ens-subscriptions-by-cb/*"),
    ("GET", "/data/v1/audit/securityEvents"),
    ("GET", "/data/v1/audit/auditEvents"),
    ("GET", "/data/v1/customobjectdata/key/*/rowset"),
    ("GET", "/data/v1/customobjects"),
    ("GET", "/data/v1/customobjects/*"),
    ("GET", "/data/v1/customobjects/*/fields"),
    ("GET", "/data/v1/filetransferlocations"),
    (
        "GET",
        "/data/v1/integration/member/salesforce/workflowobjects",
    ),
    ("GET", "/automation/v1/automations"),
    ("GET", "/automation/v1/automations/healthreport"),
    ("GET", "/automation/v1/automations/*"),
    ("GET", "/automation/v1/queries"),
    ("GET", "/automation/v1/imports"),
    ("GET", "/automation/v1/filetransfers"),
    ("GET", "/automation/v1/dataextracts"),
    ("GET", "/automation/v1/scripts"),
    (
        "GET",
        "/legacy/v1/beta/bulk/automations/automation/definition",
    ),
    ("GET", "/interaction/v1/interactions"),
    ("GET", "/interaction/v1/interactions/*"),
    ("GET", "/interaction/v1/interactions/*/summary"),
    ("GET", "/interaction/v1/interactions/*/audit/all"),
    ("GET", "/interaction/v1/interactions/status/*"),
    ("GET", "/interaction/v1/eventDefinitions"),
    (
        "POST",
        "/interaction/v1/interactions/journeyhistory/summary",
    ),
    (
        "POST",
        "/interaction/v1/interactions/journeyhistory/estimate",
    ),
    (
        "GET",
        "/interaction/v1/interactions/journeyhistory/freshness",
    ),
    ("GET", "/messaging/v1/*/definitions"),
    ("GET", "/messaging/v1/*/definitions/*"),
    ("GET", "/messaging/v1/*/definitions/*/queue"),
    ("GET", "/messaging/v1/*/messages"),
    ("GET", "/messaging/v1/domainverification"),
];

/// SOAP objects that may be retrieved and described: none has contacts in it.
const OBJECTS: [&str; 16] = [
    "Account",
    "AccountUser",
    "AccountUserAccount",
    "Automation",
    "AutomationInstance",
    "BusinessUnit",
    "DataExtension",
    "DataExtensionField",
    "DataFolder",
    "Email",
    "List",
    "QueryDefinition",
    "Role",
    "Send",
    "TriggeredSendDefinition",
    "TriggeredSendSummary",
];
/// SOAP operations that only read, and the actions under which they are sent.
const OPERATIONS: [(&str, &str); 4] = [
    ("RetrieveRequestMsg", "Retrieve"),
    ("DefinitionRequestMsg", "Describe"),
    ("SystemStatusRequestMsg", "GetSystemStatus"),
    ("VersionInfoRequestMsg", "VersionInfo"),
];

/// What a read-only consumer may make of this call; `None` if it may not make it. `body`: all of it;
/// `None` if it was too large to be looked at.
pub(crate) fn judge(host: Host, parts: &Parts, path: &str, body: Option<&[u8]>) -> Option<Reads> {
    let body = body?;
    let method = parts.method.as_str();
    let listed = match host {
        Host::Auth => method == "GET" && matches!(path, "/v2/userinfo" | "/v2/discovery"),
        Host::Rest => {
            let mut routes = REST.iter();
            routes.any(|(verb, pattern)| *verb == method && fits(pattern, path))
                && question::is_open(path, parts.uri.query())
                && question::is_open_body(body)
        }
        Host::Soap if method != "POST" => false,
        Host::Soap => return soap(&parts.headers, body),
    };
    listed.then_some(Reads::Json)
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut wanted = pattern.split('/').filter(|part| !part.is_empty());
    let mut given = path.split('/').filter(|part| !part.is_empty());
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("*"), Some(part)) if is_plain(part) => {}
            (Some(want), Some(part)) if want.eq_ignore_ascii_case(part) => {}
            _ => return false,
        }
    }
}

/// Whether a part of a path names one thing and cannot lead elsewhere.
fn is_plain(part: &str) -> bool {
    let lower = part.to_ascii_lowercase();
    let leads = ["%2e", "%2f", "%5c", "\\", ".."];
    part != "." && !leads.iter().any(|one| lower.contains(one))
}

/// What an envelope reads, if it only reads, objects that are listed. What cannot be read is not allowed.
fn soap(headers: &HeaderMap, body: &[u8]) -> Option<Reads> {
    let envelope = read(body).ok()?;
    let asked = only(&envelope, "Body")?;
    let [operation] = asked.children.as_slice() else {
        return None;
    };
    let (_, action) = OPERATIONS
        .iter()
        .find(|(message, _)| *message == operation.name)?;
    let heads = envelope
        .children
        .iter()
        .filter(|child| child.name == "Header");
    let addressed = heads
        .flat_map(|head| &head.children)
        .filter(|one| one.name == "Action");
    // The platform may go by any of these.
    let one_meaning = is_read_as_we_do(headers, action)
        && addressed
            .into_iter()
            .all(|one| is_action(&one.text, action));
    if !one_meaning {
        return None;
    }
    if operation.name != "RetrieveRequestMsg" {
        return reads_listed(operation, None).then_some(Reads::Soap(None));
    }
    let request = only(operation, "RetrieveRequest")?;
    let kind = match only(request, "ObjectType").map(|kind| kind.text.trim()) {
        Some(kind) => Some(*OBJECTS.iter().find(|listed| **listed == kind)?),
        None => None,
    };
    if !reads_listed(operation, kind) {
        return None;
    }
    match only(request, "ContinueRequest").map(|id| id.text.trim()) {
        Some("") | None => kind.map(|kind| Reads::Soap(Some(kind))),
        Some(id) => Some(Reads::Continues(id.to_owned())),
    }
}

/// The one child of that name; `None` if there is none, or more than one.
fn only<'a>(element: &'a Element, name: &str) -> Option<&'a Element> {
    let mut named = element.children.iter().filter(|child| child.name == name);
    let (one, None) = (named.next()?, named.next()) else {
        return None;
    };
    Some(one)
}

/// Whether the request's head lets nobody read the body otherwise than we did: as XML in UTF-8, and as
/// this action, where one is named.
fn is_read_as_we_do(headers: &HeaderMap, action: &str) -> bool {
    let texts = |name: &str| {
        let values = headers.get_all(name).iter();
        values
            .map(|value| value.to_str().unwrap_or("\u{fffd}"))
            .collect::<Vec<_>>()
    };
    let (actions, kinds) = (texts("soapaction"), texts(header::CONTENT_TYPE.as_str()));
    let packed = headers.contains_key(header::CONTENT_ENCODING);
    let actions_fit = actions.len() <= 1 && actions.iter().all(|one| is_action(one, action));
    actions_fit && kinds.len() <= 1 && kinds.iter().all(|kind| is_xml(kind, action)) && !packed
}

/// Whether a `Content-Type` says XML in UTF-8 and, where it names an action, this one.
fn is_xml(kind: &str, action: &str) -> bool {
    let mut parts = kind.split(';');
    let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = ["text/xml", "application/xml", "application/soap+xml"];
    known.contains(&essence.as_str())
        && parts.all(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "charset" => value.eq_ignore_ascii_case("utf-8"),
                "action" => is_action(value, action),
                name => name.is_empty(),
            }
        })
}

/// Whether a named action is this one, or none.
fn is_action(named: &str, action: &str) -> bool {
    let named = named.trim().trim_matches('"').trim();
    named.is_empty() || named.eq_ignore_ascii_case(action)
}

/// Whether every object type named in there is listed, nothing asks for more than its own answer, and no
/// filter asks after what is not shown of `kind`.
fn reads_listed(element: &Element, kind: Option<&str>) -> bool {
    let text = element.text.trim();
    let fine = match element.name.as_str() {
        // The answer sent elsewhere; a mark moved for everybody; what somebody else was answered.
        "RespondTo" | "RetrieveAllSinceLastBatch" | "RepeatLastResult" => false,
        "ObjectType" => OBJECTS.contains(&text),
        "Property" => {
            let field = text.rsplit('.').next().unwrap_or(text);
            kind.is_none_or(|kind| people::shows_of(kind, field))
        }
        _ => true,
    };
    fine && element
        .children
        .iter()
        .all(|child| reads_listed(child, kind))
}

#[cfg(test)]
mod tests;
