//! Follows log files and brings their lines on the road, each exactly once.
//!
//! The place in each file moves in the transaction that keeps its lines, so that a crash at any moment
//! neither loses nor repeats one. [`follow`] decides what is read, `lines` what it says, `standing` how the
//! source stands; this loop reads, keeps and waits. It waits in wall time, in which files grow.

mod cut;
mod file;
mod follow;
mod lines;
mod print;
mod sibling;
mod standing;

use crate::handle::{Watch, WatchError};
use crate::ingest::{self, IngestScope};
use countersign_feed::logs::format::FormatName;
use countersign_feed::logs::mapping::Mapping;
use countersign_host::clock::wall_now;
use countersign_host::entropy::Entropy;
use countersign_model::id::IntegrationId;
use countersign_model::{SignedDuration, Timestamp};
use countersign_store::{TailPlace, TailStanding, TailState};
use follow::{Follower, Look};
use lines::Lines;
pub(crate) use standing::Board;
use standing::Stand;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Pause between two looks at a file that had nothing to say, in wall time.
const EVERY: Duration = Duration::from_secs(1);
/// Pause after the ledger refused, in wall time.
const REFUSED_WAIT: Duration = Duration::from_secs(1);
/// At least so long between two log lines about lines that could not be used.
const TOLD_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// Where a file that was never followed before is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum From {
    /// With its first line. Lines of more than two days ago are refused, and counted.
    #[default]
    Start,
    /// Behind its last line.
    End,
}

/// A log file to follow.
#[derive(Debug, Clone, PartialEq)]
pub struct TailSource {
    /// What people call it; unique.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Its format; `None`: told from its beginning.
    pub format: Option<FormatName>,
    /// How JSON lines of another program are read.
    pub mapping: Option<Arc<Mapping>>,
    /// For whom its lines may speak.
    pub scope: IngestScope,
    /// Whose a line is that nobody can place.
    pub integration: Option<IntegrationId>,
    /// Where it is begun.
    pub from: From,
    /// So long without a line, it tells nothing any more; `None`: silence is usual.
    pub quiet_after: Option<SignedDuration>,
}

/// Follows one source until it is dropped.
pub(crate) async fn run(watch: Watch, source: Arc<TailSource>, board: Board) {
    let mut desk = loop {
        match Desk::open(&watch, &source).await {
            Ok(desk) => break desk,
            Err(error) => refused(&source, &error).await,
        }
    };
    loop {
        let (looked, look, lines) = desk.look().await;
        desk = looked;
        match desk.take(&watch, &board, look, lines).await {
            // Judging sets the pace of what is read in bulk.
            Ok(true) => watch.judged().await,
            Ok(false) => tokio::time::sleep(EVERY).await,
            Err(error) => {
                desk.follower.forget();
                refused(&source, &error).await;
            }
        }
    }
}

/// Notes that sources which the configuration does not name are not followed any more.
pub(crate) async fn retire(watch: Watch, names: Vec<String>) {
    if let Err(error) = retire_all(&watch, &names).await {
        let error = &error as &dyn std::error::Error;
        tracing::error!(
            error,
            "sources that are not followed any more were not marked"
        );
    }
    std::future::pending().await
}

async fn retire_all(watch: &Watch, names: &[String]) -> Result<(), WatchError> {
    for tail in watch.store().tail_list().await? {
        if !names.contains(&tail.name) && tail.standing.state != TailState::Off {
            let standing = TailStanding {
                state: TailState::Off,
                since: Some(wall_now()),
                words: String::new(),
                ..tail.standing
            };
            watch.store().tail_stand(tail.name, standing).await?;
        }
    }
    Ok(())
}

async fn refused(source: &TailSource, error: &WatchError) {
    let name = &source.name;
    tracing::error!(
        error = error as &dyn std::error::Error,
        name,
        "lines of a followed file were not kept"
    );
    tokio::time::sleep(REFUSED_WAIT).await;
}

/// What is in memory between looks.
struct Desk {
    source: Arc<TailSource>,
    follower: Follower,
    stand: Stand,
    told_at: Option<Timestamp>,
}

impl Desk {
    async fn open(watch: &Watch, source: &Arc<TailSource>) -> Result<Desk, WatchError> {
        let key = Entropy::default().bytes_32();
        let open = watch.store().tail_open(source.name.clone(), key);
        let (tail, key) = open.await?;
        Ok(Desk {
            follower: Follower::new(Arc::clone(source), &key, tail.place),
            stand: Stand::new(tail.standing),
            source: Arc::clone(source),
            told_at: None,
        })
    }

    /// Looks at the files, off the runtime's own threads: a disk may be slow.
    async fn look(mut self) -> (Desk, Look, Lines) {
        let now = wall_now();
        let work = move || {
            let look = self.follower.look(now);
            let printer = &self.follower.printer;
            let read = |piece| lines::read(&self.source, printer, piece, now);
            let lines = look.piece.as_ref().map(read).unwrap_or_default();
            (self, look, lines)
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }

    /// Makes durable what was read, then says how the source stands; whether there may be more to read.
    async fn take(
        &mut self,
        watch: &Watch,
        board: &Board,
        look: Look,
        lines: Lines,
    ) -> Result<bool, WatchError> {
        let has_more = look.piece.is_some();
        if look.place != self.follower.place {
            let place = self.append(watch, look.place, lines).await?;
            self.follower.keep(place);
        }
        for words in &look.lost {
            let name = &self.source.name;
            tracing::warn!(name, words, "a followed file was lost");
        }
        let stood = self
            .stand
            .next(&self.source, &look.sight, &self.follower.place, wall_now());
        if let Some(standing) = stood {
            self.say(&standing);
            let name = self.source.name.clone();
            watch.store().tail_stand(name, standing.clone()).await?;
            self.stand.keep(standing);
        }
        if board.put(&self.source.name, self.stand.now()) {
            watch.ring();
        }
        Ok(has_more)
    }

    async fn append(
        &mut self,
        watch: &Watch,
        mut place: TailPlace,
        lines: Lines,
    ) -> Result<TailPlace, WatchError> {
        let source = &self.source;
        let fallback = source.integration.as_ref();
        let told = lines.told.into_iter();
        let sifted = ingest::sift(&watch.estate(), &source.scope, fallback, told);
        let mut rejects = lines.rejects;
        rejects.extend(sifted.rejects.into_iter().map(|one| (one.line, one.reason)));
        place.counts.lines += lines.n;
        for (_, reason) in &rejects {
            place.counts.reject(reason);
        }
        let kept = watch.append_tail(&source.name, sifted.kept, place).await?;
        watch.note(sifted.forged).await?;
        self.tell(&rejects);
        Ok(kept)
    }

    /// Logs that lines could not be used, now and then, with the first of them.
    fn tell(&mut self, rejects: &[(u64, String)]) {
        let now = wall_now();
        let is_due = |at: Timestamp| now.duration_since(at) >= TOLD_EVERY;
        if let Some((line, reason)) = rejects.iter().min()
            && self.told_at.is_none_or(is_due)
        {
            self.told_at = Some(now);
            let (name, n) = (&self.source.name, rejects.len());
            tracing::warn!(
                name,
                n,
                line,
                reason,
                "lines of a followed file were not used"
            );
        }
    }

    fn say(&self, standing: &TailStanding) {
        let (name, path) = (&self.source.name, self.source.path.display());
        let (state, words) = (standing.state, &standing.words);
        match state {
            TailState::Following => tracing::info!(name, %path, "a file is followed"),
            _ => tracing::warn!(name, %path, ?state, words, "a followed file is not heard"),
        }
    }
}
