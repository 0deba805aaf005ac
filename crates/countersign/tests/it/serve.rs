//! The real thing: both planes on a real vault, a simulated tenant beside, and power cuts.

use crate::commands::ESTATE;
use crate::house::{Folder, Server, ask};
use serde_json::{Value, json};

/// A simulated tenant for the small estate, with lives of `expires_in`/`validity` seconds.
pub(crate) fn tenant(folder: &Folder, file: &str, expires_in: u32, validity: u32) -> Server {
    let mut command = folder.command(&["sim", "--estate", file, "--json"]);
    command.args(["--set", &format!("expires_in={expires_in}")]);
    command.args(["--set", &format!("validity={validity}")]);
    command.args([
        "--sim-listen",
        "127.0.0.1:0",
        "--sim-control-listen",
        "127.0.0.1:0",
    ]);
    Server::start(command)
}

pub(crate) fn serve(folder: &Folder, key: &str) -> Server {
    let mut command = folder.command(&["serve", "--json"]);
    command.env("COUNTERSIGN_MASTER_KEY", key);
    command.args(["--listen", "127.0.0.1:0", "--broker-listen", "127.0.0.1:0"]);
    Server::start(command)
}

/// A folder with a vault, the small estate pointed at a tenant, its secret and a consumer.
pub(crate) struct Set {
    pub(crate) folder: Folder,
    pub(crate) sim: Server,
    pub(crate) key: String,
    pub(crate) consumer: Value,
    _sim_folder: Folder,
}

pub(crate) async fn set_up(expires_in: u32, validity: u32) -> Set {
    set_up_with(ESTATE, expires_in, validity).await
}

/// The same with another estate; its first credential and integration are `INT-1`.
pub(crate) async fn set_up_with(estate: &str, expires_in: u32, validity: u32) -> Set {
    let (folder, sim_folder) = (Folder::new(), Folder::new());
    let key = folder.run(&["init"]).good().trim().to_owned();
    let file = folder.path().join("estate.yaml");
    std::fs::write(&file, estate).expect("written");
    let path = file.to_string_lossy().into_owned();
    let sim = tenant(&sim_folder, &path, expires_in, validity);
    let tenant_line = format!("not-a-real-one, auth_url: \"{}\" }}", sim.url("sim"));
    std::fs::write(&file, estate.replacen("not-a-real-one }", &tenant_line, 1)).expect("written");
    folder
        .run_with(&key, "", &["estate", "apply", &path])
        .good();
    let state = ask(
        "GET",
        &format!("{}/_sim/state", sim.url("sim_control")),
        None,
        None,
    )
    .await
    .1;
    let secret = state["packages"][0]["secrets"][0]["secret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    folder
        .run_with(
            &key,
            &secret,
            &["credential", "add", "INT-1", "--others-moved"],
        )
        .good();
    let added = folder
        .run_with(
            &key,
            "",
            &["consumer", "add", "INT-1", "--vend", "direct", "--json"],
        )
        .good();
    let consumer = serde_json::from_str(&added).expect("JSON");
    Set {
        folder,
        sim,
        key,
        consumer,
        _sim_folder: sim_folder,
    }
}

impl Set {
    pub(crate) async fn token(&self, server: &Server) -> (u16, Value) {
        let body = json!({
            "grant_type": "client_credentials",
            "client_id": self.consumer["client_id"],
            "client_secret": self.consumer["client_secret"],
        });
        let url = format!("{}/v2/token", server.url("broker"));
        ask(
            "POST",
            &url,
            None,
            Some(("application/json", body.to_string())),
        )
        .await
    }

    pub(crate) async fn mints(&self) -> usize {
        let url = format!("{}/_sim/ledger", self.sim.url("sim_control"));
        let ledger = ask("GET", &url, None, None).await.1;
        let requests = ledger["requests"].as_array().expect("a list");
        requests
            .iter()
            .filter(|one| one["route"] == "/v2/token")
            .count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_costs_no_token_and_no_mint() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let (status, first) = set.token(&server).await;
    assert_eq!(status, 200, "{first}");
    let mints = set.mints().await;
    server.kill();
    let server = serve(&set.folder, &set.key);
    let (status, second) = set.token(&server).await;
    assert_eq!(
        (status, &second["access_token"]),
        (200, &first["access_token"])
    );
    assert_eq!(set.mints().await, mints, "a restart mints nothing");
    let verified = set.folder.run_with(&set.key, "", &["audit", "verify"]);
    assert_eq!(verified.code(), 0, "{}", verified.stderr());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_outcome_survives_a_power_cut() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let run: Value = serde_json::from_slice(
        &std::fs::read(set.folder.path().join("run.json")).expect("a run file"),
    )
    .expect("JSON");
    let token = run["token"].as_str().expect("a token").to_owned();
    let url = format!("{}/api/v1/outcomes", server.url("dashboard"));
    let lines: Vec<String> = (0..50)
        .map(|n| {
            json!({ "id": format!("t-{n}"), "source": "test", "integration": "INT-1",
                    "kind": "call", "status": 200 })
            .to_string()
        })
        .collect();
    let body = Some(("application/x-ndjson", lines.join("\n")));
    let (status, report) = ask("POST", &url, Some(&token), body.clone()).await;
    assert_eq!((status, &report["accepted"]), (200, &50.into()), "{report}");
    server.kill();
    let server = serve(&set.folder, &set.key);
    let run: Value = serde_json::from_slice(
        &std::fs::read(set.folder.path().join("run.json")).expect("a run file"),
    )
    .expect("JSON");
    let token = run["token"].as_str().expect("a token").to_owned();
    let url = format!("{}/api/v1/outcomes", server.url("dashboard"));
    let (_, report) = ask("POST", &url, Some(&token), body).await;
    assert_eq!(report["duplicates"], 50, "all were kept: {report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_folder_is_refused() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let mut command = set.folder.command(&["serve", "--json"]);
    command.env("COUNTERSIGN_MASTER_KEY", &set.key);
    command.args(["--listen", "127.0.0.1:0", "--broker-listen", "127.0.0.1:0"]);
    let second = command.output().expect("it starts");
    assert_eq!(
        second.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&second.stderr)
    );
    drop(server);
}

#[test]
fn a_ledger_that_is_held_is_refused_to_a_second_watch_and_to_offline_commands() {
    let folder = Folder::new();
    let words = [
        "serve",
        "--json",
        "--role",
        "watch",
        "--listen",
        "127.0.0.1:0",
    ];
    let server = Server::start(folder.command(&words));
    let second = folder.run(&words);
    assert_eq!(second.code(), 3, "{}", second.stderr());
    assert!(
        second.stderr().contains("watch.lock"),
        "{}",
        second.stderr()
    );
    // Without run.json the command takes the folder for one where no server runs.
    std::fs::remove_file(folder.path().join("run.json")).expect("it was written");
    let offline = folder.run(&["incidents"]);
    assert_eq!(offline.code(), 3, "{}", offline.stderr());
    drop(server);
    folder.run(&["incidents"]).good();
}

#[tokio::test(flavor = "multi_thread")]
async fn allowed_sources_hold_behind_a_trusted_proxy() {
    let mut set = set_up(1079, 1200).await;
    let added = set.folder.run_with(
        &set.key,
        "",
        &[
            "consumer",
            "add",
            "INT-1",
            "--source",
            "203.0.113.0/24",
            "--json",
        ],
    );
    set.consumer = serde_json::from_str(&added.good()).expect("JSON");
    let settings = set.folder.path().join("countersign.toml");
    for (line, expected) in [
        ("", [401, 401, 401]),
        ("trusted_proxies = [\"127.0.0.0/8\"]\n", [200, 401, 401]),
    ] {
        std::fs::write(&settings, line).expect("written");
        let server = serve(&set.folder, &set.key);
        let mut got = Vec::new();
        for from in [
            "198.51.100.1, 203.0.113.9",
            "203.0.113.9, 198.51.100.1",
            "unknown",
        ] {
            let url = format!("{}/v2/token", server.url("broker"));
            let body = json!({
                "grant_type": "client_credentials",
                "client_id": set.consumer["client_id"],
                "client_secret": set.consumer["client_secret"],
            });
            let client = reqwest::Client::builder().build().expect("a client");
            let request = client.post(url).header("x-forwarded-for", from).json(&body);
            got.push(request.send().await.expect("an answer").status().as_u16());
        }
        assert_eq!(got, expected, "{line:?}");
    }
}

/// Records of the audit chain, which has to hold.
fn audit_records(set: &Set) -> u64 {
    let words = ["audit", "verify", "--json"];
    let verified = set.folder.run_with(&set.key, "", &words).good();
    let verdict: Value = serde_json::from_str(&verified).expect("JSON");
    assert_eq!(verdict["holds"], true, "{verdict}");
    verdict["records"].as_u64().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_loses_no_account_that_was_written_and_at_most_the_last_second() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    assert_eq!(set.token(&server).await.0, 200);
    let mints = set.mints().await;
    // The mint and the vend are in the books when their number rests.
    let mut rested = audit_records(&set);
    for _ in 0..20 {
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        let now = audit_records(&set);
        if now == rested {
            break;
        }
        rested = now;
    }
    server.kill();
    assert_eq!(
        audit_records(&set),
        rested,
        "what was accounted for is there"
    );

    // And between: vends of which the first were accounted for and the last were not.
    let server = serve(&set.folder, &set.key);
    let before = audit_records(&set);
    assert_eq!(set.token(&server).await.0, 200);
    while audit_records(&set) == before {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let accounted = audit_records(&set);
    assert_eq!(set.token(&server).await.0, 200);
    server.kill();
    let left = audit_records(&set);
    assert!(
        left == accounted || left == accounted + 1,
        "the first vend stays, the last may go: {left} after {accounted}"
    );
    let server = serve(&set.folder, &set.key);
    assert_eq!(set.token(&server).await.0, 200);
    assert_eq!(set.mints().await, mints, "and none of it cost a mint");
}
