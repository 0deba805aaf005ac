//! The answer as it comes back: without what belongs to the road, with our URLs for the tenant's,
//! and for a read-only consumer without contacts.

use super::onward::drop_road;
use crate::allow::Strip;
use crate::answer;
use crate::path::Host;
use crate::rewrite::{Plan, Rewriter};
use crate::strip;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http_body_util::{BodyExt, Limited};
use std::time::Duration;
use tower_http::timeout::TimeoutBody;

/// An answer up to this size is rewritten at once and keeps a length, bytes.
const AT_ONCE_MAX: u64 = 64 * 1024;
/// Largest answer that is stripped, bytes: it has to be read whole.
const STRIPPED_MAX: usize = 4 * 1024 * 1024;
/// What stands for a refusal whose words cannot be shown.
const NOT_SHOWN: &[u8] = br#"{"message":"(not shown to a read-only consumer)"}"#;
/// Longest silence between two parts of an answer.
const SILENCE: Duration = Duration::from_secs(60);

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
    pub(super) fn new(response: Response<hyper::body::Incoming>) -> Came {
        let (parts, body) = response.into_parts();
        Came {
            status: parts.status,
            headers: parts.headers,
            body: Body::new(TimeoutBody::new(SILENCE, body)),
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

    /// What the consumer gets.
    pub(super) async fn back(
        self,
        (host, is_head): (Host, bool),
        plan: Later<'_>,
        left_out: Strip,
    ) -> Response {
        if left_out == Strip::Contacts {
            return self.stripped(host, plan).await;
        }
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

    async fn stripped(self, host: Host, plan: Later<'_>) -> Response {
        let whole = match Limited::new(self.body, STRIPPED_MAX).collect().await {
            Ok(whole) => whole.to_bytes(),
            Err(_) => return broke_off(host),
        };
        let left = match strip::contacts(&whole) {
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
        for name in [header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
            if let Some(value) = self.headers.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        response
    }
}

fn broke_off(host: Host) -> Response {
    let words = "The platform's answer broke off, or is too large for a read-only consumer.";
    answer::refused(host, StatusCode::BAD_GATEWAY, 0, words)
}

fn relocate(headers: &mut HeaderMap, plan: &Later<'_>) {
    for name in [header::LOCATION, header::CONTENT_LOCATION, header::LINK] {
        if let Some(value) = headers.get(&name) {
            let theirs = Bytes::copy_from_slice(value.as_bytes());
            match HeaderValue::from_maybe_shared(plan.get().whole(theirs)) {
                Ok(ours) => headers.insert(name, ours),
                Err(_) => headers.remove(name),
            };
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
