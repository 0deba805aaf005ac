//! Who was told, through which channel, when, or why not yet.

use super::place::{Moment, Place};
use super::words::count;
use countersign_model::Timestamp;
use countersign_model::notice::NoticeKind;
use countersign_store::{DeliveryRecord, DeliveryState};

/// One line of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeliveryRow {
    /// Through which channel.
    pub(crate) channel: String,
    /// Where it stands, as a word.
    pub(crate) state: &'static str,
    /// Style name of the state.
    pub(crate) tone: &'static str,
    /// What the notice was about.
    pub(crate) subject: &'static str,
    /// When it was accepted, given up or is tried next, in wall time.
    pub(crate) at: Option<Moment>,
    /// Attempts and the last error, when there is something to say.
    pub(crate) note: String,
}

/// Makes the trail. Deliveries live in wall time; where pages show another clock, each line says so.
pub(crate) fn delivery_rows(
    trail: &[DeliveryRecord],
    wall: Timestamp,
    pages_show_wall: bool,
) -> Vec<DeliveryRow> {
    trail
        .iter()
        .map(|record| row(record, wall, pages_show_wall))
        .collect()
}

fn row(record: &DeliveryRecord, wall: Timestamp, pages_show_wall: bool) -> DeliveryRow {
    let (state, tone) = match record.state {
        DeliveryState::Done => ("Accepted", "healthy"),
        DeliveryState::Pending if record.attempts == 0 => ("Waiting", "unknown"),
        DeliveryState::Pending => ("Trying again", "at-risk"),
        DeliveryState::Dead => ("Given up", "failing"),
    };
    let at = record
        .ended_at
        .or(record.next_at)
        .map(|at| Place::utc().moment_exact(at, wall));
    let at = at.map(|at| match pages_show_wall {
        true => at,
        false => Moment {
            text: format!("{}, real time", at.text),
            ..at
        },
    });
    let mut notes = Vec::new();
    if record.attempts > 1 || record.state != DeliveryState::Done && record.attempts > 0 {
        notes.push(count(
            usize::try_from(record.attempts).unwrap_or(usize::MAX),
            "attempt",
        ));
    }
    if record.state != DeliveryState::Done {
        notes.extend(record.last_error.clone());
    }
    DeliveryRow {
        channel: record.channel.clone(),
        state,
        tone,
        subject: subject(record.kind),
        at,
        note: notes.join(": "),
    }
}

fn subject(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::IncidentOpened => "That it opened",
        NoticeKind::IncidentChanged => "That it grew graver",
        NoticeKind::IncidentResolved => "That it ended",
    }
}

#[cfg(test)]
mod tests;
