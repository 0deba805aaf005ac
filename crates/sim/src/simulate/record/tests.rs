use super::*;
use crate::simulate::Found;

fn entry(expected: &str, every_minute: bool, found: Option<(bool, u64)>) -> Entry {
    Entry {
        expected: expected.to_owned(),
        every_minute,
        found: found.map(|(cause, seconds)| Found {
            cause,
            class: true,
            after_fault_s: seconds + 60,
            after_evidence_s: Some(seconds),
        }),
    }
}

fn line(family: &str, entries: Vec<Entry>, others: &[&str]) -> Line {
    Line {
        family: family.to_owned(),
        scenario: "x".to_owned(),
        passed: true,
        entries,
        others: others.iter().map(|&one| one.to_owned()).collect(),
        lockouts_correct: true,
        misses: Vec::new(),
    }
}

fn stands(lines: &[Line]) -> Vec<bool> {
    GATES.iter().map(|gate| gate.measure(lines).holds).collect()
}

#[test]
fn a_record_in_which_all_is_well_passes_every_gate() {
    let lines = [
        line(
            "dead-credential",
            vec![entry("credential:A scope", true, Some((true, 200)))],
            &[],
        ),
        line(
            "local",
            vec![entry("asset:B stopped", false, Some((true, 900)))],
            &[],
        ),
        line("quiet", Vec::new(), &[]),
    ];
    assert_eq!(stands(&lines), [true; 7]);
}

#[test]
fn each_gate_falls_by_its_own_fault() {
    let dead = |found| {
        line(
            "dead-credential",
            vec![entry("credential:A scope", true, found)],
            &[],
        )
    };
    let quiet = || line("quiet", Vec::new(), &[]);
    let lost = || line("local", vec![entry("asset:B frozen", false, None); 2], &[]);
    assert!(!stands(&[dead(None)])[0]);
    assert!(!stands(&[dead(Some((true, 301)))])[1]);
    assert!(!stands(&[lost()])[2]);
    assert!(!stands(&[line("local", Vec::new(), &["asset:B stopped"])])[3]);
    assert!(!stands(&[dead(Some((false, 10)))])[4]);
    assert!(!stands(&[line("quiet", Vec::new(), &["platform upstream"])])[5]);
    let unlocked = Line {
        lockouts_correct: false,
        ..quiet()
    };
    assert!(!stands(&[unlocked])[6]);
}

#[test]
fn a_slow_credential_is_no_business_of_the_gates_for_busy_ones() {
    let slow = line(
        "dead-credential",
        vec![entry("credential:A scope", false, None)],
        &[],
    );
    assert!(stands(&[slow])[0]);
}

#[test]
fn the_record_is_read_as_it_was_written_and_its_page_names_what_was_missed() {
    let mut missed = line(
        "local",
        vec![entry("asset:B stopped", false, None)],
        &["blind blind"],
    );
    missed.misses = vec!["not in time: asset:B stopped".to_owned()];
    let lines = vec![line("quiet", Vec::new(), &[]), missed];
    assert_eq!(Line::read(&Line::write(&lines)).unwrap(), lines);
    let page = page(&lines);
    assert!(
        page.contains("| local | 1 | 1 | 0 of 1 | 1 of 1 |"),
        "{page}"
    );
    assert!(
        page.contains("| x | 0 of 1 |  |  | not in time: asset:B stopped |"),
        "{page}"
    );
}
