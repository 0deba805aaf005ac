//! Turns outcomes into incidents and notices, one durable turn after another.
//!
//! A turn reads what came, judges it purely, and commits incidents, findings, outbox, statuses, counts, cursor
//! and the detectors' memory in one transaction. If the process dies, or the ledger refuses, the turn never
//! happened: the next one starts from the ledger and comes to the same result.

use crate::bell::Bell;
use crate::count::Counts;
use crate::handle::SharedEstate;
use crate::judge::{Judge, Verdict};
use crate::step;
use crate::tail::Board;
use crate::weakness::{self, Silent};
use countersign_detect::Rules;
use countersign_host::clock::{Clock, Hold};
use countersign_model::estate::Estate;
use countersign_model::finding::Finding;
use countersign_model::id::IntegrationId;
use countersign_model::incident::Incident;
use countersign_model::notice::Notice;
use countersign_model::status::IntegrationStatus;
use countersign_model::{SignedDuration, Timestamp};
use countersign_store::{
    Failures, OutboxEntry, PipelineCommit, StoreError, Stretch, Unreadable, WatchStore,
};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Outcomes read in one turn.
const OUTCOMES_MAX: usize = 1_000;
/// Acceptances read in one turn.
const ACCEPTANCES_MAX: usize = 256;
/// At least so often a turn is made, because statuses also change by time passing.
const TURN_AT_LEAST: SignedDuration = SignedDuration::from_secs(60);
/// When a detector asks for an instant that has passed, it gets its turn after this.
const ASKED_AGAIN: SignedDuration = SignedDuration::from_secs(1);
/// At least so often a turn is kept, so that the next start knows how long nobody watched.
const KEPT_AT_LEAST: SignedDuration = SignedDuration::from_secs(60);
/// Longer than this without a turn, nobody can tell how anything was.
const GAP: SignedDuration = SignedDuration::from_secs(300);
/// Pause after the ledger refused, in wall time.
const REFUSED_WAIT: Duration = Duration::from_secs(1);

/// What one turn made durable, for whoever shows it live.
#[derive(Debug)]
pub struct Committed<'a> {
    /// Incidents that changed, as they are now.
    pub incidents: &'a [Incident],
    /// Findings that changed, as they are now.
    pub findings: &'a [Finding],
    /// Notices that went into the outbox.
    pub notices: &'a [OutboxEntry],
    /// Statuses that changed.
    pub statuses: &'a [IntegrationStatus],
    /// Integrations that left the estate.
    pub gone: &'a [IntegrationId],
}

impl Committed<'_> {
    fn is_empty(&self) -> bool {
        self.incidents.is_empty()
            && self.findings.is_empty()
            && self.notices.is_empty()
            && self.statuses.is_empty()
            && self.gone.is_empty()
    }
}

/// Called after each turn that changed something. It must not block.
pub type OnCommit = Arc<dyn Fn(&Committed<'_>) + Send + Sync>;

pub(crate) struct Pipeline {
    pub(crate) store: WatchStore,
    pub(crate) clock: Clock,
    pub(crate) bell: Bell,
    pub(crate) outbox: Bell,
    pub(crate) estate: SharedEstate,
    pub(crate) channels: Vec<String>,
    pub(crate) rules: Rules,
    /// How the followed files stand.
    pub(crate) tails: Board,
    /// Failures kept of one integration, class and minute.
    pub(crate) failures_sample: u32,
    pub(crate) seed: u64,
    pub(crate) on_commit: OnCommit,
}

/// What is in memory between turns; always equal to what the ledger holds.
struct Desk {
    judge: Judge,
    estate: Arc<Estate>,
    cursor: u64,
    judged_at: Option<Timestamp>,
    silent: Silent,
}

/// What a turn has to work on.
struct Work {
    stretch: Stretch,
    acceptances: Vec<countersign_store::Acceptance>,
}

impl Work {
    fn is_full(&self) -> bool {
        self.stretch.len() == OUTCOMES_MAX || self.acceptances.len() == ACCEPTANCES_MAX
    }
}

impl Pipeline {
    /// Runs until it is dropped. When the ledger refuses, it forgets what it holds and starts from
    /// the ledger again.
    pub(crate) async fn run(self) {
        loop {
            let Err(error) = self.turns().await;
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a turn was not kept"
            );
            tokio::time::sleep(REFUSED_WAIT).await;
        }
    }

    async fn turns(&self) -> Result<Infallible, StoreError> {
        let mut hold = self.clock.hold();
        let mut asked: Vec<oneshot::Sender<()>> = Vec::new();
        let mut desk = self.sit_down().await?;
        loop {
            asked.extend(self.bell.askers());
            if self.turn(&mut desk).await? {
                continue;
            }
            asked.clear();
            hold = self.rest(desk.judge.next_wake(), hold).await;
        }
    }

    /// Waits for the next ring or the next instant that matters; the hold lasts for the next turn.
    async fn rest(&self, next_wake: Option<Timestamp>, hold: Hold) -> Hold {
        let at = wake_at(self.clock.now(), next_wake);
        tokio::select! {
            biased;
            mut holds = self.bell.listen() => holds.pop().unwrap_or_else(|| self.clock.hold()),
            hold = self.clock.rest_until(at, hold) => hold,
        }
    }

    async fn sit_down(&self) -> Result<Desk, StoreError> {
        let loaded = self.store.pipeline_load().await?;
        let now = self.clock.now();
        if let Some(at) = loaded.judged_at
            && now.duration_since(at) > GAP
        {
            self.store.health_gap(at, now).await?;
        }
        let estate = self.estate.get();
        let judge = Judge::new(self.rules.clone(), &estate, self.seed, &loaded);
        Ok(Desk {
            judge,
            estate,
            cursor: loaded.cursor,
            judged_at: loaded.judged_at,
            silent: Silent::filed(&loaded.findings),
        })
    }

    /// One turn; whether there may be more to do at once.
    async fn turn(&self, desk: &mut Desk) -> Result<bool, StoreError> {
        let work = Work {
            stretch: self.store.outcomes_after(desk.cursor, OUTCOMES_MAX).await?,
            acceptances: self.store.acceptances(ACCEPTANCES_MAX).await?,
        };
        step::reached("read");
        let now = self.clock.now();
        let verdict = self.judge(desk, now, &work);
        let turn = self.plan_commit(desk, now, &work, verdict);
        step::reached("judged");
        if is_new(desk, &turn) {
            self.store.commit(turn.clone()).await?;
            step::reached("committed");
            self.settle(desk, &turn);
            step::reached("told");
        }
        Ok(work.is_full())
    }

    fn judge(&self, desk: &mut Desk, now: Timestamp, work: &Work) -> Verdict {
        let estate = self.estate.get();
        if !Arc::ptr_eq(&estate, &desk.estate) {
            desk.judge.set_estate(&estate);
            desk.estate = estate;
        }
        for (_, outcome) in &work.stretch.outcomes {
            desk.judge.observe(now, outcome);
        }
        if !work.stretch.unreadable.is_empty() {
            desk.judge.file(now, weakness::unreadable());
        }
        desk.silent.file(&mut desk.judge, now, &self.tails.all());
        for acceptance in &work.acceptances {
            desk.judge.delivered(now, &acceptance.incident);
        }
        desk.judge.tick(now);
        desk.judge.take_verdict()
    }

    fn plan_commit(
        &self,
        desk: &mut Desk,
        now: Timestamp,
        work: &Work,
        verdict: Verdict,
    ) -> PipelineCommit {
        let changes = desk.judge.status_changes(now);
        let mut counts = Counts::of(&desk.estate, &work.stretch.outcomes);
        let addressed = |notice: Notice| OutboxEntry {
            notice,
            channels: self.channels.clone(),
        };
        PipelineCommit {
            cursor: work.stretch.end().unwrap_or(desk.cursor),
            incidents: verdict.incidents,
            findings: verdict.findings,
            expectations: verdict.expectations,
            notices: verdict.notices.into_iter().map(addressed).collect(),
            statuses: changes.changed,
            statuses_gone: changes.gone,
            told: work
                .acceptances
                .iter()
                .map(|acceptance| acceptance.notice.clone())
                .collect(),
            memory: desk.judge.take_memory(),
            failures: Failures {
                marks: std::mem::take(&mut counts.failures),
                sample: self.failures_sample,
            },
            unreadable: work.stretch.unreadable.clone(),
            rollups: counts.rollups(),
            judged_at: Some(now),
        }
    }

    /// The turn is durable: remember it, then tell.
    fn settle(&self, desk: &mut Desk, turn: &PipelineCommit) {
        desk.cursor = turn.cursor;
        desk.judged_at = turn.judged_at;
        for Unreadable { seq, reason } in &turn.unreadable {
            tracing::error!(seq, reason, "a row is no outcome; it was set aside");
        }
        for incident in &turn.incidents {
            let (id, cause) = (&incident.id, &incident.root_cause);
            tracing::info!(%id, %cause, state = ?incident.state, "incident written");
        }
        for finding in &turn.findings {
            let (id, severity) = (&finding.id, finding.severity.as_str());
            let open = finding.is_open();
            tracing::info!(%id, severity, open, "finding written");
        }
        self.tell(turn);
        if !turn.notices.is_empty() {
            self.outbox.ring(self.clock.hold());
        }
    }

    /// Tells those who show things live; what only the detectors remember is not for them.
    fn tell(&self, turn: &PipelineCommit) {
        let told = Committed {
            incidents: &turn.incidents,
            findings: &turn.findings,
            notices: &turn.notices,
            statuses: &turn.statuses,
            gone: &turn.statuses_gone,
        };
        if !told.is_empty() {
            (self.on_commit)(&told);
        }
    }
}

/// When to make the next turn if nobody rings: exactly when the detectors ask for it, within bounds.
/// An instant that the last turn has passed already is asked for again only a second later, so that
/// a detector that is never content cannot spin us.
fn wake_at(now: Timestamp, next_wake: Option<Timestamp>) -> Timestamp {
    let later = |span| now.checked_add(span).unwrap_or(Timestamp::MAX);
    let latest = later(TURN_AT_LEAST);
    match next_wake {
        None => latest,
        Some(wake) if wake > now => wake.min(latest),
        Some(_) => later(ASKED_AGAIN),
    }
}

/// Whether the turn says anything that the ledger does not hold already.
fn is_new(desk: &Desk, turn: &PipelineCommit) -> bool {
    turn.cursor != desk.cursor
        || !turn.incidents.is_empty()
        || !turn.findings.is_empty()
        || !turn.expectations.is_empty()
        || !turn.notices.is_empty()
        || !turn.statuses.is_empty()
        || !turn.statuses_gone.is_empty()
        || !turn.told.is_empty()
        || !turn.memory.is_empty()
        || is_long_ago(desk.judged_at, turn.judged_at)
}

/// Whether the turn that was kept last is old enough to keep one only to say that we are here.
fn is_long_ago(kept: Option<Timestamp>, now: Option<Timestamp>) -> bool {
    match (kept, now) {
        (Some(kept), Some(now)) => now.duration_since(kept) >= KEPT_AT_LEAST,
        (None, now) => now.is_some(),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests;
