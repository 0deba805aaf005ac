use super::*;
use crate::figures::tests::incident;
use countersign_feed::demo_estate;
use countersign_model::class::Class;

fn sheet_of(root: &str, from: &str, end: &str) -> RecoverySheet {
    let estate = demo_estate();
    let mut incident = incident(&estate, root, Class::AuthRejected, from);
    let end: Timestamp = end.parse().unwrap();
    incident.response.restored_at = Some(end);
    let cause = Cause::of(&estate, &incident.root_cause, &incident.integrations);
    sheet(&cause, &incident, &Tally::new(&estate), end)
}

fn line<'a>(sheet: &'a RecoverySheet, asset: &str) -> &'a RecoveryLine {
    let mut lines = sheet.lines.iter();
    lines.find(|line| line.asset.as_str() == asset).unwrap()
}

/// The story "reset-backlog".
#[test]
fn of_173_reset_mails_the_newest_35_go_and_138_are_dropped() {
    let sheet = sheet_of(
        "credential:INT-001",
        "2026-11-22T08:10:00Z",
        "2026-11-22T09:25:00Z",
    );
    let resets = line(&sheet, "TS-01");
    assert_eq!((resets.replay, resets.must_not_send), (35, 138));
    assert_eq!(
        resets.words,
        "Of 173 that wait only 35 may go (the newest 15 min); drop 138."
    );
    assert!(
        resets.catch_up.starts_with("35 at once, beside the usual "),
        "{}",
        resets.catch_up
    );
}

/// The story "quiet-sunday", found by nobody until Monday 10:15: 27 loads, then what reads them.
#[test]
fn tables_are_filled_before_what_reads_them_and_stale_mails_are_named() {
    let sheet = sheet_of(
        "credential:INT-029",
        "2026-11-22T12:55:59Z",
        "2026-11-23T16:15:00Z",
    );
    let place = |asset: &str| {
        sheet
            .lines
            .iter()
            .position(|line| line.asset.as_str() == asset)
    };
    assert!(place("DE-16") < place("J-12") && place("DE-17") < place("J-12"));
    let balances = line(&sheet, "DE-16");
    assert_eq!(balances.replay, 28, "07:05 to 10:05 the next day");
    assert!(
        balances.words.contains("1,708,000 rows"),
        "{}",
        balances.words
    );
    assert!(
        balances.catch_up.contains("28 times the usual calls"),
        "{}",
        balances.catch_up
    );
    assert_eq!(line(&sheet, "J-12").to_correct, 23_000);
    assert!(
        sheet.lines.iter().all(|line| line.asset.as_str() != "C-2"),
        "it lies ahead"
    );
}

#[test]
fn refused_events_are_lost_and_crm_entries_come_late() {
    let sheet = sheet_of(
        "credential:INT-010",
        "2026-11-22T00:30:00Z",
        "2026-11-22T04:30:00Z",
    );
    assert_eq!(line(&sheet, "J-01").lost, 3_029);
    let sheet = sheet_of(
        "credential:INT-012",
        "2026-11-20T22:00:00Z",
        "2026-11-21T04:00:00Z",
    );
    let cases = line(&sheet, "J-05");
    assert!(cases.late > 0 && cases.lost == 0, "{cases:?}");
}

#[test]
fn an_incident_that_ended_before_anything_was_missed_leaves_nothing_to_do() {
    let sheet = sheet_of(
        "credential:INT-029",
        "2026-11-22T12:55:59Z",
        "2026-11-22T13:00:00Z",
    );
    assert_eq!(sheet.lines, []);
}
