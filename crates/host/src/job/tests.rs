use super::{Job, StartError, foreground, shell_code};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use std::process::{Command, Stdio};

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", script])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

async fn code(script: &str) -> u8 {
    let job = Job::start(shell(script)).expect("it starts");
    shell_code(job.ended().await.expect("it ends"))
}

#[tokio::test]
async fn its_code_is_given_or_128_and_the_signal() {
    assert_eq!(code("exit 0").await, 0);
    assert_eq!(code("exit 7").await, 7);
    assert_eq!(code("kill -KILL $$").await, 137);
}

#[tokio::test]
async fn a_program_that_is_not_there_is_said() {
    let missing = Job::start(Command::new("/nowhere/at-all")).err();
    assert!(matches!(missing, Some(StartError::Missing(_))));
    let folder = Job::start(Command::new("/")).err();
    assert!(matches!(folder, Some(StartError::NotRunnable(_))));
}

#[test]
fn what_this_process_lacks_is_no_fault_of_the_program() {
    for errno in [Errno::AGAIN, Errno::NOMEM, Errno::MFILE, Errno::NFILE] {
        assert!(matches!(StartError::of(errno.into()), StartError::Ours(_)));
    }
}

#[tokio::test]
async fn a_signal_to_us_is_handed_on_and_we_stay() {
    // The program tells us that it listens by signalling us first: no waiting by the clock.
    let script = "trap 'exit 42' USR1; kill -USR2 $PPID; while :; do sleep 0.1; done";
    let mut told = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::user_defined2())
        .expect("a handler");
    let job = Job::start(shell(&format!("trap '' USR2; {script}"))).expect("it starts");
    let ours = Pid::from_raw(i32::try_from(std::process::id()).expect("a pid")).expect("a pid");
    let (ended, ()) = tokio::join!(job.ended(), async {
        told.recv().await;
        kill_process(ours, Signal::USR1).expect("sent");
    });
    assert_eq!(shell_code(ended.expect("it ends")), 42);
}

#[test]
fn the_foreground_is_read_whatever_the_name() {
    assert!(foreground("12 (a ) b) S 1 12 12 34816 12 4194304"));
    assert!(!foreground("12 (job) S 1 12 12 34816 99 4194304"));
    assert!(!foreground("12 (job) S 1 12 12 0 -1 4194304"));
    assert!(!foreground(""));
}
