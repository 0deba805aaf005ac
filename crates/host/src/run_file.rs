//! `run.json`: how commands find the server that runs on a data folder.

use crate::file::write_private;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// What a running server tells local commands (0600; the token is good for this run only).
#[derive(Clone, Serialize, Deserialize)]
pub struct RunFile {
    /// Process id of the server.
    pub pid: u32,
    /// Dashboard and API, if this process serves them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<String>,
    /// Broker, if this process serves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<String>,
    /// Simulator, in the demo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sim: Option<String>,
    /// Simulator's control, in the demo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sim_control: Option<String>,
    /// Bearer for local commands.
    pub token: String,
}

impl std::fmt::Debug for RunFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunFile")
            .field("pid", &self.pid)
            .field("dashboard", &self.dashboard)
            .field("broker", &self.broker)
            .finish_non_exhaustive()
    }
}

impl RunFile {
    fn path(data: &Path) -> PathBuf {
        data.join("run.json")
    }

    /// Writes it into the data folder.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn write(&self, data: &Path) -> io::Result<()> {
        write_private(&Self::path(data), &serde_json::to_vec_pretty(self)?)
    }

    /// Reads it; `None` if there is none, or the process that wrote it is gone.
    #[must_use]
    pub fn read(data: &Path) -> Option<RunFile> {
        let bytes = std::fs::read(Self::path(data)).ok()?;
        let run: RunFile = serde_json::from_slice(&bytes).ok()?;
        let pid = rustix::process::Pid::from_raw(i32::try_from(run.pid).ok()?)?;
        match rustix::process::test_kill_process(pid) {
            Ok(()) | Err(rustix::io::Errno::PERM) => Some(run),
            Err(_) => None,
        }
    }

    /// Removes it at the end of a run, if it is still ours. The token tells: in containers every server
    /// may have the same process id.
    pub fn remove(&self, data: &Path) {
        if Self::read(data).is_some_and(|run| run.token == self.token) {
            drop(std::fs::remove_file(Self::path(data)));
        }
    }
}

#[cfg(test)]
mod tests;
