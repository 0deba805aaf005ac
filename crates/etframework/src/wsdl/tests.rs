use super::*;
use crate::table::{fields, find_type};
use crate::xml::{Element, read};

fn find<'a>(element: &'a Element, name: &str, called: &str) -> Option<&'a Element> {
    if element.name == name && element.attribute("name") == Some(called) {
        return Some(element);
    }
    element
        .children
        .iter()
        .find_map(|child| find(child, name, called))
}

fn first<'a>(element: &'a Element, name: &str) -> Option<&'a Element> {
    match element.name == name {
        true => Some(element),
        false => element.children.iter().find_map(|child| first(child, name)),
    }
}

fn document() -> Element {
    read(wsdl("http://sim.test/x&y/").as_bytes()).expect("well formed")
}

#[test]
fn it_points_calls_and_faults_at_its_own_house() {
    let root = document();
    let address = first(&root, "address").and_then(|one| one.attribute("location"));
    assert_eq!(address, Some("http://sim.test/x&y/Service.asmx"));
    let import = first(&root, "import").and_then(|one| one.attribute("schemaLocation"));
    assert_eq!(import, Some("http://sim.test/x&y/ETFrameworkFault.xsd"));
    read(fault_xsd().as_bytes()).expect("well formed");
}

#[test]
fn every_type_is_described_with_its_own_fields_in_order() {
    let root = document();
    let types = TYPES.iter().copied().flatten();
    for kind in types.clone().filter(|kind| !kind.described) {
        assert!(
            find(&root, "complexType", kind.name).is_none(),
            "{}",
            kind.name
        );
    }
    for kind in types.filter(|kind| kind.described) {
        let described = find(&root, "complexType", kind.name).expect(kind.name);
        let base = first(described, "extension").and_then(|one| one.attribute("base"));
        assert_eq!(base, kind.base.map(|base| format!("tns:{base}")).as_deref());
        let sequence = first(described, "sequence").expect("a sequence");
        let names = sequence
            .children
            .iter()
            .filter_map(|one| one.attribute("name"));
        let own = kind.fields.iter().filter(|field| field.described);
        let own = own.map(|field| field.name);
        assert!(names.eq(own), "{}", kind.name);
    }
    let list = find_type("ListSubscriber").expect("a type");
    assert!(fields(list).len() > list.fields.len());
}

#[test]
fn every_operation_can_be_called() {
    let root = document();
    for operation in OPERATIONS {
        let bound = find(
            first(&root, "binding").expect("a binding"),
            "operation",
            operation.name,
        );
        let action = first(bound.expect(operation.name), "operation").expect("itself");
        assert_eq!(
            action.children[0].attribute("soapAction"),
            Some(operation.name)
        );
        find(&root, "element", operation.request).expect(operation.request);
        find(&root, "element", operation.response).expect(operation.response);
    }
}

#[test]
fn an_element_says_how_often_it_stands_and_whether_it_may_be_nothing() {
    let text = wsdl("http://sim.test");
    for words in [
        "<xsd:element name=\"PartnerKey\" minOccurs=\"0\" nillable=\"true\" type=\"xsd:string\"/>",
        "<xsd:element name=\"Objects\" maxOccurs=\"unbounded\" type=\"tns:APIObject\"/>",
        "<xsd:element name=\"Properties\" minOccurs=\"0\" maxOccurs=\"unbounded\" type=\"xsd:string\"/>",
        "<xsd:enumeration value=\"Unsubscribed\"/>",
    ] {
        assert!(text.contains(words), "{words}");
    }
}
