use super::*;
use axum::http::Request;

fn parts(method: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().method(method);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).expect("sound").into_parts().0
}

fn rest(method: &str, path: &str) -> bool {
    judge(Host::Rest, &parts(method, &[]), path, Some(b"")) == Some(Reads::Json)
}

#[test]
fn counters_may_be_read() {
    for path in [
        "/data/v1/customobjectdata/key/LOY_Points/rowset",
        "/automation/v1/automations/",
        "/Interaction/v1/interactions/key:J-1",
    ] {
        assert!(rest("GET", path), "{path}");
    }
}

#[test]
fn nothing_else_may_be_called_whatever_the_scopes_allow() {
    for (method, path) in [
        // journeys_read would let both of these stop or start contacts.
        ("POST", "/interaction/v1/interactions/publishAsync/1"),
        ("POST", "/interaction/v1/interactions/stop/1"),
        ("POST", "/interaction/v1/events"),
        ("POST", "/interaction/v1/interactions/journeyhistory/search"),
        ("GET", "/contacts/v1/attributeGroups"),
        ("GET", "/interaction/v1/interactions/contactentry/1/2"),
        ("DELETE", "/interaction/v1/interactions/1"),
        ("PUT", "/hub/v1/dataevents/key:x/rows/id:1"),
        ("HEAD", "/automation/v1/automations"),
    ] {
        assert!(!rest(method, path), "{method} {path}");
    }
}

fn envelope(operation: &str) -> Vec<u8> {
    format!("<e:Envelope><e:Body>{operation}</e:Body><e:Header/></e:Envelope>").into_bytes()
}

fn sent(headers: &[(&str, &str)], body: &[u8]) -> Option<Reads> {
    judge(
        Host::Soap,
        &parts("POST", headers),
        "/Service.asmx",
        Some(body),
    )
}

fn soap_reads(operation: &str) -> Option<Reads> {
    sent(&[], &envelope(operation))
}

fn retrieve(inside: &str) -> String {
    format!("<RetrieveRequestMsg><RetrieveRequest>{inside}</RetrieveRequest></RetrieveRequestMsg>")
}

fn retrieve_of(kind: &str) -> String {
    retrieve(&format!("<ObjectType>{kind}</ObjectType>"))
}

#[test]
fn soap_reads_of_listed_objects_pass() {
    let users = retrieve_of("AccountUser");
    assert_eq!(soap_reads(&users), Some(Reads::Soap(Some("AccountUser"))));
    assert_eq!(
        soap_reads("<p:SystemStatusRequestMsg/>"),
        Some(Reads::Soap(None))
    );
    let on = retrieve("<ContinueRequest> r-1 </ContinueRequest>");
    assert_eq!(soap_reads(&on), Some(Reads::Continues("r-1".to_owned())));
}

#[test]
fn soap_writes_rows_and_tricks_do_not() {
    for operation in [
        "<CreateRequest><Objects/></CreateRequest>".to_owned(),
        retrieve_of("DataExtensionObject[LOY_Points]"),
        retrieve_of("Subscriber"),
        retrieve_of("<![CDATA[Subscriber]]>"),
        retrieve_of("List</ObjectType><ObjectType>Subscriber"),
        retrieve_of("List</ObjectType><ObjectType>List"),
        retrieve_of("&#83;ubscriber"),
        retrieve(""),
        retrieve("<ObjectType>List</ObjectType><RepeatLastResult>true</RepeatLastResult>"),
        retrieve("<ContinueRequest>a</ContinueRequest><ContinueRequest>b</ContinueRequest>"),
        format!("{0}{0}", retrieve_of("List")),
        String::new(),
        "<unclosed".to_owned(),
    ] {
        assert_eq!(soap_reads(&operation), None, "{operation}");
    }
    let bomb = "<!DOCTYPE a [<!ENTITY b \"x\">]>".to_owned();
    let body = [bomb.into_bytes(), envelope(&retrieve_of("List"))].concat();
    assert_eq!(sent(&[], &body), None);
    let get = parts("GET", &[]);
    assert_eq!(
        judge(
            Host::Soap,
            &get,
            "/Service.asmx",
            Some(&envelope(&retrieve_of("List")))
        ),
        None
    );
}

#[test]
fn a_filter_asks_after_nothing_that_is_not_shown() {
    let filtered = |kind: &str, property: &str| {
        retrieve(&format!(
            "<ObjectType>{kind}</ObjectType><Properties>Name</Properties><Filter><LeftOperand>\
             <Property>{property}</Property><Value>x</Value></LeftOperand></Filter>"
        ))
    };
    for (kind, property, passes) in [
        ("AccountUser", "ActiveFlag", true),
        ("AccountUser", "Name", false),
        ("AccountUser", "Email", false),
        ("AccountUser", "CustomerKey", false),
        ("List", "Name", true),
        ("Send", "FromName", false),
        ("Send", "Send.FromAddress", false),
    ] {
        let reads = soap_reads(&filtered(kind, property));
        assert_eq!(reads.is_some(), passes, "{kind} by {property}");
    }
}

#[test]
fn the_action_that_is_named_is_that_of_the_body() {
    let list = envelope(&retrieve_of("List"));
    for (name, value, passes) in [
        ("soapaction", "Retrieve", true),
        ("soapaction", "\"Retrieve\"", true),
        ("soapaction", "\"\"", true),
        ("soapaction", "Create", false),
        ("soapaction", "\"Describe\"", false),
        ("soapaction", "Retrieve Create", false),
        ("content-type", "text/xml; charset=utf-8", true),
        (
            "content-type",
            "application/soap+xml; charset=UTF-8; action=\"Retrieve\"",
            true,
        ),
        (
            "content-type",
            "application/soap+xml; action=\"Delete\"",
            false,
        ),
        ("content-type", "text/xml; charset=utf-16", false),
        ("content-type", "text/xml; charset=utf-7", false),
        (
            "content-type",
            "multipart/related; type=\"text/xml\"",
            false,
        ),
        ("content-type", "text/plain", false),
        ("content-encoding", "gzip", false),
    ] {
        let reads = sent(&[(name, value)], &list);
        assert_eq!(reads.is_some(), passes, "{name}: {value}");
    }
    let twice = [("soapaction", "Retrieve"), ("soapaction", "Create")];
    assert_eq!(sent(&twice, &list), None);
    for (action, passes) in [("Retrieve", true), ("Perform", false)] {
        let body = format!(
            "<Envelope><Header><a:Action>{action}</a:Action></Header><Body>{}</Body></Envelope>",
            retrieve_of("List")
        );
        assert_eq!(sent(&[], body.as_bytes()).is_some(), passes, "{action}");
    }
}
