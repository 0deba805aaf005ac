//! The broker behind its listener, as clients and people who mean it no good reach it.

use axum::Router;
use axum::routing::post;
use countersign_brokerd::{BrokerPlane, Options, create_vault};
use countersign_host::clock::{Clock, wall_now};
use countersign_host::listen::{Limits, serve};
use countersign_host::task::{self, Tasks};
use countersign_model::estate::VendMode;
use countersign_secret::MasterKey;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LONG: Duration = Duration::from_secs(60);

/// A broker with one consumer of the gateway.
struct House {
    address: SocketAddr,
    /// What the consumer sends.
    body: String,
    _folder: TempDir,
    _tasks: Tasks,
}

async fn bound() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    (listener, address)
}

async fn tenant() -> String {
    let (listener, address) = bound().await;
    let token =
        || async { r#"{"access_token":"CANARY-token","expires_in":1079,"scope":"email_read"}"# };
    let app = Router::new().route("/v2/token", post(token));
    task::spawn(async move { drop(axum::serve(listener, app).await) });
    format!("http://{address}")
}

fn estate(url: &str) -> countersign_model::estate::Estate {
    let text = format!(
        "version: 1\nname: test\n\
         tenants: [{{ id: t1, subdomain: mctest-estate-not-a-real-001, auth_url: \"{url}\" }}]\n\
         business_units: [{{ id: BU-1, tenant: t1, mid: 1, time_zone: UTC, on_call: Operations }}]\n\
         credentials: [{{ id: C-1, bu: BU-1, kind: s2s_v2, mode: brokered, client_id: c1, \
         scopes: [email_read] }}]\n\
         integrations: [{{ id: I-1, name: Mails, bu: BU-1, kind: on-demand, tier: T1, owner: Orders, \
         backup: Operations, credential: C-1 }}]\n"
    );
    countersign_feed::estate::decode(&text, countersign_feed::estate::Format::Yaml)
        .expect("a sound estate")
}

async fn house(limits: Limits) -> House {
    let folder = tempfile::tempdir().expect("a folder");
    let key = MasterKey::new([7; 32]);
    create_vault(folder.path(), &key, wall_now())
        .await
        .expect("a vault");
    let options = Options {
        data: folder.path().to_owned(),
        clock: Clock::system(),
        run_token: "CANARY-run-token".to_owned(),
        loopback: true,
        public_url: None,
        trusted_proxies: Vec::new(),
    };
    let mut plane = BrokerPlane::open(options, &key).await.expect("a broker");
    let mut tasks = Tasks::default();
    plane.start(&mut tasks, None);
    let (hand, actor) = (plane.hand(), "test");
    let put = hand.estate_put(&estate(&tenant().await), actor).await;
    put.expect("a sound estate");
    let credential = "C-1".parse().expect("an id");
    let secret = "CANARY-secret".to_owned();
    hand.secret_put(&credential, secret, actor)
        .await
        .expect("sealed");
    let integration = "I-1".parse().expect("an id");
    let added = hand.consumer_add(&integration, "app-1", 0, VendMode::Gateway, actor);
    let (id, key, _) = added.await.expect("added");
    let (listener, address) = bound().await;
    tasks.spawn("listener", serve(listener, plane.router(), limits));
    let body = json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": key });
    House {
        address,
        body: body.to_string(),
        _folder: folder,
        _tasks: tasks,
    }
}

/// Asks for a token on a kept connection; whether one came.
async fn asks(socket: &mut TcpStream, body: &str) -> bool {
    let request = format!(
        "POST /v2/token HTTP/1.1\r\nhost: a.test\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    if socket.write_all(request.as_bytes()).await.is_err() {
        return false;
    }
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        match socket.read_buf(&mut answer).await {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
    }
    answer.starts_with(b"HTTP/1.1 200 OK")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_http_2_is_told_addresses_although_it_sends_no_host_header() {
    let house = house(Limits::default()).await;
    let client = countersign_host::http::client(LONG).http2_prior_knowledge();
    let client = client.build().expect("a client");
    let url = format!("http://{}/v2/token", house.address);
    let request = client.post(url).header("content-type", "application/json");
    let response = request.body(house.body).send().await.expect("an answer");
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    let answer: Value =
        serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
    let ours = format!("http://{}/rest.com/", house.address);
    assert_eq!(answer["rest_instance_url"], ours, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_says_nothing_keeps_no_consumer_away() {
    let house = house(Limits {
        strangers_max: 8,
        known_max: 8,
        head: LONG,
        idle: LONG,
        grace: Duration::ZERO,
        stall: LONG,
    })
    .await;
    let mut crowd = Vec::new();
    let gather = async |crowd: &mut Vec<TcpStream>| {
        for _ in 0..100 {
            crowd.push(TcpStream::connect(house.address).await.expect("connected"));
        }
    };
    gather(&mut crowd).await;
    let mut consumer = TcpStream::connect(house.address).await.expect("connected");
    assert!(
        asks(&mut consumer, &house.body).await,
        "a newcomer is served"
    );
    gather(&mut crowd).await;
    assert!(
        asks(&mut consumer, &house.body).await,
        "and keeps its connection"
    );
    // One more who is let in, so that all of the crowd has been seen before.
    let mut last = TcpStream::connect(house.address).await.expect("connected");
    assert!(asks(&mut last, &house.body).await);
    assert!(asks(&mut consumer, &house.body).await);
}
