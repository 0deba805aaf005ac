//! `simulate` as a person runs it: lists, plays, marks, and says what is wrong with a file.

use crate::house::Folder;
use serde_json::Value;

const HEAD: &str = "name: mine\nestate: demo\nstart: 2026-11-22T12:30:00Z\nrun_for: 40m\n";

fn written(folder: &Folder, name: &str, rest: &str) -> String {
    let file = folder.path().join(name);
    std::fs::write(&file, format!("{HEAD}{rest}")).expect("a file");
    file.to_string_lossy().into_owned()
}

#[test]
fn without_a_scenario_it_lists_ours_and_an_unknown_name_is_bad_input() {
    let folder = Folder::new();
    let listed = folder.run(&["simulate"]).good();
    assert!(listed.contains("quiet-sunday"));
    assert!(listed.lines().count() >= 120);
    let unknown = folder.run(&["simulate", "no-such-story"]);
    assert_eq!(unknown.code(), 2, "{}", unknown.stderr());
}

#[test]
fn a_file_is_played_and_marked_and_a_miss_fails_a_check_only() {
    let folder = Folder::new();
    let fault = "faults: [{ at: +5m, kind: ip_blocked, credential: INT-034 }]\n";
    let expect = |class: &str| {
        format!(
            "{fault}expect:\n  incidents: [{{ root_cause: 'credential:INT-034', class: {class}, \
             detect_within: 5m, affects: [TS-10] }}]\n  others: none\n"
        )
    };
    let right = written(&folder, "right.yaml", &expect("policy"));
    let wrong = written(&folder, "wrong.yaml", &expect("certificate"));
    let played = folder.run(&["--json", "simulate", "--check", &right]);
    assert_eq!(played.code(), 0, "{}", played.stderr());
    let report: Value = serde_json::from_str(&played.stdout()).expect("one document");
    let scenario = &report["scenarios"][0];
    assert_eq!(scenario["name"], "mine");
    assert_eq!(scenario["matched"], 1);
    assert_eq!(scenario["root_cause_correct"], 1);
    assert_eq!(scenario["lockouts_correct"], true);
    assert_eq!(report["summary"]["passed"], 1);
    assert_eq!(folder.run(&["simulate", &wrong]).code(), 0);
    let missed = folder.run(&["simulate", "-v", "--check", &right, &wrong]);
    assert_eq!(missed.code(), 1);
    assert!(
        missed.stdout().contains("instead of"),
        "{}",
        missed.stdout()
    );
}

#[test]
fn a_scenario_that_cannot_be_played_is_bad_input_and_names_the_field() {
    let folder = Folder::new();
    for (number, (line, word)) in [
        ("falts: []\n", "falts"),
        (
            "faults: [{ at: +5m, kind: bad_luck, tenant: all }]\n",
            "kind",
        ),
        (
            "faults: [{ at: +5m, kind: secret_expired, credential: X-1 }]\n",
            "credential",
        ),
        (
            "expect: { incidents: [{ root_cause: platform }] }\n",
            "class",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let file = written(&folder, &format!("{number}.yaml"), line);
        let refused = folder.run(&["simulate", "--check", &file]);
        assert_eq!(refused.code(), 2, "{line}: {}", refused.stderr());
        assert!(
            refused.stderr().contains(word),
            "{line}: {}",
            refused.stderr()
        );
    }
}

#[test]
fn what_the_world_reports_can_be_read_line_by_line() {
    let folder = Folder::new();
    let file = written(&folder, "calm.yaml", "");
    let told = folder.run(&["simulate", "--outcomes", &file]).good();
    let outcomes: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    for kind in ["mint", "call", "run", "sample"] {
        assert!(outcomes.iter().any(|one| one["kind"] == kind), "{kind}");
    }
}
