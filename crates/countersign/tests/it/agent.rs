//! The agent: its key, its socket, its next token, and what it does without a broker.

use crate::commands::ESTATE;
use crate::house::{Folder, Server, ask};
use crate::serve::{Set, serve, set_up, set_up_with};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

fn agent(folder: &Folder, listen: &str, key: Option<&str>) -> Server {
    let mut command = folder.command(&["agent", "INT-1", "--json", "--listen", listen]);
    command.env_remove("COUNTERSIGN_AGENT_KEY");
    match key {
        Some(key) => command.env("COUNTERSIGN_AGENT_KEY", key),
        None => command.arg("--print-key"),
    };
    Server::start(command)
}

async fn token(agent: &Server, key: &str) -> (u16, Value) {
    token_of(agent, key, &Value::Null).await
}

/// The small estate with a second business unit, whose MID the credential may ask for as well.
fn two_units() -> String {
    let unit = "  - { id: SHOP, tenant: t, mid: 8, time_zone: UTC, on_call: Operations }\n";
    let estate = ESTATE.replace("credentials:\n", &format!("{unit}credentials:\n"));
    let with_mids = estate.replacen("client_id: c-1,", "client_id: c-1, mids: [7, 8],", 1);
    assert_ne!(with_mids, estate, "the small estate has another shape");
    with_mids
}

async fn token_of(agent: &Server, key: &str, account_id: &Value) -> (u16, Value) {
    let mut body = json!({
        "grant_type": "client_credentials", "client_id": "INT-1", "client_secret": key,
    });
    if !account_id.is_null() {
        body["account_id"] = account_id.clone();
    }
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
async fn its_key_is_printed_only_where_that_is_asked_for() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    let words = ["agent", "INT-1", "--listen", "127.0.0.1:0"];
    let unsaid = set.folder.run(&words);
    assert_eq!(unsaid.code(), 2, "{}", unsaid.stderr());
    for way in [
        "--key-file",
        "COUNTERSIGN_AGENT_KEY",
        "--print-key",
        "unix:",
    ] {
        assert!(unsaid.stderr().contains(way), "{}", unsaid.stderr());
    }
    assert_eq!(unsaid.stdout(), "");

    let file = set.folder.path().join("agent.key");
    let start = || {
        let path = file.to_string_lossy().into_owned();
        let mut command = set.folder.command(&words);
        command.args(["--json", "--key-file", &path]);
        Server::start(command)
    };
    let first = start();
    let key = std::fs::read_to_string(&file).expect("it was made");
    let mode = std::fs::metadata(&file).expect("a file").permissions();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
        0o600
    );
    assert!(
        !first.ready.to_string().contains(key.trim()),
        "it is not told"
    );
    assert!(!first.log().contains(key.trim()));
    assert_eq!(token(&first, key.trim()).await.0, 200);
    drop(first);
    let again = start();
    assert_eq!(token(&again, key.trim()).await.0, 200, "it stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_business_unit_that_a_caller_names_is_the_one_it_gets_or_none() {
    let set = set_up_with(&two_units(), 1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let key = "CANARY-agent-key-that-is-long-enough";
    let operator = agent(&set.folder, "127.0.0.1:0", Some(key));
    for (asked, status) in [
        (json!(7), 200),
        (json!("7"), 200),
        (json!(8), 403),
        (json!(9), 403),
    ] {
        let (is, body) = token_of(&operator, key, &asked).await;
        assert_eq!(is, status, "{asked}: {body}");
    }

    let elsewhere = Folder::new();
    let words = [
        "consumer", "add", "INT-1", "--vend", "direct", "--mid", "8", "--json",
    ];
    let consumer = set.folder.run(&words).good();
    let consumer: Value = serde_json::from_str(&consumer).expect("JSON");
    let text = |name: &str| consumer[name].as_str().expect("text").to_owned();
    let as_consumer = |more: &[&str]| {
        let (id, broker) = (text("client_id"), server.url("broker"));
        let words = [
            "agent",
            "INT-1",
            "--json",
            "--listen",
            "127.0.0.1:0",
            "--consumer",
            &id,
        ];
        let mut command = elsewhere.command(&words);
        command.args(["--broker", &broker]).args(more);
        command.env("COUNTERSIGN_CONSUMER_KEY", text("client_secret"));
        command.env("COUNTERSIGN_AGENT_KEY", key);
        Server::start(command)
    };
    // Without a MID of its own, what the caller names goes to the broker, who knows.
    let any = as_consumer(&[]);
    let mut tokens = Vec::new();
    for (asked, status) in [
        (json!(7), 200),
        (json!(8), 200),
        (json!(9), 403),
        (Value::Null, 200),
        (json!(8), 200),
    ] {
        let (is, body) = token_of(&any, key, &asked).await;
        assert_eq!(is, status, "{asked}: {body}");
        tokens.push(body["access_token"].clone());
    }
    let [seven, eight, none, own, eight_again] = tokens.as_slice() else {
        panic!("five were asked for");
    };
    assert_ne!(seven, eight, "each unit has its own");
    assert_eq!((seven, eight), (own, eight_again));
    assert!(none.is_null());
    // With one, that one is asked for, and no other is handed out.
    let eighth = as_consumer(&["--account-id", "8"]);
    for (asked, status) in [(Value::Null, 200), (json!(8), 200), (json!(7), 403)] {
        let (is, body) = token_of(&eighth, key, &asked).await;
        assert_eq!(is, status, "{asked}: {body}");
        if status == 200 {
            assert_eq!(body["access_token"], *eight);
        }
    }
    let several = [
        "agent",
        "INT-1",
        "INT-2",
        "--consumer",
        "etl",
        "--print-key",
    ];
    assert_eq!(elsewhere.run(&several).code(), 2, "whose is the consumer?");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_unit_is_looked_up_as_soon_as_there_is_a_broker() {
    let set = set_up(1079, 1200).await;
    let key = "CANARY-agent-key-that-is-long-enough";
    let early = agent(&set.folder, "127.0.0.1:0", Some(key));
    let (status, body) = token_of(&early, key, &json!(7)).await;
    assert_eq!(status, 503, "nobody knows whether it is its own: {body}");
    let _server = serve(&set.folder, &set.key);
    let since = countersign_host::clock::stopwatch();
    loop {
        let (status, body) = token_of(&early, key, &json!(7)).await;
        if status == 200 {
            break;
        }
        assert_eq!(status, 503, "{body}");
        assert!(since.elapsed().as_secs() < 30, "{body}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(token_of(&early, key, &json!(8)).await.0, 403);
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
