//! The tasks of a process, kept together so that none is lost and a panic is heard.

use std::future::Future;
use tokio::task::JoinSet;

/// Named tasks that live as long as the process. Dropping it stops them all.
#[derive(Default)]
pub struct Tasks(JoinSet<&'static str>);

impl Tasks {
    /// Starts a task under a name.
    pub fn spawn(&mut self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(async move {
            work.await;
            name
        });
    }

    /// Stops all tasks and waits until they have let go of what they held.
    pub async fn stop(mut self) {
        self.0.shutdown().await;
    }

    /// Waits until any task ends, which none should before the process does; its name or its panic.
    ///
    /// # Errors
    /// The panic's message, if it ended so.
    pub async fn any_ended(&mut self) -> Result<&'static str, String> {
        match self.0.join_next().await {
            Some(Ok(name)) => Ok(name),
            Some(Err(error)) => Err(error.to_string()),
            None => std::future::pending().await,
        }
    }
}

/// Does work to its end, whether or not whoever asked for it stays: a request whose client went away must
/// not stop between two stores.
#[expect(clippy::disallowed_methods, reason = "the other place that spawns")]
pub async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let ended = tokio::spawn(work).await;
    match ended.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(result) => result,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // The runtime is stopping: nobody waits for the answer any more.
        Err(Err(_)) => std::future::pending().await,
    }
}

/// Starts a task nobody waits for: one token request, one delivery. It ends by itself.
#[expect(clippy::disallowed_methods, reason = "the place that spawns")]
pub fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    drop(tokio::spawn(work));
}
