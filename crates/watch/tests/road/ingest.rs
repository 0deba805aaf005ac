//! Outcome lines: what is kept, what is refused, and what a key may say.

use crate::hook_server::HookServer;
use crate::house::{House, at};
use countersign_store::Grain;
use countersign_watch::{IngestReport, IngestScope};
use tempfile::TempDir;

async fn house() -> (TempDir, House) {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at("12:41:00"), &hook);
    (dir, house)
}

fn only(ids: &[&str]) -> IngestScope {
    IngestScope::Only(ids.iter().map(|id| id.parse().unwrap()).collect())
}

async fn ingest(house: &House, lines: &[&str], scope: &IngestScope) -> IngestReport {
    house
        .watch
        .ingest(lines.join("\n").as_bytes(), scope)
        .await
        .unwrap()
}

const GOOD: &str = r#"{"id":"a","ts":"2026-11-22T12:40:59Z","source":"middleware","integration":"INT-029","kind":"call","status":401,"n":3,"colour":"red"}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_line_is_told_by_number_and_stops_nothing() {
    let (_dir, house) = house().await;
    let lines = [
        GOOD,
        "",
        "not json",
        r#"{"id":"b","source":"m","kind":"dance"}"#,
        GOOD,
    ];
    let report = ingest(&house, &lines, &IngestScope::All).await;
    assert_eq!(
        (report.accepted, report.duplicates, report.rejected),
        (1, 1, 2)
    );
    let told: Vec<_> = report.rejects.iter().map(|reject| reject.line).collect();
    assert_eq!(told, [3, 4]);
    let reason = &report.rejects[1].reason;
    assert!(
        reason.starts_with("`kind` must be one of mint, "),
        "{reason}"
    );
    assert!(!reason.contains("dance"), "{reason}");
    assert_eq!(report.unknown_fields["colour"], 2);
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_speaks_for_its_own_integrations_only() {
    let (_dir, house) = house().await;
    let line = |id: &str, rest: &str| format!(r#"{{"id":"{id}","source":"m",{rest}}}"#);
    let lines = [
        line("1", r#""integration":"INT-029","kind":"call","status":200"#),
        line("2", r#""integration":"INT-001","kind":"call","status":200"#),
        line("3", r#""kind":"call","status":200"#),
        line(
            "4",
            r#""integration":"INT-029","credential":"INT-001","kind":"call","status":401"#,
        ),
        line(
            "5",
            r#""integration":"INT-029","kind":"audit","action":"credential.locked""#,
        ),
        line("6", r#""integration":"INT-029","kind":"call","status":200"#)
            .replace(r#""source":"m""#, r#""source":"broker""#),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let report = ingest(&house, &lines, &only(&["INT-029"])).await;
    assert_eq!((report.accepted, report.rejected), (1, 5), "{report:#?}");
    let told: Vec<_> = report.rejects.iter().map(|reject| reject.line).collect();
    assert_eq!(told, [2, 3, 4, 5, 6]);

    let all = ingest(&house, &lines[1..4], &IngestScope::All).await;
    assert_eq!((all.accepted, all.rejected), (3, 0), "{all:#?}");
    let all = ingest(&house, &lines[4..], &IngestScope::All).await;
    assert_eq!((all.accepted, all.rejected), (0, 2), "{all:#?}");
    let broker = ingest(&house, &lines[4..], &IngestScope::Broker).await;
    assert_eq!((broker.accepted, broker.rejected), (2, 0), "{broker:#?}");
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outcome_without_integration_is_placed_by_its_credential() {
    let (_dir, house) = house().await;
    let line = r#"{"id":"1","source":"m","credential":"INT-029","kind":"call","status":401}"#;
    ingest(&house, &[line], &only(&["INT-029"])).await;
    let recent = house.store.outcomes_after(0, 10).await.unwrap().outcomes;
    assert_eq!(recent.len(), 1);
    assert_eq!(recent[0].1.bu.as_ref().map(|bu| bu.as_str()), Some("LOY"));
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_forged_refusals_open_nothing_and_are_on_record_once() {
    let (_dir, house) = house().await;
    let forged: Vec<String> = (0..10_000)
        .map(|n| {
            let second = n % 60;
            format!(
                r#"{{"id":"f{n}","ts":"2026-11-22T12:40:{second:02}Z","source":"CANARY","integration":"INT-029","kind":"mint","status":401,"error_code":"invalid_client"}}"#
            )
        })
        .collect();
    let forged: Vec<&str> = forged.iter().map(String::as_str).collect();
    for scope in [only(&["INT-029"]), IngestScope::All, IngestScope::Broker] {
        let report = ingest(&house, &forged, &scope).await;
        assert_eq!(
            (report.accepted, report.rejected, report.contradicted),
            (0, 10_000, 10_000),
            "{scope:?}"
        );
        assert!(
            report.rejects[0].reason.contains("only the broker"),
            "{scope:?}"
        );
    }
    house.watch.quiesce().await;
    assert_eq!(house.open_incidents().await, []);
    let kept = house.store.outcomes_after(0, 10).await.unwrap().outcomes;
    let facts: Vec<String> = kept
        .iter()
        .map(|(_, kept)| format!("{:?}", kept.fact))
        .collect();
    let expected = r#"Audit { action: "outcomes.contradicted", object: Some("INT-029") }"#;
    assert_eq!(facts, [expected], "one record an hour");
    assert_eq!(kept[0].1.n, 10_000);
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_and_one_bad_lines_are_counted_and_a_thousand_told() {
    let (_dir, house) = house().await;
    let report = ingest(&house, &["rubbish"; 1_001], &IngestScope::All).await;
    assert_eq!((report.rejected, report.rejects.len()), (1_001, 1_000));
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_no_text_are_rejects_and_no_panic() {
    let (_dir, house) = house().await;
    let bytes: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let report = house.watch.ingest(&bytes, &IngestScope::All).await.unwrap();
    assert_eq!(report.accepted, 0);
    assert!(report.rejected > 200, "{}", report.rejected);
    let report = house.watch.ingest(b"", &IngestScope::All).await.unwrap();
    assert_eq!(report, IngestReport::default());
    house.kill().await;
}

/// What people do about incidents comes from the dashboard alone, whatever a key may speak for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_producer_may_say_that_somebody_took_an_incident_on() {
    let (_dir, house) = house().await;
    let line = r#"{"id":"1","source":"m","kind":"audit","action":"incident.acknowledged","object":"inc_1"}"#;
    let report = ingest(&house, &[line], &IngestScope::All).await;
    assert_eq!((report.accepted, report.rejected), (0, 1), "{report:#?}");
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_judged_is_counted_once_also_when_the_watch_is_killed_and_starts_again() {
    let (dir, house) = house().await;
    let told = |id: &str, status| {
        format!(
            r#"{{"id":"{id}","ts":"2026-11-22T12:40:59Z","source":"m","integration":"INT-029","kind":"call","route":"/hub/v1","status":{status}}}"#
        )
    };
    let lines = [told("1", 200), told("2", 503), told("3", 200)];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    ingest(&house, &lines, &IngestScope::All).await;
    house.watch.quiesce().await;
    house.kill().await;

    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at("12:41:30"), &hook);
    ingest(&house, &lines, &IngestScope::All).await;
    house.watch.quiesce().await;
    let id = || "INT-029".parse().unwrap();
    let (from, to) = (at("12:00:00"), at("13:00:00"));
    let hours = house
        .store
        .rollups(id(), Grain::Hour, from, to)
        .await
        .unwrap();
    assert_eq!(hours.len(), 1);
    assert_eq!((hours[0].family.as_str(), hours[0].tally.calls), ("hub", 3));
    assert_eq!(hours[0].tally.failures, [("upstream".to_owned(), 1)].into());
    let failures = house.store.failures_recent(id(), 10).await.unwrap();
    let told: Vec<_> = failures
        .iter()
        .map(|one| (one.outcome.id.as_str(), one.class.as_str()))
        .collect();
    assert_eq!(told, [("2", "upstream")]);
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_as_producers_send_it_is_counted_line_by_line_to_its_end() {
    let (_dir, house) = house().await;
    let line = |n: usize| {
        format!(
            r#"{{"id":"n{n}","source":"m","integration":"INT-029","kind":"call","route":"/{n:0200}","status":200}}"#
        )
    };
    // More than two parts of a mebibyte.
    let mut lines: Vec<String> = (0..9_000).map(line).collect();
    let odd = [
        (10, "\0\0\0".to_owned()),
        (20, line(0).replace("n0", "n0\0")),
        (30, "x".repeat(70_000)),
        (
            4_000,
            line(0).replace(r#""kind""#, r#""ts":"1970-01-01T00:00:00Z","kind""#),
        ),
        (
            8_000,
            line(0).replace(r#""kind""#, r#""ts":"2099-01-01T00:00:00Z","kind""#),
        ),
        (8_500, line(5)),
        (8_990, "{".to_owned()),
    ];
    for (number, odd) in odd {
        lines[number - 1] = odd;
    }
    let text = format!("\u{feff}{}", lines.join("\r\n"));
    assert!(text.len() > 2 * 1024 * 1024);
    let report = house.watch.ingest(text.as_bytes(), &IngestScope::All);
    let report = report.await.unwrap();
    assert_eq!(
        (report.accepted, report.duplicates, report.rejected),
        (9_000 - 7, 1, 6)
    );
    let told = report.rejects.iter().map(|reject| reject.line);
    assert_eq!(told.collect::<Vec<_>>(), [10, 20, 30, 4_000, 8_000, 8_990]);
    house.kill().await;
}
