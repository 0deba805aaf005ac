//! How long an integration must have been silent here before it can be known to have left. A nightly
//! job is silent all day, so its schedule says when silence begins to mean something. Pure.

use countersign_model::estate::{Estate, Integration, IntegrationKind, PlannedKind};
use countersign_model::schedule::{Schedule, zone};
use countersign_model::{SignedDuration, Timestamp};

/// A program that works here asks again within a token's life (20 min, requirements F1).
pub(super) const QUIET: SignedDuration = SignedDuration::from_mins(20);
/// Between two runs of what runs in runs, where nobody has said how often: most often a night.
const BETWEEN_RUNS: SignedDuration = SignedDuration::from_hours(24);

/// When an integration runs, as the estate tells it.
pub(super) struct Rhythm {
    schedule: Option<Schedule>,
    zone: String,
    /// It works in runs, whether or not anybody has said when.
    in_runs: bool,
    /// Spans in which a run may be left out, from and to.
    left_out: Vec<(Timestamp, Timestamp)>,
}

/// What silence can tell, and when.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Silence {
    /// The run that must go by.
    pub(super) run_at: Option<Timestamp>,
    /// From when on silence means that it has left.
    pub(super) known_at: Timestamp,
}

impl Rhythm {
    /// That of an integration.
    pub(super) fn of(estate: &Estate, flow: &Integration) -> Rhythm {
        let unit = estate.business_unit(&flow.bu);
        let no_run = |kind| matches!(kind, PlannedKind::Pause | PlannedKind::Maintenance);
        let planned = estate.planned.iter().filter(|one| {
            no_run(one.kind)
                && one.asset.is_none()
                && one.bu.as_ref().is_none_or(|bu| *bu == flow.bu)
                && one.integration.as_ref().is_none_or(|id| *id == flow.id)
        });
        Rhythm {
            schedule: flow.schedule.clone(),
            zone: unit.map_or_else(|| "UTC".to_owned(), |unit| unit.time_zone.clone()),
            in_runs: matches!(flow.kind, IntegrationKind::Etl | IntegrationKind::Reporting),
            left_out: planned.map(|one| (one.from, one.to)).collect(),
        }
    }

    /// What silence since `since` can tell.
    pub(super) fn silence(&self, since: Timestamp) -> Silence {
        let Some(run_at) = self.next_run(since) else {
            let wait = if self.in_runs {
                BETWEEN_RUNS
            } else {
                SignedDuration::ZERO
            };
            return Silence {
                run_at: None,
                known_at: since + wait + QUIET,
            };
        };
        Silence {
            run_at: Some(run_at),
            known_at: run_at + self.usual() + QUIET,
        }
    }

    fn usual(&self) -> SignedDuration {
        let minutes = self.schedule.as_ref().and_then(|plan| plan.usual_min);
        SignedDuration::from_mins(i64::from(minutes.unwrap_or(0)))
    }

    /// The first start after `since` that nothing planned may leave out; none without a schedule.
    fn next_run(&self, since: Timestamp) -> Option<Timestamp> {
        let schedule = self.schedule.as_ref()?;
        let mut after = since;
        // Each turn leaves one span behind for good.
        for _ in 0..=self.left_out.len() {
            let run = schedule.next_after(after, &self.zone).ok()??;
            let span = self
                .left_out
                .iter()
                .find(|(from, to)| *from <= run && run < *to);
            let Some((_, to)) = span else {
                return Some(run);
            };
            after = *to - SignedDuration::from_secs(1);
        }
        None
    }

    /// Why silence does not mean anything yet.
    pub(super) fn not_known(&self, silence: &Silence) -> String {
        let until = self.local(silence.known_at);
        match silence.run_at {
            Some(run_at) => format!(
                "Its next run is {}: whether it still works here cannot be known until that has gone by \
                 without a request, at {until}.",
                self.local(run_at)
            ),
            None if self.in_runs => format!(
                "It works in runs, and when is not in the estate (schedule): whether it still works here \
                 cannot be known until a day has gone by without a request, at {until}."
            ),
            None => format!(
                "A program that has gone back asks for nothing for {} minutes: that is known at {until}.",
                QUIET.as_mins()
            ),
        }
    }

    /// What to wait for, as a step says it.
    pub(super) fn step(&self, silence: &Silence) -> String {
        match silence.run_at {
            Some(run_at) => format!(
                "After its next run ({}) and {} minutes more",
                self.local(run_at),
                (self.usual() + QUIET).as_mins()
            ),
            None if self.in_runs => {
                "After a day (when it runs is not in the estate) and 20 minutes more".to_owned()
            }
            None => format!("After {} minutes", QUIET.as_mins()),
        }
    }

    /// A time as people of the business unit read it.
    fn local(&self, at: Timestamp) -> String {
        match zone(&self.zone) {
            Ok(zone) => at
                .to_zoned(zone)
                .strftime("%a %Y-%m-%d %H:%M %Z")
                .to_string(),
            Err(_) => at.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
