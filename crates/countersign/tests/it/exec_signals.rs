//! `exec` hands signals on, all that people, schedulers and timers send, and stops with its job.

use crate::job::exec;
use crate::serve::{Set, serve, set_up};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// A job from a script, its output line by line.
fn start(set: &Set, script: &str) -> (Child, BufReader<ChildStdout>) {
    let mut command = exec(&set.folder, &[], &["sh", "-c", script]);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    (child, output)
}

fn line(output: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    output.read_line(&mut line).expect("a line");
    line.trim().to_owned()
}

fn send(signal: &str, pid: u32) {
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -{signal} {pid}")])
        .status();
    assert!(sent.expect("a shell").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_reach_the_job_and_its_answer_comes_back() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    let signals = [
        "HUP", "INT", "QUIT", "USR1", "USR2", "ALRM", "TERM", "CONT", "TSTP", "URG", "VTALRM",
        "PROF", "WINCH", "IO", "PWR", "16",
    ];
    for (code, signal) in (40..).zip(signals) {
        let script =
            format!("trap 'exit {code}' {signal}; echo ready; while :; do sleep 0.05; done");
        let (mut child, mut output) = start(&set, &script);
        assert_eq!(line(&mut output), "ready", "{signal}");
        send(signal, child.id());
        let ended = child.wait().expect("it ends");
        assert_eq!(ended.code(), Some(code), "{signal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_a_job_that_does_not_listen_is_told_as_a_shell_tells_it() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    for (signal, code) in [("TERM", 143), ("ALRM", 142), ("VTALRM", 154), ("USR2", 140)] {
        let (mut child, mut output) = start(&set, "echo ready; exec sleep 600");
        assert_eq!(line(&mut output), "ready", "{signal}");
        send(signal, child.id());
        let ended = child.wait().expect("it ends");
        assert_eq!(ended.code(), Some(code), "{signal}");
    }
}

/// Waits until a process is stopped, or is not any more.
async fn until(pid: u32, stopped: bool) {
    let since = countersign_host::clock::stopwatch();
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
        let state = stat
            .rsplit_once(") ")
            .map(|(_, rest)| rest.starts_with('T'));
        if state == Some(stopped) {
            return;
        }
        assert!(since.elapsed().as_secs() < 30, "{pid}: {stat}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_job_is_stopped_as_a_whole_and_goes_on_as_a_whole() {
    let set = set_up(1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    let (mut child, mut output) = start(&set, "echo $$; kill -TSTP $$; echo on; exit 7");
    let job = line(&mut output).parse().expect("a process id");
    // Stopped by itself, its endpoint stays: whoever stopped it may let it go on without us.
    until(job, true).await;
    until(child.id(), false).await;
    send("TSTP", child.id());
    until(child.id(), true).await;
    send("CONT", child.id());
    assert_eq!(line(&mut output), "on");
    assert_eq!(child.wait().expect("it ends").code(), Some(7));

    let (mut child, mut output) = start(&set, "echo $$; exec sleep 600");
    let job = line(&mut output).parse().expect("a process id");
    send("TSTP", child.id());
    until(job, true).await;
    until(child.id(), true).await;
    send("CONT", child.id());
    until(job, false).await;
    until(child.id(), false).await;
    send("TERM", child.id());
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
}
