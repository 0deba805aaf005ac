//! `backtest` on recorded series that are made here.

use crate::house::Folder;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Five minutes.
const INTERVAL_S: i64 = 300;
/// Monday, 5 January 2026, midnight UTC.
const START_S: i64 = 1_767_571_200;

/// Writes a set of two series, both about 50 in a bucket: `calm`, and `stops`, which brings nothing
/// from noon to three on the 31st day and half on the 34th. Returns its folder.
fn recorded(folder: &Folder) -> PathBuf {
    let set = folder.path().join("set");
    std::fs::create_dir_all(set.join("series")).expect("a folder");
    let mut meta = serde_json::Map::new();
    for name in ["calm", "stops"] {
        let mut text = "ts,value\n".to_owned();
        let mut draw = 7_u64;
        for n in 0..36 * 288 {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let usual = 40 + (draw >> 33) % 21;
            let (day, bucket) = (n / 288, n % 288);
            let value = match (name, day, bucket) {
                ("stops", 30, 144..180) => 0,
                ("stops", 33, _) => usual / 2,
                _ => usual,
            };
            writeln!(text, "{},{value}", time(n)).expect("a string");
        }
        std::fs::write(set.join(format!("series/{name}.csv")), text).expect("a file");
        meta.insert(
            name.to_owned(),
            json!({
                "file": format!("series/{name}.csv"), "interval_s": INTERVAL_S, "signal": "count",
                "calendar": [], "announced": [], "schedule": null, "start": time(0),
            }),
        );
    }
    std::fs::write(set.join("meta.json"), Value::Object(meta).to_string()).expect("a file");
    // The answers are never read: they would not even parse.
    std::fs::write(set.join("labels.json"), "{ not for you").expect("a file");
    set
}

/// Start of a bucket, RFC 3339.
fn time(n: i64) -> String {
    let seconds = START_S + n * INTERVAL_S;
    countersign_model::Timestamp::from_second(seconds)
        .expect("a time")
        .to_string()
}

fn run(folder: &Folder, set: &str, more: &[&str]) -> (String, Vec<Value>) {
    let out = folder.path().join("alarms.jsonl");
    let out = out.to_str().expect("a path");
    let mut words = vec!["backtest", set, "--out", out];
    words.extend(more);
    let said = folder.run(&words).good();
    let text = std::fs::read_to_string(out).expect("alarms");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    (said, lines.collect())
}

#[test]
fn backtest_tells_the_standstill_and_with_warn_the_partial_loss_too() {
    let folder = Folder::new();
    let set = recorded(&folder);
    let set = set.to_str().expect("a path");
    let (said, pages) = run(&folder, set, &[]);
    assert!(
        said.starts_with("2 series, 20736 buckets: 1 alarms in "),
        "{said}"
    );
    let [page] = &pages[..] else {
        panic!("{pages:?}");
    };
    assert_eq!(page["series"], "stops");
    assert_eq!(
        page["ts_alarm"],
        time(30 * 288 + 147),
        "the end of the third bucket"
    );
    assert_eq!(
        (&page["severity"], &page["kind"]),
        (&json!("page"), &json!("stopped"))
    );
    assert!(page["score"].as_f64().expect("a number") >= 1.0);
    let why = page["why"].as_str().expect("words");
    assert!(
        why.starts_with("stops has brought nothing for 15 min."),
        "{why}"
    );
    let clear = page["ts_clear"].as_str().expect("it ended");
    assert!(clear > time(30 * 288 + 180).as_str() && clear < time(30 * 288 + 192).as_str());
    let (said, all) = run(&folder, set, &["--severity", "warn", "--json"]);
    assert_eq!(
        serde_json::from_str::<Value>(&said).expect("JSON"),
        json!({ "series": 2, "buckets": 20736, "alarms": 2 })
    );
    assert_eq!(all[0], *page);
    assert_eq!(
        (&all[1]["severity"], &all[1]["kind"]),
        (&json!("warn"), &json!("reduced"))
    );
}

#[test]
fn backtest_says_what_is_wrong_with_its_input_and_where() {
    let folder = Folder::new();
    let set = recorded(&folder);
    let csv = set.join("series/calm.csv");
    let meta = set.join("meta.json");
    let good = std::fs::read_to_string(&meta).expect("a file");
    let out = folder.path().join("out");
    let refused = |words: &str| {
        let (set, out) = (set.to_str().expect("a path"), out.to_str().expect("a path"));
        let ended = folder.run(&["backtest", set, "--out", out]);
        assert_eq!(ended.code(), 2, "{}", ended.stderr());
        assert!(
            ended.stderr().contains(words),
            "{words}: {}",
            ended.stderr()
        );
        assert!(!out_exists(out), "nothing is written");
    };
    std::fs::write(&csv, "ts,value\n2026-01-05T00:00:00Z,4\nyesterday,4\n").expect("a file");
    refused("calm.csv: line 3: \"yesterday\" is no time");
    std::fs::write(&csv, "ts,value\n2026-01-05T00:00:00Z,many\n").expect("a file");
    refused("calm.csv: line 2: \"many\" is no number");
    std::fs::write(&meta, good.replace("series/calm.csv", "../calm.csv")).expect("a file");
    refused("lies inside its folder");
    std::fs::write(
        &meta,
        good.replace("\"interval_s\":300", "\"interval_s\":0"),
    )
    .expect("a file");
    refused("interval_s of calm");
    std::fs::remove_file(&meta).expect("a file");
    refused("meta.json");
}

fn out_exists(out: &str) -> bool {
    std::path::Path::new(out).exists()
}
