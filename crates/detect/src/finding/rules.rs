//! When a weakness is a finding: the numbers as data, each with its source, and in the same words in
//! `docs/formats/findings.md`.

use crate::rules::Row;
use countersign_model::SignedDuration;

/// A number of the table; its name, bounds and source are its row of [`ROWS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// `renewal_left_share`.
    RenewalLeftShare,
    /// `renewal_rhythm_min`.
    RenewalRhythmMin,
    /// `retries_slice_s`.
    RetriesSliceS,
    /// `retries_calls_min`.
    RetriesCallsMin,
    /// `retries_known_min`.
    RetriesKnownMin,
    /// `retries_rise`.
    RetriesRise,
    /// `retries_times`.
    RetriesTimes,
    /// `storm_retries_min`.
    StormRetriesMin,
    /// `storm_times`.
    StormTimes,
    /// `storm_mints_min`.
    StormMintsMin,
    /// `storm_calm_s`.
    StormCalmS,
    /// `wrong_bu_min`.
    WrongBuMin,
    /// `wrong_bu_calm_s`.
    WrongBuCalmS,
    /// `skew_s`.
    SkewS,
    /// `skew_span_s`.
    SkewSpanS,
    /// `skew_lines_min`.
    SkewLinesMin,
    /// `skew_spread_s`.
    SkewSpreadS,
    /// `source_kept_days`.
    SourceKeptDays,
    /// `user_mints_min`.
    UserMintsMin,
    /// `user_rhythm_times`.
    UserRhythmTimes,
    /// `user_kept_days`.
    UserKeptDays,
    /// `idle_info_days`.
    IdleInfoDays,
    /// `idle_warn_days`.
    IdleWarnDays,
    /// `idle_urgent_days`.
    IdleUrgentDays,
    /// `idle_user_days`.
    IdleUserDays,
    /// `job_runs_min`.
    JobRunsMin,
    /// `job_rows_share`.
    JobRowsShare,
    /// `throttled_min`.
    ThrottledMin,
    /// `throttled_share`.
    ThrottledShare,
    /// `ending_info_days`.
    EndingInfoDays,
    /// `ending_warn_days`.
    EndingWarnDays,
    /// `ending_urgent_days`.
    EndingUrgentDays,
    /// `ending_critical_days`.
    EndingCriticalDays,
    /// `ending_last_days`.
    EndingLastDays,
    /// `key_old_days`.
    KeyOldDays,
    /// `filed_kept_days`.
    FiledKeptDays,
}

const DAY_S: f64 = 86_400.0;
const YEARS: f64 = 3_650.0;

/// Every number, in the order of [`Limit`].
#[rustfmt::skip] // a table is read by its columns
pub const ROWS: [Row; 36] = [
    row("renewal_left_share", 0.1, (0.01, 0.5), "share of a token's life left, from which a renewal is overdue", "R107; the share is our choice"),
    row("renewal_rhythm_min", 3.0, (1.0, 100.0), "renewals in a row before their token's end, from which one is expected", "our choice: fewer are no rhythm"),
    row("retries_slice_s", 600.0, (60.0, DAY_S), "calls are counted over so long", "our choice"),
    row("retries_calls_min", 30.0, (10.0, 1e6), "fewest good calls of a slice that tell", "our choice: a share of fewer is chance"),
    row("retries_known_min", 500.0, (100.0, 1e6), "fewest good calls before a usual share is known", "our choice: one in a hundred is then five"),
    row("retries_rise", 0.05, (0.01, 1.0), "rise of the share of good calls that needed another attempt", "R185; our choice"),
    row("retries_times", 3.0, (1.5, 100.0), "and so many times its usual share", "our choice"),
    row("storm_retries_min", 60.0, (10.0, 1e6), "repeated requests of one minute that make a storm", "our choice: one each second"),
    row("storm_times", 3.0, (1.0, 100.0), "and so many for each first attempt", "our choice: three attempts are a retry, more are a storm"),
    row("storm_mints_min", 20.0, (5.0, 1e6), "token requests of one minute with one credential", "our choice: a token lives twenty minutes; 20 a minute is one for each call"),
    row("storm_calm_s", 900.0, (60.0, DAY_S), "a storm is over after so long without one", "our choice"),
    row("wrong_bu_min", 2.0, (1.0, 1e6), "answers from another business unit that tell", "our choice: one may be a slip of the producer"),
    row("wrong_bu_calm_s", DAY_S, (60.0, 30.0 * DAY_S), "and they are over after so long without one", "our choice: a daily job shows itself daily"),
    row("skew_s", 120.0, (10.0, DAY_S), "difference of a source's times from their arrival", "our choice: tokens of twenty minutes are renewed five before their end"),
    row("skew_span_s", 600.0, (60.0, DAY_S), "it is judged over so long", "our choice"),
    row("skew_lines_min", 10.0, (2.0, 1e6), "and over so many lines", "our choice"),
    row("skew_spread_s", 30.0, (1.0, DAY_S), "late lines whose delay varies by more are late and no clock", "our choice: batches spread, clocks do not"),
    row("source_kept_days", 7.0, (1.0, 90.0), "a source not heard for so long is gone", "our choice: a weekly job shows itself weekly"),
    row("user_mints_min", 4.0, (2.0, 100.0), "token requests of a user before its rhythm is known", "our choice: three spans"),
    row("user_rhythm_times", 1.5, (1.1, 100.0), "rhythms so many times apart are two programs", "our choice"),
    row("user_kept_days", 7.0, (1.0, 90.0), "a user not seen for so long is gone", "our choice: a weekly job shows itself weekly"),
    row("idle_info_days", 60.0, (1.0, YEARS), "days without use: worth knowing", "F9; our choice"),
    row("idle_warn_days", 120.0, (1.0, YEARS), "days without use: a warning", "F9; our choice"),
    row("idle_urgent_days", 165.0, (1.0, YEARS), "days without use: urgent, packages are switched off at 180", "F9; our choice"),
    row("idle_user_days", 90.0, (1.0, YEARS), "days without use, from which the service user should be looked at", "our choice: half of the 180 of F9"),
    row("job_runs_min", 5.0, (2.0, 100.0), "runs seen before their own duration counts for more than the declared one", "our choice"),
    row("job_rows_share", 0.9, (0.1, 1.0), "a long run with less than this share of its usual rows was cut off", "our choice"),
    row("throttled_min", 20.0, (1.0, 1e6), "calls of a day asked to slow down", "our choice: fewer heal by themselves"),
    row("throttled_share", 0.01, (0.001, 1.0), "and their share of the day's calls", "our choice"),
    row("ending_info_days", 45.0, (1.0, YEARS), "days before an end: worth knowing", "design 4.7"),
    row("ending_warn_days", 30.0, (1.0, YEARS), "days before an end: a warning", "design 4.7"),
    row("ending_urgent_days", 14.0, (1.0, YEARS), "days before an end: urgent", "design 4.7"),
    row("ending_critical_days", 7.0, (1.0, YEARS), "days before an end: critical", "design 4.7"),
    row("ending_last_days", 2.0, (0.0, YEARS), "days before an end: the last step", "design 4.7"),
    row("key_old_days", 365.0, (1.0, YEARS), "age of a key that has no end of its own", "our choice: once a year"),
    row("filed_kept_days", 7.0, (1.0, 365.0), "what others file stands for so long after it was filed last", "our choice"),
];

const fn row(
    name: &'static str,
    default: f64,
    (least, most): (f64, f64),
    what: &'static str,
    source: &'static str,
) -> Row {
    Row {
        name,
        default,
        least,
        most,
        what,
        source,
    }
}

/// The numbers in force.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRules([f64; ROWS.len()]);

impl Default for FindingRules {
    fn default() -> FindingRules {
        FindingRules(ROWS.map(|row| row.default))
    }
}

impl FindingRules {
    /// One number.
    #[must_use]
    pub fn get(&self, limit: Limit) -> f64 {
        self.0[limit as usize]
    }

    /// The same with one number changed; a value beyond its row's bounds is pulled to the nearest.
    #[must_use]
    pub fn with(mut self, limit: Limit, value: f64) -> FindingRules {
        let row = ROWS[limit as usize];
        self.0[limit as usize] = value.clamp(row.least, row.most);
        self
    }

    /// A number of seconds as a span.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "its row bounds it to some days"
    )]
    pub(super) fn span(&self, limit: Limit) -> SignedDuration {
        SignedDuration::from_secs(self.get(limit) as i64)
    }

    /// A number of days as a span.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "its row bounds it to some years"
    )]
    pub(super) fn days(&self, limit: Limit) -> SignedDuration {
        SignedDuration::from_secs((self.get(limit) * DAY_S) as i64)
    }

    /// A number of things.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "its row bounds it between one and a million"
    )]
    pub(super) fn count(&self, limit: Limit) -> u64 {
        self.get(limit) as u64
    }
}

#[cfg(test)]
mod tests;
