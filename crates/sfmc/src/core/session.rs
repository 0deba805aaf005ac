//! Sessions, and when they end: so long after their last use.

use crate::token::Presented;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, VecDeque};

/// Sessions remembered; older ones are unknown.
const SESSIONS_MAX: usize = 20_000;

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// Label of the app.
    pub(crate) label: String,
    /// What it may do.
    pub(crate) scopes: Vec<String>,
    /// The consent it goes back to.
    pub(crate) family: Option<u64>,
    used_at: Timestamp,
    dead: bool,
}

/// Every session of late.
#[derive(Debug, Clone, Default)]
pub(crate) struct SessionBook {
    held: BTreeMap<String, Session>,
    order: VecDeque<String>,
}

impl SessionBook {
    /// Opens a session.
    pub(crate) fn open(
        &mut self,
        now: Timestamp,
        text: String,
        label: &str,
        (scopes, family): (Vec<String>, Option<u64>),
    ) {
        if self.order.len() >= SESSIONS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.held.remove(&oldest);
        }
        self.order.push_back(text.clone());
        let session = Session {
            label: label.to_owned(),
            scopes,
            family,
            used_at: now,
            dead: false,
        };
        self.held.insert(text, session);
    }

    /// Looks a session up; one that lives is used by that, so it lives on.
    pub(crate) fn touch(
        &mut self,
        now: Timestamp,
        text: Option<&str>,
        life: SignedDuration,
    ) -> (Option<Session>, Presented) {
        let Some(text) = text else {
            return (None, Presented::None);
        };
        let Some(session) = self.held.get_mut(text) else {
            return (None, Presented::Unknown);
        };
        let presented = match session {
            Session { dead: true, .. } => Presented::Revoked,
            Session { used_at, .. } if now.duration_since(*used_at) >= life => Presented::Expired,
            _ => {
                session.used_at = now.max(session.used_at);
                Presented::Valid
            }
        };
        (Some(session.clone()), presented)
    }

    /// The session with that text, used or not.
    pub(crate) fn find(&self, text: &str) -> Option<&Session> {
        self.held.get(text).filter(|session| !session.dead)
    }

    /// Ends one session.
    pub(crate) fn end(&mut self, text: &str) {
        if let Some(session) = self.held.get_mut(text) {
            session.dead = true;
        }
    }

    /// Ends every session that `hits`.
    pub(crate) fn kill(&mut self, hits: impl Fn(&Session) -> bool) {
        let hit = self.held.values_mut().filter(|session| hits(session));
        hit.for_each(|session| session.dead = true);
    }
}
