//! A job under `exec` that does what the test says, line by line, so that nothing waits by the clock.

use crate::house::{BIN, Ended, Folder};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// For each line of its input, a request: prints the answer's status, `Retry-After` and body. With
/// `env`, its environment. At the end of its input it ends with the code of the last line, `exit N`.
const PROGRAM: &str = r#"
import json, os, sys, urllib.request, urllib.error
base = os.environ["SFMC_AUTH_BASE_URI"]
for line in sys.stdin:
    line = line.strip()
    if line == "env":
        print(json.dumps(dict(os.environ)), flush=True)
        continue
    if line.startswith("exit "):
        sys.exit(int(line[5:]))
    want = json.loads(line)
    request = urllib.request.Request(base + want["path"], want["body"].encode(), want["headers"])
    try:
        with urllib.request.urlopen(request) as answer:
            status, headers, body = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, headers, body = error.code, error.headers, error.read()
    try:
        body = json.loads(body)
    except ValueError:
        body = None
    print(json.dumps({"status": status, "retry_after": headers["retry-after"], "body": body}), flush=True)
"#;

/// A running job.
pub(crate) struct Job {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// What `exec` put into its environment.
    pub(crate) env: Value,
}

/// `exec` on a folder, with words between the integration and the program.
pub(crate) fn exec(folder: &Folder, words: &[&str], program: &[&str]) -> Command {
    let mut command = Command::new(BIN);
    command
        .arg("--data")
        .arg(folder.path())
        .args(["exec", "INT-1"]);
    command.args(words).arg("--").args(program);
    command.env_remove("COUNTERSIGN_TOKEN");
    command
}

/// Runs `exec` to its end.
pub(crate) fn run(folder: &Folder, words: &[&str], program: &[&str]) -> Ended {
    let mut command = exec(folder, words, program);
    Ended(command.stdin(Stdio::null()).output().expect("it starts"))
}

impl Job {
    /// Starts the job.
    pub(crate) fn start(folder: &Folder, words: &[&str]) -> Job {
        Job::of(exec(folder, words, &["python3", "-c", PROGRAM]))
    }

    /// Starts it as `command` says.
    pub(crate) fn of(mut command: Command) -> Job {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut job = Job {
            child,
            input,
            output,
            env: Value::Null,
        };
        job.env = job.line("env");
        job
    }

    /// The program text, for a test that starts it in its own way.
    pub(crate) fn program() -> &'static str {
        PROGRAM
    }

    fn line(&mut self, line: &str) -> Value {
        writeln!(self.input, "{line}").expect("it reads");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("it answers");
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer}"))
    }

    /// A variable of its environment.
    pub(crate) fn var(&self, name: &str) -> String {
        self.env[name].as_str().unwrap_or_default().to_owned()
    }

    /// Lets it send a request.
    pub(crate) fn send(&mut self, path: &str, headers: Value, body: &str) -> Value {
        let want = json!({ "path": path, "headers": headers, "body": body });
        self.line(&want.to_string())
    }

    /// Lets it ask for a token as SDKs do.
    pub(crate) fn ask(&mut self) -> Value {
        let body = json!({
            "grant_type": "client_credentials",
            "client_id": self.var("SFMC_CLIENT_ID"),
            "client_secret": self.var("SFMC_CLIENT_SECRET"),
        });
        let json = json!({ "content-type": "application/json" });
        self.send("/v2/token", json, &body.to_string())
    }

    /// The process id of `exec`.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Lets it end with a code.
    pub(crate) fn end(mut self, code: u8) -> Ended {
        writeln!(self.input, "exit {code}").expect("it reads");
        drop(self.input);
        Ended(self.child.wait_with_output().expect("it ends"))
    }
}
