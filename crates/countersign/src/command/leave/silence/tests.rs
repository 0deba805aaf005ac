use super::Rhythm;
use countersign_feed::estate::{Format, decode};
use countersign_model::Timestamp;

fn rhythm(flow: &str, rest: &str) -> Rhythm {
    let text = format!(
        "version: 1
tenants:
  - {{ id: t, subdomain: mctiny-estate-not-a-real-one }}
business_units:
  - {{ id: BU, tenant: t, mid: 7, time_zone: America/New_York, on_call: Operations }}
  - {{ id: OTHER, tenant: t, mid: 8, time_zone: UTC, on_call: Operations }}
credentials:
  - {{ id: C-1, bu: BU, kind: s2s_v2, mode: brokered, client_id: c-1, scopes: [email_read] }}
integrations:
  - {{ id: I-1, name: A, bu: BU, tier: T1, owner: O, backup: P, credential: C-1, {flow} }}
{rest}"
    );
    let estate = decode(&text, Format::Yaml).expect("a sound estate");
    Rhythm::of(&estate, &estate.integrations[0])
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// Silent since noon of a Sunday in New York: the run that must go by, and when that is known.
fn check(rhythm: &Rhythm, run_at: Option<&str>, known_at: &str) {
    let silence = rhythm.silence(at("2026-11-22T17:00:00Z"));
    assert_eq!(silence.run_at, run_at.map(at));
    assert_eq!(silence.known_at, at(known_at));
}

const NIGHTLY: &str = "kind: etl, schedule: { cron: \"0 3 * * *\", usual_min: 30 }";

#[test]
fn a_schedule_is_read_in_the_zone_of_its_business_unit() {
    let nightly = rhythm(NIGHTLY, "");
    check(
        &nightly,
        Some("2026-11-23T08:00:00Z"),
        "2026-11-23T08:50:00Z",
    );
    let often = rhythm("kind: on-demand, schedule: { cron: \"*/10 * * * *\" }", "");
    check(&often, Some("2026-11-22T17:10:00Z"), "2026-11-22T17:30:00Z");
}

#[test]
fn a_run_that_a_pause_may_leave_out_proves_nothing() {
    let paused = "planned:
  - { id: P-1, kind: pause, from: 2026-11-24T00:00:00Z, to: 2026-11-25T08:00:00Z, bu: BU }
  - { id: P-2, kind: maintenance, from: 2026-11-23T00:00:00Z, to: 2026-11-24T00:00:00Z }
  - { id: P-3, kind: pause, from: 2026-11-25T00:00:00Z, to: 2026-11-29T00:00:00Z, bu: OTHER }
  - { id: P-4, kind: holiday, from: 2026-11-25T00:00:00Z, to: 2026-11-29T00:00:00Z }
";
    let nightly = rhythm(NIGHTLY, paused);
    check(
        &nightly,
        Some("2026-11-25T08:00:00Z"),
        "2026-11-25T08:50:00Z",
    );
}

#[test]
fn without_a_schedule_the_kind_says_how_long_silence_must_last() {
    let runs = rhythm("kind: reporting", "");
    check(&runs, None, "2026-11-23T17:20:00Z");
    let words = runs.not_known(&runs.silence(at("2026-11-22T17:00:00Z")));
    assert!(words.contains("when is not in the estate"), "{words}");
    check(&rhythm("kind: on-demand", ""), None, "2026-11-22T17:20:00Z");
}
