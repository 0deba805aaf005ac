use super::{OtherUsers, other_users};
use countersign_feed::estate::{Format, decode};
use std::collections::BTreeSet;

const ESTATE: &str = "\
version: 1
name: others
tenants:
  - { id: t, subdomain: mctiny-estate-not-a-real-one }
  - { id: u, subdomain: mctiny-estate-not-a-real-two }
business_units:
  - { id: BU, tenant: t, mid: 7, time_zone: UTC, on_call: Operations }
  - { id: UB, tenant: u, mid: 8, time_zone: UTC, on_call: Operations }
credentials:
  - { id: C-1, bu: BU, kind: s2s_v2, mode: brokered, client_id: c-1, scopes: [email_read] }
  - { id: C-2, bu: BU, kind: s2s_v2, mode: observed, client_id: c-1, scopes: [email_read] }
  - { id: C-3, bu: UB, kind: s2s_v2, mode: observed, client_id: c-1, scopes: [email_read] }
  - { id: C-4, bu: BU, kind: s2s_v2, mode: brokered, client_id: c-4, scopes: [email_read] }
integrations:
  - { id: I-1, name: A, bu: BU, kind: on-demand, tier: T1, owner: O, backup: P, credential: C-1 }
  - { id: I-2, name: B, bu: BU, kind: on-demand, tier: T1, owner: O, backup: P, credential: C-2 }
  - { id: I-3, name: C, bu: UB, kind: on-demand, tier: T1, owner: O, backup: P, credential: C-3 }
  - { id: I-4, name: D, bu: BU, kind: on-demand, tier: T1, owner: O, backup: P, credential: C-4 }
  - { id: I-5, name: E, bu: BU, kind: on-demand, tier: T1, owner: O, backup: P, credential: C-4 }
";

fn check(estate: &str, credential: &str, connected: &[&str]) -> OtherUsers {
    let estate = decode(estate, Format::Yaml).expect("a sound estate");
    let connected: BTreeSet<_> = connected
        .iter()
        .map(|id| id.parse().expect("an id"))
        .collect();
    other_users(&estate, &credential.parse().expect("an id"), &connected)
}

fn names(ids: &[impl ToString]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

#[test]
fn another_credential_with_the_same_client_in_the_same_tenant_is_named() {
    let others = check(ESTATE, "C-1", &["I-1"]);
    assert_eq!(names(&others.credentials), ["C-2"]);
    assert_eq!(names(&others.their_integrations), ["I-2"]);
    assert!(others.unconnected.is_empty() && others.need_a_word());
    assert!(
        !check(ESTATE, "C-3", &[]).need_a_word(),
        "another tenant's client is another client"
    );
}

#[test]
fn one_flow_that_is_not_connected_yet_is_how_everybody_begins_two_are_not() {
    let two = check(ESTATE, "C-4", &[]);
    assert_eq!(names(&two.unconnected), ["I-4", "I-5"]);
    assert!(two.need_a_word());
    let one = check(ESTATE, "C-4", &["I-4"]);
    assert_eq!(names(&one.unconnected), ["I-5"]);
    assert!(!one.need_a_word());
    assert!(!check(ESTATE, "C-4", &["I-4", "I-5"]).need_a_word());
}

#[test]
fn where_a_mint_ends_older_tokens_even_one_counts() {
    let estate = ESTATE.replacen("a-real-one }", "a-real-one, mint_kills_older: true }", 1);
    assert!(check(&estate, "C-4", &["I-4"]).need_a_word());
    assert!(!check(&estate, "C-4", &["I-4", "I-5"]).need_a_word());
}
