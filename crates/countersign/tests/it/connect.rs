//! `connect`: the lines of every client, the first request, and what is refused.

use crate::house::{Folder, Server, ask};
use crate::serve::{serve, set_up};
use serde_json::{Value, json};

fn connect(folder: &Folder, words: &[&str]) -> Value {
    let mut all = vec!["connect", "INT-1", "--json", "--no-wait"];
    all.extend(words);
    serde_json::from_str(&folder.run(&all).good()).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_client_gets_its_lines_with_this_broker_and_this_consumer() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let listed = set.folder.run(&["connect", "--list", "--json"]).good();
    let names: Vec<Value> = listed
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(names.len(), 17);
    let (broker, id) = (server.url("broker"), "INT-1-client-1");
    for client in &names {
        let name = client["name"].as_str().expect("a name");
        let shown = connect(&set.folder, &["--client", name]);
        assert_eq!(
            (&shown["client_id"], &shown["client_secret"]),
            (&id.into(), &Value::Null)
        );
        assert_eq!(shown["token_url"], format!("{broker}/v2/token"), "{name}");
        let lines = shown["lines"].as_str().expect("lines");
        assert!(lines.contains(id), "{name}: {lines}");
        let ours = lines.contains(&broker);
        assert_eq!(ours, !name.starts_with("tap-"), "{name}: {lines}");
        let key = lines.contains("SFMC_CLIENT_SECRET") || lines.contains("THE-CONSUMERS-KEY");
        assert!(key, "{name}: {lines}");
        let words = ["connect", "INT-1", "--no-wait", "--client", name];
        let printed = set.folder.run(&words).good();
        for line in lines.lines() {
            assert!(printed.contains(line), "{name}: {line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_consumers_key_is_shown_once_and_works() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let new = connect(&set.folder, &["--client", "mcdev", "--new-consumer"]);
    let key = new["client_secret"].as_str().expect("a key");
    let pasted: Value = serde_json::from_str(new["lines"].as_str().expect("lines")).expect("JSON");
    let pasted = &pasted["countersign"];
    assert_eq!(pasted["client_secret"], key);
    let url = pasted["auth_url"]
        .as_str()
        .expect("a URL")
        .split('#')
        .next();
    let body = json!({
        "grant_type": "client_credentials", "client_id": pasted["client_id"],
        "client_secret": pasted["client_secret"], "account_id": pasted["account_id"],
    });
    let body = Some(("application/json", body.to_string()));
    assert_eq!(ask("POST", url.expect("a URL"), None, body).await.0, 200);
    let id = new["client_id"].as_str().expect("an id");
    let again = connect(&set.folder, &["--client", "mcdev", "--consumer", id]);
    assert!(!again.to_string().contains(key), "shown once");
    let several = set
        .folder
        .run(&["connect", "INT-1", "--client", "mcdev", "--no-wait"]);
    assert_eq!(several.code(), 2);
    assert!(several.stderr().contains(id), "{}", several.stderr());
    let unknown = set.folder.run(&["connect", "INT-1", "--client", "no-such"]);
    assert_eq!(unknown.code(), 2, "{}", unknown.stderr());
    assert!(
        unknown.stderr().contains("fuelsdk-python"),
        "{}",
        unknown.stderr()
    );
    set.folder.run(&["consumer", "revoke", id]).good();
    set.folder
        .run(&["consumer", "revoke", "INT-1-client-1"])
        .good();
    let none = set.folder.run(&["connect", "INT-1", "--client", "mcdev"]);
    assert_eq!(none.code(), 2);
    assert!(
        none.stderr().contains("--new-consumer"),
        "{}",
        none.stderr()
    );
    drop(server);
    let away = set.folder.run(&["connect", "INT-1", "--client", "mcdev"]);
    assert_eq!(away.code(), 5, "{}", away.stderr());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_for_the_first_request_and_says_when_nobody_came() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let words = ["connect", "INT-1", "--client", "curl", "--json"];
    let waiting = Server::start(set.folder.command(&words));
    assert_eq!(waiting.ready["client_id"], "INT-1-client-1");
    assert_eq!(set.token(&server).await.0, 200);
    let seen = waiting.rest();
    let seen: Value = serde_json::from_str(seen.trim()).expect("JSON");
    assert_eq!(seen["first_request"]["client_id"], "INT-1-client-1");
    assert!(
        seen["first_request"]["at"]
            .as_str()
            .is_some_and(|at| at.contains('T'))
    );
    let nobody = set
        .folder
        .run(&["connect", "INT-1", "--client", "curl", "--wait", "1"]);
    assert_eq!(nobody.code(), 1, "{}", nobody.stderr());
    assert!(
        nobody.stderr().contains("asked for no token"),
        "{}",
        nobody.stderr()
    );
}
