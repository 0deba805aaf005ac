use super::*;

fn rest(method: &Method, path: &str) -> Option<Strip> {
    judge(Host::Rest, method, path, b"")
}

#[test]
fn counters_may_be_read_and_rows_are_stripped() {
    let rows = "/data/v1/customobjectdata/key/LOY_Points/rowset";
    assert_eq!(rest(&Method::GET, rows), Some(Strip::Contacts));
    assert_eq!(
        rest(&Method::GET, "/automation/v1/automations/"),
        Some(Strip::Nothing)
    );
    assert_eq!(
        rest(&Method::GET, "/Interaction/v1/interactions/key:J-1"),
        Some(Strip::Nothing)
    );
}

#[test]
fn nothing_else_may_be_called_whatever_the_scopes_allow() {
    for (method, path) in [
        // journeys_read would let both of these stop or start contacts.
        (Method::POST, "/interaction/v1/interactions/publishAsync/1"),
        (Method::POST, "/interaction/v1/interactions/stop/1"),
        (Method::POST, "/interaction/v1/events"),
        (
            Method::POST,
            "/interaction/v1/interactions/journeyhistory/search",
        ),
        (Method::GET, "/contacts/v1/attributeGroups"),
        (Method::GET, "/interaction/v1/interactions/contactentry/1/2"),
        (Method::DELETE, "/interaction/v1/interactions/1"),
        (Method::PUT, "/hub/v1/dataevents/key:x/rows/id:1"),
    ] {
        assert_eq!(rest(&method, path), None, "{method} {path}");
    }
}

fn envelope(operation: &str) -> Vec<u8> {
    format!("<e:Envelope><e:Body>{operation}</e:Body><e:Header/></e:Envelope>").into_bytes()
}

fn soap_allows(operation: &str) -> bool {
    judge(
        Host::Soap,
        &Method::POST,
        "/Service.asmx",
        &envelope(operation),
    )
    .is_some()
}

#[test]
fn soap_reads_of_objects_without_contacts_pass() {
    assert!(soap_allows(
        "<RetrieveRequestMsg><RetrieveRequest><ObjectType>AccountUser</ObjectType>\
         </RetrieveRequest></RetrieveRequestMsg>"
    ));
    assert!(soap_allows("<p:SystemStatusRequestMsg/>"));
}

#[test]
fn soap_writes_rows_and_tricks_do_not() {
    let retrieve = |kind: &str| {
        format!(
            "<RetrieveRequestMsg><RetrieveRequest><ObjectType>{kind}</ObjectType></RetrieveRequest></RetrieveRequestMsg>"
        )
    };
    for operation in [
        "<CreateRequest><Objects/></CreateRequest>".to_owned(),
        retrieve("DataExtensionObject[LOY_Points]"),
        retrieve("Subscriber"),
        retrieve("<![CDATA[Subscriber]]>"),
        retrieve("List</ObjectType><ObjectType>Subscriber"),
        retrieve("&#83;ubscriber"),
        String::new(),
        "<unclosed".to_owned(),
    ] {
        assert!(!soap_allows(&operation), "{operation}");
    }
    let bomb = "<!DOCTYPE a [<!ENTITY b \"x\">]>".to_owned();
    let body = [bomb.into_bytes(), envelope(&retrieve("List"))].concat();
    assert!(judge(Host::Soap, &Method::POST, "/Service.asmx", &body).is_none());
}
