//! A log that is written and rotated, and who follows it.

use super::super::{Follower, Piece, Sight, Span};
use crate::ingest::IngestScope;
use crate::tail::{From, TailSource};
use countersign_feed::logs::format::FormatName;
use countersign_host::clock::wall_now;
use countersign_model::SignedDuration;
use countersign_store::TailPlace;
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const KEY: [u8; 32] = [7; 32];

pub(crate) struct Log {
    dir: TempDir,
    path: PathBuf,
    source: Arc<TailSource>,
    follower: Follower,
    /// What a ledger would hold.
    kept: TailPlace,
    /// How far our time is ahead of the disk's.
    ahead: SignedDuration,
    sight: Sight,
    /// Lines that were kept, in the order of their reading.
    pub(crate) read: Vec<String>,
    ids: BTreeSet<String>,
}

impl Log {
    pub(crate) fn new() -> Log {
        Log::of("ndjson")
    }

    pub(crate) fn of(format: &str) -> Log {
        Log::with(format, From::Start, "")
    }

    pub(crate) fn from_end(content: &str) -> Log {
        Log::with("ndjson", From::End, content)
    }

    fn with(format: &str, from: From, content: &str) -> Log {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("app.log");
        if !content.is_empty() {
            fs::write(&path, content).unwrap();
        }
        let source = Arc::new(TailSource {
            name: "app".to_owned(),
            path: path.clone(),
            format: match format {
                "csv" => Some(FormatName::Csv),
                "" => None,
                _ => Some(FormatName::Ndjson),
            },
            mapping: None,
            scope: IngestScope::All,
            integration: None,
            from,
            quiet_after: None,
        });
        Log {
            follower: Follower::new(Arc::clone(&source), &KEY, TailPlace::default()),
            dir,
            path,
            source,
            kept: TailPlace::default(),
            ahead: SignedDuration::ZERO,
            sight: Sight::Missing,
            read: Vec::new(),
            ids: BTreeSet::new(),
        }
    }

    fn rotated(&self, number: usize, ending: &str) -> PathBuf {
        self.dir.path().join(format!("app.log.{number}{ending}"))
    }

    pub(crate) fn write(&self, text: &str) {
        append(&self.path, text);
    }

    /// Writes to the file that was renamed last, as a program does that has it open still.
    pub(crate) fn write_rotated(&self, text: &str) {
        append(&self.rotated(1, ""), text);
    }

    /// Makes room for a new `app.log.1`.
    fn shift(&self) {
        for number in (1..100).rev() {
            for ending in ["", ".gz"] {
                let (from, to) = (
                    self.rotated(number, ending),
                    self.rotated(number + 1, ending),
                );
                if from.exists() {
                    fs::rename(from, to).unwrap();
                }
            }
        }
    }

    pub(crate) fn rename(&self) {
        self.shift();
        fs::rename(&self.path, self.rotated(1, "")).unwrap();
    }

    pub(crate) fn copy_and_truncate(&self) {
        self.shift();
        fs::copy(&self.path, self.rotated(1, "")).unwrap();
        let file = OpenOptions::new().write(true).open(&self.path).unwrap();
        file.set_len(0).unwrap();
    }

    /// What gzip does: the compressed file takes over the time of the plain one, which goes.
    pub(crate) fn compress(&self, number: usize) {
        let plain = self.rotated(number, "");
        let modified = fs::metadata(&plain).unwrap().modified().unwrap();
        let file = fs::File::create(self.rotated(number, ".gz")).unwrap();
        let mut to = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        to.write_all(&fs::read(&plain).unwrap()).unwrap();
        to.finish().unwrap().set_modified(modified).unwrap();
        fs::remove_file(plain).unwrap();
    }

    pub(crate) fn is_plain(&self, number: usize) -> bool {
        self.rotated(number, "").exists()
    }

    pub(crate) fn remove_rotated(&self, number: usize) {
        fs::remove_file(self.rotated(number, "")).unwrap();
    }

    /// Puts another file in its place, as an editor does.
    pub(crate) fn replace(&self, content: &str) {
        let new = self.dir.path().join("new");
        fs::write(&new, content).unwrap();
        fs::rename(new, &self.path).unwrap();
    }

    pub(crate) fn remove(&self) {
        fs::remove_file(&self.path).unwrap();
    }

    pub(crate) fn make_folder(&self) {
        fs::create_dir(&self.path).unwrap();
    }

    pub(crate) fn pass_seconds(&mut self, seconds: i64) {
        self.ahead += SignedDuration::from_secs(seconds);
    }

    /// Ends the process and begins another.
    pub(crate) fn restart(&mut self) {
        self.follower = Follower::new(Arc::clone(&self.source), &KEY, self.kept.clone());
    }

    /// The lines of a piece, each with its id.
    fn lines(&self, piece: &Piece) -> Vec<(String, String)> {
        let of = |line: &Span| {
            let text = &piece.buffer[line.bytes.clone()];
            let printer = &self.follower.printer;
            let id = printer.line_id(piece.generation, line.offset, text);
            (id.to_string(), String::from_utf8_lossy(text).into_owned())
        };
        piece.lines.iter().map(of).collect()
    }

    /// Reads, and dies before that is kept; gives the ids of what was read.
    pub(crate) fn look_and_crash(&mut self) -> BTreeSet<String> {
        let look = self.follower.look(wall_now() + self.ahead);
        let lines = look.piece.map(|piece| self.lines(&piece));
        self.restart();
        lines.into_iter().flatten().map(|(id, _)| id).collect()
    }

    /// One look, kept; whether it read something.
    pub(crate) fn look_once(&mut self) -> bool {
        let look = self.follower.look(wall_now() + self.ahead);
        self.sight = look.sight;
        let lines = look.piece.as_ref().map(|piece| self.lines(piece));
        for (id, text) in lines.iter().flatten() {
            // What comes again under its id is no new line.
            if self.ids.insert(id.clone()) {
                self.read.push(text.clone());
            }
        }
        self.kept = look.place.clone();
        self.follower.keep(look.place);
        lines.is_some()
    }

    pub(crate) fn look_all(&mut self) {
        while self.look_once() {}
    }

    pub(crate) fn check(&mut self, expected: &[&str]) {
        self.look_all();
        assert_eq!(self.read, expected);
    }

    pub(crate) fn ids(&self) -> BTreeSet<String> {
        self.ids.clone()
    }

    pub(crate) fn n_files(&self) -> usize {
        self.kept.files.len()
    }

    pub(crate) fn lost(&self) -> u64 {
        self.kept.counts.files_lost
    }

    pub(crate) fn sight(&self) -> String {
        match &self.sight {
            Sight::Read => "read".to_owned(),
            Sight::Missing => "missing".to_owned(),
            Sight::Unreadable(why) => why.clone(),
        }
    }
}

fn append(path: &Path, text: &str) {
    let mut options = OpenOptions::new();
    let mut file = options.create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
