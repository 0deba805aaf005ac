//! How one request gets to one plane: over HTTP, or to routes in this process.

use super::{Answer, Plane};
use crate::exit::Exit;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Request, header};
use countersign_host::http;
use http_body_util::BodyExt;
use serde_json::Value;
use std::time::Duration;
use tower::ServiceExt;

/// Total time for one command's request.
const REQUEST: Duration = Duration::from_secs(30);
/// Largest answer read from routes in this process.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The way to one of the two planes.
pub(super) enum Road {
    /// Over HTTP, with a bearer.
    Http { base: String, token: String },
    /// Routes in this process, with a bearer.
    Here { router: Router, token: String },
    /// Not reachable, and why.
    Away(Exit),
}

/// What must hold for a request to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Nothing.
    Nothing,
    /// What is there has this entity tag.
    Is(String),
    /// There is nothing.
    IsNotThere,
}

impl Condition {
    /// The header that says so.
    pub(super) fn header(&self) -> Option<(HeaderName, &str)> {
        match self {
            Condition::Nothing => None,
            Condition::Is(tag) => Some((header::IF_MATCH, tag)),
            Condition::IsNotThere => Some((header::IF_NONE_MATCH, "*")),
        }
    }
}

impl Road {
    pub(super) fn http(base: &str, token: &str) -> Road {
        Road::Http {
            base: base.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
        }
    }

    pub(super) async fn ask(
        &self,
        condition: Option<(HeaderName, &str)>,
        asked: (&str, &str),
        body: Option<&Value>,
    ) -> Result<Answer, Exit> {
        match self {
            Road::Away(why) => Err(why.clone()),
            Road::Http { base, token } => over_http((base, token), condition, asked, body).await,
            Road::Here { router, token } => here((router, token), condition, asked, body).await,
        }
    }
}

async fn over_http(
    (base, token): (&str, &str),
    condition: Option<(HeaderName, &str)>,
    (method, path): (&str, &str),
    body: Option<&Value>,
) -> Result<Answer, Exit> {
    let client = http::client(REQUEST).build()?;
    let method = method.parse().map_err(|_| Exit::failed("no such method"))?;
    let mut request = client
        .request(method, format!("{base}{path}"))
        .bearer_auth(token);
    if let Some((name, value)) = condition {
        request = request.header(name, value);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = sent(base, request).await?;
    let status = response.status().as_u16();
    let tag = tag_of(response.headers());
    let body = response.json().await.unwrap_or(Value::Null);
    Ok(Answer { status, body, tag })
}

async fn sent(base: &str, request: http::RequestBuilder) -> Result<http::Response, Exit> {
    match request.send().await {
        Ok(response) => Ok(response),
        Err(error) if error.is_builder() => Err(Exit::input(format!(
            "{base} is not a URL a server could be at"
        ))),
        Err(error) if error.is_connect() => Err(Exit::away(format!(
            "nobody answers at {base}: is the server running?"
        ))),
        Err(error) => Err(error.without_url().into()),
    }
}

async fn here(
    (router, token): (&Router, &str),
    condition: Option<(HeaderName, &str)>,
    (method, path): (&str, &str),
    body: Option<&Value>,
) -> Result<Answer, Exit> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some((name, value)) = condition {
        request = request.header(name, value);
    }
    let bytes = body
        .map(serde_json::to_vec)
        .transpose()?
        .unwrap_or_default();
    let request = request.body(Body::from(bytes))?;
    // A router's error type has no values.
    let Ok(response) = router.clone().oneshot(request).await;
    let status = response.status().as_u16();
    let tag = tag_of(response.headers());
    let body = http_body_util::Limited::new(response.into_body(), ANSWER_BYTES_MAX);
    let bytes = body
        .collect()
        .await
        .map_err(|error| Exit::failed(error.to_string()))?
        .to_bytes();
    Ok(Answer {
        status,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        tag,
    })
}

fn tag_of(headers: &HeaderMap) -> Option<String> {
    let tag = headers.get(header::ETAG)?.to_str().ok()?;
    Some(tag.to_owned())
}

/// Which plane answers at an address.
pub(super) async fn plane_at(base: &str) -> Result<Plane, Exit> {
    let base = base.trim_end_matches('/');
    let request = http::client(REQUEST)
        .build()?
        .get(format!("{base}/healthz"));
    let response = sent(base, request).await?;
    let plane = response.headers().get("x-countersign-plane");
    match plane.and_then(|plane| plane.to_str().ok()) {
        Some("watch") => Ok(Plane::Watch),
        Some("broker") => Ok(Plane::Broker),
        _ => Err(Exit::input(format!(
            "{base} answers, and is neither a watch nor a broker of Countersign"
        ))),
    }
}

/// A text as one segment of a path or one value of a query.
pub(crate) fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.as_bytes()
        .iter()
        .map(|byte| match byte {
            byte if plain(byte) => char::from(*byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
