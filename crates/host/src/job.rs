//! Runs one program as a child that shares our terminal, hands it the signals we get, stops when it is
//! stopped, and tells how it ended.

mod signals;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpid, kill_process, set_dumpable_behavior, waitid,
};
use signals::Signals;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use tokio::process::Child;

/// Why a program was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// This process could not do its part: no descriptor, no memory, no process was left.
    #[error("this process cannot start another one")]
    Ours(#[source] io::Error),
    /// The program is not there.
    #[error("the program is not there")]
    Missing(#[source] io::Error),
    /// The program is there and cannot be run.
    #[error("the program cannot be run")]
    NotRunnable(#[source] io::Error),
}

impl StartError {
    fn of(error: io::Error) -> StartError {
        let errno = rustix::io::Errno::from_io_error(&error);
        let ours = [
            rustix::io::Errno::AGAIN,
            rustix::io::Errno::NOMEM,
            rustix::io::Errno::MFILE,
            rustix::io::Errno::NFILE,
        ];
        match error.kind() {
            _ if errno.is_some_and(|errno| ours.contains(&errno)) => StartError::Ours(error),
            io::ErrorKind::NotFound => StartError::Missing(error),
            _ => StartError::NotRunnable(error),
        }
    }

    /// What the system said.
    #[must_use]
    pub fn system(&self) -> &io::Error {
        match self {
            StartError::Ours(error)
            | StartError::Missing(error)
            | StartError::NotRunnable(error) => error,
        }
    }
}

/// A program that runs.
pub struct Job {
    child: Child,
    signals: Signals,
    /// We were asked to stop (`TSTP`), and do so as soon as the program has.
    stop_asked: bool,
    /// The program is stopped.
    stopped: bool,
}

impl Job {
    /// Starts it. From here on our own process outlives the signals it hands on. A signal that we
    /// were started to ignore (`nohup`) stays ignored, here and in the program.
    ///
    /// # Errors
    /// [`StartError`], which tells our own fault from the program's.
    pub fn start(command: Command) -> Result<Job, StartError> {
        let signals = Signals::new().map_err(StartError::Ours)?;
        let child = tokio::process::Command::from(command).spawn();
        Ok(Job {
            child: child.map_err(StartError::of)?,
            signals,
            stop_asked: false,
            stopped: false,
        })
    }

    /// Waits until it ends, and hands on what arrives meanwhile.
    ///
    /// # Errors
    /// What the system says.
    pub async fn ended(mut self) -> io::Result<ExitStatus> {
        loop {
            let Job { child, signals, .. } = &mut self;
            tokio::select! {
                ended = child.wait() => return ended,
                one = signals.next() => match one {
                    Signal::CHILD => self.look(),
                    one => self.hand_on(one),
                },
            }
            self.stop_with_it();
        }
    }

    fn pid(&self) -> Option<Pid> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok());
        id.and_then(Pid::from_raw)
    }

    fn hand_on(&mut self, one: Signal) {
        match one {
            Signal::TSTP => self.stop_asked = true,
            Signal::CONT => self.stop_asked = false,
            _ => {}
        }
        // A key press goes to the whole foreground group: the program has it already, and many
        // programs take a second one for "at once".
        let by_terminal = matches!(one, Signal::INT | Signal::QUIT | Signal::TSTP);
        if by_terminal && in_foreground() {
            return;
        }
        if let Some(pid) = self.pid() {
            // An error only says that it ended in this moment: there is nobody to hand it to.
            kill_process(pid, one).ok();
        }
    }

    /// Whether the program was stopped, or goes on.
    fn look(&mut self) {
        let Some(pid) = self.pid() else { return };
        let changes = [
            (WaitIdOptions::STOPPED, true),
            (WaitIdOptions::CONTINUED, false),
        ];
        for (change, stopped) in changes {
            // An error only says that it ended: `child.wait` tells of that.
            if let Ok(Some(_)) = waitid(WaitId::Pid(pid), change | WaitIdOptions::NOHANG) {
                self.stopped = stopped;
            }
        }
    }

    /// Stops with the program when both were asked to, so that a shell sees a stopped job. One that
    /// goes on in spite of `TSTP` keeps its endpoint.
    fn stop_with_it(&mut self) {
        if self.stop_asked && self.stopped {
            (self.stop_asked, self.stopped) = (false, false);
            // It cannot fail: the process is our own.
            kill_process(getpid(), Signal::STOP).ok();
        }
    }
}

/// Keeps what this process knows from others of the same user, and from the program it starts: its
/// environment and memory cannot be read through `/proc` any more. Root still can.
///
/// # Errors
/// What the system says.
pub fn keep_to_ourselves() -> io::Result<()> {
    set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// How a shell would give its end: the code, or 128 and the signal.
#[must_use]
pub fn shell_code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(255)
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
