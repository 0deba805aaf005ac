//! A simulator of the demo estate on two loopback ports.

use countersign_feed::demo_estate;
use countersign_host::clock::Clock;
use countersign_model::Timestamp;
use countersign_sim::{Simulator, secret_for};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::task::JoinSet;

pub(crate) struct House {
    pub(crate) simulator: Simulator,
    pub(crate) tenant: String,
    pub(crate) control: String,
    pub(crate) http: reqwest::Client,
    _peers: JoinSet<()>,
}

/// Where the demo's clock starts.
pub(crate) fn start() -> Timestamp {
    "2026-11-22T12:30:00Z".parse().unwrap()
}

/// On the machine's clock, or on a stepped one at a speed.
pub(crate) async fn house(speed: Option<f64>) -> House {
    let mut peers = JoinSet::new();
    let (clock, control) = match speed {
        None => (Clock::system(), None),
        Some(speed) => {
            let (clock, control) = Clock::stepped(start(), speed);
            let moving = control.clone();
            peers.spawn(async move { moving.run().await });
            (clock, Some(control))
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let steering = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tenant = format!("http://{}", listener.local_addr().unwrap());
    let control_url = format!("http://{}", steering.local_addr().unwrap());
    let simulator = Simulator::new(&demo_estate(), clock, control, 7, &tenant);
    let app = simulator
        .router()
        .into_make_service_with_connect_info::<SocketAddr>();
    let control_app = simulator.control_router();
    peers.spawn(async move { drop(axum::serve(listener, app).await) });
    peers.spawn(async move { drop(axum::serve(steering, control_app).await) });
    let http = countersign_host::http::client(Duration::from_secs(10))
        .build()
        .unwrap();
    House {
        simulator,
        tenant,
        control: control_url,
        http,
        _peers: peers,
    }
}

impl House {
    /// A token request of INT-029.
    pub(crate) fn mint(&self) -> reqwest::RequestBuilder {
        let secret = secret_for(&demo_estate(), &"INT-029".parse().unwrap()).unwrap();
        self.mint_with(&secret)
    }

    pub(crate) fn mint_with(&self, secret: &str) -> reqwest::RequestBuilder {
        self.http
            .post(format!("{}/v2/token", self.tenant))
            .json(&json!({
                "grant_type": "client_credentials", "client_id": "demo-client-029",
                "client_secret": secret,
            }))
    }

    pub(crate) async fn minted(&self) -> u16 {
        self.mint().send().await.unwrap().status().as_u16()
    }

    pub(crate) async fn order(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self
            .http
            .post(format!("{}{path}", self.control))
            .body(body.to_string());
        answered(request).await
    }

    pub(crate) async fn look(&self, path: &str) -> (u16, Value) {
        answered(self.http.get(format!("{}{path}", self.control))).await
    }
}

pub(crate) async fn answered(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}
