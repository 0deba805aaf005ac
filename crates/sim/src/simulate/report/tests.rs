use super::*;

fn scenario(name: &str, detect_seconds: Vec<f64>, matched: usize) -> ScenarioReport {
    ScenarioReport {
        name: name.to_owned(),
        expected: 2,
        opened: 3,
        matched,
        false_incidents: 3 - matched,
        first_evidence_seconds: detect_seconds.clone(),
        detect_seconds,
        root_cause_correct: 1,
        affects: Affects {
            precision: 1.0,
            recall: 0.5,
        },
        lockouts_correct: true,
        renewals: 10,
        failed_vends: 1,
        virtual_seconds: 86_400.0,
        wall_seconds: 1.0,
    }
}

#[test]
fn a_summary_adds_up_and_shares_are_of_the_sums() {
    let report = Report::new(
        vec![
            scenario("a", vec![30.0, 60.0], 2),
            scenario("b", vec![600.0], 1),
        ],
        1,
        1.5,
    );
    let sum = report.summary;
    assert_eq!(
        (sum.expected, sum.opened, sum.matched, sum.false_incidents),
        (4, 6, 3, 3)
    );
    assert_eq!((sum.recall, sum.precision), (0.75, 0.5));
    assert!((sum.attribution - 2.0 / 3.0).abs() < 1e-9);
    assert_eq!(
        (sum.detect_seconds.median, sum.detect_seconds.p95),
        (60.0, 600.0)
    );
    assert_eq!(
        (sum.affects.recall, sum.renewals, sum.lockouts_correct),
        (0.5, 20, 2)
    );
}

#[test]
fn of_nothing_everything_is_right() {
    let sum = Report::new(Vec::new(), 0, 0.0).summary;
    assert_eq!(
        (sum.recall, sum.precision, sum.attribution),
        (1.0, 1.0, 1.0)
    );
    assert_eq!(
        (sum.detect_seconds.median, sum.detect_seconds.p95),
        (0.0, 0.0)
    );
}
