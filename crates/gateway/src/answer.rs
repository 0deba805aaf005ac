//! Answers of our own, in the shapes that the platform's clients read.

use crate::path::Host;
use crate::port::{NoToken, NotAdmitted};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_etframework::xml::escape;
use serde_json::json;

/// Challenge by which clients know that a new token helps (RFC 6750 section 3).
const CHALLENGE: &str = "Bearer realm=\"countersign\", error=\"invalid_token\"";

/// A bearer that is not admitted: REST's envelope, or a fault in words that SOAP clients know.
pub(crate) fn not_admitted(host: Host, why: NotAdmitted) -> Response {
    match (host, why) {
        (Host::Soap, NotAdmitted::Ended) => fault("q0:Security", "Token Expired"),
        (Host::Soap, NotAdmitted::Unknown) => fault("q0:Security", "Login Failed"),
        (Host::Rest | Host::Auth, _) => {
            let mut response = rest(StatusCode::UNAUTHORIZED, 0, "Not Authorized");
            let challenge = HeaderValue::from_static(CHALLENGE);
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
            response
        }
    }
}

/// There is no usable token.
pub(crate) fn no_token(host: Host, why: NoToken) -> Response {
    let words = format!(
        "No usable token at the moment ({}). Ask again in {} s.",
        why.class, why.retry_after_s
    );
    let mut response = match host {
        Host::Soap => {
            let mut response = fault("soap:Server", &words);
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
        }
        Host::Rest | Host::Auth => rest(StatusCode::SERVICE_UNAVAILABLE, 50_300, &words),
    };
    let retry = HeaderValue::from(why.retry_after_s);
    response.headers_mut().insert(header::RETRY_AFTER, retry);
    response
}

/// An XML document.
pub(crate) fn xml(document: String) -> Response {
    let mut response = Response::new(Body::from(document));
    let kind = HeaderValue::from_static("text/xml; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// The gateway will not, or could not, pass it on.
pub(crate) fn refused(host: Host, status: StatusCode, errorcode: u64, words: &str) -> Response {
    match host {
        Host::Soap => {
            let mut response = fault("soap:Client", words);
            if status != StatusCode::FORBIDDEN {
                *response.status_mut() = status;
            }
            response
        }
        Host::Rest | Host::Auth => rest(status, errorcode, words),
    }
}

fn rest(status: StatusCode, errorcode: u64, message: &str) -> Response {
    let body = json!({ "message": message, "errorcode": errorcode, "documentation": "" });
    (status, axum::Json(body)).into_response()
}

/// A SOAP 1.1 fault on HTTP 500; `words` are text.
fn fault(code: &str, words: &str) -> Response {
    let mut text = String::new();
    escape(words, &mut text);
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope \
         xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><soap:Fault>\
         <faultcode xmlns:q0=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">\
         {code}</faultcode><faultstring>{text}</faultstring></soap:Fault></soap:Body></soap:Envelope>"
    );
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let kind = HeaderValue::from_static("text/xml; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
