//! `kill -9` at every step of a turn and of a delivery, of a real process: the next one comes to the same
//! incident, and tells nobody of it under a second id.
//!
//! The watch runs in a process of its own, which stops for ever at the nth time that it reaches one step,
//! and says so; then it is killed, and the story is played on from what it left.

use crate::crash::{FIRST, play};
use crate::hook_server::HookServer;
use crate::house::{House, at};
use countersign_host::environment;
use countersign_model::Timestamp;
use countersign_model::id::IncidentId;
use countersign_model::response::{Deed, FoundBy};
use countersign_store::WatchStore;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const FOLDER: &str = "WATCH_KILL_FOLDER";
const HOOK: &str = "WATCH_KILL_HOOK";
const STEP: &str = "WATCH_KILL_STEP";
const NTH: &str = "WATCH_KILL_NTH";
/// What the process says once it stands still.
const REACHED: &str = "the watch stands still";
/// Times a step is killed at: by then the story has opened, told and taken on its incident.
const TIMES: usize = 5;

/// Stops the process at the nth time it reaches one step, for ever.
struct Stopper {
    step: String,
    left: AtomicUsize,
}

struct Stepped<'a>(&'a str, bool);

impl Visit for Stepped<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.1 |= field.name() == "step" && value == self.0;
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl Subscriber for Stopper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "countersign::turn"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut stepped = Stepped(&self.step, false);
        event.record(&mut stepped);
        if stepped.1 && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            let mut out = std::io::stdout().lock();
            writeln!(out, "\n{REACHED}").unwrap();
            out.flush().unwrap();
            loop {
                std::thread::park();
            }
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Two refusals, and the team that takes the incident on.
async fn story(house: &House) -> IncidentId {
    let incident = play(house).await;
    let taken = Deed::Acknowledged {
        found_by: FoundBy::System,
        by: Some("Loyalty".to_owned()),
    };
    house.watch.note_deed(&incident, &taken).await.unwrap();
    house.watch.quiesce().await;
    incident
}

/// The process that is killed; only ever started by the test below.
#[test]
#[ignore = "started by the test beside it, in a process of its own"]
fn victim() {
    let read = |name| environment::read(name);
    let (Some(folder), Some(hook)) = (read(FOLDER), read(HOOK)) else {
        return;
    };
    let stopper = Stopper {
        step: read(STEP).unwrap(),
        left: AtomicUsize::new(read(NTH).unwrap().parse().unwrap()),
    };
    tracing::subscriber::set_global_default(stopper).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let hook = HookServer::elsewhere(hook);
        let house = House::open(Path::new(&folder), at(FIRST), &hook);
        story(&house).await;
        house.kill().await;
    });
}

/// Runs the story in a process until it stands still, and kills it there; whether it came so far.
async fn killed(folder: &Path, hook: &HookServer, step: &str, nth: usize) -> bool {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "kill::victim", "--ignored", "--nocapture"])
        .args(["--test-threads", "1"])
        .env(FOLDER, folder)
        .env(HOOK, &hook.url)
        .env(STEP, step)
        .env(NTH, nth.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let out = child.stdout.take().unwrap();
    let reached = tokio::task::spawn_blocking(move || {
        let mut lines = BufReader::new(out).lines().map_while(Result::ok);
        lines.any(|line| line == REACHED)
    });
    let reached = reached.await.unwrap();
    // SIGKILL: nothing of the process runs after this.
    child.kill().unwrap();
    child.wait().unwrap();
    reached
}

/// The time at which the killed process stood, because clocks do not go back: that of the newest thing in
/// its ledger.
async fn stood_at(folder: &Path) -> Timestamp {
    let store = WatchStore::open(folder).unwrap();
    let kept = store.outcomes_after(0, 100).await.unwrap().outcomes;
    let newest = kept.iter().map(|(_, outcome)| outcome.ts).max();
    let judged = store.pipeline_load().await.unwrap().judged_at;
    newest
        .max(judged)
        .map_or(at(FIRST), |newest| newest.max(at(FIRST)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n1_i1_a_kill_at_any_step_leaves_the_same_incident_and_one_notice() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at(FIRST), &hook);
    let unbroken = story(&house).await;
    house.kill().await;

    let mut kills = 0;
    for step in [
        "read",
        "judged",
        "committed",
        "told",
        "sending",
        "sent",
        "recorded",
    ] {
        for nth in 1..=TIMES {
            let dir = tempfile::tempdir().unwrap();
            let hook = HookServer::willing().await;
            if !killed(dir.path(), &hook, step, nth).await {
                assert!(nth > 1, "{step} was never reached");
                break;
            }
            kills += 1;
            let house = House::open(dir.path(), stood_at(dir.path()).await, &hook);
            assert_eq!(story(&house).await, unbroken, "{step} {nth}");
            let open = house.open_incidents().await;
            let taken = open[0].response.acknowledged.as_ref().unwrap();
            assert_eq!(taken.by.as_deref(), Some("Loyalty"), "{step} {nth}");
            assert_eq!(open[0].started_at, at(FIRST), "{step} {nth}");
            assert!(open[0].notified_at.is_some(), "{step} {nth}: it was lost");
            house.kill().await;
            let received = hook.received();
            let ids: BTreeSet<&str> = received.iter().map(|one| one.id.as_str()).collect();
            assert_eq!(ids.len(), 1, "{step} {nth}: told under two ids");
        }
    }
    assert!(kills >= 20, "{kills} kills");
}
