//! Whatever is sent, there is an answer, and it is one that SOAP clients can read.

use super::{content, soap_request, text};
use crate::house::House;
use countersign_etframework::table::OPERATIONS;
use countersign_etframework::xml::read;
use proptest::prelude::*;

fn elements() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "RetrieveRequest",
        "ObjectType",
        "Properties",
        "Filter",
        "Property",
        "SimpleOperator",
        "Value",
        "LeftOperand",
        "RightOperand",
        "LogicalOperator",
        "ContinueRequest",
        "Options",
        "BatchSize",
        "Objects",
        "CustomerKey",
        "Keys",
        "Key",
        "Name",
        "Fields",
        "Field",
        "Definitions",
        "Definition",
        "Action",
        "Requests",
        "Parameters",
        "Subscribers",
        "SubscriberKey",
        "TriggeredSendDefinition",
        "DescribeRequests",
        "ObjectDefinitionRequest",
        "SaveOptions",
        "SaveOption",
        "SaveAction",
        "odd",
    ]);
    let types = prop::sample::select(vec![
        "",
        "DataExtension",
        "DataExtensionObject",
        "Subscriber",
        "TriggeredSend",
        "SimpleFilterPart",
        "ComplexFilterPart",
        "Automation",
        "List",
        "x:Nothing",
        "RetrieveRequestMsg",
    ]);
    let leaf = prop_oneof![
        "[ -;=?-~é]{0,8}".prop_map(|text| text.replace('&', "&amp;")),
        prop::sample::select(vec![
            "DE-key",
            "DataExtensionObject[DE-key]",
            "DataExtension",
            "TS-key",
            "id",
            "SentEvent",
            "1",
            "equals",
            "between",
            "AND",
            "like",
            "99999999999999999999",
            "2026-01-01",
            "UpdateAdd",
            "start",
        ])
        .prop_map(str::to_owned),
    ];
    let one = |names: prop::sample::Select<&'static str>,
               types: prop::sample::Select<&'static str>,
               inner: BoxedStrategy<String>| {
        (names, types, inner)
            .prop_map(|(name, kind, inner)| format!("<{name} xsi:type=\"{kind}\">{inner}</{name}>"))
    };
    leaf.boxed().prop_recursive(5, 40, 5, move |inner| {
        let each = one(names.clone(), types.clone(), inner.boxed());
        prop::collection::vec(each, 0..5)
            .prop_map(|all| all.concat())
            .boxed()
    })
}

/// Something odd where each operation looks for what it is about.
fn wrapped(request: &str, kind: &str, inner: &str) -> String {
    let about = match kind {
        "TriggeredSend" => {
            "<TriggeredSendDefinition><CustomerKey>TS-key</CustomerKey></TriggeredSendDefinition>\
             <Subscribers><SubscriberKey>a</SubscriberKey></Subscribers>"
        }
        _ => "<CustomerKey>DE-key</CustomerKey>",
    };
    let both = "<LogicalOperator>AND</LogicalOperator><RightOperand><Property>CustomerKey</Property>\
                <SimpleOperator>like</SimpleOperator><Value>k</Value></RightOperand>";
    let inner = match request {
        "RetrieveRequestMsg" if inner.len().is_multiple_of(2) => format!(
            "<RetrieveRequest><ObjectType>{kind}</ObjectType><Properties>CustomerKey</Properties>\
             <Filter><LeftOperand>{inner}</LeftOperand>{both}</Filter></RetrieveRequest>"
        ),
        "RetrieveRequestMsg" => format!(
            "<RetrieveRequest><ObjectType>{kind}</ObjectType><Properties>CustomerKey</Properties>\
             {inner}</RetrieveRequest>"
        ),
        "CreateRequest" | "UpdateRequest" | "DeleteRequest" => {
            let kind = kind.split('[').next().unwrap_or(kind);
            format!("{inner}<Objects xsi:type=\"{kind}\">{about}{inner}</Objects>")
        }
        "PerformRequestMsg" => format!(
            "<Action>start</Action><Definitions><Definition xsi:type=\"{kind}\">{inner}</Definition></Definitions>"
        ),
        "ExecuteRequestMsg" => format!("<Requests><Name>LogUnsubEvent</Name>{inner}</Requests>"),
        _ => inner.to_owned(),
    };
    format!("<{request}>{inner}</{request}>")
}

fn kinds() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "DataExtension",
        "DataExtensionObject[DE-key]",
        "DataExtensionObject",
        "Subscriber",
        "List",
        "TriggeredSend",
        "TriggeredSendDefinition",
        "SentEvent",
        "Automation",
        "AccountUser",
        "DataFolder",
        "Nothing",
    ])
}

proptest! {
    #[test]
    fn any_bytes_get_an_envelope(bytes in prop::collection::vec(any::<u8>(), 0..200), action in "[ -~]{0,12}") {
        let mut house = House::new();
        let mut request = soap_request(&action, "", "");
        request.body = bytes;
        let answer = house.answer(0, &request);
        prop_assert_eq!(answer.status, 500);
        prop_assert_eq!(content(&answer).name, "Fault");
    }

    #[test]
    fn any_request_of_an_operation_gets_its_answer(
        n in 0..OPERATIONS.len(),
        kind in kinds(),
        inner in elements(),
    ) {
        let mut house = House::new();
        let token = house.soap_token(0, 11);
        let operation = OPERATIONS[n];
        let sent = wrapped(operation.request, kind, &inner);
        let request = soap_request(operation.name, &token, &sent);
        for second in 1..3 {
            let answer = house.answer(second, &request);
            prop_assert_eq!(answer.status, 200, "{}", text(&answer));
            prop_assert!(read(text(&answer).as_bytes()).is_ok(), "{}", text(&answer));
            prop_assert_eq!(content(&answer).name, operation.response);
        }
    }
}
