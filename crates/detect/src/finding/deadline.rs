//! What the calendar alone makes true: secrets, certificates and keys that end, and old keys.

use super::claim::Claim;
use super::known::{KnownCredential, date_words};
use super::rules::{FindingRules, Limit};
use countersign_model::civil::Date;
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::incident::Evidence;
use countersign_model::{SignedDuration, Timestamp};

/// Steps of the ladder, the last first.
const STEPS: [(Limit, Severity); 5] = [
    (Limit::EndingLastDays, Severity::Critical),
    (Limit::EndingCriticalDays, Severity::Critical),
    (Limit::EndingUrgentDays, Severity::Urgent),
    (Limit::EndingWarnDays, Severity::Warning),
    (Limit::EndingInfoDays, Severity::Info),
];

/// Whether it ends within the ladder, or has ended: one finding with the step it has reached.
pub(super) fn ending(
    now: Timestamp,
    rules: &FindingRules,
    known: &KnownCredential,
    subject: &Subject,
) -> Option<Claim> {
    let ends = known.ends?;
    let left = days_between(known.place.day(now), ends);
    let reached = |(limit, _): &&(Limit, Severity)| f64::from(left) <= rules.get(*limit);
    let (limit, severity) = STEPS.iter().find(reached)?;
    let days = rules.count(*limit);
    let (noun, day) = (known.noun(), date_words(ends));
    let (is, step) = match left {
        ..=-1 => (format!("ended on {day}"), "it has ended".to_owned()),
        0 => (format!("ends today, on {day}"), "its last day".to_owned()),
        _ => (
            format!("ends on {day}"),
            format!("{days} days before its end"),
        ),
    };
    let after = match left {
        ..=-1 => "Whoever needs it next will be refused.",
        _ => "After that its calls are refused.",
    };
    Some(Claim {
        kind: FindingKind::Ending,
        subject: subject.clone(),
        severity: *severity,
        since: None,
        words: format!("The {noun} of {} {is}. {after}", known.name),
        fix: match noun {
            "secret" => {
                "Generate a second secret in Setup, give it to everybody who uses it, then \
                         activate it; it works after five minutes."
                    .to_owned()
            }
            _ => format!("Have a new {noun} made and put in place beside the old one."),
        },
        evidence: vec![Evidence {
            at: known.place.start_of(step_day(ends, days, left)),
            outcome: None,
            words: step,
        }],
        bu: Some(known.place.bu.clone()),
        owner: known.place.owner.clone(),
        due: Some(ends),
    })
}

/// Whether a credential without an end of its own is old.
pub(super) fn old(
    now: Timestamp,
    rules: &FindingRules,
    known: &KnownCredential,
    subject: &Subject,
) -> Option<Claim> {
    let issued = known.issued.filter(|_| known.ends.is_none())?;
    let age = days_between(issued, known.place.day(now));
    if f64::from(age) <= rules.get(Limit::KeyOldDays) {
        return None;
    }
    Some(Claim {
        kind: FindingKind::KeyOld,
        subject: subject.clone(),
        severity: Severity::Warning,
        since: None,
        words: format!(
            "The {} of {} is of {} and has no end of its own: whoever copied it since can still \
             use it.",
            known.noun(),
            known.name,
            date_words(issued)
        ),
        fix: format!(
            "Replace the {}, and write down the new day in `issued`.",
            known.noun()
        ),
        evidence: Vec::new(),
        bu: Some(known.place.bu.clone()),
        owner: known.place.owner.clone(),
        due: None,
    })
}

/// The day on which the step was reached that is in force `left` days before the end.
fn step_day(ends: Date, days: u64, left: i32) -> Date {
    let hours = i64::try_from(days).unwrap_or(0).saturating_mul(24);
    match left {
        ..=0 => ends,
        _ => ends.saturating_sub(SignedDuration::from_hours(hours)),
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}
