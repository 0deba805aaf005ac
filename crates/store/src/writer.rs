//! The one thread that writes, with group commit: whoever waits at the same time shares one sync.

use crate::error::StoreError;
use crate::held::Held;
use rusqlite::{Connection, Savepoint, Transaction, TransactionBehavior};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Writes that wait; whoever comes later waits for a place.
const QUEUE_MAX: usize = 1_024;
/// Writes that share one transaction.
const BATCH_MAX: usize = 256;

/// Why nothing of a batch was kept; shared by all who waited for it.
#[derive(Clone)]
enum Fault {
    Database(Arc<rusqlite::Error>),
    Displaced(PathBuf),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Fault {
        Fault::Database(Arc::new(error))
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> StoreError {
        match fault {
            Fault::Database(source) => StoreError::Commit { source },
            Fault::Displaced(path) => StoreError::Displaced { path },
        }
    }
}

/// One write that waits for its turn, then for the commit.
trait Work: Send {
    /// Does the work; whether it is to be kept.
    fn act(&mut self, savepoint: &Connection) -> bool;
    /// Answers the caller, with the fate of the commit.
    fn settle(self: Box<Self>, commit: Result<(), Fault>);
}

struct Request<T, F> {
    act: Option<F>,
    result: Result<T, StoreError>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Work for Request<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send,
{
    fn act(&mut self, savepoint: &Connection) -> bool {
        if let Some(act) = self.act.take() {
            self.result = act(savepoint);
        }
        self.result.is_ok()
    }

    fn settle(self: Box<Self>, commit: Result<(), Fault>) {
        let commit = commit.map_err(StoreError::from);
        let answer = match self.act {
            None => self.result.and_then(|value| commit.map(|()| value)),
            // Its turn never came: it failed with the batch.
            Some(_) => commit.and(self.result),
        };
        // A caller that went away does not need its answer; the write stands.
        drop(self.reply.send(answer));
    }
}

/// Hands writes to the thread. Dropping it lets queued writes finish, then closes the database.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Work>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread that owns `connection` and the files behind it.
    pub(crate) fn start(connection: Connection, held: Held) -> std::io::Result<Writer> {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let thread = std::thread::Builder::new()
            .name("watch-store".to_owned())
            .spawn(move || run(connection, held, waiting))?;
        Ok(Writer {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Runs `act` in its own savepoint and returns once the commit that holds it is durable.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let request = Request {
            act: Some(act),
            result: Err(StoreError::Closed),
            reply,
        };
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue
            .send(Box::new(request))
            .await
            .map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was heard already, by every caller that waited.
            drop(thread.join());
        }
    }
}

fn run(mut connection: Connection, mut held: Held, mut waiting: mpsc::Receiver<Box<dyn Work>>) {
    while let Some(first) = waiting.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX {
            let Ok(next) = waiting.try_recv() else { break };
            batch.push(next);
        }
        let commit = commit_all(&mut connection, &mut held, &mut batch);
        for work in batch {
            work.settle(commit.clone());
        }
    }
    // The file is closed before others may have it.
    drop(connection);
    drop(held);
}

fn commit_all(
    connection: &mut Connection,
    held: &mut Held,
    batch: &mut [Box<dyn Work>],
) -> Result<(), Fault> {
    held.check().map_err(Fault::Displaced)?;
    let mut tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for work in batch {
        act_alone(&mut tx, work.as_mut())?;
    }
    tx.commit()?;
    held.check().map_err(Fault::Displaced)
}

/// One write in its own savepoint: its failure undoes itself and nobody else.
fn act_alone(tx: &mut Transaction<'_>, work: &mut dyn Work) -> Result<(), rusqlite::Error> {
    let savepoint: Savepoint<'_> = tx.savepoint()?;
    if work.act(&savepoint) {
        savepoint.commit()
    } else {
        // An error if a full disk made SQLite take back all of the batch: nobody's write stands then.
        savepoint.finish()
    }
}
