//! Rows of data extensions: between columns and the properties of a `DataExtensionObject`.

use crate::asset::{Asset, Row};
use countersign_etframework::Node;
use serde_json::{Map, Value};

/// Values by column.
type Columns = Map<String, Value>;

/// The number of a row, which every table has beside its columns and no list of fields names.
pub(super) const NUMBER: &str = "_CustomObjectKey";

/// A row as a thing of the provider.
pub(super) fn node(row: &Row) -> Node {
    Node::of("DataExtensionObject").having("Properties", properties(row))
}

/// A row with its number; `place` counts from 0.
pub(super) fn numbered(row: &Row, place: u64) -> Node {
    let mut properties = properties(row);
    properties.push("Property", pair(NUMBER, &(place + 1).to_string()));
    Node::of("DataExtensionObject").having("Properties", properties)
}

fn properties(row: &Row) -> Node {
    let mut properties = Node::default();
    let parts = [&row.keys, &row.values];
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in parts.into_iter().filter_map(Value::as_object).flatten() {
        if seen.iter().any(|one| one.eq_ignore_ascii_case(name)) {
            continue;
        }
        seen.push(name);
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        properties.push("Property", pair(name, &text));
    }
    properties
}

fn pair(name: &str, text: &str) -> Node {
    Node::default().with("Name", name).with("Value", text)
}

/// The value of a column of a row.
pub(super) fn value<'a>(row: &'a Node, name: &str) -> Option<&'a str> {
    let pairs = row.nodes("Properties.Property");
    let found = pairs.into_iter().find(|pair| {
        pair.text("Name")
            .is_some_and(|own| own.eq_ignore_ascii_case(name))
    });
    found.and_then(|pair| pair.text("Value"))
}

/// A row with the columns asked for, in the order asked.
pub(super) fn shown(row: &Node, columns: &[String]) -> Node {
    let mut properties = Node::default();
    for name in columns {
        properties.push("Property", pair(name, value(row, name).unwrap_or_default()));
    }
    Node::of("DataExtensionObject")
        .with("Type", "DataExtensionObject")
        .having("Properties", properties)
}

/// What was sent for one row, by the table's own names of its columns: keys and the rest.
///
/// # Errors
/// Words for the answer: a column that there is none of, or a key that was not sent.
pub(super) fn sent(table: &Asset, object: &Node) -> Result<(Columns, Columns), String> {
    let (mut keys, mut values) = (Map::new(), Map::new());
    let named = object.nodes("Keys.Key").into_iter();
    for pair in named.chain(object.nodes("Properties.Property")) {
        let name = pair.text("Name").unwrap_or_default();
        let column = table
            .columns
            .iter()
            .find(|one| one.name.eq_ignore_ascii_case(name));
        let column = column.ok_or_else(|| format!("There is no field {name} in {}", table.key))?;
        let text = pair.text("Value").unwrap_or_default();
        let too_long = column
            .chars_max
            .is_some_and(|max| text.chars().count() as u64 > max);
        if too_long {
            return Err(format!("The value of {} is too long", column.name));
        }
        let part = if column.primary {
            &mut keys
        } else {
            &mut values
        };
        part.insert(column.name.clone(), Value::String(text.to_owned()));
    }
    let empty = |name: &str| {
        let value = keys
            .get(name)
            .or_else(|| values.get(name))
            .and_then(Value::as_str);
        value.unwrap_or_default().is_empty()
    };
    match table
        .columns
        .iter()
        .find(|column| column.primary && empty(&column.name))
    {
        Some(column) => Err(format!("The key field {} has no value", column.name)),
        None => Ok((keys, values)),
    }
}
