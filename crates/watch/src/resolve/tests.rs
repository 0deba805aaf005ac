use super::*;
use countersign_model::outcome::{Call, Fact};
use serde_json::json;

/// Two integrations share `C-SHARED`; `C-OWN` has one.
fn estate() -> Estate {
    let integration = |id: &str, credential: &str| {
        json!({"id": id, "name": id, "bu": "LOY", "kind": "etl", "tier": "T1",
               "credential": credential})
    };
    let credential = |id: &str, client: &str| json!({"id": id, "bu": "LOY", "kind": "s2s_v2", "client_id": client});
    serde_json::from_value(json!({
        "version": 1,
        "credentials": [credential("C-OWN", "own"), credential("C-SHARED", "shared")],
        "integrations": [
            integration("INT-1", "C-OWN"),
            integration("INT-2", "C-SHARED"),
            integration("INT-3", "C-SHARED"),
        ],
    }))
    .unwrap()
}

fn check(
    integration: Option<&str>,
    credential: Option<&str>,
    client_id: Option<&str>,
    expected: (Option<&str>, Option<&str>, Option<&str>),
) {
    let mut outcome = Outcome {
        id: "o".parse().unwrap(),
        ts: countersign_model::Timestamp::UNIX_EPOCH,
        source: "middleware".to_owned(),
        integration: integration.map(|id| id.parse().unwrap()),
        bu: None,
        credential: credential.map(|id| id.parse().unwrap()),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Call(Call::default()),
    };
    resolve(&estate(), &mut outcome, client_id);
    let found = (
        outcome.integration.as_ref().map(|id| id.as_str()),
        outcome.credential.as_ref().map(|id| id.as_str()),
        outcome.bu.as_ref().map(|id| id.as_str()),
    );
    assert_eq!(found, expected);
}

#[test]
fn a_known_integration_names_its_credential_and_unit() {
    check(
        Some("INT-1"),
        None,
        None,
        (Some("INT-1"), Some("C-OWN"), Some("LOY")),
    );
}

#[test]
fn a_credential_of_one_integration_names_it() {
    check(
        None,
        Some("C-OWN"),
        None,
        (Some("INT-1"), Some("C-OWN"), Some("LOY")),
    );
    check(
        None,
        None,
        Some("own"),
        (Some("INT-1"), Some("C-OWN"), Some("LOY")),
    );
}

#[test]
fn a_shared_credential_leaves_the_integration_open() {
    check(None, None, Some("shared"), (None, Some("C-SHARED"), None));
}

#[test]
fn what_the_producer_says_is_never_changed() {
    let said = (Some("INT-1"), Some("C-SHARED"), Some("LOY"));
    check(Some("INT-1"), Some("C-SHARED"), Some("own"), said);
}

#[test]
fn what_the_estate_does_not_know_stays_as_it_is() {
    check(None, None, Some("nobody"), (None, None, None));
    check(Some("INT-9"), None, None, (Some("INT-9"), None, None));
}
