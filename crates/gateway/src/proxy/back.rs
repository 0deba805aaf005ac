//! The answer as it comes back: without what belongs to the road, with our URLs for the tenant's,
//! and for a read-only consumer without contacts.

use super::onward::drop_road;
use crate::answer;
use crate::echo::{blotted, unheard};
use crate::path::Host;
use crate::rewrite::{Plan, Rewriter};
use crate::strip;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use countersign_etframework::xml::{Element, read};
use countersign_host::pace::{Pace, paced};
use countersign_secret::TokenBytes;
use futures::StreamExt;
use http_body_util::{BodyExt, Collected, Limited};

/// An answer up to this size is rewritten at once and keeps a length, bytes.
const AT_ONCE_MAX: u64 = 64 * 1024;
/// Largest answer that is stripped, bytes: it has to be read whole.
const STRIPPED_MAX: usize = 4 * 1024 * 1024;
/// What stands for a refusal whose words cannot be shown.
const NOT_SHOWN: &[u8] = br#"{"message":"(not shown to a read-only consumer)"}"#;
/// Stands for a SOAP answer whose words cannot be shown.
const FAULT_NOT_SHOWN: &str = "(not shown to a read-only consumer)";

/// A plan that is made when an answer turns out to need one.
pub(super) struct Later<'a>(pub(super) &'a (dyn Fn() -> Plan + Send + Sync));

impl Later<'_> {
    fn get(&self) -> Plan {
        (self.0)()
    }
}

/// An answer of the platform, its body read or not.
pub(super) struct Came {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

impl Came {
    /// An answer that has to keep the pace, and in which the token is blotted out.
    pub(super) fn new(
        response: Response<hyper::body::Incoming>,
        pace: Pace,
        token: &TokenBytes,
    ) -> Came {
        let (mut parts, body) = response.into_parts();
        unheard(&mut parts.headers, token);
        Came {
            status: parts.status,
            headers: parts.headers,
            body: blotted(paced(Body::new(body), pace), token.clone()),
        }
    }

    /// Reads the body to look into it, little more than `max` bytes; it stays in place. Empty if it
    /// broke off.
    pub(super) async fn look(&mut self, max: usize) -> Bytes {
        let mut stream = std::mem::take(&mut self.body).into_data_stream();
        let mut held = BytesMut::new();
        while held.len() <= max {
            match stream.next().await {
                Some(Ok(chunk)) => held.extend_from_slice(&chunk),
                Some(Err(error)) => {
                    let broken = futures::stream::once(std::future::ready(Err::<Bytes, _>(error)));
                    self.body = Body::from_stream(broken);
                    return Bytes::new();
                }
                None => {
                    self.body = Body::from(held.clone().freeze());
                    return held.freeze();
                }
            }
        }
        let held = held.freeze();
        let begun = futures::stream::once(std::future::ready(Ok(held.clone())));
        self.body = Body::from_stream(begun.chain(stream));
        held
    }

    /// What a consumer gets.
    pub(super) async fn back(self, (host, is_head): (Host, bool), plan: Later<'_>) -> Response {
        let mut headers = self.headers;
        drop_road(&mut headers);
        headers.remove(header::SET_COOKIE);
        relocate(&mut headers, &plan);
        let plain = headers
            .get(header::CONTENT_ENCODING)
            .is_none_or(|how| how == "identity");
        let length = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse::<u64>().ok());
        let body = match (is_text(&headers) && plain && !is_head, length) {
            (false, _) => self.body,
            (true, Some(length)) if length <= AT_ONCE_MAX => {
                headers.remove(header::CONTENT_LENGTH);
                match self.body.collect().await {
                    Ok(whole) => Body::from(plan.get().whole(whole.to_bytes())),
                    Err(_) => return broke_off(host),
                }
            }
            (true, _) => {
                headers.remove(header::CONTENT_LENGTH);
                rewriting(self.body, plan.get())
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = headers;
        response
    }

    /// What a read-only consumer gets of JSON: no values of rows, and nothing that names a person.
    pub(super) async fn json_back(self, host: Host, plan: Later<'_>) -> Response {
        let Ok(whole) = whole(self.body).await else {
            return broke_off(host);
        };
        let left = match strip::json(&whole) {
            _ if whole.is_empty() => Some(Vec::new()),
            None if !self.status.is_success() => Some(NOT_SHOWN.to_vec()),
            left => left,
        };
        let Some(left) = left else {
            let words = "The answer is no JSON of at most 4 MiB, so nothing of it is shown to a \
                         read-only consumer.";
            return answer::refused(host, StatusCode::BAD_GATEWAY, 0, words);
        };
        let mut response = Response::new(Body::from(plan.get().whole(left.into())));
        *response.status_mut() = self.status;
        let kind = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        keep_few(&self.headers, response.headers_mut());
        response
    }

    /// The same of SOAP, about objects of `kind`; and the id under which there is more, if there is.
    pub(super) async fn soap_back(
        self,
        kind: Option<&str>,
        plan: Later<'_>,
    ) -> (Response, Option<String>) {
        let Ok(whole) = whole(self.body).await else {
            return (broke_off(Host::Soap), None);
        };
        let mut response = match strip::soap(&whole, kind) {
            Some(left) => {
                let text = String::from_utf8_lossy(&plan.get().whole(left.into())).into_owned();
                answer::xml(text)
            }
            None if !self.status.is_success() => {
                answer::refused(Host::Soap, self.status, 0, FAULT_NOT_SHOWN)
            }
            None => {
                let words = "The answer is no XML of at most 4 MiB, so nothing of it is shown to a \
                             read-only consumer.";
                answer::refused(Host::Soap, StatusCode::BAD_GATEWAY, 0, words)
            }
        };
        if response.status().is_success() {
            *response.status_mut() = self.status;
        }
        keep_few(&self.headers, response.headers_mut());
        (response, more_under(&whole))
    }
}

/// The whole of an answer that has to be read to be stripped.
async fn whole(body: Body) -> Result<Bytes, ()> {
    let whole = Limited::new(body, STRIPPED_MAX).collect().await;
    whole.map(Collected::to_bytes).map_err(drop)
}

/// Headers that a stripped answer keeps.
fn keep_few(theirs: &HeaderMap, ours: &mut HeaderMap) {
    for name in [header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
        if let Some(value) = theirs.get(&name) {
            ours.insert(name, value.clone());
        }
    }
}

/// The id under which a retrieval goes on, if it has more to give.
fn more_under(answer: &[u8]) -> Option<String> {
    let envelope = read(answer).ok()?;
    let told = envelope.child("Body")?.child("RetrieveResponseMsg")?;
    let text = |name: &str| told.child(name).and_then(Element::first_text);
    let more = text("OverallStatus")? == "MoreDataAvailable";
    text("RequestID").filter(|_| more).map(str::to_owned)
}

fn broke_off(host: Host) -> Response {
    let words = "The platform's answer broke off, came too slowly, or is too large for a read-only \
                 consumer.";
    answer::refused(host, StatusCode::BAD_GATEWAY, 0, words)
}

/// Every address of the tenant in these headers becomes ours.
fn relocate(headers: &mut HeaderMap, plan: &Later<'_>) {
    for name in [header::LOCATION, header::CONTENT_LOCATION, header::LINK] {
        let theirs: Vec<HeaderValue> = headers.get_all(&name).iter().cloned().collect();
        headers.remove(&name);
        for value in theirs {
            let theirs = Bytes::copy_from_slice(value.as_bytes());
            if let Ok(ours) = HeaderValue::from_maybe_shared(plan.get().whole(theirs)) {
                headers.append(&name, ours);
            }
        }
    }
}

/// Whether URLs may stand in it.
pub(super) fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    ["json", "xml", "text/"]
        .iter()
        .any(|word| kind.contains(word))
}

pub(super) fn rewriting(body: Body, plan: Plan) -> Body {
    let begin = (body.into_data_stream(), Some(Rewriter::new(plan)));
    let stream = futures::stream::unfold(begin, |(mut chunks, rewriter)| async move {
        let mut rewriter = rewriter?;
        match chunks.next().await {
            Some(Ok(chunk)) => {
                let out = rewriter.push(&chunk);
                Some((Ok(out), (chunks, Some(rewriter))))
            }
            Some(Err(error)) => Some((Err(error), (chunks, None))),
            None => Some((Ok(rewriter.finish()), (chunks, None))),
        }
    });
    Body::from_stream(stream)
}
