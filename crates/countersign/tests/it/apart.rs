//! The two planes as processes of their own, with nothing between them but the road of outcomes.

use crate::commands::ESTATE;
use crate::house::{BIN, Ended, Folder, Server, ask};
use crate::serve::tenant;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// One plane's own binary, built if it is not there or not of this code.
fn door(name: &str) -> PathBuf {
    let beside = Path::new(BIN).with_file_name(name);
    let folder = beside.parent().expect("a profile's folder");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let mut cargo = Command::new(env!("CARGO"));
    // The whole workspace decides about features, as for the tests themselves: nothing is built twice.
    cargo.args([
        "build",
        "--quiet",
        "--offline",
        "--workspace",
        "--bin",
        name,
    ]);
    cargo.args(["--profile", profile, "--target-dir"]);
    cargo.arg(folder.parent().expect("the target folder"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    // What this test inherits from its own build would make cargo build dependencies anew.
    for variable in [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_LINKS",
        "CARGO_PKG_NAME",
        "CARGO_PKG_VERSION_MAJOR",
        "CARGO_PKG_VERSION_MINOR",
        "CARGO_PKG_VERSION_PATCH",
        "CARGO_PKG_VERSION_PRE",
    ] {
        cargo.env_remove(variable);
    }
    assert!(cargo.status().expect("cargo").success(), "{name} is built");
    beside
}

/// A running plane; killed when dropped, as a power cut would.
struct Plane {
    child: Child,
    /// Kept, so that what it prints later has a reader.
    _stdout: BufReader<ChildStdout>,
    url: String,
}

impl Plane {
    fn start(name: &str, folder: &Folder, listen: [&str; 2], key: &str) -> Plane {
        let mut command = Command::new(door(name));
        command.arg("--data").arg(folder.path()).args(listen);
        command.env("COUNTERSIGN_MASTER_KEY", key);
        command.env("COUNTERSIGN_LOG", "warn");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        stdout.read_line(&mut line).expect("a line");
        let url = line.split_whitespace().last().expect("a URL").to_owned();
        Plane {
            child,
            _stdout: stdout,
            url,
        }
    }

    fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        // Ending what has ended already is fine.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Two folders, and beside them a tenant.
struct Apart {
    watch: Folder,
    broker: Folder,
    key: String,
    sim: Server,
    estate: String,
    _sim_folder: Folder,
}

impl Apart {
    fn new() -> Apart {
        let (watch, broker, sim_folder) = (Folder::new(), Folder::new(), Folder::new());
        let key = broker
            .run(&["init", "--role", "broker"])
            .good()
            .trim()
            .to_owned();
        let file = broker.path().join("estate.yaml");
        std::fs::write(&file, ESTATE).expect("written");
        let path = file.to_string_lossy().into_owned();
        let sim = tenant(&sim_folder, &path, 1079, 1200);
        let tenant_line = format!("not-a-real-one, auth_url: \"{}\" }}", sim.url("sim"));
        std::fs::write(&file, ESTATE.replace("not-a-real-one }", &tenant_line)).expect("written");
        Apart {
            watch,
            broker,
            key,
            sim,
            estate: path,
            _sim_folder: sim_folder,
        }
    }

    fn watchd(&self, address: &str) -> Plane {
        Plane::start("countersign-watchd", &self.watch, ["--listen", address], "")
    }

    fn brokerd(&self) -> Plane {
        let listen = ["--broker-listen", "127.0.0.1:0"];
        Plane::start("countersign-brokerd", &self.broker, listen, &self.key)
    }

    /// A command from a third folder, which reaches the planes by name.
    fn both(&self, watch: &Plane, broker: &Plane, words: &[&str]) -> Ended {
        let (watch_token, broker_token) = (token(&self.watch), token(&self.broker));
        let mut words = words.to_vec();
        words.extend(["--server", &watch.url, "--broker-server", &broker.url]);
        let watch_token = format!("--token={watch_token}");
        let broker_token = format!("--broker-token={broker_token}");
        words.extend([watch_token.as_str(), broker_token.as_str()]);
        Folder::new().run(&words)
    }

    /// The watch's settings of the broker: where it is, and the file of the ingest key.
    fn introduce(&self, watch: &Plane, key: &str) {
        let file = self.broker.path().join("watch.token");
        std::fs::write(&file, key).expect("written");
        let lines = format!(
            "watch_url = \"{}\"\nwatch_token_file = \"{}\"\n",
            watch.url,
            file.display()
        );
        std::fs::write(self.broker.path().join("countersign.toml"), lines).expect("written");
    }

    fn incident(&self) -> Value {
        let listed = self.watch.run(&["incidents", "--all", "--json"]).good();
        let incidents: Value = serde_json::from_str(&listed).expect("JSON");
        let of = |one: &&Value| one["root_cause"] == "credential:INT-1";
        let found = incidents.as_array().expect("a list").iter().find(of);
        found.cloned().unwrap_or(Value::Null)
    }

    /// Looks until the incident is in this state; at most 100 s of the wall.
    async fn until(&self, state: &str) -> Value {
        for turn in 0..400 {
            let incident = self.incident();
            if incident["state"] == state {
                return incident;
            }
            if state == "open" && turn % 20 == 0 {
                // A second refusal, 30 s after the first, makes it an incident: do not wait longer.
                self.broker.run(&["renew", "INT-1"]);
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("it did not become {state}: {}", self.incident());
    }
}

fn token(folder: &Folder) -> String {
    let bytes = std::fs::read(folder.path().join("run.json")).expect("a run file");
    let run: Value = serde_json::from_slice(&bytes).expect("JSON");
    run["token"].as_str().expect("a token").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_at_the_broker_is_an_incident_in_the_watch_and_restarts_lose_nothing() {
    let apart = Apart::new();
    let watch = apart.watchd("127.0.0.1:0");
    let added = apart.watch.run(&["source", "add", "orders", "--broker"]);
    apart.introduce(&watch, &added.good());
    let broker = apart.brokerd();
    let applied = apart.both(&watch, &broker, &["estate", "apply", &apart.estate]);
    assert_eq!(applied.code(), 0, "{}", applied.stderr());
    assert!(
        applied.stderr().contains("the broker and the watch"),
        "{}",
        applied.stderr()
    );

    let state = format!("{}/_sim/state", apart.sim.url("sim_control"));
    let state = ask("GET", &state, None, None).await.1;
    let secret = state["packages"][0]["secrets"][0]["secret"].clone();
    let secret = secret.as_str().expect("a secret");
    apart
        .broker
        .run_with("", secret, &["credential", "add", "INT-1"])
        .good();
    let control = apart.sim.url("sim_control");
    let broken = [
        "sim",
        "break",
        "INT-1",
        "secret_expired",
        "--control",
        &control,
    ];
    apart.broker.run(&broken).good();
    let open = apart.until("open").await;
    assert_eq!(open["class"], "auth_rejected", "{open}");

    // Both lose power, and the broker comes back alone: it renews without a watch.
    let address = watch.address();
    drop((watch, broker));
    let mend = ["sim", "mend", "INT-1", "--control", &control];
    apart.broker.run(&mend).good();
    let broker = apart.brokerd();
    apart.broker.run(&["renew", "INT-1"]).good();
    drop(broker);
    // The watch comes back where the broker looks for it, and the ingest key of before opens the road.
    let watch = apart.watchd(&address);
    assert_eq!(apart.incident()["state"], "open");
    let broker = apart.brokerd();
    apart.until("resolved").await;
    drop((watch, broker));
}

#[test]
fn a_command_asks_the_plane_it_needs_and_says_which_one_is_missing() {
    let apart = Apart::new();
    let watch = apart.watchd("127.0.0.1:0");
    let broker = apart.brokerd();
    let elsewhere = Folder::new();
    let at = |plane: &Plane, folder: &Folder, words: &[&str]| {
        let token = format!("--token={}", token(folder));
        let mut words = words.to_vec();
        words.extend(["--server", &plane.url, &token]);
        elsewhere.run(&words)
    };
    // Either plane alone takes the estate, and the command says who has it.
    let words = ["estate", "apply", apart.estate.as_str()];
    let applied = at(&broker, &apart.broker, &words);
    assert_eq!(applied.code(), 0, "{}", applied.stderr());
    let told = applied.stderr();
    assert!(told.contains("In force on the broker; no watch"), "{told}");
    let plan = ["estate", "plan", apart.estate.as_str()];
    assert_eq!(at(&broker, &apart.broker, &plan).code(), 0, "it has it");
    assert_eq!(at(&watch, &apart.watch, &plan).code(), 4, "it has it not");
    let both = apart.both(&watch, &broker, &plan);
    assert_eq!(both.code(), 4, "one of the two has it not");
    assert!(both.stdout().contains("On the watch:"), "{}", both.stdout());
    // What needs the other plane names it, on either road.
    for (ended, code, flag) in [
        (
            at(&broker, &apart.broker, &["status"]),
            2,
            "add --server URL",
        ),
        (
            at(&watch, &apart.watch, &["consumer", "list"]),
            2,
            "add --broker-server URL",
        ),
        (
            apart.watch.run(&["consumer", "list"]),
            5,
            "--broker-server URL",
        ),
        (apart.broker.run(&["status"]), 5, "--server URL"),
    ] {
        assert_eq!(ended.code(), code, "{}", ended.stderr());
        assert!(ended.stderr().contains(flag), "{}", ended.stderr());
    }
    // A local command on one plane's folder is enough for that plane.
    apart.watch.run(&words).good();
    assert_eq!(apart.both(&watch, &broker, &plan).code(), 0);
    let listed = apart.broker.run(&["credential", "list"]).good();
    assert!(listed.contains("INT-1"), "{listed}");
}

#[test]
fn an_estate_that_one_plane_would_not_hear_of_changes_neither() {
    let apart = Apart::new();
    let watch = apart.watchd("127.0.0.1:0");
    let broker = apart.brokerd();
    let words = ["estate", "apply", apart.estate.as_str()];
    let wrong = Folder::new().run(&[
        words[0],
        words[1],
        words[2],
        "--server",
        &watch.url,
        "--token=CANARY-not-the-watchs-token",
        "--broker-server",
        &broker.url,
        &format!("--broker-token={}", token(&apart.broker)),
    ]);
    assert_eq!(wrong.code(), 3, "{}", wrong.stderr());
    let plan = ["estate", "plan", apart.estate.as_str()];
    assert_eq!(
        apart.broker.run(&plan).code(),
        4,
        "the broker was not changed"
    );
}
