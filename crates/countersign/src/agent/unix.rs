//! A socket in the file system that lets in this user and root, by what the kernel says of the other
//! side, and nobody else.

use crate::exit::Exit;
use axum::serve::Listener;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::unix::SocketAddr;
use tokio::net::{UnixListener, UnixStream};

/// Rest after an accept that failed: no descriptors are left, most likely.
const REST: Duration = Duration::from_millis(200);

/// The socket; removed when it is dropped.
pub(crate) struct OwnSocket {
    listener: UnixListener,
    path: PathBuf,
    /// Whose it is.
    uid: u32,
}

impl OwnSocket {
    /// Listens at `path`. One that is left over and that nobody listens on is replaced.
    pub(crate) async fn bind(path: &Path) -> Result<OwnSocket, Exit> {
        let failed = |error: std::io::Error| Exit::failed(format!("{}: {error}", path.display()));
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                // Only a socket that nobody answers at is left over; anything else is somebody's.
                let is_socket =
                    fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_socket());
                let left_over = match UnixStream::connect(path).await {
                    Ok(_) => false,
                    Err(error) => error.kind() == ErrorKind::ConnectionRefused,
                };
                if !is_socket || !left_over {
                    let words = format!("{}: it is in use, or no socket", path.display());
                    return Err(Exit::failed(words));
                }
                fs::remove_file(path).map_err(failed)?;
                UnixListener::bind(path).map_err(failed)?
            }
            bound => bound.map_err(failed)?,
        };
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        // Whoever made the socket owns it: that is us.
        let uid = fs::metadata(path).map_err(failed)?.uid();
        let path = path.to_owned();
        Ok(OwnSocket {
            listener,
            path,
            uid,
        })
    }

    fn lets_in(&self, stream: &UnixStream) -> bool {
        admits(self.uid, stream.peer_cred().ok().map(|peer| peer.uid()))
    }
}

/// Whether a socket of `own` lets in whoever the kernel says is there.
fn admits(own: u32, peer: Option<u32>) -> bool {
    peer.is_some_and(|peer| peer == own || peer == 0)
}

impl Drop for OwnSocket {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.path));
    }
}

impl Listener for OwnSocket {
    type Io = UnixStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (UnixStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, from)) if self.lets_in(&stream) => return (stream, from),
                Ok(_) => tracing::warn!("a foreign user was turned away from the agent's socket"),
                Err(error) => {
                    tracing::warn!(%error, "the agent's socket could not accept");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

#[cfg(test)]
mod tests {
    use super::admits;

    #[test]
    fn this_user_and_root_are_let_in_and_nobody_else() {
        assert!(admits(1_000, Some(1_000)) && admits(1_000, Some(0)));
        assert!(!admits(1_000, Some(1_001)) && !admits(0, Some(1_000)));
        assert!(!admits(1_000, None), "who cannot be told is nobody");
    }
}
