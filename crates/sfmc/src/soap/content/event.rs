//! What subscribers did: a function of each triggered send's daily volume and the clock.
//!
//! A send of `n` messages a day sends one every `day / n`, to one subscriber after the other. Of every
//! so many messages one is opened, clicked, bounced and so on.

use super::definition::{job_id, place_of};
use super::{Hint, MADE_AT, Source, View};
use crate::asset::Asset;
use crate::fault::Kind;
use crate::platform::Platform;
use crate::rest::stamp;
use crate::setup::AssetKind;
use crate::soap::filter::instant;
use countersign_etframework::Node;
use jiff::{SignedDuration, Timestamp};

const DAY_MS: u64 = 86_400_000;
/// How far back events are looked for, unless a filter says when.
const USUALLY: SignedDuration = SignedDuration::from_hours(24 * 30);

/// How often something is done with a message, and how soon.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habit {
    kind: &'static str,
    /// Its word in `EventType`.
    word: &'static str,
    /// One of so many messages.
    of: u64,
    /// Which of them.
    nth: u64,
    /// After so many seconds.
    after_s: i64,
}

const HABITS: &[Habit] = &[
    Habit {
        kind: "SentEvent",
        word: "Sent",
        of: 1,
        nth: 0,
        after_s: 0,
    },
    Habit {
        kind: "NotSentEvent",
        word: "NotSent",
        of: 200,
        nth: 3,
        after_s: 0,
    },
    Habit {
        kind: "BounceEvent",
        word: "HardBounce",
        of: 50,
        nth: 7,
        after_s: 5,
    },
    Habit {
        kind: "OpenEvent",
        word: "Open",
        of: 3,
        nth: 0,
        after_s: 600,
    },
    Habit {
        kind: "ClickEvent",
        word: "Click",
        of: 12,
        nth: 0,
        after_s: 630,
    },
    Habit {
        kind: "UnsubEvent",
        word: "Unsubscribe",
        of: 1_000,
        nth: 12,
        after_s: 660,
    },
];

/// The habit behind a kind of event.
pub(super) fn habit(kind: &str) -> Option<&'static Habit> {
    HABITS.iter().find(|habit| habit.kind == kind)
}

/// Events of one kind and one triggered send, in the order they happened.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    habit: &'static Habit,
    send: String,
    job: u64,
    mid: u64,
    every_ms: u64,
    /// The first and the one after the last, counted since 1970.
    first: u64,
    end: u64,
    /// Of whom alone events are wanted; by the number of the subscriber.
    wanted: Option<Vec<bool>>,
}

impl Run {
    /// The events of a send from one instant to another, both included. Nothing happened before
    /// everything was made, and nothing while the queue stands still.
    pub(super) fn new(
        platform: &Platform,
        send: &Asset,
        habit: &'static Habit,
        (from, to): (Option<Timestamp>, Timestamp),
    ) -> Run {
        let stuck = platform.broken_since(Kind::QueueGrowth, &place_of(platform, send));
        let delay = SignedDuration::from_secs(habit.after_s);
        let made = instant(MADE_AT).expect("it is a date");
        let from = from.unwrap_or(made).max(made);
        let earlier = |at: Timestamp| at.checked_sub(delay).unwrap_or(at);
        let until = stuck.map_or(earlier(to), |stuck| earlier(to).min(stuck));
        let every_ms = DAY_MS.checked_div(send.per_day).unwrap_or(0).max(1);
        let ms = |at: Timestamp| u64::try_from(at.as_millisecond()).unwrap_or(0);
        // The least number of a message that is `of`-th of its kind and not before an instant.
        let number = |ms: u64| {
            let message = ms.div_ceil(every_ms);
            (message + habit.of - habit.nth - 1) / habit.of
        };
        let (first, end) = (number(ms(earlier(from))), number(ms(until) + 1));
        Run {
            habit,
            send: send.guid.clone(),
            job: job_id(send),
            mid: send.mid,
            every_ms,
            first,
            end: if send.per_day == 0 {
                first
            } else {
                end.max(first)
            },
            wanted: None,
        }
    }

    pub(super) fn total(&self) -> u64 {
        self.end - self.first
    }

    /// Its part of the wanted subscribers' events only.
    fn of(mut self, subscribers: Option<&[String]>) -> Run {
        self.wanted = subscribers.map(|keys| {
            let is_named = |own: String| keys.iter().any(|key| key.eq_ignore_ascii_case(&own));
            super::subscriber::keys().map(is_named).collect()
        });
        self
    }

    pub(super) fn chunk(&self, place: u64, n: u64) -> Vec<Option<Node>> {
        let first = self.first + place;
        let end = self.end.min(first.saturating_add(n));
        (first..end).map(|number| self.event(number)).collect()
    }

    fn event(&self, number: u64) -> Option<Node> {
        let message = number * self.habit.of + self.habit.nth;
        if let Some(wanted) = &self.wanted {
            let index = usize::try_from(message % wanted.len() as u64).unwrap_or(0);
            if !wanted[index] {
                return None;
            }
        }
        let ms = i64::try_from(message * self.every_ms).unwrap_or(i64::MAX);
        let ms = ms.saturating_add(self.habit.after_s * 1_000);
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
        Some(self.node(&super::subscriber_key_of(message), at))
    }

    fn node(&self, subscriber: &str, at: Timestamp) -> Node {
        let mut node = Node::of(self.habit.kind)
            .with("Client.ID", self.mid)
            .with("SendID", self.job)
            .with("SubscriberKey", subscriber)
            .with("EventDate", stamp(at))
            .with("EventType", self.habit.word)
            .with("TriggeredSendDefinitionObjectID", &self.send)
            .with("BatchID", 1);
        match self.habit.kind {
            "ClickEvent" => {
                node.set("URLID", 1);
                node.set("URL", "https://www.example.com/");
            }
            "BounceEvent" => {
                node.set("SMTPCode", 550);
                node.set("BounceCategory", "Hard bounce - User Unknown");
                node.set("SMTPReason", "No such user");
                node.set("BounceType", "immediate");
            }
            "UnsubEvent" => node.set("IsMasterUnsubscribed", false),
            _ => {}
        }
        node
    }
}

/// Events of all triggered sends that are seen, those caused one by one first.
pub(super) fn source(
    platform: &Platform,
    view: &View,
    habit: &'static Habit,
    hint: &Hint<'_>,
) -> Source {
    let (from, to) = hint.span;
    let from = from.or_else(|| view.at.checked_sub(USUALLY).ok());
    let to = to.map_or(view.at, |to| to.min(view.at));
    let mids = view.mids(platform);
    let sends = mids
        .iter()
        .flat_map(|mid| platform.world.assets.of(AssetKind::Send, *mid));
    let (mut single, mut runs) = (Vec::new(), Vec::new());
    for send in sends {
        let run = Run::new(platform, send, habit, (from, to));
        if habit.kind == "SentEvent" {
            let sent = platform.world.kept.sent_of(&send.id);
            single.extend(
                sent.filter(|one| one.at <= to)
                    .map(|one| run.node(&one.subscriber, one.at)),
            );
        }
        runs.push(run.of(hint.subscribers));
    }
    Source::Events(single, runs)
}

#[cfg(test)]
mod tests;
