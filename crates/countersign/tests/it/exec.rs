//! `exec`: no token, no job; its endpoint, its environment, its codes and its signals.

use crate::house::Folder;
use crate::job::{Job, exec, run};
use crate::serve::{serve, set_up};
use serde_json::json;
use std::path::Path;

/// Whether any file below `folder` holds `text`.
fn is_in_a_file(folder: &Path, text: &str) -> bool {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.into_iter().any(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            return is_in_a_file(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_job_is_the_end_of_the_command() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    for (script, code) in [
        ("exit 0", 0),
        ("exit 7", 7),
        ("kill -TERM $$", 143),
        ("kill -KILL $$", 137),
        ("kill -ABRT $$", 134),
        ("kill -SEGV $$", 139),
        ("kill -ALRM $$", 142),
    ] {
        let ended = run(&set.folder, &[], &["sh", "-c", script]);
        assert_eq!(ended.code(), code, "{script}: {}", ended.stderr());
        assert_eq!(ended.stderr(), "", "{script}");
    }
    let missing = run(&set.folder, &[], &["/nowhere/at-all"]);
    assert_eq!(missing.code(), 127, "{}", missing.stderr());
    let plain = set.folder.path().join("estate.yaml");
    let not_a_program = run(&set.folder, &[], &[&plain.to_string_lossy()]);
    assert_eq!(not_a_program.code(), 126, "{}", not_a_program.stderr());
}

#[tokio::test(flavor = "multi_thread")]
async fn its_endpoint_speaks_every_shape_and_refuses_strangers() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    let mut job = Job::start(&set.folder, &[]);
    let first = job.ask();
    assert_eq!(first["status"], 200, "{first}");
    let token = first["body"]["access_token"].clone();
    let words = ["token", "INT-1", "--format", "json"];
    let direct = set.folder.run(&words).good();
    let direct: serde_json::Value = serde_json::from_str(&direct).expect("JSON");
    assert_eq!(token, direct["access_token"], "the broker's own");
    for name in [
        "rest_instance_url",
        "soap_instance_url",
        "scope",
        "token_type",
    ] {
        assert_eq!(first["body"][name], direct[name], "{name}");
    }
    assert_eq!(
        job.var("SFMC_REST_URL"),
        direct["rest_instance_url"].as_str().unwrap_or_default()
    );
    assert_eq!(job.var("SFMC_ACCOUNT_ID"), "7");
    assert_eq!(
        job.var("COUNTERSIGN_TOKEN_URL"),
        job.var("SFMC_AUTH_BASE_URI") + "/v2/token"
    );
    assert!(
        job.var("COUNTERSIGN_SDK_AUTH_URL")
            .contains("/v2/token#https://mc")
    );
    assert_eq!(job.var("SFMC_ACCESS_TOKEN"), "", "only with --env-token");

    let (id, key) = (job.var("SFMC_CLIENT_ID"), job.var("SFMC_CLIENT_SECRET"));
    let form =
        format!("grant_type=client_credentials&client_id={id}&client_secret={key}&account_id=7");
    let as_form = json!({ "content-type": "application/x-www-form-urlencoded" });
    for path in ["/v2/token", "//v2/token", "/v2/token/"] {
        let answer = job.send(path, as_form.clone(), &form);
        assert_eq!(
            (&answer["status"], &answer["body"]["access_token"]),
            (&200.into(), &token)
        );
    }
    let legacy = json!({ "clientId": id, "clientSecret": key }).to_string();
    let as_json = json!({ "content-type": "application/json" });
    let answer = job.send("/v1/requestToken", as_json.clone(), &legacy);
    assert_eq!(answer["body"]["accessToken"], token);
    assert_eq!(answer["body"]["expiresIn"], first["body"]["expires_in"]);
    let answer = job.send("/v1/requestToken?legacy=1", as_json.clone(), &legacy);
    assert_eq!(
        (&answer["status"], &answer["body"]["errorcode"]),
        (&400.into(), &10_007.into())
    );

    let refused = |answer: &serde_json::Value, status: u16, error: &str| {
        assert_eq!(
            (&answer["status"], &answer["body"]["error"]),
            (&status.into(), &error.into())
        );
    };
    let wrong = form.replace(&key, "CANARY-wrong");
    refused(
        &job.send("/v2/token", as_form.clone(), &wrong),
        401,
        "invalid_client",
    );
    let other = form.replace("client_id=INT-1", "client_id=INT-2");
    refused(
        &job.send("/v2/token", as_form.clone(), &other),
        401,
        "invalid_client",
    );
    let mid = form.replace("account_id=7", "account_id=8");
    refused(
        &job.send("/v2/token", as_form.clone(), &mid),
        403,
        "access_denied",
    );
    let scope = form.clone() + "&scope=users_write";
    refused(
        &job.send("/v2/token", as_form.clone(), &scope),
        400,
        "invalid_scope",
    );
    let mut far = as_form.clone();
    far["x-forwarded-for"] = json!("10.0.0.1");
    refused(&job.send("/v2/token", far, &form), 403, "access_denied");

    let base = job.var("SFMC_AUTH_BASE_URI");
    assert_eq!(job.end(5).code(), 5);
    let port = base.rsplit_once(':').expect("a port").1.to_owned();
    let after = std::net::TcpStream::connect(format!("127.0.0.1:{port}"));
    assert!(after.is_err(), "the endpoint ends with its job");
}

#[tokio::test(flavor = "multi_thread")]
async fn key_and_token_are_in_the_environment_of_the_job_and_nowhere_else() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    let scratch = Folder::new();
    let mut command = exec(
        &set.folder,
        &["--env-token"],
        &["python3", "-c", Job::program()],
    );
    command
        .env("TMPDIR", scratch.path())
        .env("HOME", scratch.path())
        .env("COUNTERSIGN_MASTER_KEY", &set.key)
        .env("COUNTERSIGN_TOKEN", "CANARY-operators-token")
        .env("COUNTERSIGN_BROKER_TOKEN", "CANARY-brokers-token")
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("NO_PROXY", "intra.test")
        .current_dir(scratch.path());
    let mut job = Job::of(command);
    let token = job.ask()["body"]["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    assert_eq!(job.var("SFMC_ACCESS_TOKEN"), token);
    assert_eq!(
        job.var("COUNTERSIGN_MASTER_KEY"),
        "",
        "ours, and never a job's"
    );
    for ours in ["COUNTERSIGN_TOKEN", "COUNTERSIGN_BROKER_TOKEN"] {
        assert_eq!(job.var(ours), "", "ours, and never a job's");
    }
    assert_eq!(job.var("NO_PROXY"), "intra.test,127.0.0.1");
    let key = job.var("SFMC_CLIENT_SECRET");
    assert!(key.len() >= 43 && token.len() > 20);
    // The command line and the environment that everybody, or this user, can read of exec itself.
    let own = |file: &str| std::fs::read(format!("/proc/{}/{file}", job.pid())).expect("it runs");
    for file in ["cmdline", "environ"] {
        let text = String::from_utf8_lossy(&own(file)).into_owned();
        assert!(!text.contains(&key) && !text.contains(&token), "{file}");
    }
    for folder in [set.folder.path(), scratch.path()] {
        assert!(!is_in_a_file(folder, &key) && !is_in_a_file(folder, &token));
    }
    let ended = job.end(0);
    assert_eq!(ended.code(), 0);
    assert!(!ended.stderr().contains(&key) && !ended.stderr().contains(&token));
    for folder in [set.folder.path(), scratch.path()] {
        assert!(!is_in_a_file(folder, &key) && !is_in_a_file(folder, &token));
    }
    let key_again = Job::start(&set.folder, &[]).var("SFMC_CLIENT_SECRET");
    assert_ne!(key, key_again, "each run has its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_no_job() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let started = set.folder.path().join("started");
    let touch = format!("touch {}", started.display());
    let refused = |words: &[&str], why: &str| {
        let ended = run(&set.folder, words, &["sh", "-c", &touch]);
        assert_eq!(ended.code(), 125, "{words:?}: {}", ended.stderr());
        assert!(
            ended.stderr().starts_with("countersign: refused: "),
            "{}",
            ended.stderr()
        );
        assert!(
            ended.stderr().contains(why),
            "{words:?}: {}",
            ended.stderr()
        );
        assert!(!started.exists(), "{words:?}: it was started");
    };
    for client in [
        "pysfmc",
        "tap-exacttarget",
        "tap-exacttarget-1",
        "simple-salesforce",
    ] {
        refused(&["--client", client], "Fix: ");
    }
    refused(&["--client", "no-such"], "one of sfmc-sdk");
    set.folder
        .run(&["credential", "disable", "INT-1", "--reason", "a test"])
        .good();
    refused(&[], "disabled");
    refused(&["--on-broker-down", "run"], "disabled");
    set.folder
        .run(&["credential", "enable", "INT-1", "--reason", "a test"])
        .good();
    drop(server);
    refused(&[], "no server runs");
    refused(&["--on-broker-down", "stop"], "no server runs");
    refused(
        &["--on-broker-down", "run", "--env-token"],
        "no server runs",
    );
    let _server = serve(&set.folder, &set.key);
    run(
        &set.folder,
        &["--client", "sfmc-sdk"],
        &["sh", "-c", &touch],
    )
    .good();
    assert!(started.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_restarts_is_found_again_and_the_job_never_notices() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    let mut job = Job::start(&set.folder, &["--min-ttl", "600"]);
    let first = job.ask();
    assert_eq!(first["status"], 200, "{first}");
    server.kill();
    let away = job.ask();
    assert_eq!(away["body"]["access_token"], first["body"]["access_token"]);
    let server = serve(&set.folder, &set.key);
    assert_eq!(job.ask()["status"], 200);
    assert_eq!(set.token(&server).await.0, 200);
    assert_eq!(job.end(9).code(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_broker_the_last_token_is_served_to_five_seconds_before_its_end() {
    let set = set_up(20, 24).await;
    let server = serve(&set.folder, &set.key);
    let mut job = Job::start(&set.folder, &[]);
    let first = job.ask();
    let token = first["body"]["access_token"].clone();
    let life = first["body"]["expires_in"].as_u64().expect("a life");
    assert!(
        (10..=15).contains(&life),
        "of 20 s, the last five kept back: {life}"
    );
    let since = countersign_host::clock::stopwatch();
    server.kill();
    let last = loop {
        let answer = job.ask();
        if answer["status"] != 200 {
            break answer;
        }
        assert_eq!(answer["body"]["access_token"], token);
        assert!(since.elapsed().as_secs() < 20, "it is served too long");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    assert!(
        since.elapsed().as_secs() + 2 >= life,
        "it was given up early"
    );
    assert_eq!(
        (&last["status"], &last["body"]["errorcode"]),
        (&503.into(), &50_300.into())
    );
    assert!(last["retry_after"].is_string(), "{last}");
    let _server = serve(&set.folder, &set.key);
    // It asks again after a second at the latest.
    let again = loop {
        let answer = job.ask();
        if answer["status"] == 200 {
            break answer;
        }
        assert!(
            since.elapsed().as_secs() < 60,
            "it does not come back: {answer}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    assert_ne!(again["body"]["access_token"], token);
    let ended = job.end(0);
    assert_eq!(ended.code(), 0);
    for words in ["callers are told to wait", "are to be had again"] {
        assert!(
            ended.stderr().contains(words),
            "{words}: {}",
            ended.stderr()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_run_without_a_broker_it_starts_and_serves_as_soon_as_there_is_one() {
    let set = set_up(1079, 1200).await;
    let mut job = Job::start(&set.folder, &["--on-broker-down", "run"]);
    let away = job.ask();
    assert_eq!(away["status"], 503, "{away}");
    assert_eq!(away["retry_after"], "5");
    let _server = serve(&set.folder, &set.key);
    let since = countersign_host::clock::stopwatch();
    while job.ask()["status"] != 200 {
        assert!(since.elapsed().as_secs() < 30, "it does not come");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let ended = job.end(0);
    assert!(
        ended.stderr().contains("starts without a token"),
        "{}",
        ended.stderr()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_has_half_a_token_left_gets_a_new_one_before_it_starts() {
    let set = set_up(20, 24).await;
    let _server = serve(&set.folder, &set.key);
    let mut job = Job::start(&set.folder, &[]);
    let first = job.ask()["body"]["access_token"].clone();
    let mints = set.mints().await;
    // At once there is nothing to renew, and a second job gets the same.
    let mut second = Job::start(&set.folder, &[]);
    assert_eq!(second.ask()["body"]["access_token"], first);
    assert_eq!(set.mints().await, mints);
    let since = countersign_host::clock::stopwatch();
    loop {
        let left = job.ask()["body"]["expires_in"].as_u64().expect("a life");
        if left <= 2 {
            break;
        }
        assert!(since.elapsed().as_secs() < 20, "{left} s are left");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let mut late = Job::start(&set.folder, &[]);
    let answer = late.ask();
    assert_ne!(answer["body"]["access_token"], first);
    let life = answer["body"]["expires_in"].as_u64().expect("a life");
    assert!(life >= 5, "more than the old one had: {life}");
    for job in [job, second, late] {
        assert_eq!(job.end(0).code(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_elsewhere_holds_a_consumers_key_and_nothing_more() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    // A folder where nothing runs stands for another machine.
    let elsewhere = Folder::new();
    let broker = server.url("broker");
    let as_consumer = |id: &str, key: &str, program: &[&str]| {
        let words = ["--consumer", id, "--broker", &broker, "--account-id", "7"];
        let mut command = exec(&elsewhere, &words, program);
        command.env("COUNTERSIGN_CONSUMER_KEY", key);
        command
    };
    for (vend, real) in [("direct", true), ("gateway", false)] {
        let words = ["consumer", "add", "INT-1", "--vend", vend, "--json"];
        let added = set.folder.run(&words).good();
        let added: serde_json::Value = serde_json::from_str(&added).expect("JSON");
        let text = |name: &str| added[name].as_str().expect("text").to_owned();
        let (id, key) = (text("client_id"), text("client_secret"));
        let mut job = Job::of(as_consumer(&id, &key, &["python3", "-c", Job::program()]));
        let answer = job.ask();
        assert_eq!(answer["status"], 200, "{answer}");
        let token = answer["body"]["access_token"].as_str().expect("a token");
        assert_eq!(
            !token.starts_with("csg1."),
            real,
            "{vend}: what the consumer is handed"
        );
        assert_eq!(job.var("SFMC_ACCOUNT_ID"), "7");
        assert_eq!(
            job.var("COUNTERSIGN_CONSUMER_KEY"),
            "",
            "ours, and never a job's"
        );
        assert!(!job.env.to_string().contains(&key));
        assert!(!is_in_a_file(elsewhere.path(), &key));
        assert_eq!(job.end(4).code(), 4);
        let wrong = as_consumer(&id, "CANARY-wrong", &["true"])
            .output()
            .expect("it starts");
        assert_eq!(wrong.status.code(), Some(125));
        let words = String::from_utf8_lossy(&wrong.stderr).into_owned();
        assert!(words.starts_with("countersign: refused: "), "{words}");
        assert!(!words.contains("CANARY"), "{words}");
    }
    let mut keyless = as_consumer("INT-1-client-1", "", &["true"]);
    let keyless = keyless.output().expect("it starts");
    assert_eq!(keyless.status.code(), Some(125));
    drop(server);
    let away = as_consumer("INT-1-client-1", "CANARY-key", &["true"]).output();
    let away = away.expect("it starts");
    assert_eq!(away.status.code(), Some(125));
    assert!(String::from_utf8_lossy(&away.stderr).contains("nobody answers at"));
}
