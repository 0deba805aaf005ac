use super::{Filling, Steered, all, fill, find, unknown};

const FILLING: Filling<'static> = Filling {
    base: "http://127.0.0.1:8601",
    client_id: "etl-7",
    key: "CANARY-key",
    account_id: "7007",
    wsdl_url: "http://127.0.0.1:8601/etframework.wsdl",
};

#[test]
fn every_client_of_the_table_is_there_once_and_names_its_consumer_and_place() {
    let names: Vec<&str> = all().map(|client| client.name).collect();
    let expected = [
        "sfmc-sdk",
        "mcdev",
        "fuel-rest",
        "fuel-soap",
        "fuelsdk-node",
        "simple-oauth2",
        "openid-client",
        "fuelsdk-python",
        "pysfmc",
        "tap-exacttarget",
        "tap-exacttarget-1",
        "authlib",
        "requests-oauthlib",
        "curl",
        "newman",
        "jsforce",
        "simple-salesforce",
    ];
    assert_eq!(names, expected);
    for client in all() {
        let lines = fill(client.lines, &FILLING);
        assert!(lines.contains("etl-7"), "{}: {lines}", client.name);
        let has_key = lines.contains("CANARY-key") || lines.contains("SFMC_CLIENT_SECRET");
        assert!(has_key, "{}: {lines}", client.name);
        assert!(!client.place.is_empty() && !client.traps.is_empty());
        for left in [
            "{client_id}",
            "{key}",
            "{base}",
            "{account_id}",
            "{token_url",
        ] {
            assert!(!lines.contains(left), "{}: {left} is left", client.name);
        }
    }
    assert!(find("no-such").is_none());
    assert!(unknown("no-such").contains("sfmc-sdk, mcdev"));
}

#[test]
fn a_client_that_can_be_steered_has_our_address_in_its_lines() {
    for client in all() {
        let lines = fill(client.lines, &FILLING);
        let ours = lines.contains("http://127.0.0.1:8601");
        let tap = client.name.starts_with("tap-");
        assert_eq!(ours, !tap, "{}: {lines}", client.name);
        if let Steered::Not { why, fix } = client.steered {
            assert!(!why.is_empty() && !fix.is_empty(), "{}", client.name);
        }
    }
}

#[test]
fn the_form_with_a_fragment_is_for_those_who_check_their_url() {
    let fragment = "http://127.0.0.1:8601/v2/token#https://mcxxxxxxxxxxxxxxxxxxxxxxxxxx.auth.marketingcloudapis.com/";
    for client in all() {
        let has = fill(client.lines, &FILLING).contains(fragment);
        assert_eq!(
            has,
            matches!(client.name, "sfmc-sdk" | "mcdev"),
            "{}",
            client.name
        );
    }
    let check = fragment
        .split_once("https://")
        .expect("the part they look for")
        .1;
    let tenant = check
        .strip_suffix(".auth.marketingcloudapis.com/")
        .expect("a tenant's address");
    assert_eq!(tenant.len(), 28, "sfmc-sdk counts the letters");
}

#[test]
fn what_is_written_as_json_is_json() {
    for name in ["mcdev", "tap-exacttarget", "tap-exacttarget-1", "newman"] {
        let client = find(name).expect("known");
        let lines = fill(client.lines, &FILLING);
        serde_json::from_str::<serde_json::Value>(&lines).expect(name);
    }
}
