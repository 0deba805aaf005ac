//! Faults: what is wrong with a call as a whole.

use super::envelope::{Envelope, written};
use crate::platform::Platform;
use crate::request::Answer;
use countersign_etframework::FAULT_NAMESPACE;
use countersign_etframework::xml::escape;
use jiff::Timestamp;

const ACTION: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";
const SECURITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

/// Why a call is not answered (documented, but for the words of `Unreadable`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SoapFault {
    /// A token past its life.
    TokenExpired,
    /// No token, or none of ours.
    LoginFailed,
    /// The platform is down.
    Outage,
    /// A call failed.
    Unexpected,
    /// The caller may not use the service. The fault is documented for a user without permission;
    /// that an address which is not allowed gets it too is unconfirmed.
    NotAuthorized,
    /// Too many calls.
    RateLimited,
    /// The body holds nothing known, or something else than the header says.
    NoAction,
    /// The body is no envelope.
    Unreadable(String),
}

impl SoapFault {
    /// Its code, its words, and the number that server faults carry.
    fn told(&self) -> (&'static str, String, Option<u32>) {
        let security = "q0:Security";
        let (client, server) = ("soap:Client", "soap:Server");
        match self {
            SoapFault::TokenExpired => (security, "Token Expired".to_owned(), None),
            SoapFault::LoginFailed => (security, "Login Failed".to_owned(), None),
            SoapFault::Outage => (server, "Unplanned Outage".to_owned(), Some(2)),
            SoapFault::Unexpected => (server, "Unexpected Error".to_owned(), Some(2)),
            SoapFault::RateLimited => (server, "Rate Limited".to_owned(), Some(17)),
            SoapFault::NotAuthorized => (client, "Authorization Failure".to_owned(), None),
            SoapFault::NoAction => (
                client,
                "Unable to determine the action of the call".to_owned(),
                None,
            ),
            SoapFault::Unreadable(why) => {
                (client, format!("Unable to read the request: {why}"), None)
            }
        }
    }

    /// The element in the body of an answer.
    fn written(&self, actor: &str) -> String {
        let (code, words, number) = self.told();
        let prefix = match code {
            "q0:Security" => format!(" xmlns:q0=\"{SECURITY}\""),
            _ => String::new(),
        };
        let mut text = String::new();
        escape(&words, &mut text);
        let detail = number.map_or_else(String::new, |number| {
            format!(
                "<detail><apifault xmlns=\"{FAULT_NAMESPACE}\"><Code>{number}</Code>\
                 <Message>{text}</Message></apifault></detail>"
            )
        });
        format!(
            "<soap:Fault><faultcode{prefix}>{code}</faultcode><faultstring>{text}</faultstring>\
             <faultactor>{actor}</faultactor>{detail}</soap:Fault>"
        )
    }
}

/// The answer that holds a fault.
pub(super) fn answer(
    platform: &mut Platform,
    now: Timestamp,
    sent: &Result<Envelope, SoapFault>,
    fault: &SoapFault,
) -> Answer {
    let mut actor = String::new();
    escape(&format!("{}Service.asmx", platform.base_url()), &mut actor);
    let content = fault.written(&actor);
    Answer::xml(500, written(platform, now, sent, ACTION, &content))
}

/// The answer to a body that was not even taken in, which only the listener sees.
#[must_use]
pub fn too_large() -> Answer {
    let fault = SoapFault::Unreadable("the document is too large".to_owned());
    let content = fault.written("Service.asmx");
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">\
         <soap:Body>{content}</soap:Body></soap:Envelope>"
    );
    Answer::xml(500, text)
}
