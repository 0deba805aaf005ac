use super::*;
use crate::field::Form;
use std::collections::BTreeSet;

fn each_field(fields: &[Field], look: &mut impl FnMut(&Field)) {
    for field in fields {
        look(field);
        if let Form::Group(inner) = field.form {
            each_field(inner, look);
        }
    }
}

#[test]
fn every_name_in_the_tables_leads_to_a_type() {
    let all: Vec<&Type> = TYPES.iter().copied().flatten().chain(MESSAGES).collect();
    for kind in &all {
        assert!(
            kind.base.is_none_or(|base| find_type(base).is_some()),
            "{}",
            kind.name
        );
        each_field(kind.fields, &mut |field| {
            let Form::Named(name) = field.form else {
                return;
            };
            assert!(find_type(name).is_some(), "{}.{}", kind.name, field.name);
        });
    }
    let names: BTreeSet<&str> = all.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), all.len(), "no name twice");
}

#[test]
fn every_word_list_is_in_the_list_of_them() {
    for kind in TYPES.iter().copied().flatten().chain(MESSAGES) {
        each_field(kind.fields, &mut |field| {
            let Form::Word(words) = field.form else {
                return;
            };
            assert!(
                ENUMERATIONS.iter().any(|one| one.name == words.name),
                "{}",
                words.name
            );
        });
    }
}

#[test]
fn what_an_object_says_it_inherits_is_there_to_inherit() {
    for (kind, object) in objects() {
        let listed: BTreeSet<String> = properties(kind).iter().map(Property::name).collect();
        for name in object.inherits {
            assert!(listed.contains(*name), "{} lists {name}", kind.name);
            let own = kind.fields.iter().any(|field| field.name == *name);
            assert!(!own, "{}.{name} is its own", kind.name);
        }
    }
}

#[test]
fn parts_stand_in_a_type_that_has_them() {
    for kind in TYPES.iter().copied().flatten() {
        each_field(kind.fields, &mut |field| {
            for part in field.parts {
                let Form::Named(name) = field.form else {
                    panic!("{}", field.name)
                };
                let inner = find_type(name).map(fields).unwrap_or_default();
                assert!(
                    inner.iter().any(|one| one.name == *part),
                    "{}.{part}",
                    field.name
                );
            }
        });
    }
}

#[test]
fn every_operation_has_both_its_messages() {
    for operation in OPERATIONS {
        assert!(MESSAGES.iter().any(|one| one.name == operation.request));
        assert!(MESSAGES.iter().any(|one| one.name == operation.response));
        assert_eq!(find_operation(operation.request), Some(*operation));
    }
    assert_eq!(
        MESSAGES.len(),
        OPERATIONS.len() * 2,
        "and no message is left over"
    );
}

#[test]
fn inherited_fields_come_first() {
    let kind = find_type("TriggeredSendDefinition").expect("a type");
    let names: Vec<&str> = fields(kind).iter().map(|field| field.name).collect();
    let place = |name| names.iter().position(|one| *one == name).expect(name);
    assert!(place("ObjectID") < place("Name"));
    assert!(place("Name") < place("SendClassification"));
    assert!(place("SendClassification") < place("TriggeredSendStatus"));
    assert!(is_kind_of(kind, "InteractionBaseObject") && is_kind_of(kind, "APIObject"));
    assert!(!is_kind_of(kind, "Options"));
}
