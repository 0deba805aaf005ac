//! The request as it goes on: other host, real token, nothing of ours and nothing of the road.

use super::back::{is_text, rewriting};
use super::sent::Sent;
use crate::inject::{self, MARK};
use crate::path::Host;
use crate::port::Ticket;
use crate::rewrite::Plan;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, header};
use bytes::Bytes;
use memchr::memmem;
use url::Url;

/// Headers that belong to one connection (RFC 9110 section 7.6.1), or to us.
const OURS: [HeaderName; 21] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
    header::AUTHORIZATION,
    header::COOKIE,
    header::FORWARDED,
    header::EXPECT,
    header::ACCEPT_ENCODING,
    HeaderName::from_static("x-real-ip"),
    // They would make another call of it than the one that was judged.
    HeaderName::from_static("x-http-method"),
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-method-override"),
    HeaderName::from_static("x-original-url"),
    HeaderName::from_static("x-rewrite-url"),
];

/// Takes out what belongs to one connection, and what `Connection` names beside.
pub(super) fn drop_road(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    named.iter().chain(&OURS).for_each(|name| {
        headers.remove(name);
    });
    let forwarded: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-forwarded-"))
        .cloned()
        .collect();
    forwarded.iter().for_each(|name| {
        headers.remove(name);
    });
}

/// Takes out whatever else repeats our bearer: it is nobody's to know.
fn drop_bearers(headers: &mut HeaderMap) {
    let holds = |value: &HeaderValue| memmem::find(value.as_bytes(), MARK.as_bytes()).is_some();
    let named: Vec<HeaderName> = headers
        .iter()
        .filter(|(_, value)| holds(value))
        .map(|(name, _)| name.clone())
        .collect();
    named.iter().for_each(|name| {
        headers.remove(name);
    });
}

/// The query without what holds a bearer of ours: some old clients say who they are there too.
fn without_bearers(query: &str) -> Option<String> {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.contains(MARK))
        .collect();
    (!kept.is_empty()).then(|| kept.join("&"))
}

/// What goes on. A body that streams is taken out of `sent`.
///
/// `None` if the token or the path cannot stand in a request.
pub(super) fn request(
    parts: &Parts,
    (host, path): (Host, &str),
    base: &Url,
    sent: &mut Sent,
    (bearer, ticket): (Option<&str>, &Ticket),
    back: &Plan,
) -> Option<Request<Body>> {
    let mut headers = parts.headers.clone();
    drop_road(&mut headers);
    drop_bearers(&mut headers);
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    let is_text = is_text(&headers);
    let theirs = |bytes: Bytes| match is_text {
        true => back.clone().whole(bytes),
        false => bytes,
    };
    let body = match (&*sent, bearer) {
        (Sent::Whole(whole), Some(bearer)) if host == Host::Soap => {
            headers.remove(header::CONTENT_LENGTH);
            Body::from(theirs(inject::envelope(whole, bearer, ticket)?))
        }
        (Sent::Whole(whole), _) => {
            headers.remove(header::CONTENT_LENGTH);
            Body::from(theirs(whole.clone()))
        }
        (Sent::Stream(_), _) if is_text => {
            headers.remove(header::CONTENT_LENGTH);
            match std::mem::replace(sent, Sent::Stream(Body::empty())) {
                Sent::Stream(body) => rewriting(body, back.clone()),
                Sent::Whole(whole) => Body::from(whole),
            }
        }
        (Sent::Stream(_), _) => match std::mem::replace(sent, Sent::Stream(Body::empty())) {
            Sent::Stream(body) => body,
            Sent::Whole(whole) => Body::from(whole),
        },
    };
    if host != Host::Soap {
        headers.insert(header::AUTHORIZATION, inject::authorization(ticket)?);
    }
    let query = parts.uri.query().and_then(without_bearers);
    let mut request = Request::new(body);
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = uri(base, path, query.as_deref())?;
    *request.headers_mut() = headers;
    Some(request)
}

/// The address to call: that of `base`, whatever the path tries to make of it.
fn uri(base: &Url, path: &str, query: Option<&str>) -> Option<Uri> {
    if !path.starts_with('/') {
        return None;
    }
    let mut text = base.as_str().trim_end_matches('/').to_owned();
    text.push_str(path);
    if let Some(query) = query {
        text.push('?');
        text.push_str(query);
    }
    let uri: Uri = text.parse().ok()?;
    let port = base.port_or_known_default();
    let same = uri.host() == base.host_str() && uri.port_u16().or(port) == port;
    same.then_some(uri)
}
