//! Whatever keeps a job from its start, `exec` ends with 125 and says so: never with a code that the
//! job could have had.

use crate::house::{BIN, Ended, Folder};
use crate::job::{exec, run};
use crate::serve::{serve, set_up};
use std::process::{Command, Stdio};

fn is_refused(ended: &Ended, case: &str) {
    let told = ended.stderr();
    assert_eq!(ended.code(), 125, "{case}: {told}");
    let is_said = told
        .lines()
        .any(|line| line.starts_with("countersign: refused: "));
    assert!(is_said, "{case}: {told}");
    assert_eq!(ended.stdout(), "", "{case}");
}

#[test]
fn a_command_line_that_cannot_be_read_starts_no_job() {
    let folder = Folder::new();
    for words in [
        &["exec"][..],
        &["exec", "INT-1"],
        &["exec", "INT-1", "echo", "started"],
        &[
            "exec",
            "INT-1",
            "--min-ttl",
            "soon",
            "--",
            "echo",
            "started",
        ],
        &["exec", "INT-1", "--no-such-flag", "--", "echo", "started"],
        &[
            "exec",
            "INT-1",
            "--account-id",
            "7",
            "--",
            "echo",
            "started",
        ],
        &["exec", "not an id", "--", "echo", "started"],
        &[
            "exec", "INT-1", "--server", "nowhere", "--", "echo", "started",
        ],
    ] {
        let mut command = Command::new(BIN);
        command.args(["--data"]).arg(folder.path()).args(words);
        command.env_remove("COUNTERSIGN_TOKEN").stdin(Stdio::null());
        is_refused(
            &Ended(command.output().expect("it starts")),
            &words.join(" "),
        );
    }
    let help = Command::new(BIN).args(["exec", "--help"]).output();
    assert!(
        help.expect("it starts").status.success(),
        "help is no refusal"
    );
    let other = folder.run(&["token", "INT-1", "--min-ttl", "soon"]);
    assert_eq!(other.code(), 2, "every other command: {}", other.stderr());
}

/// As few descriptors as a process can have and run, up to enough: whatever step fails for want of one,
/// no job is started, and it is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_has_no_descriptor_left_starts_no_job() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    let (mut refused, mut ran) = (0, 0);
    for n in 4..40 {
        let starved = format!("ulimit -n {n} && exec \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &starved, "sh", BIN, "--data"]);
        command.arg(set.folder.path());
        command.args(["exec", "INT-1", "--", "sh", "-c", "exit 7"]);
        command.env_remove("COUNTERSIGN_TOKEN").stdin(Stdio::null());
        let ended = Ended(command.output().expect("it starts"));
        if ended.0.status.code() == Some(7) {
            ran += 1;
            continue;
        }
        is_refused(&ended, &format!("{n} descriptors"));
        refused += 1;
    }
    assert!(refused > 5 && ran > 2, "{refused} refused, {ran} ran");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_asks_for_its_business_unit_and_gets_no_other() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let elsewhere = Folder::new();
    let (id, key) = (&set.consumer["client_id"], &set.consumer["client_secret"]);
    let id = id.as_str().expect("an id");
    let broker = server.url("broker");
    let as_consumer = |mid: &str| {
        let words = ["--consumer", id, "--broker", &broker, "--account-id", mid];
        let mut command = exec(&elsewhere, &words, &["sh", "-c", "echo $SFMC_ACCOUNT_ID"]);
        command.env("COUNTERSIGN_CONSUMER_KEY", key.as_str().expect("a key"));
        Ended(command.stdin(Stdio::null()).output().expect("it starts"))
    };
    assert_eq!(as_consumer("7").good().trim(), "7");
    is_refused(&as_consumer("8"), "a business unit that is not its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_cannot_be_run_is_no_refusal_of_ours() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    for (program, code) in [
        ("/nowhere/at-all", 127),
        ("/", 126),
        ("no-such-program", 127),
    ] {
        let ended = run(&set.folder, &[], &[program]);
        assert_eq!(ended.code(), code, "{program}: {}", ended.stderr());
        assert!(!ended.stderr().contains("refused"), "{}", ended.stderr());
    }
}
