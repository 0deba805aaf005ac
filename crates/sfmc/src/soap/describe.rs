//! Describe: what the tables say of an object.

use super::Call;
use crate::platform::Platform;
use countersign_etframework::table::{Property, properties};
use countersign_etframework::{Form, Node, Type, find_type};

/// Objects described by one call; more are left out.
const OBJECTS_MAX: usize = 100;

pub(super) fn describe(platform: &mut Platform, call: &Call<'_>) -> Node {
    let asked = call
        .request
        .nodes("DescribeRequests.ObjectDefinitionRequest");
    let mut message = Node::default();
    for one in asked.into_iter().take(OBJECTS_MAX) {
        if let Some(name) = one.text("ObjectType") {
            message.push("ObjectDefinition", definition(name));
        }
    }
    message.with("RequestID", platform.world.chance.guid())
}

/// An object that the tables do not know has a name and nothing more.
fn definition(name: &str) -> Node {
    let mut node = Node::default().with("ObjectType", name);
    let kind = find_type(name).filter(|kind| kind.object.is_some() && kind.described);
    let all = kind.map(properties).unwrap_or_default().into_iter();
    for property in all.filter(|property| property.described) {
        node.push("Properties", described(kind, &property));
    }
    node
}

fn described(kind: Option<&'static Type>, property: &Property) -> Node {
    let field = property.field;
    let own = kind.is_some_and(|kind| kind.fields.iter().any(|one| one.name == field.name));
    let own = own && property.within.is_none();
    let mut node = Node::of("PropertyDefinition")
        .with("Name", property.name())
        .with("DataType", data_type(field.form))
        .with("IsUpdatable", own && field.edited)
        .with("IsRetrievable", property.retrieved)
        .with("IsRequired", own && field.needed);
    if field.chars_max > 0 {
        node.set("MaxLength", field.chars_max);
    }
    node.nil("PartnerKey");
    node.nil("ObjectID");
    node
}

/// The provider's name for what stands in a field.
fn data_type(form: Form) -> &'static str {
    match form {
        Form::Text => "String",
        Form::Short => "Int16",
        Form::Int => "Int32",
        Form::Long => "Int64",
        Form::Boolean => "Boolean",
        Form::DateTime => "DateTime",
        Form::Time => "Time",
        Form::Word(words) => words.name,
        Form::Named(name) => name,
        Form::Group(_) => "Object[]",
    }
}
