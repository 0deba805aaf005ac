//! The clocks of an incident, each against its objective by tier (demo estate D.1, R122, R123, R130).

use crate::cause::Cause;
use crate::figures;
use crate::hits::hits;
use countersign_model::estate::{Estate, Tier};
use countersign_model::incident::{Incident, IncidentState, RootCause};
use countersign_model::response::FoundBy;
use countersign_model::{SignedDuration, Timestamp};
use serde::Serialize;

/// Which clock. Ordered as they stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// When it began, as far as evidence tells.
    Started,
    /// When we judged it an incident.
    Detected,
    /// When a channel took the first notice.
    Notified,
    /// When somebody took it on.
    Acknowledged,
    /// When a usable token was seen again.
    Restored,
    /// When what was hit was seen to go on again.
    Recovered,
}

/// How a clock stands against its objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It has no objective.
    NoObjective,
    /// It still runs, within its objective.
    Running,
    /// It stopped in time.
    Met,
    /// It stopped too late, or still runs after its end.
    Missed,
    /// Nothing that is seen would stop it.
    NotSeen,
}

/// One clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// Which one.
    pub clock: ClockKind,
    /// When it stopped.
    pub at: Option<Timestamp>,
    /// What is aimed at, minutes from the clock it counts from.
    pub objective_min: Option<u32>,
    /// When it ought to have stopped.
    pub due_at: Option<Timestamp>,
    /// How it stands.
    pub standing: Standing,
    /// The objective in words: `within 5 min of the start`.
    pub objective: String,
}

/// The clocks of an incident and who found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clocks {
    /// The tier whose objectives hold: the strictest that the cause touches.
    pub tier: Option<Tier>,
    /// Who found it.
    pub found_by: FoundBy,
    /// Every clock, in order.
    pub clocks: Vec<Clock>,
}

/// Minutes to detect, to restore and to recover (demo estate D.1).
fn objectives(tier: Tier) -> [u32; 3] {
    match tier {
        Tier::T0 => [2, 15, 30],
        Tier::T1 => [5, 15, 30],
        Tier::T2 => [15, 4 * 60, 8 * 60],
        Tier::T3 => [60, 24 * 60, 24 * 60],
    }
}

/// Reads the clocks at `now`.
#[must_use]
pub fn clocks(estate: &Estate, incident: &Incident, now: Timestamp) -> Clocks {
    let tier = tier(estate, incident);
    let aims = tier.map(objectives);
    let [detect, restore, recover] = [0, 1, 2].map(|place: usize| aims.map(|aims| aims[place]));
    let response = &incident.response;
    let (started, detected) = (Some(incident.started_at), incident.opened_at);
    let over = incident.state == IncidentState::Resolved;
    let is_auth = !matches!(incident.root_cause, RootCause::Asset(_));
    let acknowledged = response.acknowledged.as_ref().map(|taken| taken.at);
    let run = |clock, at, from, objective_min, seen| {
        let aim = Aim {
            from,
            objective_min,
            seen,
        };
        read(clock, at, aim, now)
    };
    Clocks {
        tier,
        found_by: response
            .acknowledged
            .as_ref()
            .map(|taken| taken.found_by)
            .unwrap_or_default(),
        clocks: vec![
            run(ClockKind::Started, started, None, None, true),
            run(ClockKind::Detected, detected, started, detect, true),
            run(
                ClockKind::Notified,
                incident.notified_at,
                started,
                detect,
                true,
            ),
            run(ClockKind::Acknowledged, acknowledged, None, None, true),
            run(
                ClockKind::Restored,
                response.restored_at,
                detected,
                restore,
                is_auth && !over,
            ),
            run(
                ClockKind::Recovered,
                response.recovered_at,
                detected,
                recover,
                !over || response.recovery.as_ref().is_some_and(is_watched),
            ),
        ],
    }
}

/// Whether some counter may still tell that it goes on.
fn is_watched(sheet: &countersign_model::response::RecoverySheet) -> bool {
    use countersign_model::response::StepState;
    sheet.lines.iter().any(|line| line.state == StepState::Open)
}

/// The strictest tier of the flows on the cause and of what they feed first.
pub(crate) fn tier(estate: &Estate, incident: &Incident) -> Option<Tier> {
    let cause = Cause::of(estate, &incident.root_cause, &incident.integrations);
    let flows = cause.integrations.iter().map(|flow| flow.tier);
    let hit = hits(&cause, &figures::outage_of(incident));
    let assets = hit.iter().filter(|hit| hit.depth <= 1);
    flows.chain(assets.filter_map(|hit| hit.asset.tier)).min()
}

/// From when a clock runs, how long it may, and whether anything would stop it.
struct Aim {
    from: Option<Timestamp>,
    objective_min: Option<u32>,
    seen: bool,
}

fn read(clock: ClockKind, at: Option<Timestamp>, aim: Aim, now: Timestamp) -> Clock {
    let Aim {
        from,
        objective_min,
        seen,
    } = aim;
    let minutes = |minutes: u32| SignedDuration::from_mins(i64::from(minutes));
    let due_at = from
        .zip(objective_min)
        .map(|(from, aim)| from + minutes(aim));
    let standing = match (at, due_at) {
        (None, _) if !seen => Standing::NotSeen,
        (_, None) => Standing::NoObjective,
        (Some(at), Some(due)) if at <= due => Standing::Met,
        (Some(_), Some(_)) => Standing::Missed,
        (None, Some(due)) if now > due => Standing::Missed,
        (None, Some(_)) => Standing::Running,
    };
    let counts_from = match clock {
        ClockKind::Detected | ClockKind::Notified => "the start",
        _ => "detection",
    };
    let objective = match objective_min {
        Some(aim) => format!("within {} of {counts_from}", crate::backlog::life(aim)),
        None => String::new(),
    };
    Clock {
        clock,
        at,
        objective_min,
        due_at,
        standing,
        objective,
    }
}

impl ClockKind {
    /// Its name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            ClockKind::Started => "Started, about",
            ClockKind::Detected => "Detected",
            ClockKind::Notified => "People told",
            ClockKind::Acknowledged => "Taken on",
            ClockKind::Restored => "Authentication restored",
            ClockKind::Recovered => "Everything goes on",
        }
    }
}

impl Standing {
    /// Its name for people; empty where there is nothing to say.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Standing::NoObjective => "",
            Standing::Running => "running",
            Standing::Met => "met",
            Standing::Missed => "missed",
            Standing::NotSeen => "not seen",
        }
    }
}

#[cfg(test)]
mod tests;
