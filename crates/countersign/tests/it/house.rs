//! Starts `countersign` in a folder of its own and asks it things.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;
use tempfile::{NamedTempFile, TempDir};

/// The binary under test.
pub(crate) const BIN: &str = env!("CARGO_BIN_EXE_countersign");

/// A folder, and commands on it.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A command on this folder, without anything of ours in its environment.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(BIN);
        command.args(words).arg("--data").arg(self.path());
        for name in [
            "COUNTERSIGN_MASTER_KEY",
            "COUNTERSIGN_LISTEN",
            "COUNTERSIGN_LOG",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        Ended(
            self.command(words)
                .stdin(Stdio::null())
                .output()
                .expect("it starts"),
        )
    }

    /// Runs a command under a master key, with something on its standard input.
    pub(crate) fn run_with(&self, key: &str, input: &str, words: &[&str]) -> Ended {
        let mut command = self.command(words);
        command
            .env("COUNTERSIGN_MASTER_KEY", key)
            .stdin(Stdio::piped());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        Ended(child.wait_with_output().expect("it ends"))
    }
}

/// How a command ended.
pub(crate) struct Ended(pub(crate) Output);

impl Ended {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().expect("it ended by itself")
    }
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }
    /// Its standard output, if it ended well.
    pub(crate) fn good(self) -> String {
        assert_eq!(self.code(), 0, "{}", self.stderr());
        self.stdout()
    }
}

/// A running server; stopped when dropped.
pub(crate) struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    log: NamedTempFile,
    /// Its first line, JSON.
    pub(crate) ready: Value,
}

impl Server {
    /// Starts a command that prints one line of JSON once it is ready.
    pub(crate) fn start(mut command: Command) -> Server {
        // A file and not a pipe: nobody reads along, and a full pipe would stop the server.
        let log = NamedTempFile::new().expect("a file");
        let stderr = log.reopen().expect("the same file");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        stdout.read_line(&mut line).expect("a line");
        match serde_json::from_str(&line) {
            Ok(ready) => Server {
                child,
                stdout,
                log,
                ready,
            },
            Err(_) => {
                let why = std::fs::read_to_string(log.path()).unwrap_or_default();
                panic!("it did not become ready: {line}{why}");
            }
        }
    }

    pub(crate) fn url(&self, name: &str) -> String {
        self.ready[name].as_str().expect("a URL").to_owned()
    }

    /// What else it prints until it ends by itself, which must be well.
    pub(crate) fn rest(mut self) -> String {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("text");
        assert!(self.child.wait().expect("it ends").success(), "{rest}");
        rest
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).expect("a file")
    }

    /// Ends it without warning, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ending what has ended already is fine.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An HTTP exchange: status and body.
pub(crate) async fn ask(
    method: &str,
    url: &str,
    bearer: Option<&str>,
    body: Option<(&str, String)>,
) -> (u16, Value) {
    countersign_host::http::install_tls();
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(60))
        .build()
        .expect("a client");
    let mut request = client.request(method.parse().expect("a method"), url);
    if let Some(bearer) = bearer {
        request = request.bearer_auth(bearer);
    }
    if let Some((kind, body)) = body {
        request = request.header("content-type", kind).body(body);
    }
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or(Value::Null))
}
