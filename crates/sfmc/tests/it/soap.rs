//! The SOAP service as its clients see it.

mod arbitrary;
mod change;
mod content;
mod fault;
mod wire;

use crate::house::House;
use countersign_etframework::xml::{Element, read};
use countersign_sfmc::request::{Answer, Body, Request};
use serde_json::json;
use std::collections::BTreeMap;

pub(crate) const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// A call as a client would make it.
pub(crate) fn soap_request(action: &str, token: &str, content: &str) -> Request {
    let body = format!(
        "<s:Envelope xmlns:s=\"{ENVELOPE}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <s:Header><fueloauth xmlns=\"http://exacttarget.com\">{token}</fueloauth></s:Header>\
         <s:Body>{content}</s:Body></s:Envelope>"
    );
    Request {
        method: "POST".to_owned(),
        path: "/Service.asmx".to_owned(),
        headers: BTreeMap::from([
            ("content-type".to_owned(), "text/xml".to_owned()),
            ("soapaction".to_owned(), action.to_owned()),
        ]),
        body: body.into_bytes(),
        ..Request::default()
    }
}

/// The text of an XML answer.
pub(crate) fn text(answer: &Answer) -> &str {
    match &answer.body {
        Body::Xml(text) => text,
        other => panic!("no XML: {other:?}"),
    }
}

/// What stands in the body of an answer.
pub(crate) fn content(answer: &Answer) -> Element {
    let root = read(text(answer).as_bytes()).expect("well formed");
    let body = root.child("Body").expect("a body");
    body.children[0].clone()
}

/// What stands in the body, as text.
pub(crate) fn raw_content(answer: &Answer) -> String {
    let text = text(answer);
    let start = text.find("<soap:Body>").expect("a body") + "<soap:Body>".len();
    let end = text.find("</soap:Body>").expect("an end");
    text[start..end].to_owned()
}

/// The text of an element, by a path of names.
pub(crate) fn at(element: &Element, path: &str) -> String {
    let mut now = Some(element);
    for name in path.split('.') {
        now = now.and_then(|element| element.child(name));
    }
    now.map(|element| element.text.clone()).unwrap_or_default()
}

/// All elements of a name.
pub(crate) fn all<'a>(element: &'a Element, name: &str) -> Vec<&'a Element> {
    element
        .children
        .iter()
        .filter(|child| child.name == name)
        .collect()
}

impl House {
    /// A token of `S` in a unit.
    pub(crate) fn soap_token(&mut self, second: i64, mid: u64) -> String {
        let fields = json!({ "client_id": "client-S", "client_secret": "CANARY-S-1",
            "account_id": mid });
        let (status, body) = self.mint(second, fields);
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().expect("a token").to_owned()
    }

    /// What a call brings: status, and what stands in the body.
    pub(crate) fn soap(
        &mut self,
        second: i64,
        action: &str,
        token: &str,
        sent: &str,
    ) -> (u16, Element) {
        let answer = self.answer(second, &soap_request(action, token, sent));
        (answer.status, content(&answer))
    }

    /// A read in unit 11 that has to go well; the results.
    pub(crate) fn retrieve(
        &mut self,
        second: i64,
        object: &str,
        names: &[&str],
        more: &str,
    ) -> Vec<Element> {
        let message = self.retrieved(second, 11, object, names, more);
        assert_eq!(at(&message, "OverallStatus"), "OK", "{object}");
        all(&message, "Results").into_iter().cloned().collect()
    }

    /// A read in a unit.
    pub(crate) fn retrieved(
        &mut self,
        second: i64,
        mid: u64,
        object: &str,
        names: &[&str],
        more: &str,
    ) -> Element {
        let token = self.soap_token(second, mid);
        let (status, message) = self.soap(
            second,
            "Retrieve",
            &token,
            &retrieve_request(object, names, more),
        );
        assert_eq!(status, 200);
        message
    }

    /// A change in unit 11.
    pub(crate) fn change(&mut self, second: i64, action: &str, objects: &str) -> Element {
        let token = self.soap_token(second, 11);
        let sent = format!("<{action}Request><Options/>{objects}</{action}Request>");
        let (status, message) = self.soap(second, action, &token, &sent);
        assert_eq!(status, 200);
        message
    }
}

/// The body of a read; `more` follows after the properties.
pub(crate) fn retrieve_request(object: &str, names: &[&str], more: &str) -> String {
    let names: String = names
        .iter()
        .map(|name| format!("<Properties>{name}</Properties>"))
        .collect();
    format!(
        "<RetrieveRequestMsg><RetrieveRequest><ObjectType>{object}</ObjectType>{names}{more}\
         </RetrieveRequest></RetrieveRequestMsg>"
    )
}

/// A filter of one part.
pub(crate) fn simple(name: &str, property: &str, operator: &str, values: &[&str]) -> String {
    let values: String = values
        .iter()
        .map(|value| format!("<Value>{value}</Value>"))
        .collect();
    format!(
        "<{name} xsi:type=\"SimpleFilterPart\"><Property>{property}</Property>\
         <SimpleOperator>{operator}</SimpleOperator>{values}</{name}>"
    )
}
