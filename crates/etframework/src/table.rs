//! The tables, and the ways to look things up in them.

mod account;
mod automation;
mod base;
mod data;
mod definition;
mod email;
mod enumeration;
mod event;
mod message;
mod operation;
mod send;
mod subscriber;

use crate::field::{Enumeration, Field, Object, Type};

/// All named types, by room.
pub const TYPES: &[&[Type]] = &[
    base::TYPES,
    message::TYPES,
    data::TYPES,
    subscriber::TYPES,
    email::TYPES,
    send::TYPES,
    definition::TYPES,
    event::TYPES,
    automation::TYPES,
    account::TYPES,
];

/// Messages, as the elements that stand in a body.
pub const MESSAGES: &[Type] = operation::MESSAGES;

/// Words that fields are chosen from.
pub const ENUMERATIONS: &[&Enumeration] = enumeration::ALL;

/// An operation of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Its name, which is what `SOAPAction` says.
    pub name: &'static str,
    /// The element in the body of a request.
    pub request: &'static str,
    /// The element in the body of an answer.
    pub response: &'static str,
}

const fn operation(name: &'static str, request: &'static str, response: &'static str) -> Operation {
    Operation {
        name,
        request,
        response,
    }
}

/// All operations.
pub const OPERATIONS: &[Operation] = &[
    operation("Create", "CreateRequest", "CreateResponse"),
    operation("Retrieve", "RetrieveRequestMsg", "RetrieveResponseMsg"),
    operation("Update", "UpdateRequest", "UpdateResponse"),
    operation("Delete", "DeleteRequest", "DeleteResponse"),
    operation("Describe", "DefinitionRequestMsg", "DefinitionResponseMsg"),
    operation("Execute", "ExecuteRequestMsg", "ExecuteResponseMsg"),
    operation("Perform", "PerformRequestMsg", "PerformResponseMsg"),
    operation("Configure", "ConfigureRequestMsg", "ConfigureResponseMsg"),
    operation("Schedule", "ScheduleRequestMsg", "ScheduleResponseMsg"),
    operation(
        "VersionInfo",
        "VersionInfoRequestMsg",
        "VersionInfoResponseMsg",
    ),
    operation(
        "GetSystemStatus",
        "SystemStatusRequestMsg",
        "SystemStatusResponseMsg",
    ),
];

/// The type or message of that name; case matters.
#[must_use]
pub fn find_type(name: &str) -> Option<&'static Type> {
    let all = TYPES.iter().copied().flatten().chain(MESSAGES);
    all.into_iter().find(|one| one.name == name)
}

/// The operation whose request is an element of that name.
#[must_use]
pub fn find_operation(request: &str) -> Option<Operation> {
    OPERATIONS
        .iter()
        .copied()
        .find(|operation| operation.request == request)
}

/// The objects: types that can be retrieved or created.
pub fn objects() -> impl Iterator<Item = (&'static Type, Object)> {
    let all = TYPES.iter().copied().flatten();
    all.filter_map(|one| one.object.map(|object| (one, object)))
}

/// A type's fields in the order of the schema: inherited ones first.
#[must_use]
pub fn fields(kind: &'static Type) -> Vec<&'static Field> {
    let inherited = kind.base.and_then(find_type).map(fields);
    let mut all = inherited.unwrap_or_default();
    all.extend(kind.fields);
    all
}

/// Whether a type is another or extends it, however far.
#[must_use]
pub fn is_kind_of(kind: &'static Type, other: &str) -> bool {
    let mut at = Some(kind);
    while let Some(one) = at {
        if one.name == other {
            return true;
        }
        at = one.base.and_then(find_type);
    }
    false
}

/// A name that Retrieve takes for an object, and the field it leads to.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// The field.
    pub field: &'static Field,
    /// What stands before it, as `Client` does in `Client.ID`.
    pub within: Option<&'static str>,
    /// Whether Retrieve may ask for it.
    pub retrieved: bool,
    /// Whether the description and Describe know it.
    pub described: bool,
}

impl Property {
    /// Its name in Retrieve and Describe.
    #[must_use]
    pub fn name(&self) -> String {
        match self.within {
            None => self.field.name.to_owned(),
            Some(within) => format!("{within}.{}", self.field.name),
        }
    }
}

/// What an object has, in the order of the schema: what can be retrieved, set, or both. Describe lists
/// those that are described.
#[must_use]
pub fn properties(kind: &'static Type) -> Vec<Property> {
    let inherits = kind.object.map_or(&[][..], |object| object.inherits);
    let own = |field: &Field| kind.fields.iter().any(|one| one.name == field.name);
    let mut all = Vec::new();
    for field in fields(kind) {
        let taken = inherits.contains(&field.name);
        let shown = if own(field) { field.shown } else { taken };
        let set = own(field) && field.edited;
        if shown || (set && field.parts.is_empty()) {
            all.push(Property {
                field,
                within: None,
                retrieved: shown,
                described: field.described,
            });
        }
        let crate::Form::Named(name) = field.form else {
            continue;
        };
        let inner = find_type(name).map(fields).unwrap_or_default();
        all.extend(inner.into_iter().filter_map(|part| {
            let path = format!("{}.{}", field.name, part.name);
            let listed = own(field) && field.parts.contains(&part.name);
            (listed || inherits.contains(&path.as_str())).then_some(Property {
                field: part,
                within: Some(field.name),
                retrieved: true,
                described: field.described && part.described,
            })
        }));
    }
    all
}

#[cfg(test)]
mod tests;
