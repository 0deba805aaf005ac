//! Upstreams that do not behave: the caller gets an answer, memory stays bounded, nothing panics.

use crate::house::House;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// An upstream that speaks no HTTP of its own accord: writes this, then does as told.
async fn raw(words: &'static str, then_close: bool) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    countersign_host::task::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            drop(socket.write_all(words.as_bytes()).await);
            if !then_close {
                held.push(socket);
            }
        }
    });
    url
}

async fn status_at(url: String) -> (u16, Option<String>) {
    let house = House::at(url, |_| {});
    let (status, body) = house.call("GET", "/data/v1/x", "").await;
    assert!(!body.contains("CANARY"), "{body}");
    (status, house.seen().pop().and_then(|call| call.error_code))
}

#[tokio::test]
async fn no_answer_is_a_bad_gateway_with_the_place_where_it_broke() {
    let told = |code: &str| Some(code.to_owned());
    assert_eq!(
        status_at("http://127.0.0.1:1".to_owned()).await,
        (502, told("connect_failed"))
    );
    assert_eq!(
        status_at(raw("", true).await).await,
        (502, told("connection_reset"))
    );
    assert_eq!(
        status_at(raw("SSH-2.0-x\r\n\r\n", true).await).await,
        (502, told("connection_reset"))
    );
}

#[tokio::test]
async fn a_foreign_host_is_never_sent_a_token() {
    let house = House::at("https://evil.test".to_owned(), |_| {});
    let (status, body) = house.call("GET", "/data/v1/x", "").await;
    assert_eq!(status, 502);
    assert!(
        body.contains("evil.test is not a Marketing Cloud API host"),
        "{body}"
    );
    assert!(
        house.seen().is_empty(),
        "nothing was sent, so nothing was seen"
    );
}

#[tokio::test]
async fn a_silent_upstream_is_given_up() {
    let house = House::at(raw("", false).await, |_| {});
    let (status, _) = house.call("GET", "/data/v1/x", "").await;
    assert_eq!(status, 504);
    assert_eq!(house.seen()[0].error_code.as_deref(), Some("timeout"));
}

#[tokio::test]
async fn a_half_open_answer_breaks_off_and_does_not_hang() {
    let begun =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{\"a\":";
    let house = House::at(raw(begun, true).await, |_| {});
    let (status, body) = house.call("GET", "/data/v1/x", "").await;
    assert_eq!(status, 502, "{body}");
}

#[tokio::test]
async fn a_redirect_is_passed_on_and_not_followed() {
    let upstream = Router::new()
        .fallback(|| async { (StatusCode::FOUND, [("location", "https://evil.test/steal")]) });
    let house = House::before(upstream, |_| {}).await;
    assert_eq!(house.call("GET", "/data/v1/x", "").await.0, 302);
    assert_eq!(house.seen().len(), 1);
}

fn gzip_bomb() -> Vec<u8> {
    // A gzip stream made by hand: stored blocks of zeros would not compress; a header suffices,
    // because nothing here may unpack it.
    let mut bytes = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];
    bytes.extend_from_slice(&[0; 4_096]);
    bytes
}

#[tokio::test]
async fn what_comes_packed_is_passed_on_packed() {
    let upstream = Router::new().fallback(|headers: HeaderMap| async move {
        assert_eq!(headers["accept-encoding"], "identity");
        (
            [
                ("content-encoding", "gzip"),
                ("content-type", "application/json"),
            ],
            gzip_bomb(),
        )
    });
    let house = House::before(upstream, |source| source.read_only = false).await;
    let request = axum::extract::Request::get("/data/v1/x")
        .header("authorization", format!("Bearer {}", crate::house::BEARER))
        .body(Body::empty());
    let response = house.send(request.expect("sound")).await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let body = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .expect("a body");
    assert_eq!(body, gzip_bomb());
}

#[tokio::test]
async fn a_huge_answer_streams_and_a_huge_refusal_is_looked_into_in_part() {
    async fn endless(status: StatusCode) -> Response {
        let chunk = Bytes::from(vec![b'x'; 64 * 1024]);
        let chunks =
            futures::stream::iter((0..256).map(move |_| Ok::<_, std::io::Error>(chunk.clone())));
        (
            status,
            [("content-type", "text/html")],
            Body::from_stream(chunks),
        )
            .into_response()
    }
    for status in [StatusCode::OK, StatusCode::FORBIDDEN] {
        let upstream = Router::new().fallback(move || endless(status));
        let house = House::before(upstream, |_| {}).await;
        let (got, body) = house.call("GET", "/data/v1/x", "").await;
        assert_eq!((got, body.len()), (status.as_u16(), 256 * 64 * 1024));
        assert_eq!(house.seen()[0].error_code, None);
    }
}

#[tokio::test]
async fn an_answer_of_another_kind_is_the_callers_to_read() {
    let upstream = Router::new().fallback(|| async {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            [("content-type", "text/html")],
            "<h1>Down</h1>",
        )
    });
    let house = House::before(upstream, |_| {}).await;
    let (status, body) = house.call("GET", "/data/v1/x", "").await;
    assert_eq!((status, body.as_str()), (503, "<h1>Down</h1>"));
    assert_eq!(house.seen()[0].status, Some(503));
}

/// What an upstream does once it has written its beginning.
#[derive(Clone, Copy)]
enum Then {
    /// Closes.
    Closes,
    /// One byte every now and then, for ever.
    Drips,
    /// As many bytes as are taken, for ever.
    Floods,
}

/// Reads a request, writes this, and then does as told.
async fn begins(begin: &'static str, then: Then) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    countersign_host::task::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            countersign_host::task::spawn(async move {
                let mut request = [0; 16 * 1024];
                let mut going = matches!(socket.read(&mut request).await, Ok(1..));
                going = going && socket.write_all(begin.as_bytes()).await.is_ok();
                let mut tick = tokio::time::interval(std::time::Duration::from_millis(20));
                while going {
                    going = match then {
                        Then::Closes => false,
                        Then::Drips => {
                            tick.tick().await;
                            socket.write_all(b"x").await.is_ok()
                        }
                        Then::Floods => socket.write_all(&[b'x'; 8 * 1024]).await.is_ok(),
                    };
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn an_answer_that_trickles_ends_however_it_is_read() {
    for (head, read_only, status) in [
        // A head without end.
        ("HTTP/1.1 200 OK\r\nx: ", false, 504),
        // Held to be rewritten whole; held to be looked into; held to be stripped.
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n",
            false,
            502,
        ),
        (
            "HTTP/1.1 403 No\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n",
            false,
            502,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n",
            true,
            502,
        ),
    ] {
        let house = House::at(begins(head, Then::Drips).await, |source| {
            source.read_only = read_only
        });
        let (got, body) = house.call("GET", "/automation/v1/queries", "").await;
        assert_eq!(got, status, "{head} {body}");
    }
    // Passed on while it comes: it breaks off.
    for kind in ["application/json", "image/png"] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n\r\n").leak();
        let house = House::at(begins(head, Then::Drips).await, |_| {});
        let (status, body) = house.call("GET", "/data/v1/x", "").await;
        assert_eq!(status, 200);
        assert!(body.starts_with("broke off"), "{body}");
    }
}

#[tokio::test]
async fn an_endless_head_is_given_up() {
    let url = begins("HTTP/1.1 200 OK\r\nx: ", Then::Floods).await;
    assert_eq!(
        status_at(url).await,
        (502, Some("connection_reset".to_owned()))
    );
}

#[tokio::test]
async fn an_answer_that_breaks_off_while_it_streams_is_seen_to_be_broken() {
    let begun = "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 900\r\n\r\nabc";
    let house = House::at(begins(begun, Then::Closes).await, |_| {});
    let (status, body) = house.call("GET", "/data/v1/x", "").await;
    assert_eq!(status, 200);
    assert!(body.starts_with("broke off"), "{body}");
}

#[tokio::test]
async fn a_bomb_a_flood_and_a_page_are_not_shown_to_whoever_sees_only_what_is_stripped() {
    async fn flood() -> Response {
        let chunk = Bytes::from(vec![b' '; 64 * 1024]);
        let chunks = futures::stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()));
        (
            [("content-type", "application/json")],
            Body::from_stream(chunks),
        )
            .into_response()
    }
    let packed = || async {
        let headers = [
            ("content-encoding", "gzip"),
            ("content-type", "application/json"),
        ];
        (headers, gzip_bomb())
    };
    let page = || async { ([("content-type", "text/html")], "<h1>CANARY</h1>") };
    for upstream in [
        Router::new().fallback(flood),
        Router::new().fallback(packed),
        Router::new().fallback(page),
    ] {
        let house = House::before(upstream, |source| source.read_only = true).await;
        let (status, body) = house.call("GET", "/automation/v1/queries", "").await;
        assert_eq!(status, 502, "{body}");
        assert!(body.len() < 1_000 && !body.contains("CANARY"), "{body}");
    }
}

#[tokio::test]
async fn a_refusal_as_a_page_has_no_error_code_and_a_long_one_is_cut() {
    let long = format!(r#"{{"error":"{}"}}"#, "x".repeat(10_000));
    for (page, code) in [
        ("<html>CANARY</html>".to_owned(), None),
        (long, Some("x".repeat(40))),
    ] {
        let upstream = Router::new().fallback(move || {
            let page = page.clone();
            async move { (StatusCode::FORBIDDEN, [("content-type", "text/html")], page) }
        });
        let house = House::before(upstream, |_| {}).await;
        assert_eq!(house.call("GET", "/data/v1/x", "").await.0, 403);
        assert_eq!(house.seen()[0].error_code, code);
    }
}
