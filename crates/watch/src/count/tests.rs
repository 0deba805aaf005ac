use super::Counts;
use countersign_feed::ndjson::{self, Limits};
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::outcome::Outcome;

fn outcomes(lines: &[&str]) -> Vec<(u64, Outcome)> {
    let now: Timestamp = "2026-11-22T12:45:00Z".parse().unwrap();
    let decoded = ndjson::decode(lines.join("\n").as_bytes(), now, &Limits::default());
    assert_eq!(decoded.rejects, []);
    (1..).zip(decoded.outcomes).collect()
}

#[test]
fn exchanges_are_counted_by_minute_and_family_with_failures_retries_and_latency() {
    let outcomes = outcomes(&[
        r#"{"ts":"2026-11-22T12:40:01Z","integration":"A","kind":"call","route":"/hub/v1/x","status":200,"latency_ms":15,"n":7}"#,
        r#"{"ts":"2026-11-22T12:40:59.9Z","integration":"A","kind":"call","route":"/hub/v1/y","status":503,"attempt":2}"#,
        r#"{"ts":"2026-11-22T12:41:00Z","integration":"A","kind":"call","route":"/hub/v1/y","status":404}"#,
        r#"{"ts":"2026-11-22T12:41:00Z","integration":"A","kind":"mint","status":401,"error_code":"invalid_client"}"#,
        r#"{"ts":"2026-11-22T12:41:00Z","integration":"A","kind":"run","state":"started"}"#,
        r#"{"ts":"2026-11-22T12:41:00Z","kind":"call","status":401}"#,
    ]);
    let counts = Counts::of(&Estate::default(), &outcomes);
    let failed = counts.failures.iter().map(|mark| (mark.seq, mark.class));
    assert_eq!(
        failed.collect::<Vec<_>>(),
        [
            (2, "upstream"),
            (3, "other"),
            (4, "auth_rejected"),
            (6, "auth_rejected")
        ]
    );
    let told: Vec<_> = counts
        .rollups()
        .into_iter()
        .map(|one| {
            let tally = one.tally;
            let failed: Vec<_> = tally.failures.into_iter().collect();
            let p50 = tally.latency.quantile_ms(0.5);
            (
                one.at.to_string(),
                one.family,
                tally.calls,
                tally.retries,
                failed,
                p50,
            )
        })
        .collect();
    let failed = |class: &str| vec![(class.to_owned(), 1)];
    assert_eq!(
        told,
        [
            (
                "2026-11-22T12:40:00Z".to_owned(),
                "hub".to_owned(),
                8,
                1,
                failed("upstream"),
                Some(20)
            ),
            (
                "2026-11-22T12:41:00Z".to_owned(),
                "hub".to_owned(),
                1,
                0,
                failed("other"),
                None
            ),
            (
                "2026-11-22T12:41:00Z".to_owned(),
                "token".to_owned(),
                1,
                0,
                failed("auth_rejected"),
                None
            ),
        ]
    );
}

#[test]
fn families_without_end_are_counted_together() {
    let lines: Vec<String> = (0..100)
        .map(|n| {
            format!(r#"{{"ts":"2026-11-22T12:40:00Z","integration":"A","kind":"call","route":"/f{n}","status":200}}"#)
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let rollups = Counts::of(&Estate::default(), &outcomes(&lines)).rollups();
    assert_eq!(rollups.len(), 33);
    let others = rollups.iter().find(|one| one.family == "(others)").unwrap();
    assert_eq!(others.tally.calls, 68);
}
