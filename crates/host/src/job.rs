//! Runs one program as a child that shares our terminal, hands it the signals we get, and tells how
//! it ended.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::task::Poll;
use tokio::process::Child;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What is handed on: everything a person or a scheduler sends to end, interrupt or prod a job.
const HANDED_ON: [rustix::process::Signal; 6] = [
    rustix::process::Signal::HUP,
    rustix::process::Signal::INT,
    rustix::process::Signal::QUIT,
    rustix::process::Signal::TERM,
    rustix::process::Signal::USR1,
    rustix::process::Signal::USR2,
];

/// A program that runs.
pub struct Job {
    child: Child,
    signals: Vec<(rustix::process::Signal, Signal)>,
}

impl Job {
    /// Starts it. From here on our own process outlives the signals it hands on. A signal that we
    /// were started to ignore (`nohup`) stays ignored, here and in the program.
    ///
    /// # Errors
    /// What the system says: `NotFound`, `PermissionDenied`, ….
    pub fn start(command: Command) -> io::Result<Job> {
        let ignored = ignored_signals();
        let mut signals = Vec::new();
        for one in HANDED_ON {
            let number = one.as_raw();
            if ignored & (1 << (number - 1)) == 0 {
                signals.push((one, signal(SignalKind::from_raw(number))?));
            }
        }
        let child = tokio::process::Command::from(command).spawn()?;
        Ok(Job { child, signals })
    }

    /// Waits until it ends, and hands on what arrives meanwhile.
    ///
    /// # Errors
    /// What the system says.
    pub async fn ended(mut self) -> io::Result<ExitStatus> {
        loop {
            let Job { child, signals } = &mut self;
            tokio::select! {
                ended = child.wait() => return ended,
                one = any(signals) => self.hand_on(one),
            }
        }
    }

    fn hand_on(&self, one: rustix::process::Signal) {
        let by_terminal = matches!(
            one,
            rustix::process::Signal::INT | rustix::process::Signal::QUIT
        );
        // A key press goes to the whole foreground group: the program has it already, and many
        // programs take a second one for "at once".
        if by_terminal && in_foreground() {
            return;
        }
        let id = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = id.and_then(rustix::process::Pid::from_raw) {
            // An error only says that it ended in this moment: there is nobody to hand it to.
            rustix::process::kill_process(pid, one).ok();
        }
    }
}

/// The next of several signals.
async fn any(signals: &mut [(rustix::process::Signal, Signal)]) -> rustix::process::Signal {
    std::future::poll_fn(|context| {
        for (which, stream) in signals.iter_mut() {
            if let Poll::Ready(Some(())) = stream.poll_recv(context) {
                return Poll::Ready(*which);
            }
        }
        Poll::Pending
    })
    .await
}

/// How a shell would give its end: the code, or 128 and the signal.
#[must_use]
pub fn shell_code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(255)
}

/// Signals that this process ignores, as the kernel's mask; none where it cannot be known.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .unwrap_or_default();
    u64::from_str_radix(line.trim(), 16).unwrap_or(0)
}

/// Whether our process group is the foreground one of our terminal.
fn in_foreground() -> bool {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    foreground(&stat)
}

/// The same, of `/proc/PID/stat`: the program's name may hold anything, so fields count from its end.
fn foreground(stat: &str) -> bool {
    let fields = stat
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace();
    // After the name: state, parent, group, session, terminal, group in the foreground.
    let fields: Vec<&str> = fields.take(6).collect();
    match fields.as_slice() {
        [_, _, group, _, _, front] => group == front,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
