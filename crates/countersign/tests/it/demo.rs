//! The demo and its stories, in real processes.

use crate::house::{Folder, Server, ask};
use countersign_model::incident::Incident;
use countersign_model::{SignedDuration, Timestamp};
use countersign_sim::corpus;
use countersign_sim::simulate::{Staged, simulate};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

pub(crate) fn demo(folder: &Folder, story: &str, speed: &str) -> Server {
    Server::start(demo_command(folder, story, speed))
}

/// Without a history, which most of what is tested here does not need.
fn demo_command(folder: &Folder, story: &str, speed: &str) -> Command {
    let mut command = with_history(folder, story, speed);
    command.arg("--fresh");
    command
}

fn with_history(folder: &Folder, story: &str, speed: &str) -> Command {
    let mut command = folder.command(&["demo", "--story", story, "--speed", speed, "--json"]);
    for flag in [
        "--listen",
        "--broker-listen",
        "--sim-listen",
        "--sim-control-listen",
    ] {
        command.args([flag, "127.0.0.1:0"]);
    }
    command
}

pub(crate) async fn incidents(server: &Server) -> Vec<Value> {
    let url = format!("{}/api/v1/incidents?all=true", server.url("dashboard"));
    let token = server.ready["api_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let (status, body) = ask("GET", &url, Some(&token), None).await;
    assert_eq!(status, 200, "{body}");
    body["incidents"].as_array().cloned().expect("a list")
}

/// Looks until `found` says so; at most 90 s of the wall.
pub(crate) async fn until<T>(server: &Server, found: impl Fn(&[Value]) -> Option<T>) -> T {
    for _ in 0..900 {
        if let Some(found) = found(&incidents(server).await) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not come about: {:?}", incidents(server).await);
}

pub(crate) async fn advance(server: &Server, by: &str) {
    let url = format!("{}/_sim/clock", server.url("sim_control"));
    let body = format!("{{\"advance\":\"{by}\"}}");
    let (status, answer) = ask("POST", &url, None, Some(("application/json", body))).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_sunday_opens_one_incident_before_the_token_ends() {
    let folder = Folder::new();
    let server = demo(&folder, "quiet-sunday", "60");
    let open = until(&server, |incidents| {
        incidents
            .iter()
            .find(|one| one["state"] == "open" && one["locked_at"].is_string())
            .cloned()
    })
    .await;
    assert_eq!(open["root_cause"], "credential:INT-029");
    assert_eq!(open["class"], "auth_rejected");
    let at = |name: &str| open[name].as_str().expect("a time").to_owned();
    assert!(
        at("started_at").starts_with("2026-11-22T12:50:59"),
        "{}",
        at("started_at")
    );
    assert!(
        at("opened_at").starts_with("2026-11-22T12:51:29"),
        "{}",
        at("opened_at")
    );
    assert!(
        at("locked_at").starts_with("2026-11-22T12:52:29"),
        "{}",
        at("locked_at")
    );
    let affects = open["affects"].as_array().expect("a list");
    for id in ["INT-029", "DE-16", "DE-17", "J-11", "J-12", "C-2"] {
        assert!(affects.iter().any(|one| one == id), "{id} in {affects:?}");
    }
    let harm = &open["harm"];
    assert_eq!(harm["at"], "2026-11-22T16:00:00Z", "{harm}");
    let told = folder.run(&["findings", "--json"]).good();
    let told: Vec<Value> = serde_json::from_str(&told).expect("a list");
    let ids: Vec<&str> = told.iter().filter_map(|one| one["id"].as_str()).collect();
    for id in [
        "ending:credential:INT-016",
        "key_old:credential:INT-032",
        "credential_shared:credential:INT-008",
        "owner_missing:integration:INT-047",
    ] {
        assert!(ids.contains(&id), "{id} in {ids:?}");
    }
    assert!(
        !ids.contains(&"end_date_stale:credential:INT-029"),
        "{ids:?}"
    );
    assert_eq!(harm["asset"], "J-12");
    // Nothing else opens in the hours that follow.
    advance(&server, "3h").await;
    let others: Vec<Value> = incidents(&server).await;
    let opened = others
        .iter()
        .filter(|one| one["opened_at"].is_string())
        .count();
    assert_eq!(opened, 1, "{others:?}");
    let verified = folder.run(&["audit", "verify", "--json"]);
    assert_eq!(verified.code(), 0, "{}", verified.stderr());
}

/// Root cause, class, when it opened to the second, what it affects, and the first harm.
type Told = (String, String, String, Vec<String>, Option<String>);

/// What was told of since the story began, oldest first.
fn told_of(incidents: &[Value], start: &str) -> Vec<Told> {
    let text = |one: &Value| one.as_str().map(str::to_owned);
    let told = |one: &Value| {
        let opened = text(&one["opened_at"]).filter(|at| at.as_str() >= start)?;
        let affects = one["affects"].as_array().into_iter().flatten();
        let mut affects: Vec<String> = affects.filter_map(text).collect();
        affects.sort();
        Some((
            text(&one["root_cause"])?,
            text(&one["class"])?,
            opened[.."2026-11-22T12:51:29".len()].to_owned(),
            affects,
            text(&one["harm"]["at"]),
        ))
    };
    let mut all: Vec<Told> = incidents.iter().filter_map(told).collect();
    all.sort_by(|a, b| a.2.cmp(&b.2));
    all
}

/// What `simulate` makes of a story's first two hours, beyond which no live one is played here.
fn simulated(name: &str) -> Vec<Told> {
    let mut staged = Staged {
        scenario: corpus::named(name).remove(0),
        estate: Arc::new(countersign_feed::demo_estate()),
    };
    staged.scenario.run_for = SignedDuration::from_hours(2);
    let start = staged.scenario.start.to_string();
    let ran = simulate(&[staged]).expect("it can be played").remove(0);
    let body = |one: &Incident| {
        let mut body = serde_json::to_value(one).expect("an incident");
        body["affects"] = one.affects().into();
        body
    };
    let incidents: Vec<Value> = ran.incidents.iter().map(body).collect();
    told_of(&incidents, &start)
}

/// Plays a story live for so long, and holds what opened against what `simulate` says opens.
async fn lives_as_simulated(mut command: Command, story: &str, by: &str) -> (Server, Vec<Told>) {
    command.env("COUNTERSIGN_LOG", "error");
    let server = Server::start(command);
    advance(&server, by).await;
    let live = told_of(&incidents(&server).await, "2026-11-22T12:30:00Z");
    assert_eq!(live, simulated(story), "{story}");
    (server, live)
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_sunday_is_the_same_incident_in_simulate_and_in_the_live_demo() {
    let folder = Folder::new();
    let story = "quiet-sunday";
    let (_server, told) = lives_as_simulated(demo_command(&folder, story, "60"), story, "1h").await;
    assert_eq!(told.len(), 1, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_sunday_observed_is_the_same_incident_in_simulate_and_in_the_live_demo() {
    let folder = Folder::new();
    let story = "quiet-sunday-observed";
    let (_server, told) = lives_as_simulated(with_history(&folder, story, "60"), story, "1h").await;
    assert_eq!(told.len(), 1, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twin_with_a_stale_date_is_silent_in_the_live_demo_after_ninety_days() {
    let folder = Folder::new();
    let story = "quiet-sunday-observed-stale-date";
    let server = Server::start(with_history(&folder, story, "60"));
    advance(&server, "1h").await;
    let all = incidents(&server).await;
    assert_eq!(told_of(&all, "2026-11-22T12:30:00Z"), [], "{all:?}");
    let causes: Vec<&str> = all
        .iter()
        .filter(|one| one["state"] == "resolved")
        .filter_map(|one| one["root_cause"].as_str())
        .collect();
    for cause in [
        "credential:INT-038",
        "platform",
        "credential:INT-042",
        "credential:INT-021",
        "credential:INT-010",
    ] {
        assert!(causes.contains(&cause), "{cause} in {causes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_sunday_is_silent_in_simulate_and_in_the_live_demo() {
    let folder = Folder::new();
    let story = "silent-sunday";
    let (_server, told) = lives_as_simulated(demo_command(&folder, story, "60"), story, "2h").await;
    assert_eq!(told, [], "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn vendor_outage_is_one_platform_incident_and_locks_nobody() {
    let folder = Folder::new();
    let server = demo(&folder, "vendor-outage", "60");
    advance(&server, "45m").await;
    let opened: Vec<Value> = incidents(&server)
        .await
        .into_iter()
        .filter(|one| one["opened_at"].is_string())
        .collect();
    assert_eq!(opened.len(), 1, "{opened:?}");
    assert_eq!(opened[0]["root_cause"], "platform");
    assert_eq!(opened[0]["class"], "upstream");
    let listed = folder.run(&["credential", "list", "--json"]).good();
    assert!(!listed.contains("\"locked\""), "{listed}");
}

/// When each slot got a token, by (credential, MID), from the provider's ledger.
async fn mints(server: &Server) -> BTreeMap<(String, u64), Vec<Timestamp>> {
    let ledger = format!("{}/_sim/ledger", server.url("sim_control"));
    let (_, body) = ask("GET", &ledger, None, None).await;
    let mut mints: BTreeMap<_, Vec<Timestamp>> = BTreeMap::new();
    for one in body["requests"].as_array().expect("a list") {
        if one["route"] == "/v2/token" && one["status"] == 200 {
            let credential = one["credential"].as_str().expect("an id").to_owned();
            let at = one["time"].as_str().expect("a time").parse();
            let slot = (credential, one["mid"].as_u64().expect("a MID"));
            mints.entry(slot).or_default().push(at.expect("a time"));
        }
    }
    mints
}

/// Token requests that the broker process made since it started, by its own counter.
async fn counted_by_broker(server: &Server) -> u64 {
    let url = format!("{}/metrics", server.url("broker"));
    let limit = Duration::from_secs(10);
    let client = reqwest::Client::builder().timeout(limit).build();
    let answer = client.expect("a client").get(url).send().await;
    let text = answer.expect("an answer").text().await.expect("text");
    let lines = text.lines();
    let counts = lines.filter(|line| line.starts_with("countersign_broker_token_requests_total"));
    let value = |line: &str| line.rsplit(' ').next().and_then(|n| n.parse::<u64>().ok());
    counts.filter_map(value).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_mid_flight_mints_nothing_and_tells_nobody() {
    let folder = Folder::new();
    let server = demo(&folder, "stampede", "60");
    // The story restarts the broker at 13:00.
    advance(&server, "29m").await;
    let (before, counted) = (mints(&server).await, counted_by_broker(&server).await);
    assert!(before.len() >= 25 && counted >= 25, "{before:?}, {counted}");
    advance(&server, "2m").await;
    let again = counted_by_broker(&server).await;
    assert!(
        again < counted / 2,
        "a new broker counts anew: {again} after {counted}"
    );
    advance(&server, "10m").await;
    let after = mints(&server).await;
    let n_after: usize = after.values().map(Vec::len).sum();
    let n_before: usize = before.values().map(Vec::len).sum();
    assert!(n_after > n_before, "tokens were renewed since");
    // No slot was minted again before half of its token's 1,199 s: the restart used what it found.
    for (slot, times) in &after {
        for pair in times.windows(2) {
            let apart = pair[1].duration_since(pair[0]);
            assert!(apart > SignedDuration::from_mins(8), "{slot:?}: {pair:?}");
        }
    }
    let opened = incidents(&server).await;
    assert!(
        opened.iter().all(|one| one["opened_at"].is_null()),
        "{opened:?}"
    );
    // And nothing opened because all is well, and not because nobody looked.
    let status = folder.run(&["status", "--json"]).good();
    let healthy = status.matches("\"health\":\"healthy\"").count();
    assert!(healthy >= 20, "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_logs_warnings_alone_unless_told_otherwise() {
    let folder = Folder::new();
    let quiet = demo(&folder, "none", "60");
    advance(&quiet, "20m").await;
    assert_eq!(quiet.log(), "", "tokens were renewed, and nothing was said");
    drop(quiet);
    let folder = Folder::new();
    let mut command = demo_command(&folder, "none", "60");
    command.env("COUNTERSIGN_LOG", "info");
    let loud = Server::start(command);
    advance(&loud, "20m").await;
    assert!(loud.log().contains("INFO"), "{}", loud.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_can_be_broken_and_mended_by_hand() {
    let folder = Folder::new();
    let server = demo(&folder, "none", "60");
    folder
        .run(&["sim", "break", "INT-031", "secret_expired"])
        .good();
    advance(&server, "20m").await;
    let broken = until(&server, |incidents| {
        incidents
            .iter()
            .find(|one| one["root_cause"] == "credential:INT-031")
            .cloned()
    })
    .await;
    assert_eq!(broken["class"], "auth_rejected");
    folder.run(&["sim", "mend", "INT-031"]).good();
    assert_eq!(
        folder.run(&["sim", "mend", "INT-031"]).code(),
        2,
        "mended already"
    );
    // An integration that uses another's credential, a unit and an asset are targets too.
    for (target, fault) in [
        ("INT-009", "rest_5xx"),
        ("TRV", "hiccup_is_none"),
        ("J-01", "asset_stall"),
    ] {
        let broken = folder.run(&["sim", "break", target, fault]);
        assert_eq!(
            broken.code() == 0,
            fault != "hiccup_is_none",
            "{}",
            broken.stderr()
        );
    }
    for target in ["INT-009", "J-01"] {
        folder.run(&["sim", "mend", target]).good();
    }
    folder
        .run(&["credential", "enable", "INT-031", "--reason", "mended"])
        .good();
    folder.run(&["renew", "INT-031"]).good();
    until(&server, |incidents| {
        let one = incidents
            .iter()
            .find(|one| one["root_cause"] == "credential:INT-031")?;
        (one["state"] == "resolved").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_call_with_live_tokens_and_get_over_a_revoked_one() {
    let folder = Folder::new();
    let server = demo(&folder, "none", "60");
    folder
        .run(&["sim", "break", "INT-008", "token_revoked"])
        .good();
    advance(&server, "30m").await;
    let ledger = format!("{}/_sim/ledger", server.url("sim_control"));
    let (_, body) = ask("GET", &ledger, None, None).await;
    let of = |credential: &str, status: u64| {
        let requests = body["requests"].as_array().expect("a list").iter();
        requests
            .filter(|one| one["credential"] == credential && one["status"] == status)
            .filter(|one| one["token"] != "none")
            .count()
    };
    // Two programs share the client: each meets the dead token once, and its next one works.
    assert_eq!(body["totals"]["dead_calls"], 2, "{}", body["totals"]);
    assert_eq!(of("INT-008", 401), 2);
    assert!(of("INT-008", 202) >= 58, "{}", of("INT-008", 202));
    // What is left of a run that began at 12:25 and takes eight minutes; its slot was cold.
    assert_eq!(of("INT-014", 200), 3);
    let opened = incidents(&server).await;
    assert!(
        opened.iter().all(|one| one["opened_at"].is_null()),
        "{opened:?}"
    );
    let status = folder.run(&["status", "RNA", "--json"]).good();
    let healthy = status.matches("\"healthy\"").count();
    assert!(healthy >= 5, "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn three_tokens_that_died_young_name_an_outside_minter_where_people_look() {
    let folder = Folder::new();
    let server = demo(&folder, "none", "1");
    let consumer = &server.ready["consumers"]["direct"];
    let credential = consumer["integration"].as_str().expect("an id");
    let before = folder.run(&["status", "--json"]).good();
    let before: Value = serde_json::from_str(&before).expect("JSON");
    assert_eq!(before["outside_minters"], serde_json::json!([]));
    let token = server.ready["api_token"].as_str().expect("a token");
    for _ in 0..3 {
        let slots = format!("{}/admin/api/v1/slots", server.url("broker"));
        let (_, slots) = ask("GET", &slots, Some(token), None).await;
        let slots = slots.as_array().expect("a list");
        let of = |slot: &&Value| {
            slot["id"]
                .as_str()
                .is_some_and(|id| id.starts_with(credential))
        };
        let slot = slots.iter().find(of).expect("a slot");
        let id = slot["id"].as_str().expect("an id");
        let url = format!("{}/api/v1/slots/{id}/reject", server.url("broker"));
        let body = format!("{{\"generation\":{}}}", slot["generation"]);
        let report = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build();
        let report = report.expect("a client").post(url).body(body).basic_auth(
            consumer["client_id"].as_str().expect("an id"),
            consumer["client_secret"].as_str(),
        );
        let report = report.send().await.expect("an answer");
        assert_eq!(report.status(), 200);
        // A token is renewed on such a report once a minute at most.
        advance(&server, "2m").await;
    }
    let shown = folder.run(&["credential", "show", credential]).good();
    assert!(shown.contains("Somebody else seems to mint"), "{shown}");
    let status = folder.run(&["status"]).good();
    assert!(
        status.contains(&format!("the client id of {credential}")),
        "{status}"
    );
    let status = folder.run(&["status", "--json"]).good();
    let status: Value = serde_json::from_str(&status).expect("JSON");
    assert_eq!(status["outside_minters"][0]["credential"], credential);
}
