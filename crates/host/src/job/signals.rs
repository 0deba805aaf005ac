//! The signals that are handed on to a program, as they arrive.

use rustix::process::Signal;
use std::io;
use std::task::Poll;
use tokio::signal::unix::{SignalKind, signal};

/// What is handed on: everything that people, schedulers and timers send, as `tini` and `dumb-init`
/// do. Not among them: KILL and STOP, which nobody can catch; CHLD, of which the program is the cause;
/// PIPE, which Rust ignores; what a process brings upon itself (ILL, TRAP, ABRT, BUS, FPE, SEGV, SYS,
/// XCPU, XFSZ); and TTIN and TTOU, which the terminal sends to the whole group.
const HANDED_ON: [Signal; 16] = [
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::USR1,
    Signal::USR2,
    Signal::ALARM,
    Signal::TERM,
    Signal::STKFLT,
    Signal::CONT,
    Signal::TSTP,
    Signal::URG,
    Signal::VTALARM,
    Signal::PROF,
    Signal::WINCH,
    Signal::IO,
    Signal::POWER,
];

/// Streams of all of them, and of CHLD.
pub(super) struct Signals(Vec<(Signal, tokio::signal::unix::Signal)>);

impl Signals {
    /// Listens from here on. One that we were started to ignore stays ignored.
    pub(super) fn new() -> io::Result<Signals> {
        let ignored = ignored();
        let is_heard = |one: &Signal| ignored & (1 << (one.as_raw() - 1)) == 0;
        let wanted = HANDED_ON.into_iter().filter(is_heard);
        let streams = wanted.chain([Signal::CHILD]).map(|one| {
            let stream = signal(SignalKind::from_raw(one.as_raw()))?;
            Ok((one, stream))
        });
        Ok(Signals(streams.collect::<io::Result<_>>()?))
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Signal {
        std::future::poll_fn(|context| {
            for (which, stream) in &mut self.0 {
                if let Poll::Ready(Some(())) = stream.poll_recv(context) {
                    return Poll::Ready(*which);
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// Signals that this process ignores, as the kernel's mask; none where it cannot be known.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .unwrap_or_default();
    u64::from_str_radix(line.trim(), 16).unwrap_or(0)
}
