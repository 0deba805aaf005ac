use super::*;
use crate::setup::{AssetSetup, Setup, TenantSetup, UnitSetup};

fn platform() -> Platform {
    let setup = Setup {
        tenants: vec![TenantSetup {
            id: "t".to_owned(),
            enterprise: 1,
        }],
        units: vec![UnitSetup {
            id: "u".to_owned(),
            mid: 1,
            tenant: "t".to_owned(),
        }],
        assets: vec![AssetSetup {
            id: "TS".to_owned(),
            key: "k".to_owned(),
            name: "n".to_owned(),
            kind: AssetKind::Send,
            mid: 1,
            count: 0,
            per_day: 86_400,
        }],
        ..Setup::default()
    };
    Platform::new(setup, at("2026-11-22T12:00:00Z"), 7)
}

fn at(text: &str) -> Timestamp {
    instant(text).expect(text)
}

fn run(platform: &Platform, kind: &str, from: &str, to: &str) -> Run {
    let send = platform.world.assets.get("TS").expect("there");
    Run::new(
        platform,
        send,
        habit(kind).expect("an event"),
        (Some(at(from)), at(to)),
    )
}

#[test]
fn a_message_is_sent_in_every_part_of_the_day() {
    let platform = platform();
    let run = run(
        &platform,
        "SentEvent",
        "2026-11-22T10:00:00",
        "2026-11-22T10:00:09",
    );
    assert_eq!(run.total(), 10, "one a second, both ends included");
    let dates: Vec<String> = run
        .chunk(0, 2)
        .iter()
        .flatten()
        .map(|one| one.text("EventDate").unwrap_or_default().to_owned())
        .collect();
    assert_eq!(dates, ["2026-11-22T10:00:00", "2026-11-22T10:00:01"]);
    assert_eq!(run.chunk(9, 5).len(), 1);
}

#[test]
fn spans_that_meet_share_nothing_and_leave_nothing_out() {
    let platform = platform();
    for habit in HABITS {
        let count = |from, to| run(&platform, habit.kind, from, to).total();
        let whole = count("2026-11-20T00:00:00", "2026-11-21T23:59:59");
        let parts = count("2026-11-20T00:00:00", "2026-11-20T17:31:11")
            + count("2026-11-20T17:31:12", "2026-11-21T23:59:59");
        assert_eq!(whole, parts, "{}", habit.kind);
        let expected = 2 * 86_400 / habit.of;
        assert!(
            whole.abs_diff(expected) <= 1,
            "{}: {whole} of {expected}",
            habit.kind
        );
    }
}

#[test]
fn nothing_happened_before_everything_was_made() {
    let platform = platform();
    assert_eq!(
        run(
            &platform,
            "SentEvent",
            "2020-01-01T00:00:00",
            "2025-01-01T00:00:00"
        )
        .total(),
        0
    );
    let first = run(
        &platform,
        "SentEvent",
        "2020-01-01T00:00:00",
        "2026-02-01T00:00:00",
    );
    assert_eq!(
        first.chunk(0, 1)[0]
            .as_ref()
            .and_then(|one| one.text("EventDate")),
        Some(MADE_AT)
    );
}

#[test]
fn events_of_those_who_are_not_wanted_are_passed_over() {
    let platform = platform();
    let day = run(
        &platform,
        "SentEvent",
        "2026-11-20T00:00:00",
        "2026-11-20T00:09:59",
    );
    let of = |keys: &[&str]| {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let chunk = day.clone().of(Some(&keys)).chunk(0, 600);
        assert_eq!(chunk.len(), 600, "places stay as they are");
        let wanted: Vec<_> = chunk.into_iter().flatten().collect();
        assert!(
            wanted
                .iter()
                .all(|one| one.text("SubscriberKey") == Some("subscriber-9"))
        );
        wanted.len()
    };
    assert_eq!(
        of(&["SUBSCRIBER-9", "nobody"]),
        3,
        "one message in 200 is theirs"
    );
    assert_eq!(of(&[]), 0);
}
