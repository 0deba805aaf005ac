//! Followed files: their silence is shown.

use super::house::House;
use countersign_store::{TailPlace, TailStanding, TailState};
use serde_json::Value;

#[tokio::test]
async fn a_followed_file_is_listed_with_its_silence_and_its_counts() {
    let house = House::empty().await;
    let store = &house.app.store;
    store.tail_open("etl".to_owned(), [1; 32]).await.unwrap();
    let mut place = TailPlace {
        heard_at: Some("2026-11-22T12:00:00Z".parse().unwrap()),
        ..TailPlace::default()
    };
    place.counts.lines = 3;
    place.counts.reject("the line is not one JSON object");
    let append = store.tail_append("etl".to_owned(), house.app.clock.now(), vec![], place);
    append.await.unwrap();
    let standing = TailStanding {
        state: TailState::Quiet,
        since: Some("2026-11-22T12:00:00Z".parse().unwrap()),
        path: "/var/log/etl.ndjson".to_owned(),
        words: "no line has come since 2026-11-22 12:00 UTC".to_owned(),
    };
    store.tail_stand("etl".to_owned(), standing).await.unwrap();

    let listed = house.get("/api/v1/tails").await.body;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let expected = serde_json::json!([{
        "name": "etl", "path": "/var/log/etl.ndjson", "state": "quiet",
        "since": "2026-11-22T12:00:00Z", "words": "no line has come since 2026-11-22 12:00 UTC",
        "heard_at": "2026-11-22T12:00:00Z", "files": 0, "lines": 3, "accepted": 0,
        "duplicates": 0, "rejected": 1,
        "rejected_for": {"the line is not one JSON object": 1}, "files_lost": 0,
    }]);
    assert_eq!(listed, expected);
    let metrics = house.get("/metrics").await.body;
    for line in [
        "countersign_tails{state=\"quiet\"} 1",
        "countersign_tails{state=\"following\"} 0",
        "countersign_tail_lines_total{state=\"rejected\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} not in {metrics}");
    }
}
