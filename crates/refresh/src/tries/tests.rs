//! When a host's credentials fail together.

use super::Tries;
use crate::instant::after;
use countersign_model::Timestamp;
use countersign_model::id::CredentialId;

fn check(results: &[(u64, &str, bool)], now_s: u64, expected: bool) {
    let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let at = |s: u64| after(start, s * 1_000);
    let mut tries = Tries::default();
    for (second, name, failed) in results {
        tries.note(at(*second), &CredentialId::new(name).unwrap(), *failed);
    }
    assert_eq!(
        tries.suspect(at(now_s), 300_000, 0.6),
        expected,
        "{results:?}"
    );
}

#[test]
fn one_credential_alone_never_makes_the_platform_suspect() {
    check(&[(0, "a", true), (30, "a", true)], 31, false);
}

#[test]
fn sixty_percent_of_those_that_tried_do() {
    check(
        &[
            (0, "a", true),
            (1, "b", true),
            (2, "c", true),
            (3, "d", false),
            (4, "e", false),
        ],
        5,
        true,
    );
    check(
        &[
            (0, "a", true),
            (1, "b", true),
            (2, "c", false),
            (3, "d", false),
        ],
        5,
        false,
    );
}

#[test]
fn only_the_last_result_of_each_counts() {
    check(&[(0, "a", true), (1, "b", true), (2, "b", false)], 5, false);
}

#[test]
fn results_older_than_five_minutes_are_forgotten() {
    check(&[(0, "a", true), (200, "b", true)], 299, true);
    check(&[(0, "a", true), (200, "b", true)], 301, false);
}
