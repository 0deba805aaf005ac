//! What rotation made of a path: the file that was read is found again, and every one that came and went
//! between it and the present one.

use super::super::file::{Handle, Likeness};
use super::super::sibling::{self, Sibling};
use super::held::Held;
use super::{Follower, replaced};
use countersign_model::Timestamp;
use countersign_store::{TailFile, TailPlace};
use std::io;

/// Files of one path whose end is still to be read, at most; more are lost, and said to be.
const FILES_MAX: usize = 32;

/// Where a file that was read is now.
enum Found {
    /// It is held; its place among the siblings, if it has one.
    At(Option<usize>),
    /// It was read to its end; a copy of it lies there.
    Whole(usize),
    /// Nowhere.
    Nowhere,
}

impl Follower {
    /// Another file lies at the path than the one that was read: finds that one again, and every one
    /// that came and went between them. Gives the new place, and what was lost.
    pub(super) fn rotated(
        &mut self,
        mut place: TailPlace,
        mut current: Handle,
        likeness: Likeness,
    ) -> io::Result<(TailPlace, Vec<String>)> {
        let siblings = sibling::list(&self.source.path)?;
        let Some(known) = place.files.pop() else {
            return Ok((place, Vec::new()));
        };
        let mut lost = Vec::new();
        let mut after = None;
        let mut generation = known.generation;
        let found = match likeness {
            Likeness::Same => Found::Nowhere,
            Likeness::Head | Likeness::Other => self.find(&known, &siblings),
        };
        match (found, likeness) {
            (Found::At(at), _) => {
                after = at;
                place.files.push(self.moved(known));
            }
            (Found::Whole(at), _) => after = Some(at),
            // It is the same file: only what lies beside it is of interest.
            (Found::Nowhere, Likeness::Same) => generation -= 1,
            (Found::Nowhere, Likeness::Head) => {
                lost.push(cut_short(&known));
                place.files.push(self.entry(&mut current, generation)?);
                self.held.insert(generation, Held::new(current));
                return Ok((place, lost));
            }
            (Found::Nowhere, Likeness::Other) if known.head.bytes == 0 => {}
            (Found::Nowhere, Likeness::Other) => lost.push(replaced(&known)),
        }
        let since = place.heard_at.or(place.begun_at);
        let numbers = self.numbers(&place, current.identity()?);
        for unread in unread(&siblings, after, since) {
            if numbers.contains(&unread.number()) {
                continue;
            }
            match self.take_up(unread, generation + 1) {
                Ok(entry) => {
                    generation += 1;
                    place.files.push(entry);
                }
                Err(error) => lost.push(format!("{}: {error}", unread.path.display())),
            }
        }
        place.files.push(self.entry(&mut current, generation + 1)?);
        self.held.insert(generation + 1, Held::new(current));
        while place.files.len() > FILES_MAX {
            lost.push(replaced(&place.files.remove(0)));
        }
        Ok((place, lost))
    }

    /// The numbers of the files that are followed already. Only of an open file a number is sure: that
    /// of one that went is given to the next.
    fn numbers(&mut self, place: &TailPlace, current: (u64, u64)) -> Vec<(u64, u64)> {
        let mut numbers = vec![current];
        for file in &place.files {
            if self.reach(file)
                && let Some(held) = self.held.get(&file.generation)
            {
                numbers.extend(held.handle.identity().ok());
            }
        }
        numbers
    }

    /// A file that is held, under the number that it has now.
    fn moved(&self, file: TailFile) -> TailFile {
        let held = self.held.get(&file.generation);
        match held.map(|held| held.handle.identity()) {
            Some(Ok((device, inode))) => TailFile {
                device,
                inode,
                ..file
            },
            _ => file,
        }
    }

    fn take_up(&mut self, sibling: &Sibling, generation: u64) -> io::Result<TailFile> {
        let mut handle = Handle::open(&sibling.path)?;
        let entry = self.entry(&mut handle, generation)?;
        self.held.insert(generation, Held::new(handle));
        Ok(entry)
    }

    /// Where a file that was read is now.
    fn find(&mut self, known: &TailFile, siblings: &[Sibling]) -> Found {
        let printer = &self.printer;
        let mut is_held = false;
        if let Some(held) = self.held.get_mut(&known.generation)
            && let Ok(Likeness::Same) = held.handle.likeness(known, printer)
            && let Ok(number) = held.handle.identity()
        {
            is_held = true;
            if let Some(at) = siblings.iter().position(|one| one.number() == number) {
                return Found::At(Some(at));
            }
        }
        let mut whole = None;
        for (at, sibling) in siblings.iter().enumerate().rev() {
            let Ok(mut handle) = Handle::open(&sibling.path) else {
                continue;
            };
            match handle.likeness(known, printer) {
                Ok(Likeness::Same) if is_held => return Found::At(Some(at)),
                Ok(Likeness::Same) => {
                    self.held.insert(known.generation, Held::new(handle));
                    return Found::At(Some(at));
                }
                // A copy made before its last lines were written: they were read where they stood.
                Ok(Likeness::Head) if handle.before(known.offset).is_ok_and(|it| it.is_none()) => {
                    whole = whole.or(Some(at));
                }
                _ => {}
            }
        }
        if is_held {
            return Found::At(None);
        }
        self.held.remove(&known.generation);
        whole.map_or(Found::Nowhere, Found::Whole)
    }

    /// Makes sure that a file is held, wherever it lies by now.
    pub(super) fn reach(&mut self, file: &TailFile) -> bool {
        let printer = &self.printer;
        if let Some(held) = self.held.get_mut(&file.generation)
            && let Ok(Likeness::Same) = held.handle.likeness(file, printer)
        {
            return true;
        }
        let siblings = sibling::list(&self.source.path).unwrap_or_default();
        matches!(self.find(file, &siblings), Found::At(_))
    }
}

/// The siblings that nobody has read: those after the one that was, else those that changed since lines
/// came last.
fn unread(
    siblings: &[Sibling],
    after: Option<usize>,
    known_since: Option<Timestamp>,
) -> impl Iterator<Item = &Sibling> {
    let from = after.map_or(0, |at| at + 1);
    let known_since = known_since.filter(|_| after.is_none());
    siblings[from..].iter().filter(move |sibling| {
        let modified = Timestamp::try_from(sibling.modified).ok();
        known_since.is_none_or(|since| modified.is_none_or(|at| at > since))
    })
}

fn cut_short(file: &TailFile) -> String {
    format!(
        "the file that was read up to byte {} was cut short or written anew; it is read from its \
         beginning, and lines that were read already count once",
        file.offset
    )
}
