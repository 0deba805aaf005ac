use super::*;
use crate::table::objects;
use crate::xml::read;

fn kind(name: &str) -> &'static Type {
    find_type(name).expect(name)
}

fn written(node: &Node, name: &str) -> String {
    let mut out = String::new();
    node.encode(kind(name), &mut out);
    out
}

fn parsed(name: &str, xml: &str) -> Node {
    Node::decode(kind(name), &read(xml.as_bytes()).expect(xml))
}

#[test]
fn fields_are_written_in_the_order_of_the_schema_whatever_they_were_set_in() {
    let mut node = Node::of("DataExtension")
        .with("Name", "A & B")
        .with("Client.ID", 7)
        .with("IsSendable", false);
    node.nil("PartnerKey");
    node.nil("Name");
    let expected = "<Client><ID>7</ID></Client><PartnerKey xsi:nil=\"true\" />\
                    <Name>A &amp; B</Name><IsSendable>false</IsSendable>";
    assert_eq!(written(&node, "DataExtension"), expected);
}

#[test]
fn a_type_that_is_not_the_declared_one_is_told() {
    let object = Node::of("Subscriber").with("SubscriberKey", "a");
    let result = Node::default()
        .with("StatusCode", "OK")
        .having("Object", object);
    let expected = "<StatusCode>OK</StatusCode><Object xsi:type=\"Subscriber\">\
                    <SubscriberKey>a</SubscriberKey></Object>";
    assert_eq!(written(&result, "UpdateResult"), expected);
}

#[test]
fn a_value_that_is_always_written_has_a_default() {
    assert_eq!(
        written(&Node::of("AccountUser"), "AccountUser"),
        "<Delete>0</Delete>"
    );
}

#[test]
fn requests_are_read_with_any_prefix_order_and_stranger_inside() {
    let xml = "<a:CreateRequest xmlns:a=\"u\" xmlns:i=\"v\"><a:Objects i:type=\"b:DataExtension\">\
               <a:Name> N </a:Name><a:Odd>x</a:Odd><a:CustomerKey>K</a:CustomerKey>\
               <a:Fields><a:Field><a:Name>F1</a:Name></a:Field><a:Field><a:Name>F2</a:Name></a:Field>\
               </a:Fields></a:Objects><a:Objects/></a:CreateRequest>";
    let request = parsed("CreateRequest", xml);
    let objects = request.nodes("Objects");
    assert_eq!(
        (objects[0].kind, objects[0].text("Name")),
        (Some("DataExtension"), Some("N"))
    );
    let names: Vec<_> = objects[0]
        .nodes("Fields.Field")
        .iter()
        .map(|one| one.text("Name"))
        .collect();
    assert_eq!(names, [Some("F1"), Some("F2")]);
    assert_eq!(objects[1].kind, Some("APIObject"));
    assert_eq!(objects[0].text("Odd"), None);
}

#[test]
fn a_filter_is_known_by_what_stands_in_it() {
    let simple = "<Filter><Property>a</Property><Value>1</Value><Value>2</Value></Filter>";
    let node = parsed("FilterPart", simple);
    assert_eq!(node.kind, Some("SimpleFilterPart"));
    assert_eq!(node.texts("Value").collect::<Vec<_>>(), ["1", "2"]);
    let complex = "<Filter type=\"tns:ComplexFilterPart\"><LeftOperand/></Filter>";
    assert_eq!(
        parsed("FilterPart", complex).kind,
        Some("ComplexFilterPart")
    );
    let other = "<Filter type=\"Subscriber\"><Property>a</Property></Filter>";
    assert_eq!(
        parsed("FilterPart", other).kind,
        Some("SimpleFilterPart"),
        "no filter"
    );
}

#[test]
fn what_was_written_reads_the_same() {
    for (kind, _) in objects() {
        let mut node = Node::of(kind.name);
        for field in fields(kind) {
            if field.is_simple() {
                node.set(field.name, "1");
            }
        }
        let xml = format!("<o>{}</o>", written(&node, kind.name));
        assert_eq!(parsed(kind.name, &xml), node);
    }
}

#[test]
fn a_cut_keeps_what_is_named() {
    let node = Node::of("DataFolder")
        .with("Name", "n")
        .with("ParentFolder.ID", 1)
        .with("ParentFolder.Name", "p")
        .with("ParentFolder.Description", "d");
    let cut = node.only(["ParentFolder.ID", "ParentFolder.Name", "Owner", "Name.x"].into_iter());
    let expected = "<ParentFolder><ID>1</ID><Name>p</Name></ParentFolder>";
    assert_eq!(written(&cut, "DataFolder"), expected);
    assert_eq!(
        node.only(std::iter::once("ParentFolder"))
            .text("ParentFolder.Description"),
        Some("d")
    );
}
