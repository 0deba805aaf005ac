//! What may be written, what is refused and how, and that nothing secret shows.

use crate::{build, configs, lookup};
use countersign_notify::{ChannelConfig, Channels};
use serde_json::{Value, json};

fn faults(json: Value) -> Vec<String> {
    let built = Channels::build(&configs(json), lookup);
    built.unwrap_err().iter().map(ToString::to_string).collect()
}

fn hook(field: &str, value: &str) -> Value {
    let mut hook = json!({
        "kind": "webhook", "url": "https://hooks.example.org/x", "secret_env": "HOOK_SECRET",
    });
    hook[field] = json!(value);
    hook
}

fn mail(field: &str, value: Value) -> Value {
    let mut mail = json!({
        "kind": "mail", "server": "smtp.example.org",
        "from": "countersign@example.org", "to": ["team@example.org"],
    });
    mail[field] = value;
    mail
}

#[test]
fn every_fault_names_channel_field_and_fix_and_all_come_at_once() {
    let faults = faults(json!([
        hook("url", "http://hooks.example.org/x"),
        hook("url", "hooks"),
        hook("secret_env", "NOT_SET"),
        hook("secret_env", "SMTP_PASSWORD"),
        mail("from", json!("nobody")),
        mail("to", json!([])),
        mail("security", json!("none")),
        mail("user", json!("countersign")),
    ]));
    let expected = [
        "\"webhook\": url: is not encrypted: write https://… (http is for loopback only)",
        "\"webhook\": url: is not a URL: write https://…",
        "\"webhook\": secret_env: set the environment variable NOT_SET",
        "\"webhook\": secret_env: SMTP_PASSWORD must hold whsec_ followed by the base64 of 24 to 64 bytes",
        "\"mail\": from: \"nobody\" is not a mail address: write name@example.org",
        "\"mail\": to: names no address: write at least one",
        "\"mail\": security: none is for a server on this machine only: write starttls or implicit",
        "\"mail\": password_env: is missing beside user",
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|fault| format!("notify channel {fault}"))
        .collect();
    assert_eq!(faults, expected);
}

#[test]
fn two_channels_of_one_name_are_refused() {
    let twice = json!([hook("name", "x"), hook("name", "x")]);
    assert_eq!(
        faults(twice),
        ["notify channel \"x\": name: is taken: give each its own"]
    );
}

#[test]
fn a_misspelt_field_is_refused() {
    let parsed = serde_json::from_value::<ChannelConfig>(hook("secert", "x"));
    assert!(parsed.unwrap_err().to_string().contains("secert"));
}

#[test]
fn debug_shows_neither_secret_nor_url() {
    let json = json!([
        hook("url", "https://hooks.example.org/CANARY"),
        mail("user", json!("u")),
    ]);
    let mut json = json;
    json[1]["password_env"] = json!("SMTP_PASSWORD");
    let shown = format!("{:?} {:?}", configs(json.clone()), build(json));
    assert!(!shown.contains("CANARY"), "{shown}");
    assert!(shown.contains("webhook"), "{shown}");
}
