//! `analyze`: logs to incidents on a machine with nothing else.

use crate::house::Folder;
use serde_json::Value;

/// A call every 10 s for 20 minutes, refused from the tenth on.
fn log() -> String {
    (0..120)
        .map(|n| {
            let (minute, second) = (n / 6, n % 6 * 10);
            let status = if minute < 10 { 200 } else { 401 };
            format!(
                "203.0.113.9 - - [22/Nov/2026:12:{minute:02}:{second:02} +0000] \
                 \"POST /interaction/v1/events HTTP/1.1\" {status} 77 \"-\" \"etl\" int=INT-029\n"
            )
        })
        .collect()
}

#[test]
fn an_nginx_log_becomes_one_incident_and_nothing_is_left_behind() {
    let folder = Folder::new();
    let file = folder.path().join("access.log");
    std::fs::write(&file, log()).expect("written");
    let file = file.to_string_lossy().into_owned();
    let words = folder.run(&["analyze", &file]).good();
    assert!(
        words.contains("cause     credential:INT-029 (auth_rejected)"),
        "{words}"
    );
    let found: Value = serde_json::from_str(&folder.run(&["analyze", &file, "--json"]).good())
        .expect("one document");
    assert_eq!(found["incidents"][0]["root_cause"], "credential:INT-029");
    assert_eq!(found.to_string().matches("\"root_cause\"").count(), 1);
    assert_eq!(found["findings"], serde_json::json!([]));
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 1, "the log alone");
}

#[test]
fn what_cannot_be_read_is_bad_input() {
    let folder = Folder::new();
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "once upon a time\n").expect("written");
    let notes = notes.to_string_lossy().into_owned();
    for (words, said) in [
        (vec!["analyze", &notes], "the format is not known"),
        (vec!["analyze", "/nowhere/at/all.log"], "No such file"),
        (vec!["analyze", &notes, "--mapping", &notes], "notes.txt"),
        (vec!["analyze"], "FILE"),
    ] {
        let ended = folder.run(&words);
        assert_eq!(ended.code(), 2, "{words:?}: {}", ended.stderr());
        assert!(ended.stderr().contains(said), "{}", ended.stderr());
    }
}
