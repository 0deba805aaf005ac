//! What the last readings say of everything else since an incident began.

use super::{Tally, Worked};
use countersign_model::Timestamp;
use countersign_model::estate::Integration;
use countersign_model::id::{CredentialId, IntegrationId};

/// How others fare since an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Others {
    /// How many worked.
    pub(crate) working: usize,
    /// When one last did.
    pub(crate) last: Option<Timestamp>,
    /// How many failed, and did not work since that.
    pub(crate) failing: usize,
}

impl Others {
    fn of<'a>(rows: impl Iterator<Item = &'a Worked>, since: Timestamp) -> Others {
        let mut others = Others::default();
        for row in rows {
            let worked = row.ok_at.filter(|at| *at >= since);
            let failed = row.failed_at.filter(|at| *at >= since);
            others.working += usize::from(worked.is_some());
            others.last = others.last.max(worked);
            others.failing += usize::from(failed > row.ok_at);
        }
        others
    }
}

impl Tally {
    /// How many other credentials were issued a token since `since`.
    #[must_use]
    pub fn others_issued(&self, but: &[&CredentialId], since: Timestamp) -> usize {
        self.other_mints(but, since).working
    }

    /// How the token requests of other credentials fare since `since`.
    pub(crate) fn other_mints(&self, but: &[&CredentialId], since: Timestamp) -> Others {
        let others = self.mints.iter().filter(|(id, _)| !but.contains(id));
        Others::of(others.map(|(_, row)| row), since)
    }

    /// How the calls of other flows fare since `since`.
    pub(crate) fn other_calls(&self, but: &[&Integration], since: Timestamp) -> Others {
        let is_own = |id: &IntegrationId| but.iter().any(|flow| flow.id == *id);
        let others = self.flows.iter().filter(|(id, _)| !is_own(id));
        Others::of(others.map(|(_, row)| &row.calls), since)
    }

    /// How many of these flows, or their credentials, were answered 429 since `since`, how many of them
    /// were seen to ask at all, and when the last 429 was.
    pub(crate) fn throttled(
        &self,
        flows: &[&Integration],
        since: Timestamp,
    ) -> (usize, usize, Option<Timestamp>) {
        let (mut throttled, mut asked, mut last) = (0, 0, None);
        for flow in flows {
            let rows = [self.of_flow(&flow.id).calls, self.mint(&flow.credential)];
            let late = |at: Option<Timestamp>| at.filter(|at| *at >= since);
            let refused = rows.iter().filter_map(|row| late(row.throttled_at)).max();
            let any = rows
                .iter()
                .find_map(|row| late(row.ok_at.max(row.failed_at)));
            throttled += usize::from(refused.is_some());
            asked += usize::from(any.is_some());
            last = last.max(refused);
        }
        (throttled, asked, last)
    }

    /// Of how many flows, credentials and counters anything was seen since `since`, of those of which
    /// anything ever was.
    pub(crate) fn seen_since(&self, since: Timestamp) -> (usize, usize) {
        let worked = |row: &Worked| row.ok_at.max(row.failed_at);
        let flows = self.flows.values().map(|row| {
            let run = row.run.as_ref().map(|(at, _, _)| *at);
            worked(&row.calls).max(run)
        });
        let mints = self.mints.values().map(worked);
        let assets = self.assets.values().map(|row| row.read_at);
        let newest: Vec<Timestamp> = flows.chain(mints).chain(assets).flatten().collect();
        let seen = newest.iter().filter(|at| **at >= since).count();
        (seen, newest.len())
    }
}
