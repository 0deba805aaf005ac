//! Exit codes and words of commands that do not succeed.

use crate::house::Folder;

#[test]
fn a_vault_is_made_once_and_its_key_is_printed_once() {
    let folder = Folder::new();
    let made = folder.run(&["init"]);
    assert_eq!(made.code(), 0, "{}", made.stderr());
    assert_eq!(made.stdout().trim().len(), 44, "32 bytes in base64");
    assert!(
        !made.stderr().contains(made.stdout().trim()),
        "the key is on standard output alone"
    );
    let again = folder.run(&["init"]);
    assert_eq!(again.code(), 3);
    assert!(again.stderr().contains("already"), "{}", again.stderr());
}

#[test]
fn a_missing_short_or_wrong_key_is_a_refusal_and_changes_nothing() {
    let folder = Folder::new();
    folder.run(&["init"]).good();
    let before = std::fs::read(folder.path().join("vault.db")).expect("a vault");
    let missing = folder.run(&["serve", "--role", "broker"]);
    assert_eq!(missing.code(), 3);
    assert!(
        missing.stderr().contains("COUNTERSIGN_MASTER_KEY"),
        "{}",
        missing.stderr()
    );
    for (key, word) in [
        ("Q0FOQVJZ", "6 bytes"),
        ("CANARY!", "malformed"),
        (WRONG, "not the one"),
    ] {
        let refused = folder.run_with(key, "", &["serve", "--role", "broker"]);
        assert_eq!(refused.code(), 3, "{}", refused.stderr());
        assert!(
            refused.stderr().contains(word),
            "{word}: {}",
            refused.stderr()
        );
        assert!(!refused.stderr().contains(key), "the key is not repeated");
    }
    assert_eq!(
        std::fs::read(folder.path().join("vault.db")).expect("a vault"),
        before
    );
}

/// Every file of a folder with its bytes.
fn listing(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let bytes = std::fs::read(&path).expect("a file");
            (path.to_string_lossy().into_owned(), bytes)
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_bad_key_leaves_an_empty_folder_empty_and_a_missing_one_missing() {
    for key in ["CANARY!", "Q0FOQVJZ"] {
        let folder = Folder::new();
        for words in [&["init"][..], &["demo", "--story", "none"]] {
            let refused = folder.run_with(key, "", words);
            assert_eq!(refused.code(), 3, "{words:?}: {}", refused.stderr());
            assert!(!refused.stderr().contains(key), "the key is not repeated");
            assert_eq!(listing(&folder), [], "{words:?}");
        }
        let nowhere = folder.path().join("nowhere");
        let mut command = std::process::Command::new(crate::house::BIN);
        command.arg("init").arg("--data").arg(&nowhere);
        command.env("COUNTERSIGN_MASTER_KEY", key);
        let ended = command.output().expect("it starts");
        assert_eq!(ended.status.code(), Some(3));
        assert!(!nowhere.exists(), "no folder was made");
    }
}

#[test]
fn a_bad_key_changes_nothing_beside_a_vault() {
    let folder = Folder::new();
    folder.run(&["init", "--role", "broker"]).good();
    let before = listing(&folder);
    for key in [WRONG, "Q0FOQVJZ", "CANARY!"] {
        for words in [
            &["status"][..],
            &["estate", "export"],
            &["audit", "verify"],
            &[
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--broker-listen",
                "127.0.0.1:0",
            ],
        ] {
            let refused = folder.run_with(key, "", words);
            assert_eq!(refused.code(), 3, "{words:?}: {}", refused.stderr());
            let after: Vec<_> = listing(&folder);
            let names = |files: &[(String, Vec<u8>)]| -> Vec<String> {
                files.iter().map(|(name, _)| name.clone()).collect()
            };
            assert_eq!(names(&after), names(&before), "{words:?} with {key}");
            assert!(after == before, "{words:?} changed a file");
        }
    }
}

#[test]
fn init_takes_the_key_that_is_named_anywhere_and_prints_none_then() {
    let named = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let keys = Folder::new();
    let file = keys.path().join("master.key");
    std::fs::write(&file, format!("{named}\n")).expect("written");
    let by_file = format!("master_key_file = \"{}\"\n", file.display());
    let by_command = format!("master_key_command = \"cat {}\"\n", file.display());
    for line in [by_file, by_command] {
        let folder = Folder::new();
        std::fs::write(folder.path().join("countersign.toml"), &line).expect("written");
        assert_eq!(folder.run(&["init"]).good(), "", "{line}: no key is made");
        let kept = std::fs::read_to_string(folder.path().join("countersign.toml"));
        assert_eq!(kept.expect("there"), line, "what was there is not touched");
        folder.run(&["audit", "verify"]).good();
        // The same key by another way opens it; another key does not.
        std::fs::remove_file(folder.path().join("countersign.toml")).expect("there");
        folder.run_with(named, "", &["audit", "verify"]).good();
        assert_eq!(folder.run_with(WRONG, "", &["audit", "verify"]).code(), 3);
    }
    // A descriptor: the shell opens it.
    let folder = Folder::new();
    let mut shell = std::process::Command::new("sh");
    let script = format!(
        "exec {} init --data {} 7<{}",
        crate::house::BIN,
        folder.path().display(),
        file.display()
    );
    shell
        .args(["-c", &script])
        .env("COUNTERSIGN_MASTER_KEY_FD", "7");
    shell.env_remove("COUNTERSIGN_MASTER_KEY");
    let ended = shell.output().expect("it starts");
    assert!(ended.status.success() && ended.stdout.is_empty());
    folder.run_with(named, "", &["audit", "verify"]).good();
}

#[tokio::test(flavor = "multi_thread")]
async fn init_makes_both_stores_and_a_link_that_signs_in_when_it_serves() {
    let folder = Folder::new();
    std::fs::write(
        folder.path().join("countersign.toml"),
        "public_url = \"http://dashboard.example\"\n",
    )
    .expect("written");
    let made = folder.run(&["init", "--json"]).good();
    let made: serde_json::Value = serde_json::from_str(&made).expect("JSON");
    for store in ["vault.db", "watch.db"] {
        assert!(folder.path().join(store).exists(), "{store}");
    }
    let link = made["sign_in"].as_str().expect("a link");
    let path = link
        .strip_prefix("http://dashboard.example")
        .expect("our URL");
    std::fs::remove_file(folder.path().join("countersign.toml")).expect("there");
    let mut command = folder.command(&["serve", "--json"]);
    command.env(
        "COUNTERSIGN_MASTER_KEY",
        made["master_key"].as_str().expect("a key"),
    );
    command.args(["--listen", "127.0.0.1:0", "--broker-listen", "127.0.0.1:0"]);
    let server = crate::house::Server::start(command);
    let url = format!("{}{path}", server.url("dashboard"));
    let (first, _) = crate::house::ask("POST", &url, None, None).await;
    assert_eq!(first, 200, "it led to the page behind the sign-in");
    let (second, _) = crate::house::ask("POST", &url, None, None).await;
    assert_eq!(second, 410, "once");
}

#[test]
fn init_for_one_plane_makes_that_planes_store_alone() {
    let (broker, watch) = (Folder::new(), Folder::new());
    assert_ne!(broker.run(&["init", "--role", "broker"]).good(), "");
    assert!(!broker.path().join("watch.db").exists());
    // No key is read for a watch, not even one that is none.
    let made = watch.run_with("CANARY!", "", &["init", "--role", "watch"]);
    assert!(made.stderr().contains("/sign-in/"), "{}", made.stderr());
    assert_eq!(made.good(), "");
    assert!(!watch.path().join("vault.db").exists());
    assert_eq!(watch.run(&["init", "--role", "watch"]).code(), 3);
    watch.run(&["incidents"]).good();
}

/// A folder with a vault and the small estate in force, and its key.
fn prepared() -> (Folder, String) {
    let folder = Folder::new();
    let key = folder.run(&["init"]).good().trim().to_owned();
    let file = folder.path().join("estate.yaml");
    std::fs::write(&file, ESTATE).expect("written");
    let words = ["estate", "apply", &file.to_string_lossy()];
    folder.run_with(&key, "", &words).good();
    (folder, key)
}

#[test]
fn a_wrong_flag_is_named_with_what_to_write() {
    let (folder, key) = prepared();
    for (flags, words) in [
        (
            ["--source", "nonsense"],
            "--source: write networks, as in 10.0.0.0/8",
        ),
        (["--ends", "yesterday"], "--ends: write a time, as in 2027"),
        (
            ["--ends", "2020-01-01T00:00:00Z"],
            "--ends: it has passed already",
        ),
        (["--id", "a b"], "--id: an id may hold letters"),
        (
            ["--scope", "no_such"],
            "--scope: INT-1 does not hold no_such",
        ),
        (["--mid", "8"], "--mid: 8 is not enabled"),
        (["--min-ttl", "9999"], "--min-ttl: at most"),
    ] {
        let mut command = vec!["consumer", "add", "INT-1"];
        command.extend(flags);
        let refused = folder.run_with(&key, "", &command);
        assert_eq!(refused.code(), 2, "{}", refused.stderr());
        let told = refused.stderr();
        assert!(told.starts_with(&format!("countersign: {words}")), "{told}");
        assert!(
            !told.contains("nonsense") && !told.contains("yesterday"),
            "{told}"
        );
    }
    assert_eq!(
        folder
            .run_with(&key, "", &["consumer", "list", "--json"])
            .good(),
        ""
    );
}

#[test]
fn what_is_no_id_is_not_in_the_estate() {
    let (folder, key) = prepared();
    for words in [
        &["status", "A B"][..],
        &["status", "%ff&x=\u{e9}/"],
        &["token", "A B"],
        &["token", "../slots"],
        &["renew", "A/B?"],
        &["consumer", "revoke", "A B"],
        &["credential", "disable", "A B", "--reason", "a test"],
        &["credential", "show", "A B"],
    ] {
        let ended = folder.run_with(&key, "", words);
        assert_eq!(ended.code(), 2, "{words:?}: {}", ended.stderr());
        let told = ended.stderr();
        assert!(told.contains("not in the estate"), "{words:?}: {told}");
    }
}

#[test]
fn a_bearer_may_begin_with_a_hyphen() {
    let nobody = "http://127.0.0.1:9";
    for words in [
        ["--server", nobody, "--token", "-7CANARY"],
        ["--broker-server", nobody, "--broker-token", "--CANARY"],
    ] {
        let folder = Folder::new();
        let mut command = words.to_vec();
        command.push("incidents");
        let ended = folder.run(&command);
        assert_eq!(ended.code(), 5, "it was asked for: {}", ended.stderr());
        assert!(!ended.stderr().contains("CANARY"), "{}", ended.stderr());
    }
}

#[test]
fn a_known_credential_is_not_changed_by_flags_for_new_ones() {
    let (folder, key) = prepared();
    let shown = folder
        .run_with(&key, "", &["credential", "show", "INT-1"])
        .good();
    assert!(
        shown.contains("Put its secret in: countersign credential add INT-1"),
        "{shown}"
    );
    let add = ["credential", "add", "INT-1", "--others-moved"];
    for (flags, told) in [
        (
            vec!["--client-id", "other"],
            "--client-id: INT-1 is in the estate already",
        ),
        (
            vec!["--kind", "ext_oauth", "--bu", "X"],
            "--bu, --kind: INT-1 is in",
        ),
    ] {
        let mut command = add.to_vec();
        command.extend(flags);
        let refused = folder.run_with(&key, "CANARY-secret\n", &command);
        assert_eq!(refused.code(), 2, "{}", refused.stderr());
        assert!(refused.stderr().contains(told), "{}", refused.stderr());
        assert!(
            refused.stderr().contains("estate apply"),
            "{}",
            refused.stderr()
        );
    }
    let listed = folder
        .run_with(&key, "", &["credential", "list", "--json"])
        .good();
    assert!(
        listed.contains("no_secret"),
        "no secret was taken: {listed}"
    );
    // What it says already is no difference.
    let mut same = add.to_vec();
    same.extend(["--client-id", "c-1", "--kind", "s2s_v2", "--bu", "BU"]);
    folder.run_with(&key, "CANARY-secret\n", &same).good();
}

/// A well-formed key that no vault was made with.
const WRONG: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[test]
fn bad_input_is_exit_2_and_names_field_and_fix() {
    let folder = Folder::new();
    let file = folder.path().join("estate.yaml");
    std::fs::write(&file, "version: 1\ntenants:\n  - { id: t, subdomian: x }\n").expect("written");
    let linted = folder.run(&["estate", "lint", &file.to_string_lossy()]);
    assert_eq!(linted.code(), 2);
    assert!(linted.stderr().contains("subdomian"), "{}", linted.stderr());
    assert!(linted.stderr().contains("subdomain"), "{}", linted.stderr());
    assert_eq!(folder.run(&["demo", "--story", "no-such"]).code(), 2);
    assert_eq!(folder.run(&["demo", "--speed", "0"]).code(), 2);
    assert_eq!(folder.run(&["no-such-command"]).code(), 2);
}

#[test]
fn a_command_without_a_server_says_how_to_start_one() {
    let folder = Folder::new();
    let nowhere = folder.path().join("nowhere");
    let away = Folder::new().run(&["login"]);
    assert_eq!(away.code(), 5);
    assert!(
        away.stderr().contains("countersign serve"),
        "{}",
        away.stderr()
    );
    drop(nowhere);
}

#[test]
fn an_estate_is_planned_applied_and_exported_without_a_server() {
    let folder = Folder::new();
    let key = folder.run(&["init"]).good();
    let key = key.trim();
    let file = folder.path().join("estate.yaml");
    std::fs::write(&file, ESTATE).expect("written");
    let file = file.to_string_lossy().into_owned();
    assert_eq!(
        folder.run_with(key, "", &["estate", "plan", &file]).code(),
        4
    );
    folder.run_with(key, "", &["estate", "apply", &file]).good();
    assert_eq!(
        folder.run_with(key, "", &["estate", "plan", &file]).code(),
        0,
        "twice is once"
    );
    let exported = folder.run_with(key, "", &["estate", "export"]).good();
    assert!(exported.contains("INT-1"), "{exported}");
    let dry = folder
        .run_with(key, "", &["credential", "add", "INT-1", "--dry-run"])
        .good();
    assert!(dry.contains("token requests a day"), "{dry}");
    let added = folder
        .run_with(key, "CANARY-secret\n", &["credential", "add", "INT-1"])
        .good();
    assert!(!added.contains("CANARY"), "{added}");
    let consumer = folder
        .run_with(key, "", &["consumer", "add", "INT-1", "--json"])
        .good();
    assert!(consumer.contains("client_secret"), "{consumer}");
    let verified = folder
        .run_with(key, "", &["audit", "verify", "--json"])
        .good();
    assert!(verified.contains("true"), "{verified}");
    for name in ["vault.db", "watch.db", "vault.db-wal", "watch.db-wal"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap_or_default();
        assert!(
            !bytes.windows(6).any(|six| six == b"CANARY"),
            "{name} holds the secret in clear"
        );
    }
}

/// A small estate of our own.
pub(crate) const ESTATE: &str = "\
version: 1
name: small
tenants:
  - { id: t, subdomain: mctiny-estate-not-a-real-one }
business_units:
  - { id: BU, tenant: t, mid: 7, time_zone: UTC, on_call: Operations }
credentials:
  - { id: INT-1, bu: BU, kind: s2s_v2, mode: brokered, client_id: c-1, scopes: [email_read] }
integrations:
  - { id: INT-1, name: Order mails, bu: BU, kind: on-demand, tier: T1, owner: Orders, backup: Operations, credential: INT-1 }
";

#[test]
fn the_simulator_refuses_what_it_cannot_play_before_it_listens() {
    let folder = Folder::new();
    let at = [
        "--sim-listen",
        "127.0.0.1:0",
        "--sim-control-listen",
        "127.0.0.1:0",
    ];
    let sim = |more: &[&str]| folder.run(&[&["sim"], &at[..], more].concat());
    let scenario = |fault: &str| {
        let text = format!(
            "{{ name: x, estate: demo, start: \"2026-11-22T12:30:00Z\", run_for: 1h, \
             faults: [{{ at: +1m, {fault} }}] }}"
        );
        let file = folder.path().join("faults.yaml");
        std::fs::write(&file, text).expect("written");
        file.display().to_string()
    };
    for (fault, names) in [
        (
            "kind: nonsense, credential: INT-001",
            "there is no fault \"nonsense\"",
        ),
        (
            "kind: secret_expired, credential: NOPE",
            "there is no \"NOPE\"",
        ),
        ("kind: secret_expired, target: NOPE", "there is no \"NOPE\""),
    ] {
        let ended = sim(&["--faults", &scenario(fault)]);
        assert_eq!(ended.code(), 2, "{}", ended.stderr());
        assert!(ended.stderr().contains(names), "{}", ended.stderr());
    }
    let ended = folder.run(&["sim", "--sim-listen", "0.0.0.0:0"]);
    assert_eq!(ended.code(), 2);
    assert!(
        ended.stderr().contains("--sim-listen: 0.0.0.0:0"),
        "{}",
        ended.stderr()
    );
}
