//! The other operations: Perform and Execute run things, Configure and Schedule do nothing here, and
//! the service says how it is.

use super::Call;
use super::change::{Outcome, Refused, unsubscribe};
use super::content::things;
use super::identity::is_meant;
use super::permission::{Deed, refusal};
use crate::fault::Kind;
use crate::platform::Platform;
use crate::setup::AssetKind;
use countersign_etframework::{Node, find_type};

/// Parts of one call that are carried out; more are left out.
const PARTS_MAX: usize = 200;
/// What this service says of itself; nobody knows a number that would mean more.
const VERSION: &str = "1.0";

/// What was done, in the words of a result.
type Words = Result<String, Refused>;

pub(super) fn perform(platform: &mut Platform, call: &Call<'_>) -> Node {
    let action = call.request.text("Action").unwrap_or_default().to_owned();
    let definitions = call.request.nodes("Definitions.Definition");
    let mut results = Node::default();
    let mut n_bad = 0;
    for (object, ordinal) in definitions.into_iter().take(PARTS_MAX).zip(0_u64..) {
        let done = perform_one(platform, call, &action, object);
        n_bad += u64::from(done.is_err());
        let task_id = platform.world.chance.guid();
        let (code, words) = told(&done);
        let task = Node::default()
            .with("StatusCode", code)
            .with("StatusMessage", words)
            .with("OrdinalID", 0)
            .with("ID", task_id);
        let mut result = result(&done, ordinal).having("Task", task);
        result.push("Object", echoed(object));
        results.push("Result", result);
    }
    summed(platform, results, n_bad)
}

fn echoed(object: &Node) -> Node {
    let mut echo = object.clone();
    echo.nil("PartnerKey");
    echo.nil("ObjectID");
    echo
}

fn told(done: &Words) -> (&'static str, &str) {
    match done {
        Ok(words) => ("OK", words),
        Err(refused) => ("Error", &refused.words),
    }
}

fn result(done: &Words, ordinal: u64) -> Node {
    let (code, words) = told(done);
    let node = Node::default()
        .with("StatusCode", code)
        .with("StatusMessage", words)
        .with("OrdinalID", ordinal);
    match done {
        Ok(_) => node,
        Err(refused) => node.with("ErrorCode", refused.code),
    }
}

/// The message around some results.
fn summed(platform: &mut Platform, results: Node, n_bad: u64) -> Node {
    let overall = if n_bad == 0 { "OK" } else { "Error" };
    Node::default()
        .having("Results", results)
        .with("OverallStatus", overall)
        .with("OverallStatusMessage", "")
        .with("RequestID", platform.world.chance.guid())
}

/// Starts an automation or a query, or empties a table.
fn perform_one(platform: &mut Platform, call: &Call<'_>, action: &str, object: &Node) -> Words {
    let name = object.kind.unwrap_or("APIObject");
    let Some(kind) = find_type(name).filter(|kind| kind.object.is_some()) else {
        let words = format!("This operation does not support the APIObject of type {name}");
        return Err(Refused::coded(8, words));
    };
    if let Some(words) = refusal(&call.token, kind.name, Deed::Perform) {
        return Err(Refused::coded(11, words));
    }
    let all = things(platform, call.now, kind.name, call.token.mid);
    let thing = all.iter().find(|thing| is_meant(kind.name, object, thing));
    let found = || {
        let id = thing.and_then(|thing| thing.text("ObjectID"));
        let words = format!("There is no {name} of that name");
        id.ok_or_else(|| Refused::coded(3, words))
    };
    match (kind.name, action.to_lowercase().as_str()) {
        ("Automation", "start") => {
            let id = found()?.to_owned();
            start(platform, call, &id)
        }
        ("QueryDefinition", "start") => {
            found().map(|_| "QueryDefinition perform called successfully".to_owned())
        }
        ("DataExtension", "cleardata") => {
            let id = found()?.to_owned();
            let (mid, parent) = (call.token.mid, platform.enterprise_of(call.token.mid));
            if let Some(table) = platform
                .world
                .assets
                .find(AssetKind::Table, &id, mid, parent)
            {
                table.clear_rows();
            }
            Ok("DataExtension cleared".to_owned())
        }
        _ => Err(Refused::coded(
            5,
            format!("Cannot perform {action} on objects of type {name}"),
        )),
    }
}

/// An automation that is stalled takes the order and does not run.
fn start(platform: &mut Platform, call: &Call<'_>, object_id: &str) -> Words {
    let stalled = platform.broken(call.now, Kind::AssetStall, call.place);
    let (mid, parent) = (call.token.mid, platform.enterprise_of(call.token.mid));
    let found = platform
        .world
        .assets
        .find(AssetKind::Automation, object_id, mid, parent);
    if let Some(automation) = found.filter(|_| !stalled) {
        automation.started_at = Some(call.now);
    }
    Ok("Automation perform called successfully".to_owned())
}

pub(super) fn execute(platform: &mut Platform, call: &Call<'_>) -> Node {
    let mut message = Node::default();
    let mut n_bad = 0;
    let requests = call.request.nodes("Requests");
    for (request, ordinal) in requests.into_iter().take(PARTS_MAX).zip(0_u64..) {
        let done = execute_one(platform, call, request);
        n_bad += u64::from(done.is_err());
        message.push("Results", result(&done, ordinal));
    }
    message
        .with("OverallStatus", if n_bad == 0 { "OK" } else { "Error" })
        .with("RequestID", platform.world.chance.guid())
}

fn execute_one(platform: &mut Platform, call: &Call<'_>, request: &Node) -> Words {
    let name = request.text("Name").unwrap_or_default();
    let parameters = request.nodes("Parameters");
    let value = |name: &str| {
        let found = parameters.iter().find(|one| one.text("Name") == Some(name));
        found.and_then(|one| one.text("Value"))
    };
    match name {
        "LogUnsubEvent" => {
            let key = value("SubscriberKey").or_else(|| value("EmailAddress"));
            let key = key.ok_or_else(|| Refused::new("SubscriberKey is required"))?;
            let done: Outcome = unsubscribe(platform, call, key);
            done.map(|_| "Event posted".to_owned())
        }
        other => Err(Refused::coded(
            8,
            format!("There is no action {other} to execute"),
        )),
    }
}

pub(super) fn configure(platform: &mut Platform, call: &Call<'_>) -> Node {
    refused(platform, call, "Configurations.Configuration", "Configure")
}

pub(super) fn schedule(platform: &mut Platform, call: &Call<'_>) -> Node {
    refused(platform, call, "Interactions.Interaction", "Schedule")
}

/// What no object of this model does.
fn refused(platform: &mut Platform, call: &Call<'_>, path: &str, deed: &str) -> Node {
    let mut results = Node::default();
    let mut n_bad = 0;
    for (object, ordinal) in call
        .request
        .nodes(path)
        .into_iter()
        .take(PARTS_MAX)
        .zip(0_u64..)
    {
        let name = object.kind.unwrap_or("APIObject");
        let words = format!("Cannot perform {deed} on objects of type {name}");
        let done = Err(Refused::coded(5, words));
        n_bad += 1;
        let mut result = result(&done, ordinal);
        if deed == "Configure" {
            result.push("Object", echoed(object));
        }
        results.push("Result", result);
    }
    summed(platform, results, n_bad)
}

/// How the service is; it can be asked while calls fail.
pub(super) fn system_status(platform: &mut Platform, call: &Call<'_>) -> Node {
    let failing = platform.broken_since(Kind::Rest5xx, call.place).is_some();
    let status = if failing { "UnplannedOutage" } else { "OK" };
    let result = Node::default()
        .with("StatusCode", "OK")
        .with("StatusMessage", "System Status Retrieved")
        .with("SystemStatus", status);
    summed(platform, Node::default().having("Result", result), 0)
}

pub(super) fn version_info(platform: &mut Platform, _: &Call<'_>) -> Node {
    let version = Node::default()
        .with("Version", VERSION)
        .with("VersionDate", "2026-01-12T00:00:00")
        .with("Notes", "");
    Node::default()
        .having("VersionInfo", version)
        .with("RequestID", platform.world.chance.guid())
}
