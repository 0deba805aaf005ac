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

#[tokio::test(flavor = "multi_thread")]
async fn a_new_consumer_is_handed_what_vend_says() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    for (vend, gateway) in [("direct", false), ("gateway", true)] {
        let words = ["--client", "curl", "--new-consumer", "--vend", vend];
        let new = connect(&set.folder, &words);
        assert_eq!(new["vend"], vend);
        let body = json!({
            "grant_type": "client_credentials", "client_id": new["client_id"],
            "client_secret": new["client_secret"],
        });
        let body = Some(("application/json", body.to_string()));
        let url = format!("{}/v2/token", server.url("broker"));
        let (status, answer) = ask("POST", &url, None, body).await;
        assert_eq!(status, 200, "{answer}");
        let token = answer["access_token"].as_str().expect("a token");
        assert_eq!(token.starts_with("csg1."), gateway, "{vend}");
    }
    for words in [
        &["--client", "curl", "--vend", "gateway"][..],
        &["--client", "curl", "--new-consumer", "--vend", "both"],
        &["--client", "jsforce", "--new-consumer", "--vend", "gateway"],
    ] {
        let mut all = vec!["connect", "INT-1", "--no-wait"];
        all.extend(words);
        let refused = set.folder.run(&all);
        assert_eq!(refused.code(), 2, "{words:?}: {}", refused.stderr());
    }
    let core = connect(&set.folder, &["--client", "jsforce", "--new-consumer"]);
    assert_eq!(core["vend"], "direct", "the gateway does not lead there");
}

/// The lines for a shell, in a shell, in a folder where an older file lies open to all.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_pasted_into_a_shell_asks_for_a_token_and_keeps_its_file_to_this_user() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    let new = connect(&set.folder, &["--client", "curl", "--new-consumer"]);
    let lines = new["lines"].as_str().expect("lines");
    let here = Folder::new();
    let file = here.path().join("request.json");
    std::fs::write(&file, "{}").expect("written");
    let script = format!("umask 022\n{lines}umask >&2\n");
    let ended = std::process::Command::new("sh")
        .args(["-c", &script])
        .current_dir(here.path())
        .output()
        .expect("a shell");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{told}");
    let answer: Value = serde_json::from_slice(&ended.stdout).expect("JSON");
    assert_eq!(answer["token_type"], "Bearer", "{answer}");
    let mode = std::fs::metadata(&file).expect("a file").permissions();
    let mode = std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777;
    assert_eq!(mode, 0o600, "{mode:o}");
    assert_eq!(told.trim(), "0022", "the shell is left as it was");
}
