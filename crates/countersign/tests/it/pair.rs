//! Both planes in one process work by one estate, whoever changes it.

use crate::commands::ESTATE;
use crate::house::{Folder, Server, ask};
use crate::serve::serve;
use serde_json::Value;
use std::time::Duration;

/// A server over an estate, and what its people's commands use.
struct Pair {
    folder: Folder,
    key: String,
    server: Server,
    bearer: String,
    file: String,
}

/// The names of the estate on the watch and on the broker.
type Names = (String, String);

impl Pair {
    fn serve() -> Pair {
        let folder = Folder::new();
        let key = folder.run(&["init"]).good().trim().to_owned();
        let server = serve(&folder, &key);
        let run = std::fs::read_to_string(folder.path().join("run.json")).expect("a file");
        let run: Value = serde_json::from_str(&run).expect("JSON");
        let bearer = run["token"].as_str().expect("a token").to_owned();
        let file = folder.path().join("estate.yaml");
        let file = file.to_string_lossy().into_owned();
        Pair {
            folder,
            key,
            server,
            bearer,
            file,
        }
    }

    fn url(&self, plane: &str) -> String {
        let path = match plane {
            "broker" => "/admin/api/v1/estate",
            _ => "/api/v1/estate",
        };
        format!("{}{path}", self.server.url(plane))
    }

    /// What a program sends: the small estate under a name, whatever is there or under no condition.
    async fn put(&self, plane: &str, name: &str, anything: bool) -> (u16, Value) {
        let text = ESTATE.replacen("name: small", &format!("name: {name}"), 1);
        let estate =
            countersign_feed::estate::decode(&text, countersign_feed::estate::Format::Yaml);
        let body = serde_json::to_string(&estate.expect("a sound estate")).expect("JSON");
        let client = countersign_host::http::client(Duration::from_secs(60));
        let client = client.build().expect("a client");
        let mut request = client.put(self.url(plane)).bearer_auth(&self.bearer);
        if anything {
            request = request.header("if-match", "*");
        }
        let request = request.header("content-type", "application/json");
        let response = request.body(body).send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    async fn names(&self) -> Names {
        let name = async |plane: &str| {
            let read = ask("GET", &self.url(plane), Some(&self.bearer), None).await;
            read.1["name"].as_str().expect("a name").to_owned()
        };
        (name("dashboard").await, name("broker").await)
    }

    fn apply(&self, name: &str) -> String {
        let text = ESTATE.replacen("name: small", &format!("name: {name}"), 1);
        std::fs::write(&self.file, text).expect("written");
        let words = ["estate", "apply", self.file.as_str()];
        self.folder.run_with(&self.key, "", &words).good()
    }
}

fn both(name: &str) -> Names {
    (name.to_owned(), name.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_estate_given_to_one_plane_alone_is_written_over_by_nobody_who_did_not_see_it() {
    let pair = Pair::serve();
    let first = pair.put("dashboard", "first", false).await;
    assert_eq!(first.0, 200, "the first needs no condition: {}", first.1);
    assert_eq!(pair.names().await, both("first"));

    for plane in ["dashboard", "broker"] {
        let (status, problem) = pair.put(plane, "blind", false).await;
        assert_eq!(
            (status, &problem["code"]),
            (428, &"precondition_required".into())
        );
    }
    assert_eq!(pair.names().await, both("first"), "nothing was changed");

    let alone = pair.put("broker", "theirs", true).await;
    assert_eq!(alone.0, 204, "{}", alone.1);
    let (status, problem) = pair.put("dashboard", "ours", true).await;
    assert_eq!((status, &problem["code"]), (412, &"estate_changed".into()));
    let apart = ("first".to_owned(), "theirs".to_owned());
    assert_eq!(pair.names().await, apart, "neither plane was changed");

    pair.apply("equal");
    assert_eq!(pair.names().await, both("equal"));
    let next = pair.put("dashboard", "next", true).await;
    assert_eq!(next.0, 200, "{}", next.1);
    assert_eq!(pair.names().await, both("next"), "a pair again");
}
