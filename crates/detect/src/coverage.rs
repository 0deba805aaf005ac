//! By what a dead credential of one integration would be noticed, and what would notice it sooner.
//!
//! A pure function from facts to bounds; [`Knowing::at`] makes time-to-know of them. The numbers: a
//! refusal of a token request pages 30 seconds later; refused calls page after the guard of
//! [`Rules`](crate::Rules), or with the third call where calls are rare; a job that does not come pages
//! after its grace; a table after the age its owner calls critical.

use countersign_model::estate::CredentialMode;
use countersign_model::id::AssetId;
use countersign_model::status::{Bound, Channel, Knowing, Sight, Step, StepKind};
use countersign_model::{SignedDuration, Timestamp};

/// Seconds from a first refusal of a token request to a page (design 4.7: the second one, 30 s later).
const REFUSAL_S: u32 = 30;
/// Refused calls that page: three, so that rare calls take three of their own intervals.
const CALLS_TO_PAGE: f64 = 3.0;
/// Grace of a job that is late or says nothing, seconds. Our choice, as for calls (R063).
pub(crate) const GRACE_S: u32 = 900;
/// From the end of a run to a page because it wrote nothing, seconds; our choice: a page within five minutes.
const AFTER_RUN_S: u32 = 300;
/// What a token kept warm takes at most to show: three quarters of a life of 20 minutes, and the second
/// refusal (design 3.5; the life is that of the provider's present tokens).
const KEPT_WARM_S: u32 = 930;

/// One planned run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it usually ends.
    pub ends_at: Timestamp,
}

/// A rhythm seen: the newest beat and the usual span between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beat {
    /// The newest.
    pub last_at: Timestamp,
    /// The usual span, seconds.
    pub every_s: u32,
}

/// A table it feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Which.
    pub asset: AssetId,
    /// Whether its counters are reported.
    pub is_counted: bool,
    /// Age that its owner calls critical, seconds.
    pub critical_s: Option<u32>,
}

/// What is known of one integration, as far as noticing goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Who holds the secret.
    pub mode: CredentialMode,
    /// Whether our broker could hold it.
    pub is_brokerable: bool,
    /// Seconds of refused calls that page at that tier.
    pub guard_s: u32,
    /// When the broker renews next.
    pub next_renewal_at: Option<Timestamp>,
    /// Token requests seen.
    pub mints: Option<Beat>,
    /// Calls a minute while there are any; `None` where none are reported or they went silent.
    pub calls_per_min: Option<f64>,
    /// Its next run, where it has a schedule.
    pub next_run: Option<Run>,
    /// Its job's signs of life; the span is that of its schedule where it has one.
    pub pings: Option<Beat>,
    /// The tables it feeds.
    pub tables: Vec<Table>,
    /// Minutes within which the volume of what it feeds would be missed.
    pub noticeable_min: Option<u32>,
}

/// Everything by which the death of its credential would show, and what else could be had.
#[must_use]
pub fn knowing(facts: &Facts) -> Knowing {
    Knowing {
        sights: sights(facts),
        steps: steps(facts),
    }
}

fn sights(facts: &Facts) -> Vec<Sight> {
    let mut sights = Vec::new();
    let mut see = |channel, bound: Option<Bound>| {
        sights.extend(bound.map(|bound| Sight { channel, bound }));
    };
    see(Channel::Renewal, renewal(facts));
    see(Channel::Mints, mints(facts));
    see(
        Channel::Calls,
        facts.calls_per_min.map(|rate| calls(facts, rate)),
    );
    see(Channel::Pings, facts.pings.map(|beat| pings(facts, beat)));
    let tables = facts.tables.iter().filter(|table| table.is_counted);
    for bound in tables.filter_map(|table| table_bound(facts, table)) {
        see(Channel::Table, Some(bound));
    }
    let volume = facts.noticeable_min;
    see(
        Channel::Volume,
        volume.map(|min| Bound::Within(min.saturating_mul(60))),
    );
    sights
}

fn renewal(facts: &Facts) -> Option<Bound> {
    let at = facts.next_renewal_at?;
    (facts.mode == CredentialMode::Brokered).then(|| Bound::At(later(at, REFUSAL_S)))
}

/// Whoever asks for tokens will ask again after its usual span. A renewal that is planned says more.
fn mints(facts: &Facts) -> Option<Bound> {
    let beat = facts.mints.filter(|_| renewal(facts).is_none())?;
    Some(Bound::At(later(
        beat.last_at,
        beat.every_s.saturating_add(REFUSAL_S),
    )))
}

/// With a schedule calls come with the next run; without, at their usual rate.
fn calls(facts: &Facts, per_min: f64) -> Bound {
    let three = if per_min > 0.0 {
        60.0 * CALLS_TO_PAGE / per_min
    } else {
        f64::MAX
    };
    let guard = facts.guard_s.max(whole_seconds(three));
    match facts.next_run {
        Some(run) => Bound::At(later(run.starts_at, guard)),
        None => Bound::Within(guard),
    }
}

fn pings(facts: &Facts, beat: Beat) -> Bound {
    Bound::At(match facts.next_run {
        Some(run) => later(run.ends_at, GRACE_S),
        None => later(beat.last_at, beat.every_s.saturating_add(GRACE_S)),
    })
}

/// The sooner of: the next run ends and has written nothing; the table is too old for its owner.
fn table_bound(facts: &Facts, table: &Table) -> Option<Bound> {
    let run = facts
        .next_run
        .map(|run| Bound::At(later(run.ends_at, AFTER_RUN_S)));
    run.or(table.critical_s.map(Bound::Within))
}

/// What is not seen and could be; each with what it would bring.
fn steps(facts: &Facts) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut offer = |kind, bound| steps.push(Step { kind, bound });
    if facts.calls_per_min.is_none() {
        offer(StepKind::ReportCalls, calls(facts, CALLS_TO_PAGE));
    }
    match (facts.mode, facts.next_renewal_at) {
        (CredentialMode::Observed, _) if facts.is_brokerable => {
            offer(StepKind::Broker, Bound::Within(KEPT_WARM_S));
        }
        (CredentialMode::Brokered, None) => offer(StepKind::KeepWarm, Bound::Within(KEPT_WARM_S)),
        _ => {}
    }
    if let (None, Some(run)) = (facts.pings, facts.next_run) {
        offer(StepKind::Ping, Bound::At(later(run.ends_at, GRACE_S)));
    }
    for table in facts.tables.iter().filter(|table| !table.is_counted) {
        if let Some(bound) = table_bound(facts, table) {
            offer(StepKind::CountTable(table.asset.clone()), bound);
        }
    }
    steps
}

fn later(at: Timestamp, seconds: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(i64::from(seconds)))
        .unwrap_or(Timestamp::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a u32 holds"
)]
fn whole_seconds(seconds: f64) -> u32 {
    seconds.clamp(0.0, f64::from(u32::MAX)).ceil() as u32
}

#[cfg(test)]
mod tests;
