//! The provider's listener: HTTP to and from the platform, and the time an answer takes.

use crate::simulator::Simulator;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_sfmc::request::{self, Answer, Reply, Request};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;

/// A client of our own on stepped time: undivided lives, latency told and not slept.
const VIRTUAL_TIME: &str = "x-countersign-virtual-time";
/// Where such a client is told the latency, milliseconds.
const LATENCY: HeaderName = HeaderName::from_static("x-sim-latency-ms");
/// Largest body taken, bytes.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

impl Simulator {
    /// The provider's routes, auth and REST on one listener.
    pub fn router(&self) -> Router {
        let limit = DefaultBodyLimit::max(BODY_BYTES_MAX);
        Router::new()
            .fallback(serve)
            .layer(limit)
            .with_state(self.clone())
    }
}

fn request(parts: &Parts, body: &Bytes) -> Request {
    let query = parts.uri.query().unwrap_or_default();
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = parts.headers.iter();
    Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: pairs
            .map(|(name, value)| (name.to_lowercase(), value.into_owned()))
            .collect(),
        headers: headers
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: body.to_vec(),
        peer: parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0.ip()),
        n: 1,
    }
}

/// The client a token request names; `None` for any other request.
fn minting_client(request: &Request) -> Option<String> {
    let path: Vec<String> = request
        .segments()
        .iter()
        .map(|part| part.to_lowercase())
        .collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let field = match path.as_slice() {
        ["v2", "token"] | ["services", "oauth2", "token"] => "client_id",
        ["v1", "requesttoken"] => "clientId",
        _ => return None,
    };
    let fields = request.fields();
    let named = fields.get(field).and_then(Value::as_str);
    Some(named.unwrap_or("unknown").to_owned())
}

/// Whether a call is for the SOAP service, whose callers can read nothing but XML.
fn is_soap(parts: &Parts) -> bool {
    let path = parts.uri.path().trim_end_matches('/').to_lowercase();
    path.ends_with(&countersign_sfmc::SERVICE_ROUTE.to_lowercase())
}

async fn serve(
    State(simulator): State<Simulator>,
    parts: Parts,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(_) if is_soap(&parts) => return response(countersign_sfmc::too_large()),
        Err(rejection) => return rejection.into_response(),
    };
    let request = request(&parts, &body);
    let clock = simulator.clock();
    let speed = clock.speed();
    let told = parts.headers.contains_key(VIRTUAL_TIME) && !clock.is_system();
    let client = minting_client(&request);
    let minting = client.is_some();
    let _in_flight = client.map(|client| simulator.enter(client));
    let mut answer = match simulator.step(&request) {
        Reply::Answer(answer) => answer,
        Reply::Drop => return cut_off(),
    };
    if told {
        // At the wall's own speed only what a fault adds is felt (design 4.2, *Time*).
        let latency_ms = if speed == 1.0 {
            answer.slowed_ms
        } else {
            answer.latency_ms
        };
        let mut response = response(answer);
        response
            .headers_mut()
            .insert(LATENCY, HeaderValue::from(latency_ms));
        return response;
    }
    if minting && speed > 0.0 && speed != 1.0 {
        divide_life(&mut answer, speed);
    }
    if answer.slowed_ms > 0 {
        // A foreign client lives in wall time, whatever the clock says.
        tokio::time::sleep(Duration::from_millis(answer.slowed_ms)).await;
    }
    response(answer)
}

/// A foreign client's token lives that much shorter on the wall; at least a second.
fn divide_life(answer: &mut Answer, speed: f64) {
    let request::Body::Json(body) = &mut answer.body else {
        return;
    };
    let told = ["expires_in", "expiresIn"];
    let Some(name) = told.into_iter().find(|name| body.get(name).is_some()) else {
        return;
    };
    if let Some(expires_in) = body[name].as_f64() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a life in seconds, floored"
        )]
        #[expect(clippy::cast_sign_loss, reason = "not below 1")]
        let life_s = (expires_in / speed).floor().max(1.0) as u64;
        body[name] = life_s.into();
    }
}

fn response(answer: Answer) -> Response {
    let (kind, body) = match answer.body {
        request::Body::Json(value) => ("application/json; charset=utf-8", value.to_string()),
        request::Body::Xml(text) => ("text/xml; charset=utf-8", text),
        request::Body::Text(text) => ("text/html; charset=utf-8", text),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static(kind));
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// A body that fails before its first byte: the server closes the connection without an answer.
fn cut_off() -> Response {
    let gone = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let failing = futures::stream::once(std::future::ready(Err::<Bytes, _>(gone)));
    Response::new(Body::from_stream(failing))
}
