//! Data extensions and their rows.

use super::{Call, Done, Outcome, Refused};
use crate::asset::{Asset, COLUMNS_MAX, Column, ROW_NUMBER};
use crate::fault::Kind;
use crate::platform::Platform;
use crate::setup::{AssetKind, AssetSetup};
use crate::soap::row::{node, sent};
use countersign_etframework::Node;
use serde_json::{Value, json};

/// Assets of the platform, at most.
const ASSETS_MAX: usize = 5_000;

/// Makes a table that REST sees too.
pub(super) fn create_table(
    platform: &mut Platform,
    call: &Call<'_>,
    object: &Node,
) -> Result<(), Refused> {
    let columns = columns(object)?;
    if columns.is_empty() {
        return Err(Refused::new("A data extension needs at least one field"));
    }
    if platform.world.assets.len() >= ASSETS_MAX {
        return Err(Refused::new("The account holds too many data extensions"));
    }
    let text = |name: &str| object.text(name).unwrap_or_default().to_owned();
    let mut table = Asset::new(&AssetSetup {
        id: text("ObjectID"),
        key: text("CustomerKey"),
        name: text("Name"),
        kind: AssetKind::Table,
        mid: call.token.mid,
        count: 0,
        per_day: 0,
    });
    table.guid = text("ObjectID");
    table.columns = columns;
    platform.world.assets.add(table);
    Ok(())
}

/// Adds the columns it lacks, and takes a new name over.
pub(super) fn update_table(
    platform: &mut Platform,
    call: &Call<'_>,
    object_id: &str,
    object: &Node,
) -> Result<(), Refused> {
    let more = columns(object)?;
    let (mid, parent) = (call.token.mid, platform.enterprise_of(call.token.mid));
    let found = platform
        .world
        .assets
        .find(AssetKind::Table, object_id, mid, parent);
    let Some(table) = found else {
        return Ok(());
    };
    let is_new = |column: &Column| {
        let same = |one: &Column| one.name.eq_ignore_ascii_case(&column.name);
        !table.columns.iter().any(same)
    };
    let more: Vec<Column> = more.into_iter().filter(is_new).collect();
    if table.columns.len() + more.len() > COLUMNS_MAX {
        return Err(Refused::new("The data extension has too many fields"));
    }
    if more.iter().any(|column| column.primary) {
        return Err(Refused::new(
            "A key field cannot be added to a data extension that exists",
        ));
    }
    table.columns.extend(more);
    if let Some(name) = object.text("Name") {
        name.clone_into(&mut table.name);
    }
    Ok(())
}

pub(super) fn delete_table(platform: &mut Platform, call: &Call<'_>, object_id: &str) {
    let mid = call.token.mid;
    let found = platform
        .world
        .assets
        .find(AssetKind::Table, object_id, mid, mid);
    if let Some(id) = found.map(|table| table.id.clone()) {
        platform.world.assets.remove(&id);
    }
}

fn columns(object: &Node) -> Result<Vec<Column>, Refused> {
    let fields = object.nodes("Fields.Field");
    if fields.len() > COLUMNS_MAX {
        return Err(Refused::new("The data extension has too many fields"));
    }
    fields.into_iter().map(column).collect()
}

fn column(field: &Node) -> Result<Column, Refused> {
    let name = field
        .text("Name")
        .ok_or_else(|| Refused::new("A field has no Name"))?;
    let kind = field.text("FieldType").unwrap_or("Text");
    let known = countersign_etframework::table::ENUMERATIONS
        .iter()
        .find(|one| one.name == "DataExtensionFieldType");
    if !known.is_some_and(|known| known.words.contains(&kind)) {
        return Err(Refused::new(format!("{kind} is no type of a field")));
    }
    let usual_max = match kind {
        "Text" => Some(50),
        "EmailAddress" => Some(254),
        _ => None,
    };
    let told_max = field.text("MaxLength").and_then(|text| text.parse().ok());
    Ok(Column {
        name: name.to_owned(),
        kind: kind.to_owned(),
        chars_max: told_max.or(usual_max),
        required: field.flag("IsRequired") || field.flag("IsPrimaryKey"),
        primary: field.flag("IsPrimaryKey"),
    })
}

fn table<'a>(
    platform: &'a mut Platform,
    call: &Call<'_>,
    object: &Node,
) -> Result<&'a mut Asset, Refused> {
    let key = object
        .text("CustomerKey")
        .or_else(|| object.text("ObjectID"));
    let key = key.ok_or_else(|| Refused::new("CustomerKey of the data extension is required"))?;
    let (mid, parent) = (call.token.mid, platform.enterprise_of(call.token.mid));
    let found = platform
        .world
        .assets
        .find(AssetKind::Table, key, mid, parent);
    found.ok_or_else(|| Refused::new(format!("There is no data extension {key}")))
}

/// The row that an object names by its key fields.
pub(super) fn find_row(platform: &Platform, call: &Call<'_>, object: &Node) -> Option<Node> {
    let key = object.text("CustomerKey")?;
    let parent = platform.enterprise_of(call.token.mid);
    let units = [call.token.mid, parent];
    let mut tables = units
        .iter()
        .flat_map(|mid| platform.world.assets.of(AssetKind::Table, *mid));
    let table = tables.find(|table| table.is_called(key))?;
    let (keys, values) = sent(table, object)
        .ok()
        .filter(|(keys, _)| !keys.is_empty())?;
    let row = crate::asset::Row {
        keys: Value::Object(keys),
        values: Value::Object(values),
    };
    table.has_row(&row.keys).then(|| node(&row))
}

/// Stores a row, new or known, unless a fault loses it.
pub(super) fn put_row(
    platform: &mut Platform,
    call: &Call<'_>,
    object: &Node,
    is_new: bool,
) -> Outcome {
    let lost = [Kind::ZeroRows, Kind::PartialRows, Kind::AssetStall]
        .into_iter()
        .any(|kind| platform.broken(call.now, kind, call.place));
    let number = platform.world.kept.next_made();
    let table = table(platform, call, object)?;
    let (mut keys, values) = sent(table, object).map_err(Refused::new)?;
    if keys.is_empty() {
        if !is_new {
            return Err(Refused::coded(
                3,
                "The data extension has no key field to update by",
            ));
        }
        // Without a key field every row is a new one.
        keys.insert(ROW_NUMBER.to_owned(), json!(number));
    }
    let keys = Value::Object(keys);
    let missing = table.columns.iter().find(|column| {
        column.required && !column.primary && is_new && !values.contains_key(&column.name)
    });
    if let Some(column) = missing {
        return Err(Refused::new(format!(
            "The field {} is required",
            column.name
        )));
    }
    match (is_new, table.has_row(&keys)) {
        (true, true) => return Err(Refused::new("There is a row with the same key already")),
        (false, false) => return Err(Refused::coded(3, "There is no row with that key to update")),
        _ => {}
    }
    if !lost {
        let mut all = table.find_row(&keys).unwrap_or_default();
        all.extend(values);
        table.put_row(keys, Value::Object(all));
    }
    Ok(Done::new(match is_new {
        true => "Created DataExtensionObject",
        false => "Updated DataExtensionObject",
    }))
}

pub(super) fn delete_row(platform: &mut Platform, call: &Call<'_>, object: &Node) -> Outcome {
    let table = table(platform, call, object)?;
    let (keys, _) = sent(table, object).map_err(Refused::new)?;
    match table.remove_row(&Value::Object(keys)) {
        true => Ok(Done::new("Deleted DataExtensionObject")),
        false => Err(Refused::coded(3, "There is no row with that key to delete")),
    }
}
