//! How a followed source stands: what was seen of its file, as one word that people can act on.

use super::TailSource;
use super::follow::Sight;
use countersign_model::{SignedDuration, Timestamp};
use countersign_store::{TailPlace, TailStanding, TailState};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Between a rename and the next file there is none, for a moment.
const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// The last standing that was said, and what may become one.
pub(crate) struct Stand {
    said: TailStanding,
    /// Since when the file cannot be read.
    trouble_at: Option<Timestamp>,
    has_looked: bool,
}

impl Stand {
    pub(crate) fn new(said: TailStanding) -> Stand {
        Stand {
            said,
            trouble_at: None,
            has_looked: false,
        }
    }

    /// How it stands, as it was said last.
    pub(crate) fn now(&self) -> &TailStanding {
        &self.said
    }

    /// A standing was said.
    pub(crate) fn keep(&mut self, standing: TailStanding) {
        self.said = standing;
    }

    /// What a look changes; `None` if it stands as it was said to.
    pub(crate) fn next(
        &mut self,
        source: &TailSource,
        sight: &Sight,
        place: &TailPlace,
        now: Timestamp,
    ) -> Option<TailStanding> {
        let is_first = !std::mem::replace(&mut self.has_looked, true);
        let (state, since, words) = match sight {
            Sight::Read => {
                self.trouble_at = None;
                let heard_at = place.heard_at.or(place.begun_at).unwrap_or(now);
                match source.quiet_after {
                    Some(span) if now.duration_since(heard_at) > span => {
                        let at = heard_at.strftime("%Y-%m-%d %H:%M UTC");
                        let words = format!("no line has come since {at}");
                        (TailState::Quiet, heard_at, words)
                    }
                    _ => (TailState::Following, now, String::new()),
                }
            }
            Sight::Missing | Sight::Unreadable(_) => {
                let since = *self.trouble_at.get_or_insert(now);
                let is_short = now.duration_since(since) < GRACE;
                if is_short && !is_first && self.said.state == TailState::Following {
                    return None;
                }
                match sight {
                    Sight::Unreadable(why) => (TailState::Unreadable, since, why.clone()),
                    _ => {
                        let words = "there is no file at its path".to_owned();
                        (TailState::Missing, since, words)
                    }
                }
            }
        };
        let path = source.path.display().to_string();
        let said = &self.said;
        let is_said = (said.state, &said.words, &said.path) == (state, &words, &path);
        (!is_said).then_some(TailStanding {
            state,
            since: Some(since),
            path,
            words,
        })
    }
}

/// How all sources stand, for the pipeline to file what is silent.
#[derive(Clone, Default)]
pub(crate) struct Board(Arc<Mutex<BTreeMap<String, TailStanding>>>);

impl Board {
    /// A board for these sources, of which none was looked at yet.
    pub(crate) fn of(sources: &[TailSource]) -> Board {
        let unseen = |source: &TailSource| (source.name.clone(), TailStanding::default());
        Board(Arc::new(Mutex::new(sources.iter().map(unseen).collect())))
    }

    /// Notes how a source stands; whether that is new.
    pub(crate) fn put(&self, name: &str, standing: &TailStanding) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.get(name) == Some(standing) {
            return false;
        }
        all.insert(name.to_owned(), standing.clone());
        true
    }

    /// How all stand.
    pub(crate) fn all(&self) -> BTreeMap<String, TailStanding> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.clone()
    }
}

#[cfg(test)]
mod tests;
