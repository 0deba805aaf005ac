use super::{Activity, Row, Way, still_used, words};
use countersign_feed::estate::{Format, decode};
use countersign_model::estate::Estate;
use countersign_model::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

const ESTATE: &str = "\
version: 1
name: back
tenants:
  - { id: t, subdomain: mctiny-estate-not-a-real-one }
business_units:
  - { id: BU, tenant: t, mid: 7, time_zone: UTC, on_call: Operations }
credentials:
  - { id: C-1, bu: BU, kind: s2s_v2, mode: brokered, client_id: c-1, scopes: [email_read] }
  - { id: C-2, bu: BU, kind: s2s_v2, mode: brokered, client_id: c-2, scopes: [email_read] }
integrations:
  - { id: I-1, name: A, bu: BU, kind: on-demand, tier: T1, owner: O, backup: P, credential: C-1 }
  - { id: I-2, name: B, bu: BU, kind: on-demand, tier: T1, owner: O, backup: P, credential: C-2 }
  - { id: I-3, name: C, bu: BU, kind: on-demand, tier: T1, owner: O, backup: P, credential: C-2 }
";

fn estate() -> Estate {
    decode(ESTATE, Format::Yaml).expect("a sound estate")
}

fn way(id: &str) -> Way {
    Way::of(&estate(), &id.parse().expect("an id")).expect("in the estate")
}

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().expect("an instant")
}

fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

fn activity(since: i64, vended: Option<i64>, revoked: bool, operator: Option<i64>) -> Activity {
    let id = "I-1".parse().expect("an id");
    Activity {
        now: now(),
        since: ago(since),
        consumers: vec![Row {
            id: "etl".to_owned(),
            integration: id,
            revoked,
            last_vended_at: vended.map(ago),
        }],
        operator: operator
            .map(|minutes| ("I-1".parse().expect("an id"), ago(minutes)))
            .into_iter()
            .collect(),
    }
}

#[test]
fn who_asked_within_a_tokens_life_still_works_here() {
    let way = way("I-1");
    let check = |seen: &Activity, word: Option<&str>| {
        let why = still_used(seen, &way);
        match word {
            Some(word) => assert!(
                why.as_ref().is_some_and(|why| why.contains(word)),
                "{why:?}"
            ),
            None => assert_eq!(why, None),
        }
    };
    check(
        &activity(600, Some(19), false, None),
        Some("etl took a token"),
    );
    check(&activity(600, Some(21), false, None), None);
    check(&activity(600, Some(1), true, None), None);
    check(&activity(600, None, false, Some(5)), Some("exec"));
    check(&activity(600, None, false, Some(50)), None);
    check(
        &activity(5, None, false, None),
        Some("started 5 minutes ago"),
    );
    let mut nobody = activity(5, None, false, None);
    nobody.consumers.clear();
    nobody.operator = BTreeMap::new();
    // Jobs under exec are no consumers, and the broker that has just started has not seen them.
    check(&nobody, Some("started 5 minutes ago"));
    nobody.since = ago(20);
    check(&nobody, None);
}

#[test]
fn a_nightly_job_has_left_when_a_night_has_gone_by() {
    let nightly = ESTATE.replace(
        "backup: P, credential: C-1 }",
        "backup: P, credential: C-1, schedule: { cron: \"0 3 * * *\", usual_min: 40 } }",
    );
    let estate = decode(&nightly, Format::Yaml).expect("a sound estate");
    let way = Way::of(&estate, &"I-1".parse().expect("an id")).expect("in the estate");
    // At noon: the last run, at three in the night, took a token; since then nothing did.
    let why = still_used(&activity(6_000, Some(9 * 60 - 5), false, None), &way);
    let why = why.expect("it may come again");
    assert!(
        why.contains("next run is Mon 2026-11-23 03:00 UTC"),
        "{why}"
    );
    assert!(why.contains("at Mon 2026-11-23 04:00 UTC"), "{why}");
    // The last token is of the night before: a whole run went by without one.
    assert_eq!(
        still_used(&activity(6_000, Some(33 * 60 - 5), false, None), &way),
        None
    );
    // Unless this broker was not there to see it.
    let late = still_used(&activity(8 * 60, None, false, None), &way);
    assert!(late.is_some_and(|why| why.contains("2026-11-23 03:00")));
    let text = words(&way, &activity(600, Some(3), false, None)).join("\n");
    assert!(
        text.contains("4. After its next run (Mon 2026-11-23 03:00 UTC) and 60 minutes more"),
        "{text}"
    );
}

#[test]
fn the_steps_hold_the_original_settings_and_the_order_that_loses_no_send() {
    let way = way("I-1");
    let seen = activity(600, Some(3), false, None);
    let text = words(&way, &seen).join("\n");
    for part in [
        "https://mctiny-estate-not-a-real-one.auth.marketingcloudapis.com/v2/token",
        "client id       c-1",
        "account id      7",
        "Countersign never gives one back",
        "countersign leave I-1 --done",
        "etl: last token 2026-11-22T11:57:00Z",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let at = |part: &str| text.find(part).expect(part);
    assert!(at("1. Settings") < at("2. Choose") && at("3. Restart") < at("--done"));
    assert!(
        !text.contains("credential add"),
        "nobody else needs the new secret"
    );
}

#[test]
fn a_secret_that_others_work_with_is_put_in_here_before_it_is_activated() {
    let text = words(&way("I-2"), &activity(600, None, false, None)).join("\n");
    assert!(text.contains("I-3 work with the same client"), "{text}");
    assert!(text.contains("countersign credential add C-2"), "{text}");
    assert!(text.contains("It has no consumer here."), "{text}");
    assert!(Way::of(&estate(), &"I-9".parse().expect("an id")).is_none());
}
