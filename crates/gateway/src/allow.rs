//! What a read-only consumer may call: these routes and SOAP objects, and nothing else, whatever its
//! token's scopes would allow. Source: `docs/provider.md` C.

use crate::path::Host;
use axum::http::Method;
use countersign_etframework::xml::{Element, read};

/// What of the answer is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strip {
    /// Nothing: it holds no contacts.
    Nothing,
    /// Values of rows and whatever names a person.
    Contacts,
}

/// Method and route, where `*` stands for one part; what is stripped.
const REST: [(&str, &str, Strip); 38] = [
    ("GET", "/platform/v1/tokenContext", Strip::Nothing),
    ("GET", "/platform/v1/endpoints", Strip::Nothing),
    ("GET", "/platform/v1/endpoints/*", Strip::Nothing),
    ("GET", "/platform/v1/ens-callbacks", Strip::Contacts),
    ("GET", "/platform/v1/ens-callbacks/*", Strip::Contacts),
    ("GET", "/platform/v1/ens-subscriptions/*", Strip::Nothing),
    (
        "GET",
        "/platform/v1/ens-subscriptions-by-cb/*",
        Strip::Nothing,
    ),
    ("GET", "/data/v1/audit/securityEvents", Strip::Contacts),
    ("GET", "/data/v1/audit/auditEvents", Strip::Contacts),
    (
        "GET",
        "/data/v1/customobjectdata/key/*/rowset",
        Strip::Contacts,
    ),
    ("GET", "/data/v1/customobjects", Strip::Nothing),
    ("GET", "/data/v1/customobjects/*", Strip::Nothing),
    ("GET", "/data/v1/customobjects/*/fields", Strip::Nothing),
    ("GET", "/data/v1/filetransferlocations", Strip::Contacts),
    (
        "GET",
        "/data/v1/integration/member/salesforce/workflowobjects",
        Strip::Nothing,
    ),
    ("GET", "/automation/v1/automations", Strip::Nothing),
    (
        "GET",
        "/automation/v1/automations/healthreport",
        Strip::Nothing,
    ),
    ("GET", "/automation/v1/automations/*", Strip::Nothing),
    ("GET", "/automation/v1/queries", Strip::Nothing),
    ("GET", "/automation/v1/imports", Strip::Nothing),
    ("GET", "/automation/v1/filetransfers", Strip::Nothing),
    ("GET", "/automation/v1/dataextracts", Strip::Nothing),
    ("GET", "/automation/v1/scripts", Strip::Nothing),
    (
        "GET",
        "/legacy/v1/beta/bulk/automations/automation/definition",
        Strip::Contacts,
    ),
    ("GET", "/interaction/v1/interactions", Strip::Nothing),
    ("GET", "/interaction/v1/interactions/*", Strip::Nothing),
    (
        "GET",
        "/interaction/v1/interactions/*/summary",
        Strip::Nothing,
    ),
    (
        "GET",
        "/interaction/v1/interactions/*/audit/all",
        Strip::Contacts,
    ),
    (
        "GET",
        "/interaction/v1/interactions/status/*",
        Strip::Nothing,
    ),
    ("GET", "/interaction/v1/eventDefinitions", Strip::Nothing),
    (
        "POST",
        "/interaction/v1/interactions/journeyhistory/summary",
        Strip::Nothing,
    ),
    (
        "POST",
        "/interaction/v1/interactions/journeyhistory/estimate",
        Strip::Nothing,
    ),
    (
        "GET",
        "/interaction/v1/interactions/journeyhistory/freshness",
        Strip::Nothing,
    ),
    ("GET", "/messaging/v1/*/definitions", Strip::Nothing),
    ("GET", "/messaging/v1/*/definitions/*", Strip::Nothing),
    ("GET", "/messaging/v1/*/definitions/*/queue", Strip::Nothing),
    ("GET", "/messaging/v1/*/messages", Strip::Contacts),
    ("GET", "/messaging/v1/domainverification", Strip::Nothing),
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
/// SOAP operations that only read.
const OPERATIONS: [&str; 4] = [
    "RetrieveRequestMsg",
    "DefinitionRequestMsg",
    "SystemStatusRequestMsg",
    "VersionInfoRequestMsg",
];

/// Whether a read-only consumer may make this call, and what its answer leaves out; `None` if not.
pub(crate) fn judge(host: Host, method: &Method, path: &str, body: &[u8]) -> Option<Strip> {
    match host {
        Host::Auth => {
            let known = matches!(path, "/v2/userinfo" | "/v2/discovery");
            (method == Method::GET && known).then_some(Strip::Contacts)
        }
        Host::Rest => REST
            .iter()
            .find(|(verb, pattern, _)| *verb == method.as_str() && fits(pattern, path))
            .map(|(_, _, strip)| *strip),
        Host::Soap => soap(body).then_some(Strip::Nothing),
    }
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

/// Whether an envelope only reads objects without contacts. What cannot be read is not allowed.
fn soap(body: &[u8]) -> bool {
    let Ok(envelope) = read(body) else {
        return false;
    };
    let mut bodies = envelope
        .children
        .iter()
        .filter(|child| child.name == "Body");
    let (Some(asked), None) = (bodies.next(), bodies.next()) else {
        return false;
    };
    let [operation] = asked.children.as_slice() else {
        return false;
    };
    OPERATIONS.contains(&operation.name.as_str()) && reads_listed(operation)
}

/// Whether every object type named in there is listed, and nothing asks for more than an answer.
fn reads_listed(element: &Element) -> bool {
    // The answer sent elsewhere; a mark moved for everybody.
    if matches!(
        element.name.as_str(),
        "RespondTo" | "RetrieveAllSinceLastBatch"
    ) {
        return false;
    }
    let named = element.name != "ObjectType" || OBJECTS.contains(&element.text.trim());
    named && element.children.iter().all(reads_listed)
}

#[cfg(test)]
mod tests;
