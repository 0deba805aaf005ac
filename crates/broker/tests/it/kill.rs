//! `kill -9` at every step of an exchange, counted at a provider that revokes on reuse (R3, R6; target
//! R1 of the broker's rules).
//!
//! The broker runs in a process of its own, which stops for ever at one step and says so; then it is
//! killed, and another opens its folder.

use crate::house::{create, open, open_offline, slot};
use crate::provider::{Provider, Says, estate, refresh_token};
use countersign_host::environment;
use countersign_host::task::Tasks;
use countersign_secret::{Secret, TokenBytes};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const FOLDER: &str = "KILL_TEST_FOLDER";
const STEP: &str = "KILL_TEST_STEP";
/// What the process says once it stands still.
const REACHED: &str = "the exchange stands still at ";

/// Stops the process's exchange at one step, for ever.
struct Stopper(String);

struct Stepped<'a>(&'a str, bool);

impl Visit for Stepped<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.1 |= field.name() == "step" && value == self.0;
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl Subscriber for Stopper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "countersign::exchange"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut stepped = Stepped(&self.0, false);
        event.record(&mut stepped);
        if stepped.1 {
            let mut out = std::io::stdout().lock();
            writeln!(out, "\n{REACHED}{}", self.0).expect("said");
            out.flush().expect("said");
            loop {
                std::thread::park();
            }
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The process that is killed; only ever started by the test below.
#[test]
#[ignore = "started by the test beside it, in a process of its own"]
fn victim() {
    let (Some(folder), Some(step)) = (environment::read(FOLDER), environment::read(STEP)) else {
        return;
    };
    tracing::subscriber::set_global_default(Stopper(step)).expect("the first");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut broker = open(Path::new(&folder)).await;
        let mut tasks = Tasks::default();
        broker.start(&mut tasks, None);
        drop(tasks.any_ended().await);
    });
}

/// Runs the broker of a folder until its exchange stands still at `step` (or, without one, until
/// `until` is over), and kills it.
async fn killed(folder: &Path, step: &str, until: impl Future<Output = ()>) {
    let exe = std::env::current_exe().expect("this test");
    let mut command = Command::new(exe);
    command
        .args([
            "--exact",
            "kill::victim",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FOLDER, folder)
        .env(STEP, step)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("a process");
    let out = child.stdout.take().expect("piped");
    let wanted = format!("{REACHED}{step}");
    let reached = tokio::task::spawn_blocking(move || {
        BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .any(|line| line == wanted)
    });
    tokio::select! {
        reached = reached => assert!(reached.expect("no panic"), "{step} was never reached"),
        () = until => {}
    }
    // SIGKILL: nothing of the process runs after this.
    child.kill().expect("killed");
    child.wait().expect("gone");
}

async fn prepare(folder: &Path, url: &str) {
    create(folder).await;
    let broker = open_offline(folder).await;
    let (admin, credential) = (broker.admin(), "C-1".parse().expect("an id"));
    admin
        .estate_put(&estate(url), "test")
        .await
        .expect("a sound estate");
    let secret = Secret::from("CANARY-secret-C-1".to_owned());
    admin
        .secret_put(&credential, secret, "test")
        .await
        .expect("sealed");
    let token = TokenBytes::from(refresh_token(1));
    admin
        .refresh_token_put(&credential, token, "test")
        .await
        .expect("sealed");
}

/// Waits until nobody in this process holds the vault any more: a request that was under way when a
/// broker stopped holds it to its end.
async fn let_go(folder: &Path) {
    let lock = folder.join("vault.lock");
    let free = async {
        loop {
            let file = std::fs::File::open(&lock).expect("a vault");
            if file.try_lock().is_ok() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(std::time::Duration::from_secs(30), free).await;
    waited.expect("the vault is let go");
}

/// What the next process finds: the state of the credential, and whether it hands out a token.
async fn afterwards(folder: &Path) -> (String, bool) {
    let_go(folder).await;
    let mut broker = open(folder).await;
    let mut tasks = Tasks::default();
    broker.start(&mut tasks, None);
    let handed = broker.vendor().obtain(&slot("C-1", 1), 0, None).await;
    let rows = broker.admin().credentials().await.expect("read");
    let verdict = broker.admin().audit_verify().await.expect("read");
    assert_eq!(verdict["holds"], true);
    tasks.stop().await;
    drop(broker);
    (rows[0].state.clone(), handed.is_ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_step_loses_no_rotation_and_sends_no_token_twice() {
    // Step, what the provider did by then, and what the next process may still do by itself.
    let table = [
        ("arming", 0, true),
        ("armed", 0, false),
        ("sent", 1, false),
        ("answered", 1, false),
        ("spooled", 1, true),
        ("committed", 1, true),
        ("unlinked", 1, true),
        ("published", 1, true),
    ];
    for (step, exchanged, goes_on) in table {
        let (provider, url) = Provider::serve().await;
        let folder = tempfile::tempdir().expect("a folder");
        prepare(folder.path(), &url).await;
        if step == "sent" {
            // The provider has rotated, and its answer never leaves.
            provider.says(Says::Nothing);
            killed(folder.path(), step, provider.arrived(1)).await;
            provider.says(Says::Pair);
        } else {
            killed(folder.path(), step, std::future::pending()).await;
        }
        assert_eq!(provider.seen().exchanged, exchanged, "{step}");
        let (state, handed) = afterwards(folder.path()).await;
        let expected = if goes_on { "active" } else { "quarantined" };
        assert_eq!((state.as_str(), handed), (expected, goes_on), "{step}");
        // Once more: the second process after the crash finds the same as the first.
        assert_eq!(afterwards(folder.path()).await.0, expected, "{step}");
        let seen = provider.seen();
        assert_eq!(seen.reused, 0, "{step}: a spent refresh token was sent");
        let sent: Vec<&str> = seen
            .bodies
            .iter()
            .filter_map(|body| body["refresh_token"].as_str())
            .collect();
        let mut once = sent.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), sent.len(), "{step}: {sent:?}");
        assert!(goes_on || sent.len() <= 1, "{step}: {sent:?}");
        let_go(folder.path()).await;
        crate::canary::find_none(folder.path());
    }
}
