//! E-mails, triggered sends, automations and queries, as the estate's assets show them.

use super::MADE_AT;
use super::event::{self, Run};
use crate::asset::Asset;
use crate::chance::guid_of;
use crate::fault::{Kind, Place};
use crate::platform::Platform;
use crate::rest::automation::last_run;
use crate::rest::stamp;
use crate::setup::AssetKind;
use crate::soap::identity::{folder, number_of};
use countersign_etframework::Node;
use jiff::Timestamp;

/// The number of the e-mail behind a triggered send.
fn email_id(send: &Asset) -> u64 {
    number_of(&format!("email {}", send.guid))
}

/// The number of the job that all messages of a triggered send belong to.
pub(super) fn job_id(send: &Asset) -> u64 {
    number_of(&format!("job {}", send.guid))
}

/// Where faults of an asset are looked for.
pub(super) fn place_of(platform: &Platform, asset: &Asset) -> Place {
    Place {
        tenant: platform.tenant_of(asset.mid).cloned(),
        mid: Some(asset.mid),
        home: None,
        label: None,
        asset: Some(asset.id.clone()),
    }
}

fn of(platform: &Platform, kind: AssetKind, mid: u64) -> impl Iterator<Item = &Asset> {
    platform.world.assets.of(kind, mid)
}

pub(super) fn emails(platform: &Platform, mid: u64) -> Vec<Node> {
    let one = |send: &Asset| {
        Node::of("Email")
            .with("CreatedDate", MADE_AT)
            .with("ModifiedDate", MADE_AT)
            .with("ID", email_id(send))
            .with("ObjectID", guid_of(&format!("email {}", send.guid)))
            .with("CustomerKey", &send.key)
            .with("Name", &send.name)
            .with("Folder", "my emails")
            .with("CategoryID", folder("email", mid))
            .with(
                "HTMLBody",
                format!("<html><body>{}</body></html>", send.key),
            )
            .with("TextBody", &send.key)
            .with("Subject", &send.name)
            .with("IsActive", true)
            .with("IsHTMLPaste", true)
            .with("Status", "Saved")
            .with("EmailType", "HTML")
            .with("CharacterSet", "UTF-8")
            .with("HasDynamicSubjectLine", false)
            .with("ContentCheckStatus", "Not Checked")
    };
    of(platform, AssetKind::Send, mid).map(one).collect()
}

pub(super) fn triggered_sends(platform: &Platform, mid: u64) -> Vec<Node> {
    let one = |send: &Asset| {
        Node::of("TriggeredSendDefinition")
            .with("CreatedDate", MADE_AT)
            .with("ModifiedDate", MADE_AT)
            .with("ObjectID", &send.guid)
            .with("CustomerKey", &send.key)
            .with("Name", &send.name)
            .with("Description", "")
            .with("CategoryID", folder("triggered_send", mid))
            .with("SendClassification.CustomerKey", "Default Transactional")
            .with("SenderProfile.CustomerKey", "Default")
            .with("DeliveryProfile.CustomerKey", "Default")
            .with("SuppressTracking", false)
            .with("IsSendLogging", false)
            .with("TriggeredSendType", "Continuous")
            .with("TriggeredSendStatus", "Active")
            .with("Email.ID", email_id(send))
            .with("AutoAddSubscribers", true)
            .with("AutoUpdateSubscribers", true)
            .with("BatchInterval", 0)
            .with("EmailSubject", &send.name)
            .with("IsMultipart", true)
            .with("IsWrapped", true)
            .with("AllowedSlots", 0)
            // As clients read it: 3 is high, 4 medium, 5 low.
            .with("Priority", 3)
    };
    of(platform, AssetKind::Send, mid).map(one).collect()
}

/// What became of a triggered send's messages since everything was made.
fn counted(platform: &Platform, now: Timestamp, send: &Asset, event: &str) -> u64 {
    let habit = event::habit(event).expect("an event");
    let run = Run::new(platform, send, habit, (None, now));
    let own = if event == "SentEvent" { send.passed } else { 0 };
    run.total() + own
}

pub(super) fn summaries(platform: &Platform, now: Timestamp, mid: u64) -> Vec<Node> {
    let one = |send: &Asset| {
        let n = |event: &str| counted(platform, now, send, event);
        let since = platform.broken_since(Kind::QueueGrowth, &place_of(platform, send));
        let (queued, _) = crate::rest::message::waiting(&mut send.clone(), since, now);
        let mut node = Node::of("TriggeredSendSummary")
            .with("ObjectID", &send.guid)
            .with("CustomerKey", &send.key)
            .with("Sent", n("SentEvent").saturating_sub(queued))
            .with("NotSentDueToUndeliverable", n("NotSentEvent"))
            .with("Bounces", n("BounceEvent"))
            .with("Opens", n("OpenEvent"))
            .with("Clicks", n("ClickEvent"))
            .with("UniqueOpens", n("OpenEvent"))
            .with("UniqueClicks", n("ClickEvent"))
            .with("OptOuts", n("UnsubEvent"))
            .with("Queued", queued)
            .with("TriggeredSendDefinition.CustomerKey", &send.key)
            .with("TriggeredSendDefinition.ObjectID", &send.guid);
        for name in [
            "NotSentDueToOptOut",
            "SurveyResponses",
            "FTAFRequests",
            "FTAFEmailsSent",
            "FTAFOptIns",
            "Conversions",
            "UniqueConversions",
            "InProcess",
            "NotSentDueToError",
        ] {
            node.set(name, 0);
        }
        node
    };
    of(platform, AssetKind::Send, mid).map(one).collect()
}

pub(super) fn sends(platform: &Platform, now: Timestamp, mid: u64) -> Vec<Node> {
    let one = |send: &Asset| {
        let n = |event: &str| counted(platform, now, send, event);
        let (sent, bounced) = (n("SentEvent"), n("BounceEvent"));
        Node::of("Send")
            .with("ObjectID", guid_of(&format!("job {}", send.guid)))
            .with("CreatedDate", MADE_AT)
            .with("ModifiedDate", MADE_AT)
            .with("ID", job_id(send))
            .with("Email.ID", email_id(send))
            .with("SendDate", MADE_AT)
            .with("Duplicates", 0)
            .with("InvalidAddresses", 0)
            .with("HardBounces", bounced)
            .with("SoftBounces", 0)
            .with("OtherBounces", 0)
            .with("UniqueClicks", n("ClickEvent"))
            .with("UniqueOpens", n("OpenEvent"))
            .with("NumberSent", sent)
            .with("NumberDelivered", sent.saturating_sub(bounced))
            .with("Unsubscribes", n("UnsubEvent"))
            .with("Subject", &send.name)
            .with("SentDate", MADE_AT)
            .with("EmailName", &send.name)
            .with("Status", "Sending")
            .with("IsMultipart", true)
            .with("IsAlwaysOn", true)
            .with("NumberTargeted", sent)
            .with("NumberErrored", 0)
            .with("NumberExcluded", n("NotSentEvent"))
    };
    of(platform, AssetKind::Send, mid).map(one).collect()
}

/// Every job goes to the list with everybody on it.
pub(super) fn list_sends(platform: &Platform, now: Timestamp, mid: u64) -> Vec<Node> {
    let lists = super::subscriber::lists(mid);
    let list = &lists[0];
    let counts = [
        "Duplicates",
        "InvalidAddresses",
        "HardBounces",
        "SoftBounces",
        "OtherBounces",
        "UniqueClicks",
        "UniqueOpens",
        "NumberSent",
        "NumberDelivered",
        "Unsubscribes",
    ];
    let one = |send: Node| {
        let id = send.text("ID").unwrap_or_default().to_owned();
        let mut node = Node::of("ListSend")
            .with("CreatedDate", MADE_AT)
            .with("ModifiedDate", MADE_AT)
            .with("ID", number_of(&format!("list send {id}")))
            .with("ObjectID", guid_of(&format!("list send {id}")))
            .with("SendID", id)
            .with("List.ID", list.text("ID").unwrap_or_default())
            .with("List.ListName", list.text("ListName").unwrap_or_default());
        for name in counts {
            node.set(name, send.text(name).unwrap_or("0"));
        }
        node
    };
    sends(platform, now, mid).into_iter().map(one).collect()
}

/// What every account has one of.
pub(super) fn defaults(kind: &'static str, mid: u64) -> Vec<Node> {
    let (key, name) = match kind {
        "SendClassification" => ("Default Transactional", "Default Transactional"),
        _ => ("Default", "Default"),
    };
    let mut node = Node::of(kind)
        .with("CreatedDate", MADE_AT)
        .with("ModifiedDate", MADE_AT)
        .with("ObjectID", guid_of(&format!("{kind} {mid}")))
        .with("CustomerKey", key)
        .with("Name", name)
        .with("Description", "");
    if kind == "SendClassification" {
        node.set("SendClassificationType", "Operational");
        let id = |part: &str| guid_of(&format!("{part} {mid}"));
        node.set("SenderProfile.CustomerKey", "Default");
        node.set("SenderProfile.ObjectID", id("SenderProfile"));
        node.set("DeliveryProfile.CustomerKey", "Default");
        node.set("DeliveryProfile.ObjectID", id("DeliveryProfile"));
    }
    if kind == "SenderProfile" {
        node.set("FromName", format!("Account {mid}"));
        let address = format!("account-{mid}@example.com");
        node.set("FromAddress", &address);
        node.set("FallbackFromAddress", address);
    }
    vec![node]
}

/// As over REST: they run at every full hour, and one that is stalled has been paused.
pub(super) fn automations(platform: &Platform, now: Timestamp, mid: u64) -> Vec<Node> {
    let one = |automation: &Asset| {
        let place = place_of(platform, automation);
        let stalled_since = platform.broken_since(Kind::AssetStall, &place);
        Node::of("Automation")
            .with("CreatedDate", MADE_AT)
            .with("ModifiedDate", MADE_AT)
            .with("ObjectID", &automation.guid)
            .with("CustomerKey", &automation.key)
            .with("Name", &automation.name)
            .with("Description", "")
            .with("IsActive", true)
            .with("Status", if stalled_since.is_some() { 4 } else { 6 })
            .with("AutomationType", "scheduled")
            .with("CategoryID", folder("automations", mid))
            .with("LastRunInstanceID", &automation.guid)
            .with("ProgramID", &automation.guid)
            .with("LastSaveDate", MADE_AT)
            .with(
                "LastRunTime",
                stamp(last_run(automation, stalled_since, now)),
            )
    };
    of(platform, AssetKind::Automation, mid).map(one).collect()
}

/// Automations under their older name.
pub(super) fn programs(platform: &Platform, mid: u64) -> Vec<Node> {
    let one = |automation: &Asset| {
        Node::of("Program")
            .with("CreatedDate", MADE_AT)
            .with("ModifiedDate", MADE_AT)
            .with("ObjectID", &automation.guid)
            .with("CustomerKey", &automation.key)
            .with("Name", &automation.name)
            .with("Description", "")
            .with("CategoryID", folder("automations", mid))
    };
    of(platform, AssetKind::Automation, mid).map(one).collect()
}

/// Each automation runs one query, which fills the first table of its unit.
pub(super) fn queries(platform: &Platform, mid: u64) -> Vec<Node> {
    let Some(table) = of(platform, AssetKind::Table, mid).next() else {
        return Vec::new();
    };
    let one = |automation: &Asset| {
        Node::of("QueryDefinition")
            .with("CreatedDate", MADE_AT)
            .with("ModifiedDate", MADE_AT)
            .with("ObjectID", guid_of(&format!("query {}", automation.guid)))
            .with("CustomerKey", format!("{}-query", automation.key))
            .with("Name", format!("{} query", automation.name))
            .with(
                "QueryText",
                format!("select id, name from [{}]", table.name),
            )
            .with("TargetType", "DE")
            .with("TargetUpdateType", "Overwrite")
            .with("DataExtensionTarget.CustomerKey", &table.key)
            .with("DataExtensionTarget.Name", &table.name)
            .with("Status", "Active")
            .with("CategoryID", folder("queryactivity", mid))
    };
    of(platform, AssetKind::Automation, mid).map(one).collect()
}
