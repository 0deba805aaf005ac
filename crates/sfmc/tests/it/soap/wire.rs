//! The form of calls and answers.

use super::{all, at, content, raw_content, retrieve_request, simple, soap_request, text};
use crate::house::{House, call_request};
use countersign_etframework::table::{OPERATIONS, objects, properties};
use countersign_sfmc::request::Request;
use serde_json::Value;

const LIST: &str = "<RetrieveRequestMsg xmlns=\"http://exacttarget.com/wsdl/partnerAPI\"><RetrieveRequest>\
                    <ObjectType>BusinessUnit</ObjectType><Properties>ID</Properties>\
                    <Properties>Name</Properties></RetrieveRequest></RetrieveRequestMsg>";

#[test]
fn an_answer_is_what_clients_parse_letter_for_letter() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let answer = house.answer(1, &soap_request("Retrieve", &token, LIST));
    assert_eq!(answer.status, 200);
    let whole = text(&answer);
    let head = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
        <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
        xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
        xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
        xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" \
        xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" \
        xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">\
        <soap:Header><wsa:Action>RetrieveResponse</wsa:Action><wsa:MessageID>urn:uuid:";
    assert!(whole.starts_with(head), "{whole}");
    let tail = "<wsu:Created>2027-01-15T08:00:01Z</wsu:Created>\
                <wsu:Expires>2027-01-15T08:05:01Z</wsu:Expires>";
    assert!(whole.contains(tail), "{whole}");
    let id = at(&content(&answer), "RequestID");
    let body = format!(
        "<RetrieveResponseMsg xmlns=\"http://exacttarget.com/wsdl/partnerAPI\">\
         <OverallStatus>OK</OverallStatus><RequestID>{id}</RequestID>\
         <Results xsi:type=\"BusinessUnit\"><PartnerKey xsi:nil=\"true\" /><ID>11</ID>\
         <ObjectID xsi:nil=\"true\" /><AccountType>None</AccountType><Name>SUB</Name></Results>\
         </RetrieveResponseMsg>"
    );
    assert_eq!(raw_content(&answer), body);
}

#[test]
fn a_call_is_understood_in_whatever_form_clients_send_it() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let forms = [
        format!(
            "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body>{LIST}</Body>\
             <Header><fueloauth xmlns=\"http://exacttarget.com\">{token}</fueloauth></Header></Envelope>"
        ),
        format!(
            "<?xml version='1.0' encoding='utf-8'?>\n<soap-env:Envelope xmlns:soap-env=\"x\">\
             <soap-env:Header><ns0:fueloauth xmlns:ns0=\"http://exacttarget.com\">\
             <ns0:_value_1>{token}</ns0:_value_1></ns0:fueloauth></soap-env:Header>\
             <soap-env:Body><ns0:RetrieveRequestMsg xmlns:ns0=\"y\"><ns0:RetrieveRequest>\
             <ns0:ObjectType>BusinessUnit</ns0:ObjectType><ns0:Properties>ID</ns0:Properties>\
             <ns0:Properties>Name</ns0:Properties></ns0:RetrieveRequest></ns0:RetrieveRequestMsg>\
             </soap-env:Body></soap-env:Envelope>"
        ),
    ];
    for (body, action, path) in [
        (&forms[0], Some("Retrieve"), "/Service.asmx"),
        (&forms[0], Some("\"Retrieve\""), "/service.asmx"),
        (&forms[1], Some("\"retrieve\""), "//SERVICE.ASMX"),
        (&forms[1], None, "/Service.asmx/"),
    ] {
        let mut request = soap_request("Retrieve", "", "");
        request.body = body.clone().into_bytes();
        request.path = path.to_owned();
        request.headers.remove("soapaction");
        if let Some(action) = action {
            request
                .headers
                .insert("soapaction".to_owned(), action.to_owned());
        }
        let answer = house.answer(1, &request);
        assert_eq!(
            at(&content(&answer), "Results.Name"),
            "SUB",
            "{path} {action:?}"
        );
    }
}

#[test]
fn an_answer_relates_to_the_id_of_its_call() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let mut request = soap_request("Retrieve", &token, LIST);
    let sent = String::from_utf8(request.body).expect("text");
    let id = "<a:MessageID xmlns:a=\"z\">urn:uuid:1&amp;2</a:MessageID></s:Header>";
    request.body = sent.replace("</s:Header>", id).into_bytes();
    let answer = house.answer(1, &request);
    assert!(text(&answer).contains("<wsa:RelatesTo>urn:uuid:1&amp;2</wsa:RelatesTo>"));
}

#[test]
fn another_method_is_no_call() {
    let mut house = House::new();
    let (status, body) = house.get(0, "none", "/Service.asmx");
    assert_eq!(status, 405);
    assert!(
        body["message"]
            .as_str()
            .is_some_and(|words| words.contains("'GET'"))
    );
}

#[test]
fn everybody_may_read_the_description_and_it_points_here() {
    let mut house = House::new();
    for (path, words) in [
        (
            "/etframework.wsdl",
            "location=\"http://platform.test/Service.asmx\"",
        ),
        (
            "/ETFramework.WSDL",
            "schemaLocation=\"http://platform.test/ETFrameworkFault.xsd\"",
        ),
        (
            "/ETFrameworkFault.xsd",
            "targetNamespace=\"urn:fault.partner.exacttarget.com\"",
        ),
    ] {
        let request = Request {
            method: "GET".to_owned(),
            path: path.to_owned(),
            ..Request::default()
        };
        let answer = house.answer(0, &request);
        assert_eq!(answer.status, 200, "{path}");
        assert!(text(&answer).contains(words), "{path}");
        let posted = call_request("", "POST", path, &Value::Null);
        assert_eq!(house.answer(0, &posted).status, 405);
    }
    let routes: Vec<&str> = house
        .platform
        .ledger()
        .after(0)
        .map(|entry| entry.route.as_str())
        .collect();
    assert_eq!(routes[2], "/etframework.wsdl");
}

/// Clients that work with the real service ask for more than its description knows.
#[test]
fn what_the_description_does_not_know_is_retrieved_all_the_same() {
    let mut house = House::new();
    let mut seen = 0;
    for (kind, _) in objects().filter(|(_, object)| object.retrieved) {
        let all = properties(kind).into_iter().filter(|one| one.retrieved);
        let hidden = all.filter(|one| !kind.described || !one.described);
        let names: Vec<String> = hidden.map(|one| one.name()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if names.is_empty() {
            continue;
        }
        let message = house.retrieved(0, 11, kind.name, &names, "");
        assert_eq!(
            at(&message, "OverallStatus"),
            "OK",
            "{}: {names:?}",
            kind.name
        );
        seen += names.len();
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn what_describe_lists_as_retrievable_is_retrieved_and_nothing_else_is() {
    let mut house = House::new();
    for (kind, _) in objects().filter(|(kind, object)| object.retrieved && kind.described) {
        if kind.name == "DataExtensionObject" {
            continue;
        }
        let token = house.soap_token(0, 11);
        let sent = format!(
            "<DefinitionRequestMsg><DescribeRequests><ObjectDefinitionRequest><ObjectType>{}</ObjectType>\
             </ObjectDefinitionRequest></DescribeRequests></DefinitionRequestMsg>",
            kind.name
        );
        let (_, described) = house.soap(0, "Describe", &token, &sent);
        let definition = described
            .child("ObjectDefinition")
            .expect("it is described");
        assert_eq!(at(definition, "ObjectType"), kind.name);
        let listed = all(definition, "Properties");
        let described = properties(kind).into_iter().filter(|one| one.described);
        assert_eq!(listed.len(), described.count());
        let names: Vec<String> = listed
            .iter()
            .filter(|one| at(one, "IsRetrievable") == "true")
            .map(|one| at(one, "Name"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let message = house.retrieved(0, 11, kind.name, &names, "");
        assert_ne!(
            at(&message, "OverallStatus").get(..5),
            Some("Error"),
            "{}",
            kind.name
        );
        let hidden = house.retrieved(0, 11, kind.name, &["CorrelationID"], "");
        let words = format!(
            "Error: The Request Property(s) CorrelationID do not match with the fields of {} retrieve",
            kind.name
        );
        assert_eq!(at(&hidden, "OverallStatus"), words);
        house = House::new();
    }
}

#[test]
fn describe_tells_what_a_property_is() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let sent = "<DefinitionRequestMsg><DescribeRequests><ObjectDefinitionRequest>\
                <ObjectType>Subscriber</ObjectType></ObjectDefinitionRequest><ObjectDefinitionRequest>\
                <ObjectType>Nothing</ObjectType></ObjectDefinitionRequest></DescribeRequests>\
                </DefinitionRequestMsg>";
    let answer = house.answer(0, &soap_request("Describe", &token, sent));
    let address = "<Properties><PartnerKey xsi:nil=\"true\" /><ObjectID xsi:nil=\"true\" />\
                   <Name>EmailAddress</Name><DataType>String</DataType><IsUpdatable>true</IsUpdatable>\
                   <IsRetrievable>true</IsRetrievable><MaxLength>254</MaxLength>\
                   <IsRequired>true</IsRequired></Properties>";
    let body = raw_content(&answer);
    assert!(body.contains(address), "{body}");
    assert!(body.contains("<ObjectDefinition><ObjectType>Nothing</ObjectType></ObjectDefinition>"));
}

#[test]
fn every_operation_answers_with_its_own_message() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    for operation in OPERATIONS {
        let (status, message) = house.soap(
            0,
            operation.name,
            &token,
            &format!("<{}/>", operation.request),
        );
        assert_eq!((status, message.name.as_str()), (200, operation.response));
    }
}

#[test]
fn a_read_goes_on_page_by_page() {
    let mut house = House::new();
    let batch = "<Options><BatchSize>2</BatchSize></Options>";
    let object = "DataExtensionObject[DE-key]";
    let first = house.retrieved(0, 11, object, &["id"], batch);
    assert_eq!(at(&first, "OverallStatus"), "MoreDataAvailable");
    assert_eq!(all(&first, "Results").len(), 2);
    let go_on = |id: &str| format!("<ContinueRequest>{id}</ContinueRequest>");
    let id = at(&first, "RequestID");
    // Whatever else it says, it is the read that it goes on with.
    let second = house.retrieved(1, 11, "Nothing", &[], &go_on(&id));
    assert_eq!(at(&second, "OverallStatus"), "OK");
    assert_eq!(at(&second, "Results.Properties.Property.Value"), "3");
    let again = house.retrieved(2, 11, object, &["id"], &go_on(&id));
    assert_eq!(
        all(&again, "Results").len(),
        1,
        "a page can be asked for again"
    );
    let unknown = house.retrieved(3, 11, object, &["id"], &go_on("none"));
    assert!(at(&unknown, "OverallStatus").starts_with("Error:"));
    let foreign = house.retrieved(4, 10, object, &["id"], &go_on(&id));
    assert!(
        at(&foreign, "OverallStatus").starts_with("Error:"),
        "it is another unit's"
    );
}

#[test]
fn a_page_that_holds_all_there_is_has_nothing_after_it() {
    let mut house = House::new();
    let batch = "<Options><BatchSize>3</BatchSize></Options>";
    let message = house.retrieved(0, 11, "DataExtensionObject[DE-key]", &["id"], batch);
    assert_eq!(at(&message, "OverallStatus"), "OK");
    let one = format!("{}{batch}", simple("Filter", "id", "equals", &["2"]));
    let message = house.retrieved(0, 11, "DataExtensionObject[DE-key]", &["id"], &one);
    assert_eq!(all(&message, "Results").len(), 1);
    let two = "<Options><BatchSize>2</BatchSize></Options>";
    let two = format!("{}{two}", simple("Filter", "id", "lessThan", &["3"]));
    let message = house.retrieved(0, 11, "DataExtensionObject[DE-key]", &["id"], &two);
    assert_eq!(at(&message, "OverallStatus"), "OK", "no empty page follows");
}

#[test]
fn what_cannot_be_retrieved_says_why_with_status_200() {
    let mut house = House::new();
    let cases = [
        (
            retrieve_request("Nothing", &["ID"], ""),
            "Error: Unable to find a handler for object type: Nothing. Object types are \
             case-sensitive, check spelling.",
        ),
        (
            retrieve_request("dataextension", &["Name"], ""),
            "Error: Unable to find a handler for object type: dataextension. Object types are \
             case-sensitive, check spelling.",
        ),
        (
            retrieve_request("DataExtensionObject[DE-key]", &["id", "x", "y"], ""),
            "Error: The Request Property(s) x, y do not match with the fields of \
             DataExtensionObject[DE-key] retrieve",
        ),
        (
            retrieve_request("DataExtensionObject[none]", &["id"], ""),
            "Error: There is no data extension none",
        ),
        (
            retrieve_request("List", &["ID"], "<ClientIDs><ID>10</ID></ClientIDs>"),
            "Error: The token does not work in account 10",
        ),
        (
            retrieve_request("List", &[], ""),
            "Error: There are no Properties to retrieve",
        ),
        (
            "<RetrieveRequestMsg/>".to_owned(),
            "Error: There is no RetrieveRequest",
        ),
        (
            retrieve_request("List", &["ID"], &simple("Filter", "ID", "between", &["1"])),
            "Error: The filter on ID has too few values",
        ),
        (
            retrieve_request(
                "List",
                &["ID"],
                &simple("Filter", "ID", "isAnniversary", &["1"]),
            ),
            "Error: The operator isAnniversary is not supported",
        ),
    ];
    let token = house.soap_token(0, 11);
    for (sent, words) in cases {
        let (status, message) = house.soap(0, "Retrieve", &token, &sent);
        assert_eq!(
            (status, at(&message, "OverallStatus").as_str()),
            (200, words)
        );
        assert!(all(&message, "Results").is_empty());
    }
}
