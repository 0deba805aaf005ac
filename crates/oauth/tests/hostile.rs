//! Token endpoints that misbehave: every answer has its class and its fate, memory stays bounded, and
//! the refresh token shows nowhere (R3, R6; target R6 of the broker's rules: no panic, no state lost).

use countersign_model::estate::Grant;
use countersign_oauth::answer::ANSWER_BYTES_MAX;
use countersign_oauth::client::{Exchange, TokenClient};
use countersign_oauth::request::{Presented, Style, TokenRequest};
use countersign_refresh::{Fate, RefusalClass, classify, fate};
use countersign_secret::{Secret, TokenBytes};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const REFRESH: &str = "CANARY-refresh-token";

/// What the endpoint does once it has read the request.
#[derive(Clone)]
enum Does {
    /// Sends this and closes.
    Answers(Vec<u8>),
    /// Sends this and goes on holding the line.
    Holds(Vec<u8>),
    /// Sends this head and then bytes without end.
    Floods(&'static str),
    /// Sends this head and then a byte every now and then, without end.
    Drips(&'static str),
}

fn answer(head: &str, body: &[u8]) -> Does {
    let mut bytes =
        format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    Does::Answers(bytes)
}

async fn serve(does: Does, peers: &mut JoinSet<()>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/v2/token", listener.local_addr().expect("bound"));
    peers.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = vec![0; 64 * 1024];
            let Ok(1..) = socket.read(&mut request).await else {
                continue;
            };
            match does.clone() {
                Does::Answers(bytes) => drop(socket.write_all(&bytes).await),
                Does::Holds(bytes) => {
                    drop(socket.write_all(&bytes).await);
                    std::future::pending::<()>().await;
                }
                Does::Drips(head) => {
                    let mut tick = tokio::time::interval(Duration::from_millis(20));
                    let mut written = socket.write_all(head.as_bytes()).await;
                    while written.is_ok() {
                        tick.tick().await;
                        written = socket.write_all(b" ").await;
                    }
                }
                Does::Floods(head) => {
                    drop(socket.write_all(head.as_bytes()).await);
                    while socket.write_all(&[b'x'; 8 * 1024]).await.is_ok() {}
                }
            }
        }
    });
    url
}

/// 10 MiB of blanks in 65 KB, packed by hand: one byte that is repeated, 258 at a time, coded by the
/// fixed table of DEFLATE (RFC 1951). Nothing here may unpack it.
fn bomb() -> Vec<u8> {
    let mut bits = Vec::new();
    let mut push = |code: u32, n: u32| (0..n).for_each(|bit| bits.push(code >> bit & 1 == 1));
    // The last block, with the fixed table.
    push(0b011, 3);
    // A blank; then length 258, distance 1, again and again; then the end. Codes stand mirrored.
    push((0x30 + 0x20_u32).reverse_bits() >> 24, 8);
    for _ in 0..40_000 {
        push((0xC0 + 5_u32).reverse_bits() >> 24, 8);
        push(0, 5);
    }
    push(0, 7);
    let mut bytes = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];
    bytes.extend(bits.chunks(8).map(|byte| {
        let bits = byte.iter().enumerate();
        bits.fold(0_u8, |sum, (at, bit)| sum | u8::from(*bit) << at)
    }));
    bytes.extend_from_slice(&[0; 8]);
    bytes
}

async fn exchange(url: &str) -> Exchange {
    let builder = || countersign_host::http::client(Duration::from_millis(700));
    let client = TokenClient::new(builder, false).expect("set up");
    let secret = Secret::from("CANARY-client-secret".to_owned());
    let token = TokenBytes::from(REFRESH.to_owned());
    let request = TokenRequest {
        token_url: url,
        style: Style::SfmcJson,
        client_id: "client",
        client_secret: &secret,
        presented: Presented::RefreshToken(&token),
        account_id: Some(7),
        scope: None,
    };
    client.exchange(&request).await
}

#[tokio::test]
async fn every_misbehaviour_has_its_class_and_its_fate() {
    use RefusalClass as Class;
    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let ok = br#"{"access_token":"CANARY-access","expires_in":20,"refresh_token":"CANARY-next"}"#;
    let html = b"<html>CANARY-refresh-token</html>";
    let huge = vec![b'x'; ANSWER_BYTES_MAX + 1];
    let echo =
        br#"{"error":"invalid_client","error_description":"CANARY-refresh-token is no token"}"#;
    let table = [
        (
            "silence",
            Does::Holds(Vec::new()),
            Class::NetPostSend,
            Fate::Unknown,
        ),
        (
            "half a head",
            Does::Holds(b"HTTP/1.1 200 OK\r\ncont".to_vec()),
            Class::NetPostSend,
            Fate::Unknown,
        ),
        (
            "half a body",
            Does::Holds(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"acc".to_vec()),
            Class::NetPostSend,
            Fate::Unknown,
        ),
        (
            "a cut body",
            Does::Answers(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"acc".to_vec()),
            Class::NetPostSend,
            Fate::Unknown,
        ),
        (
            "no HTTP",
            Does::Answers(b"220 mail.example ESMTP\r\n".to_vec()),
            Class::NetPostSend,
            Fate::Unknown,
        ),
        (
            "closed at once",
            Does::Answers(Vec::new()),
            Class::NetPostSend,
            Fate::Unknown,
        ),
        (
            "a huge body",
            answer("200 OK", &huge),
            Class::MalformedSuccess,
            Fate::Unknown,
        ),
        (
            "an endless body",
            Does::Floods("HTTP/1.1 200 OK\r\n\r\n"),
            Class::MalformedSuccess,
            Fate::Unknown,
        ),
        (
            "a body that trickles",
            Does::Drips("HTTP/1.1 200 OK\r\n\r\n"),
            Class::NetPostSend,
            Fate::Unknown,
        ),
        (
            "a head that trickles",
            Does::Drips("HTTP/1.1 200 OK\r\nx: "),
            Class::NetPostSend,
            Fate::Unknown,
        ),
        (
            "a bomb",
            answer("200 OK\r\ncontent-encoding: gzip", &bomb()),
            Class::MalformedSuccess,
            Fate::Unknown,
        ),
        (
            "an endless head",
            Does::Floods("HTTP/1.1 200 OK\r\nx: "),
            Class::NetPostSend,
            Fate::Unknown,
        ),
        (
            "gzip",
            answer("200 OK\r\ncontent-encoding: gzip", &gzip),
            Class::MalformedSuccess,
            Fate::Unknown,
        ),
        (
            "HTML",
            answer("200 OK\r\ncontent-type: text/html", html),
            Class::MalformedSuccess,
            Fate::Unknown,
        ),
        (
            "nothing",
            answer("200 OK", b""),
            Class::MalformedSuccess,
            Fate::Unknown,
        ),
        (
            "null",
            answer("200 OK", b"null"),
            Class::MalformedSuccess,
            Fate::Unknown,
        ),
        (
            "a list",
            answer("200 OK", b"[1]"),
            Class::MalformedSuccess,
            Fate::Unknown,
        ),
        (
            "numbers",
            answer("200 OK", br#"{"access_token":7,"refresh_token":8}"#),
            Class::MalformedSuccess,
            Fate::Unknown,
        ),
        (
            "a redirect",
            answer("302 Found\r\nlocation: http://127.0.0.1:1/", b""),
            Class::Config,
            Fate::Unknown,
        ),
        (
            "a forwarding",
            answer(
                "307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/",
                ok,
            ),
            Class::Config,
            Fate::Unknown,
        ),
        (
            "a wall",
            answer("403 Forbidden\r\ncontent-type: text/html", html),
            Class::Policy,
            Fate::Unknown,
        ),
        (
            "an outage",
            answer("503 Service Unavailable\r\nretry-after: 5", b""),
            Class::Throttled,
            Fate::Unknown,
        ),
        (
            "a fault",
            answer("500 Internal Server Error", html),
            Class::Upstream,
            Fate::Unknown,
        ),
        (
            "a throttle",
            answer("429 Too Many Requests", html),
            Class::Throttled,
            Fate::Unspent,
        ),
        (
            "an echo",
            answer("401 Unauthorized", echo),
            Class::SecretRefused,
            Fate::Unspent,
        ),
        (
            "a dead grant",
            answer("400 Bad Request", br#"{"error":"invalid_grant"}"#),
            Class::GrantDead,
            Fate::Refused,
        ),
    ];
    let mut peers = JoinSet::new();
    for (name, does, class, end) in table {
        let url = serve(does, &mut peers).await;
        let Exchange {
            result,
            refresh_token,
            grant,
            ..
        } = exchange(&url).await;
        assert_eq!(
            classify(&result, Grant::RefreshToken),
            Some(class),
            "{name}: {result:?}"
        );
        assert_eq!(
            fate(&result, refresh_token.is_some()),
            end,
            "{name}: {result:?}"
        );
        assert!(grant.is_none(), "{name}");
        assert!(
            !format!("{result:?}").contains("CANARY"),
            "{name}: {result:?}"
        );
    }
    let url = serve(answer("200 OK\r\ncontent-type: text/plain", ok), &mut peers).await;
    let issued = exchange(&url).await;
    assert_eq!(
        classify(&issued.result, Grant::RefreshToken),
        None,
        "a wrong media type does no harm"
    );
    let next = issued.refresh_token.expect("a new refresh token");
    assert_eq!(next.expose(<[u8]>::to_vec), b"CANARY-next");
    assert!(!format!("{next:?}").contains("CANARY"));
}

#[tokio::test]
async fn a_new_refresh_token_is_taken_even_if_the_access_token_is_rubbish() {
    let mut peers = JoinSet::new();
    for rubbish in [
        r#""expires_in":20"#,
        r#""access_token":"","expires_in":20"#,
        r#""access_token":"CANARY-access","expires_in":"soon""#,
        r#""access_token":"CANARY-access","expires_in":-1"#,
    ] {
        let body = format!(r#"{{"refresh_token":"CANARY-next",{rubbish}}}"#);
        let url = serve(answer("200 OK", body.as_bytes()), &mut peers).await;
        let Exchange {
            result,
            refresh_token,
            ..
        } = exchange(&url).await;
        let class = classify(&result, Grant::RefreshToken);
        assert_eq!(class, Some(RefusalClass::MalformedSuccess), "{rubbish}");
        assert_eq!(
            fate(&result, refresh_token.is_some()),
            Fate::Answered,
            "R3: {rubbish}"
        );
    }
}

#[tokio::test]
async fn a_closed_port_leaves_the_token_unspent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v2/token", listener.local_addr().expect("bound"));
    drop(listener);
    let Exchange { result, .. } = exchange(&url).await;
    assert_eq!(fate(&result, false), Fate::Unspent, "{result:?}");
}

#[tokio::test]
async fn a_knock_carries_nothing_secret_and_hears_whether_the_host_is_up() {
    let mut peers = JoinSet::new();
    let builder = || countersign_host::http::client(Duration::from_millis(700));
    let client = TokenClient::new(builder, false).expect("set up");
    for (does, up) in [
        (answer("405 Method Not Allowed", b""), true),
        (answer("503 Service Unavailable", b""), false),
        (Does::Holds(Vec::new()), false),
    ] {
        let url = serve(does, &mut peers).await;
        assert_eq!(client.knock(&url).await, up);
    }
}
