//! The provider's listener: HTTP to and from the tenant, and the time an answer takes.

use crate::simulator::Simulator;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::request::Parts;
use axum::response::Response;
use countersign_sfmc::{Answer, Reply, Request, client_of};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// A client of our own on stepped time: undivided lives, latency told and not slept.
const VIRTUAL_TIME: &str = "x-countersign-virtual-time";
/// Where such a client is told the latency, milliseconds.
const LATENCY: &str = "x-sim-latency-ms";

impl Simulator {
    /// The provider's routes, auth and REST on one listener.
    pub fn router(&self) -> Router {
        Router::new().fallback(serve).with_state(self.clone())
    }
}

fn request(parts: &Parts, body: &Bytes) -> Request {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let headers = parts.headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: body.to_vec(),
        peer_ip: peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip()),
    }
}

async fn serve(State(simulator): State<Simulator>, parts: Parts, body: Bytes) -> Response {
    let request = request(&parts, &body);
    let clock = simulator.clock();
    let speed = clock.speed();
    let told = parts.headers.contains_key(VIRTUAL_TIME) && !clock.is_system();
    let client = client_of(&request);
    let minting = client.is_some();
    let _in_flight = client.map(|client| simulator.enter(client));
    let mut answer = match simulator.step(&request) {
        Reply::Answer(answer) => answer,
        Reply::Drop => return cut_off(),
    };
    let usual_ms = if speed == 1.0 { 0 } else { answer.latency_ms };
    let latency_ms = usual_ms + answer.slowed_ms;
    if told {
        answer.headers.push((LATENCY, latency_ms.to_string()));
    } else {
        if minting && speed > 0.0 && speed != 1.0 {
            divide_life(&mut answer, speed);
        }
        if latency_ms > 0 {
            // A foreign client lives in wall time, whatever the clock says.
            tokio::time::sleep(Duration::from_millis(latency_ms)).await;
        }
    }
    response(answer)
}

/// A foreign client's token lives that much shorter on the wall.
fn divide_life(answer: &mut Answer, speed: f64) {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else {
        return;
    };
    if let Some(expires_in) = body["expires_in"].as_u64() {
        body["expires_in"] = ((expires_in as f64 / speed).floor().max(1.0) as u64).into();
        answer.body = body.to_string().into_bytes();
    }
}

fn response(answer: Answer) -> Response {
    let mut builder = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        builder = builder.header(*name, value);
    }
    let built = builder.body(Body::from(answer.body));
    built.expect("statuses are bounded and headers are plain text")
}

/// A body that fails before its first byte: the server closes the connection without an answer.
fn cut_off() -> Response {
    let gone = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let failing = futures::stream::once(std::future::ready(Err::<Bytes, _>(gone)));
    Response::new(Body::from_stream(failing))
}
