//! Data extensions, their columns, and the folders things lie in.

use super::MADE_AT;
use crate::asset::Asset;
use crate::chance::guid_of;
use crate::platform::Platform;
use crate::setup::AssetKind;
use crate::soap::identity::folder;
use countersign_etframework::Node;

/// The folder at the top for each kind of content, and what it is called.
const FOLDERS: &[(&str, &str)] = &[
    ("dataextension", "Data Extensions"),
    ("list", "my lists"),
    ("email", "my emails"),
    ("triggered_send", "my triggered sends"),
    ("queryactivity", "Query"),
    ("automations", "my automations"),
    ("asset", "Content Builder"),
    ("cloudpages", "CloudPages"),
    ("filteractivity", "Filter"),
    ("filterdefinition", "Data Filters"),
    ("hidden", "Hidden"),
    ("journey", "Journeys"),
    ("mysubs", "my subscribers"),
    ("publication", "Publication Lists"),
    ("ssjsactivity", "Scripts"),
    ("suppression_list", "Suppression Lists"),
    ("triggered_send_journeybuilder", "Journey Builder Sends"),
    ("userinitiatedsends", "my sends"),
];

pub(super) fn folders(mid: u64) -> Vec<Node> {
    let one = |(content, name): &(&str, &str)| {
        let id = folder(content, mid);
        Node::of("DataFolder")
            .with("ID", id)
            .with("ObjectID", guid_of(&format!("folder {content} {mid}")))
            .with("CustomerKey", format!("{content}_default"))
            .with("CreatedDate", MADE_AT)
            .with("ModifiedDate", MADE_AT)
            .with("ParentFolder.ID", 0)
            .with("Name", name)
            .with("Description", "")
            .with("ContentType", content)
            .with("IsActive", true)
            .with("IsEditable", false)
            .with("AllowChildren", true)
    };
    FOLDERS.iter().map(one).collect()
}

pub(super) fn tables(platform: &Platform, mid: u64) -> Vec<Node> {
    let tables = platform.world.assets.of(AssetKind::Table, mid);
    tables.map(table).collect()
}

fn table(table: &Asset) -> Node {
    Node::of("DataExtension")
        .with("CreatedDate", MADE_AT)
        .with("ModifiedDate", MADE_AT)
        .with("ObjectID", &table.guid)
        .with("CustomerKey", &table.key)
        .with("Name", &table.name)
        .with("Description", "")
        .with("IsSendable", false)
        .with("IsTestable", false)
        .with("RowBasedRetention", false)
        .with("ResetRetentionPeriodOnImport", false)
        .with("DeleteAtEndOfRetentionPeriod", false)
        .with("CategoryID", folder("dataextension", table.mid))
        .with("Status", "Normal")
}

pub(super) fn fields(platform: &Platform, mid: u64) -> Vec<Node> {
    let tables = platform.world.assets.of(AssetKind::Table, mid);
    tables.flat_map(columns).collect()
}

fn columns(table: &Asset) -> Vec<Node> {
    let one = |(column, ordinal): (&crate::asset::Column, u64)| {
        let id = guid_of(&format!("{} {}", table.guid, column.name));
        let mut node = Node::of("DataExtensionField")
            .with("CreatedDate", MADE_AT)
            .with("ModifiedDate", MADE_AT)
            .with("CustomerKey", format!("[{}].[{}]", table.key, column.name))
            .with("ObjectID", id)
            .with("Name", &column.name)
            .with("IsRequired", column.required)
            .with("Ordinal", ordinal)
            .with("IsPrimaryKey", column.primary)
            .with("FieldType", &column.kind)
            .with("DataExtension.CustomerKey", &table.key);
        if let Some(max) = column.chars_max {
            node.set("MaxLength", max);
        }
        node
    };
    table.columns.iter().zip(0..).map(one).collect()
}
