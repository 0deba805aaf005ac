//! The agent's `/v1/requestToken` says what the broker's says, to the letter.

use crate::house::{Folder, Server, ask};
use crate::serve::{Set, serve, set_up};
use serde_json::{Value, json};

const KEY: &str = "CANARY-agent-key-that-is-long-enough";

fn body(id: &str, key: &str) -> String {
    json!({ "clientId": id, "clientSecret": key, "accessType": "offline" }).to_string()
}

fn consumer(set: &Set, vend: &str) -> (String, String) {
    let words = ["consumer", "add", "INT-1", "--vend", vend, "--json"];
    let added: Value = serde_json::from_str(&set.folder.run(&words).good()).expect("JSON");
    let text = |name: &str| added[name].as_str().expect("text").to_owned();
    (text("client_id"), text("client_secret"))
}

/// An agent elsewhere, that asks as this consumer.
fn agent(folder: &Folder, broker: &str, (id, key): &(String, String)) -> Server {
    let words = ["agent", "INT-1", "--json", "--listen", "127.0.0.1:0"];
    let mut command = folder.command(&words);
    command.args(["--consumer", id, "--broker", broker]);
    command.env("COUNTERSIGN_CONSUMER_KEY", key);
    command.env("COUNTERSIGN_AGENT_KEY", KEY);
    Server::start(command)
}

fn base(agent: &Server) -> String {
    let url = agent.url("token_url");
    url.trim_end_matches("/v2/token").to_owned()
}

async fn post(base: &str, path: &str, body: String) -> (u16, Value) {
    let url = format!("{base}{path}");
    ask("POST", &url, None, Some(("application/json", body))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_sdk_beside_an_agent_is_told_what_the_broker_would_tell_it() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let (broker, elsewhere) = (server.url("broker"), Folder::new());
    for vend in ["direct", "gateway"] {
        let known = consumer(&set, vend);
        let agent = agent(&elsewhere, &broker, &known);
        let near = base(&agent);
        let (at_broker, at_agent) = (body(&known.0, &known.1), body("INT-1", KEY));
        for path in [
            "/v1/requestToken",
            "/v1/requestToken/",
            "//v1/requestToken",
            "/V1/requesttoken",
            "/v1/requestToken?legacy=0",
            "/v1/requestToken?legacy=1",
        ] {
            let theirs = post(&broker, path, at_broker.clone()).await;
            let ours = post(&near, path, at_agent.clone()).await;
            let wanted = match (vend, path.ends_with("legacy=1")) {
                ("direct", false) => 200,
                _ => 400,
            };
            assert_eq!(
                (theirs.0, ours.0),
                (wanted, wanted),
                "{vend} {path}: {ours:?}"
            );
            match wanted {
                200 => {
                    assert_eq!(ours.1["accessToken"], theirs.1["accessToken"]);
                    assert_eq!(ours.1.as_object().expect("fields").len(), 2);
                    assert!(ours.1["expiresIn"].as_i64().expect("seconds") > 900);
                }
                _ => {
                    assert_eq!(ours.1, theirs.1, "{vend} {path}");
                    assert_eq!(ours.1["errorcode"], 10_007);
                }
            }
        }
        let odd = ["", "{}", "clientId=CANARY", r#"{"clientId":"CANARY"}"#];
        for sent in odd.map(str::to_owned).into_iter().chain([
            body("INT-1", "CANARY-wrong"),
            format!("\"{}\"", "x".repeat(20_000)),
        ]) {
            let theirs = post(&broker, "/v1/requestToken", sent.clone()).await;
            let ours = post(&near, "/v1/requestToken", sent).await;
            assert!((400..500).contains(&ours.0), "{ours:?}");
            assert_eq!(ours, theirs);
            assert!(!ours.1.to_string().contains("CANARY"), "{ours:?}");
        }
    }
}
