//! Bearers for servers elsewhere: where they come from, and where they are never sent.

use crate::house::Folder;
use crate::serve::{serve, set_up};
use std::process::Stdio;

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_comes_from_a_file_a_descriptor_or_a_variable_and_an_argument_is_warned_of() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let run = std::fs::read_to_string(set.folder.path().join("run.json")).expect("a file");
    let run: serde_json::Value = serde_json::from_str(&run).expect("JSON");
    let token = run["token"].as_str().expect("a token");
    let elsewhere = Folder::new();
    let file = elsewhere.path().join("bearer");
    std::fs::write(&file, format!("{token}\n")).expect("written");
    let file = file.to_string_lossy();
    let broker = server.url("broker");
    let words = ["consumer", "list", "--server", &broker];
    let ask = |more: &[&str], variable: Option<&str>, input: Stdio| {
        let mut command = elsewhere.command(&words);
        command
            .args(more)
            .env_remove("COUNTERSIGN_TOKEN")
            .stdin(input);
        if let Some(token) = variable {
            command.env("COUNTERSIGN_TOKEN", token);
        }
        crate::house::Ended(command.output().expect("it starts"))
    };
    let quiet = [
        ask(&["--token-file", &file], None, Stdio::null()),
        ask(
            &["--token-file", "/dev/fd/0"],
            None,
            std::fs::File::open(&*file).expect("a file").into(),
        ),
        ask(&[], Some(token), Stdio::null()),
        ask(
            &["--token-file", &file],
            Some("CANARY-other"),
            Stdio::null(),
        ),
    ];
    for ended in quiet {
        assert_eq!(ended.code(), 0, "{}", ended.stderr());
        assert_eq!(ended.stderr(), "");
        assert!(
            ended.stdout().contains("INT-1-client-1"),
            "{}",
            ended.stdout()
        );
    }
    let argument = ask(&["--token", token], None, Stdio::null());
    assert_eq!(argument.code(), 0, "{}", argument.stderr());
    let told = argument.stderr();
    assert!(
        told.contains("--token stands in the process list"),
        "{told}"
    );
    assert!(
        told.contains("--token-file") && !told.contains(token),
        "{told}"
    );
    let none = ask(&[], None, Stdio::null());
    assert_eq!(none.code(), 2, "{}", none.stderr());
    assert!(
        none.stderr().contains("COUNTERSIGN_TOKEN"),
        "{}",
        none.stderr()
    );
    let empty = ask(&["--token-file", "/dev/null"], None, Stdio::null());
    assert_eq!(empty.code(), 2, "{}", empty.stderr());
}

/// 192.0.2.0/24 is for documentation: nobody is there, and nobody is asked.
#[test]
fn a_bearer_never_goes_over_plain_http_to_another_machine() {
    const FAR: &str = "http://192.0.2.7:8601";
    let folder = Folder::new();
    let run = |words: &[&str]| {
        let mut command = folder.command(words);
        for name in ["TOKEN", "BROKER_TOKEN", "CONSUMER_KEY"] {
            command.env(format!("COUNTERSIGN_{name}"), "CANARY-secret");
        }
        crate::house::Ended(command.stdin(Stdio::null()).output().expect("it starts"))
    };
    for (words, code) in [
        (&["status", "--server", FAR][..], 3),
        (&["consumer", "list", "--broker-server", FAR], 3),
        (
            &["connect", "INT-1", "--client", "curl", "--server", FAR],
            3,
        ),
        (&["leave", "INT-1", "--server", FAR], 3),
        (
            &[
                "agent",
                "INT-1",
                "--print-key",
                "--consumer",
                "etl",
                "--broker",
                FAR,
            ],
            3,
        ),
    ] {
        let ended = run(words);
        assert_eq!(ended.code(), code, "{words:?}: {}", ended.stderr());
        assert!(ended.stderr().contains("plain http"), "{}", ended.stderr());
        assert!(
            ended.stderr().contains("--allow-plain-http"),
            "{}",
            ended.stderr()
        );
        assert!(!ended.stderr().contains("CANARY"), "{}", ended.stderr());
    }
    for flags in [
        &["--consumer", "etl", "--broker", FAR][..],
        &["--server", FAR],
    ] {
        let mut command = crate::job::exec(&folder, flags, &["true"]);
        for name in ["TOKEN", "CONSUMER_KEY"] {
            command.env(format!("COUNTERSIGN_{name}"), "CANARY-secret");
        }
        let ended = crate::house::Ended(command.output().expect("it starts"));
        assert_eq!(ended.code(), 125, "{flags:?}: {}", ended.stderr());
        let told = ended.stderr();
        assert!(told.starts_with("countersign: refused: "), "{told}");
        assert!(told.contains("--allow-plain-http"), "{told}");
    }
}

/// Port 9 of this machine by its own name: nobody answers, so it was asked.
#[test]
fn told_to_it_goes_there() {
    let folder = Folder::new();
    let words = [
        "status",
        "--server",
        "http://0.0.0.0:9",
        "--allow-plain-http",
    ];
    let mut command = folder.command(&words);
    command.env("COUNTERSIGN_TOKEN", "CANARY-secret");
    let ended = crate::house::Ended(command.output().expect("it starts"));
    assert_eq!(ended.code(), 5, "{}", ended.stderr());
}
