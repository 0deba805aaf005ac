//! The agent: its key, its socket, its next token, and what it does without a broker.

use crate::house::{Folder, Server, ask};
use crate::serve::{Set, serve, set_up};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

fn agent(folder: &Folder, listen: &str, key: Option<&str>) -> Server {
    let mut command = folder.command(&["agent", "INT-1", "--json", "--listen", listen]);
    command.env_remove("COUNTERSIGN_AGENT_KEY");
    if let Some(key) = key {
        command.env("COUNTERSIGN_AGENT_KEY", key);
    }
    Server::start(command)
}

async fn token(agent: &Server, key: &str) -> (u16, Value) {
    let body = json!({
        "grant_type": "client_credentials", "client_id": "INT-1", "client_secret": key,
    });
    let body = Some(("application/json", body.to_string()));
    ask("POST", &agent.url("token_url"), None, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_for_this_machine_and_for_who_has_its_key() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    let chosen = "CANARY-agent-key-that-is-long-enough";
    let own = agent(&set.folder, "127.0.0.1:0", Some(chosen));
    assert!(own.ready["client_secret"].is_null(), "it is not repeated");
    assert_eq!(token(&own, chosen).await.0, 200);
    assert_eq!(token(&own, "CANARY-wrong").await.0, 401);
    let made = agent(&set.folder, "127.0.0.1:0", None);
    let key = made.url("client_secret");
    assert_eq!(token(&made, &key).await.0, 200);
    assert_eq!(token(&own, &key).await.0, 401, "another agent's key");
    for (listen, code) in [("0.0.0.0:0", 3), ("somewhere", 2), ("[::]:0", 3)] {
        let refused = set.folder.run(&["agent", "INT-1", "--listen", listen]);
        assert_eq!(refused.code(), code, "{listen}: {}", refused.stderr());
    }
    let unknown = set
        .folder
        .run(&["agent", "INT-9", "--listen", "127.0.0.1:0"]);
    assert_eq!(unknown.code(), 2, "{}", unknown.stderr());
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_socket_the_kernel_says_who_asks_and_nothing_is_left_behind() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    let path = set.folder.path().join("agent.sock");
    let listen = format!("unix:{}", path.display());
    let command = set
        .folder
        .command(&["agent", "INT-1", "--json", "--listen", &listen]);
    let agent = Server::start(command);
    let mode = std::fs::metadata(&path).expect("a socket").permissions();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
        0o600
    );
    let body = "grant_type=client_credentials&client_id=INT-1&client_secret=any";
    let request = format!(
        "POST /v2/token HTTP/1.1\r\nHost: agent\r\nConnection: close\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = UnixStream::connect(&path).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\"access_token\""));
    let second = set.folder.run(&["agent", "INT-1", "--listen", &listen]);
    assert_eq!(
        second.code(),
        1,
        "somebody listens there: {}",
        second.stderr()
    );
    // A power cut leaves the socket; the next one takes its place.
    agent.kill();
    assert!(path.exists());
    let command = set
        .folder
        .command(&["agent", "INT-1", "--json", "--listen", &listen]);
    let next = Server::start(command);
    assert_eq!(next.url("listen"), listen);
}

/// Looks until the tenant was asked so often.
async fn until_mints(set: &Set, n: usize) {
    let since = countersign_host::clock::stopwatch();
    while set.mints().await < n {
        assert!(
            since.elapsed().as_secs() < 60,
            "{} token requests",
            set.mints().await
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_fetches_ahead_and_without_a_broker_fails_closed_before_the_end() {
    let set = set_up(20, 24).await;
    let server = serve(&set.folder, &set.key);
    let agent = agent(&set.folder, "127.0.0.1:0", None);
    let key = agent.url("client_secret");
    let (status, first) = token(&agent, &key).await;
    assert_eq!(status, 200, "{first}");
    // Nobody asks, and there is a next token all the same.
    until_mints(&set, 2).await;
    let since = countersign_host::clock::stopwatch();
    server.kill();
    let (status, next) = token(&agent, &key).await;
    assert_eq!(status, 200, "{next}");
    let closed = loop {
        let (status, body) = token(&agent, &key).await;
        if status != 200 {
            break (status, body["errorcode"].clone());
        }
        assert!(since.elapsed().as_secs() < 22, "it is served too long");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(closed, (503, json!(50_300)));
}
