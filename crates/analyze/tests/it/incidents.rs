//! What lines come to: causes, clocks, counts.

use crate::house::{Desk, at, call, calls, causes, findings, mint};
use countersign_feed::demo_estate;

const REFUSED: &str = r#""status":401,"error_code":"invalid_client""#;

#[test]
fn a_refused_secret_is_one_incident_without_any_estate() {
    let lines = [
        mint("INT-029", 0, r#""status":200,"expires_in":1199"#),
        calls("INT-007", 1_200, i64::MAX),
        mint("INT-029", 600, REFUSED),
        mint("INT-029", 630, REFUSED),
        mint("INT-029", 660, REFUSED),
    ];
    let analysis = Desk::with("day.ndjson", lines.concat()).look();
    assert_eq!(causes(&analysis), ["credential:INT-029 auth_rejected"]);
    let incident = &analysis.incidents[0];
    assert_eq!(
        (incident.started_at, incident.opened_at),
        (at(600), at(630))
    );
    assert_eq!(incident.affects, ["INT-029"]);
    assert_eq!(incident.evidence.len(), 3, "{:?}", incident.evidence);
}

#[test]
fn refused_calls_alone_are_an_incident_too_and_healthy_neighbours_are_not() {
    let lines = [
        calls("INT-007", 1_200, i64::MAX),
        calls("INT-029", 1_200, 600),
    ];
    let analysis = Desk::with("day.ndjson", lines.concat()).look();
    assert_eq!(causes(&analysis), ["credential:INT-029 auth_rejected"]);
    let counted = &analysis.integrations["INT-029"];
    assert_eq!((counted.calls, counted.failures), (120, 60));
    assert_eq!(counted.failed_with["401"], 60);
    assert_eq!(analysis.integrations["INT-007"].failures, 0);
    assert_eq!(counted.first_at, Some(at(0)));
    assert_eq!(counted.last_at, Some(at(1_190)));
}

#[test]
fn what_heals_within_a_minute_is_none() {
    let mut lines = calls("INT-007", 600, i64::MAX);
    for second in 601..640 {
        lines.push_str(&call("INT-007", second, 401));
    }
    lines.push_str(&calls("INT-007", 1_200, i64::MAX).split_off(lines.len() / 2));
    let analysis = Desk::with("day.ndjson", lines).look();
    assert_eq!(causes(&analysis), [""; 0]);
}

#[test]
fn lines_out_of_order_and_in_several_files_come_to_the_same() {
    let whole = calls("INT-029", 1_200, 600);
    let in_order = Desk::with("day.ndjson", &whole).look();
    let mut lines: Vec<&str> = whole.lines().collect();
    lines.reverse();
    let (first, second) = lines.split_at(50);
    let mut desk = Desk::with("a.ndjson", first.join("\n"));
    desk.add("b.ndjson", second.join("\n"));
    let shuffled = desk.look();
    assert_eq!(causes(&shuffled), causes(&in_order));
    assert_eq!(
        shuffled.incidents[0].opened_at,
        in_order.incidents[0].opened_at
    );
    assert_eq!(shuffled.lines, in_order.lines);
}

#[test]
fn an_estate_says_whose_a_line_is_and_what_hangs_on_it() {
    let estate = demo_estate();
    let credential = estate
        .credentials
        .iter()
        .find(|credential| credential.id.as_str() == "INT-029");
    let client = credential
        .and_then(|one| one.client_id.clone())
        .expect("a client id");
    let asset = estate.assets.iter().find(|asset| {
        let feeders = estate
            .integrations
            .iter()
            .filter(|one| one.feeds.contains(&asset.id));
        feeders.map(|one| one.id.as_str()).collect::<Vec<_>>() == ["INT-029"]
    });
    let key = asset
        .map(|asset| asset.key.clone().unwrap_or(asset.id.to_string()))
        .expect("its table");
    let by = [
        format!("\"client_id\":\"{client}\""),
        "\"credential\":\"INT-029\"".to_owned(),
        "\"consumer\":\"INT-029-client-1\"".to_owned(),
        format!("\"route\":\"/hub/v1/dataevents/key:{key}/rowset\""),
    ];
    for by in by {
        let whole = calls("INT-029", 1_200, 600);
        let lines = whole.replace("\"integration\":\"INT-029\"", &by);
        let lines = match by.contains("route") {
            true => lines.replace(
                "\"route\":\"/hub/v1/dataevents/key:{key}/rowset\",\"status\"",
                "\"status\"",
            ),
            false => lines,
        };
        let mut desk = Desk::with("day.ndjson", lines);
        desk.options.estate = Some(demo_estate());
        let analysis = desk.look();
        assert_eq!(
            causes(&analysis),
            ["credential:INT-029 auth_rejected"],
            "{by}"
        );
        let affects = &analysis.incidents[0].affects;
        assert!(affects.contains(&"DE-16".to_owned()), "{by}: {affects:?}");
        assert_eq!(findings(&analysis, "not_in_estate"), [""; 0], "{by}");
    }
}

#[test]
fn an_integration_that_the_estate_does_not_know_is_told_and_judged_all_the_same() {
    let mut desk = Desk::with("day.ndjson", calls("INT-999", 1_200, 600));
    desk.options.estate = Some(demo_estate());
    let analysis = desk.look();
    assert_eq!(causes(&analysis), ["credential:INT-999 auth_rejected"]);
    assert_eq!(
        findings(&analysis, "not_in_estate"),
        ["not in the estate: INT-999"]
    );
}

#[test]
fn a_retry_belongs_to_its_call() {
    let tried = |second: i64, status: u16, attempt: u32| {
        call("INT-007", second, status)
            .replace("\"status\"", &format!("\"attempt\":{attempt},\"status\""))
    };
    let lines = [
        tried(0, 503, 1),
        tried(5, 503, 2),
        tried(20, 200, 3),
        tried(30, 503, 1),
        tried(35, 200, 1),
        call("INT-007", 100, 503),
        call("INT-007", 140, 200),
    ];
    let analysis = Desk::with("day.ndjson", lines.concat()).look();
    let counted = &analysis.integrations["INT-007"];
    assert_eq!((counted.calls, counted.failures), (7, 4));
    assert_eq!((counted.retries, counted.recovered), (2, 1));
}

#[test]
fn throttling_is_a_line_of_a_digest_and_no_incident() {
    let lines: String = (0..200)
        .map(|second| call("INT-007", second, 429))
        .collect();
    let analysis = Desk::with("day.ndjson", lines).look();
    assert_eq!(causes(&analysis), [""; 0]);
    let told = findings(&analysis, "throttled");
    assert!(told.contains(&"200 answers of 429 to INT-007"), "{told:?}");
}

#[test]
fn the_cause_is_named_once_in_the_document() {
    let lines = [calls("INT-007", 1_200, 600), calls("INT-029", 1_200, 700)];
    let analysis = Desk::with("day.ndjson", lines.concat()).look();
    let n = analysis.incidents.len();
    assert!(n > 0);
    let document = serde_json::to_string(&analysis).expect("JSON");
    assert_eq!(document.matches("\"root_cause\"").count(), n);
    assert!(
        analysis
            .to_string()
            .contains("cause     credential:INT-029 (auth_rejected)")
    );
}

#[test]
fn failures_without_end_are_counted_and_not_kept() {
    let lines: String = (0..30_000)
        .map(|number| {
            call("INT-029", number / 10, 401).replace(":00Z", &format!(":00.{:03}Z", number % 10))
        })
        .enumerate()
        .map(|(number, line)| line.replacen("INT-029-", &format!("x{number}-"), 1))
        .collect();
    let analysis = Desk::with("day.ndjson", lines).look();
    assert_eq!(causes(&analysis), ["credential:INT-029 auth_rejected"]);
    assert_eq!(analysis.integrations["INT-029"].failures, 30_000);
}
