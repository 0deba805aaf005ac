//! A listener under people who mean it no good, over real sockets.

use axum::body::{Body, Bytes};
use axum::routing::get;
use axum::{Extension, Router};
use countersign_host::listen::{Guest, Limits, serve};
use countersign_host::task;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);

/// Bounds of which none is reached by itself.
const ROOMY: Limits = Limits {
    strangers_max: 100,
    known_max: 100,
    head: LONG,
    idle: LONG,
    grace: Duration::ZERO,
    stall: LONG,
};

fn routes() -> Router {
    let enter = |guest: Extension<Guest>| async move {
        guest.is_known();
        "welcome"
    };
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/enter", get(enter))
}

async fn listener(limits: Limits, router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    task::spawn(serve(listener, router, limits));
    address
}

async fn connected(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("connected")
}

/// Asks on a kept connection; whether an answer with these words came.
async fn asks(socket: &mut TcpStream, path: &str, words: &str) -> bool {
    let request = format!("GET {path} HTTP/1.1\r\nhost: a.test\r\n\r\n");
    if socket.write_all(request.as_bytes()).await.is_err() {
        return false;
    }
    let mut answer = Vec::new();
    while !answer.ends_with(words.as_bytes()) {
        match socket.read_buf(&mut answer).await {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
    }
    true
}

/// Waits until the other end has closed, and nothing else.
async fn closed(mut socket: TcpStream) {
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(LONG, socket.read_to_end(&mut rest)).await;
    drop(ended.expect("it is closed in time"));
    let refusal = String::from_utf8_lossy(&rest);
    assert!(!refusal.contains("200 OK"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_no_head_in_time_is_gone() {
    let limits = Limits {
        head: SHORT,
        ..ROOMY
    };
    let address = listener(limits, routes()).await;
    // Nothing; the beginning of a head; what may be the beginning of HTTP/2.
    for begun in ["", "GET / HTTP/1.1\r\nhost: a", "PRI * HT"] {
        let mut socket = connected(address).await;
        socket.write_all(begun.as_bytes()).await.expect("sent");
        closed(socket).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_trickles_is_given_up() {
    let limits = Limits {
        head: SHORT,
        ..ROOMY
    };
    let address = listener(limits, routes()).await;
    let (mut from, mut to) = connected(address).await.into_split();
    task::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        to.write_all(b"GET / HTTP/1.1\r\n").await.ok();
        while to.write_all(b"x: y\r\n").await.is_ok() {
            tick.tick().await;
        }
    });
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(LONG, from.read_to_end(&mut rest)).await;
    drop(ended.expect("it is closed in time"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_head_has_its_time_too() {
    let limits = Limits {
        idle: SHORT,
        ..ROOMY
    };
    let address = listener(limits, routes()).await;
    let mut socket = connected(address).await;
    assert!(asks(&mut socket, "/", "hello").await);
    socket.write_all(b"GET / HT").await.expect("sent");
    closed(socket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stranger_who_is_here_longest_makes_room_and_who_is_known_never() {
    let limits = Limits {
        strangers_max: 2,
        ..ROOMY
    };
    let address = listener(limits, routes()).await;
    let mut known = connected(address).await;
    assert!(asks(&mut known, "/enter", "welcome").await);
    let first = connected(address).await;
    let mut held = Vec::new();
    for _ in 0..20 {
        held.push(connected(address).await);
    }
    closed(first).await;
    let mut newcomer = connected(address).await;
    assert!(
        asks(&mut newcomer, "/", "hello").await,
        "a newcomer is served"
    );
    assert!(
        asks(&mut known, "/enter", "welcome").await,
        "who is known stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_has_its_grace_and_is_served_in_turn() {
    let limits = Limits {
        strangers_max: 2,
        grace: LONG,
        ..ROOMY
    };
    let address = listener(limits, routes()).await;
    let burst = (0..50).map(|_| async move {
        let mut socket = connected(address).await;
        asks(&mut socket, "/enter", "welcome").await
    });
    let served = futures::future::join_all(burst).await;
    assert_eq!(served.iter().filter(|served| **served).count(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_places_of_the_known_one_stays_a_stranger() {
    let limits = Limits {
        strangers_max: 1,
        known_max: 1,
        ..ROOMY
    };
    let address = listener(limits, routes()).await;
    let mut known = connected(address).await;
    assert!(asks(&mut known, "/enter", "welcome").await);
    let mut late = connected(address).await;
    assert!(
        asks(&mut late, "/enter", "welcome").await,
        "served all the same"
    );
    let mut next = connected(address).await;
    assert!(asks(&mut next, "/", "hello").await);
    closed(late).await;
    assert!(asks(&mut known, "/", "hello").await);
    // Whoever leaves gives the place back.
    drop(known);
    let mut heir = connected(address).await;
    while !asks(&mut heir, "/enter", "welcome").await {
        heir = connected(address).await;
    }
}

/// Says so when it is dropped.
struct Told(mpsc::Sender<()>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.try_send(()).ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_takes_nothing_of_its_answer_is_let_go() {
    let (told, mut gone) = mpsc::channel(1);
    let endless = move || {
        let told = Told(told.clone());
        let chunks = futures::stream::repeat_with(move || {
            let _held = &told;
            Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 64 * 1024]))
        });
        std::future::ready(Body::from_stream(chunks))
    };
    let limits = Limits {
        stall: SHORT,
        ..ROOMY
    };
    let address = listener(limits, Router::new().route("/", get(endless))).await;
    let mut socket = connected(address).await;
    let request = b"GET / HTTP/1.1\r\nhost: a.test\r\n\r\n";
    socket.write_all(request).await.expect("sent");
    let ended = tokio::time::timeout(LONG, gone.recv()).await;
    assert_eq!(ended.expect("the answer is given up in time"), Some(()));
}
