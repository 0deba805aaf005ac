//! What a job can learn of our own secrets: its environment, its arguments, and those of its parent.

use crate::house::Folder;
use crate::job::{Job, exec};
use crate::serve::{serve, set_up};
use std::os::unix::process::CommandExt;
use std::process::Stdio;

/// Secrets of ours and of an earlier set-up, by the variable that brings them. None is of use to a job.
const OURS: [&str; 9] = [
    "COUNTERSIGN_TOKEN",
    "COUNTERSIGN_BROKER_TOKEN",
    "COUNTERSIGN_CONSUMER_KEY",
    "COUNTERSIGN_MASTER_KEY",
    "COUNTERSIGN_AGENT_KEY",
    "COUNTERSIGN_HOOK_SECRET",
    "COUNTERSIGN_SMTP_PASSWORD",
    "FUELSDK_CLIENT_SECRET",
    "SFMC_CLIENT_SECRET",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_job_holds_the_key_of_its_run_and_no_other_secret_of_ours() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    let script = "tr '\\0' '\\n' < /proc/$$/environ; tr '\\0' '\\n' < /proc/$$/cmdline; env";
    let mut command = exec(&set.folder, &[], &["sh", "-c", script]);
    for name in OURS {
        command.env(name, format!("CANARY-{name}"));
    }
    let ended = command.stdin(Stdio::null()).output().expect("it starts");
    let seen = String::from_utf8_lossy(&ended.stdout);
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{told}");
    assert!(!seen.contains("CANARY"), "{seen}");
    assert!(!told.contains("CANARY"), "{told}");
    let keys: Vec<&str> = seen
        .lines()
        .filter(|line| {
            OURS.iter()
                .any(|name| line.starts_with(&format!("{name}=")))
        })
        .collect();
    let [first, second] = keys.as_slice() else {
        panic!("{keys:?}");
    };
    assert!(first.starts_with("SFMC_CLIENT_SECRET=") && first == second);
}

/// The kernel lets a process read the environment of another one of the same user, unless that one has
/// said no. Root may read all, so this is looked at as somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_cannot_read_the_environment_of_its_parent() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let elsewhere = Folder::new();
    let text = |name: &str| set.consumer[name].as_str().expect("text").to_owned();
    let (id, broker) = (text("client_id"), server.url("broker"));
    let words = ["--consumer", id.as_str(), "--broker", &broker];
    let script = "cat /proc/$PPID/environ || echo turned away";
    let mut command = exec(&elsewhere, &words, &["sh", "-c", script]);
    command.env("COUNTERSIGN_CONSUMER_KEY", text("client_secret"));
    let own = std::fs::metadata(elsewhere.path()).expect("a folder");
    if std::os::unix::fs::MetadataExt::uid(&own) == 0 {
        command.uid(65_534).gid(65_534);
    }
    let ended = command.stdin(Stdio::null()).output().expect("it starts");
    let seen = String::from_utf8_lossy(&ended.stdout);
    assert!(!seen.contains(&text("client_secret")), "it could be read");
    assert_eq!(
        seen,
        "turned away\n",
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumers_key_may_come_from_a_file() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let elsewhere = Folder::new();
    let file = elsewhere.path().join("consumer.key");
    let key = set.consumer["client_secret"].as_str().expect("a key");
    std::fs::write(&file, format!("{key}\n")).expect("written");
    let (id, broker) = (&set.consumer["client_id"], server.url("broker"));
    let id = id.as_str().expect("an id");
    let path = file.to_string_lossy();
    let words = [
        "--consumer",
        id,
        "--broker",
        &broker,
        "--consumer-key-file",
        &path,
    ];
    let mut job = Job::of(exec(&elsewhere, &words, &["python3", "-c", Job::program()]));
    assert_eq!(job.ask()["status"], 200);
    assert!(!job.env.to_string().contains(key));
    assert_eq!(job.end(0).code(), 0);
}
