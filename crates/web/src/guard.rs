//! What every answer passes: security headers, a time limit, a net under panics, a count.

use crate::app::App;
use crate::problem::{Code, Problem};
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::time::Duration;

/// Longest a request may take to arrive and be answered; the stream's head is answered at once.
const REQUEST_MAX: Duration = Duration::from_secs(30);

/// Pages load style, script and pictures from here and nothing from anywhere else, and nothing in
/// line; nobody may frame them.
const CONTENT_SECURITY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not "no-referrer": under it a browser sends `Origin: null` with our own forms (Fetch standard,
    // "append a request `Origin` header"), and they would be refused.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Adds the security headers, forbids keeping what does not say that it may be kept, and counts.
pub(crate) async fn seal(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    app.metrics
        .request(&method, route.as_deref(), response.status());
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    if app.base_url.starts_with("https://") {
        let value = HeaderValue::from_static("max-age=31536000");
        response
            .headers_mut()
            .insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    let keep = response.headers_mut().entry(header::CACHE_CONTROL);
    keep.or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Ends requests that take too long.
pub(crate) async fn time_limit(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            Code::RequestTimeout,
            format!("It was not done after {} s.", REQUEST_MAX.as_secs()),
        )
        .into_response(),
    }
}

/// Turns a panic, which is our bug, into a plain problem. The panic hook has logged it already.
pub(crate) fn caught(_: Box<dyn Any + Send>) -> axum::http::Response<Body> {
    Problem::new(
        Code::Internal,
        "The request failed on our side; the log says why.",
    )
    .into_response()
}

/// Gives answers that the framework makes by itself our shape: a wrong method, a bad path.
pub(crate) async fn shape(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    // What we answer ourselves is a page or a problem, and plain text only when all is well.
    let ours = kind.is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    if ours || !response.status().is_client_error() {
        return response;
    }
    let problem = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(
            Code::MethodNotAllowed,
            "This route exists, but not with this method.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(Code::BodyTooLarge, "The body has more than 8 MiB.")
        }
        StatusCode::BAD_REQUEST => Problem::new(
            Code::BadField,
            "path: it holds what is no text; percent-encode it as UTF-8.",
        ),
        _ => return response,
    };
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut shaped = problem.into_response();
    if let Some(allow) = allow {
        shaped.headers_mut().insert(header::ALLOW, allow);
    }
    shaped
}
