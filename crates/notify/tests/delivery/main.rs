//! What a receiver sees, and what we make of its answers. Everything runs on loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod config;
mod hook_server;
mod mail;
mod smtp_server;
mod webhook;

use countersign_model::Timestamp;
use countersign_model::notice::{Notice, NoticeKind};
use countersign_notify::{ChannelConfig, Channels};

/// Twelve times the word: 72 characters of base64 are 54 bytes.
const HOOK_SECRET: &str =
    "whsec_CANARYCANARYCANARYCANARYCANARYCANARYCANARYCANARYCANARYCANARYCANARYCANARY";
const PASSWORD: &str = "CANARY-password";

fn lookup(variable: &str) -> Option<String> {
    match variable {
        "HOOK_SECRET" => Some(HOOK_SECRET.to_owned()),
        "OLD_HOOK_SECRET" => Some("whsec_bGlrZSBDQU5BUlkgYnV0IG9mIGxhc3QgeWVhcg==".to_owned()),
        "SMTP_PASSWORD" => Some(PASSWORD.to_owned()),
        _ => None,
    }
}

fn now() -> Timestamp {
    "2026-11-22T12:51:30Z".parse().unwrap()
}

fn notice() -> Notice {
    Notice {
        id: "ntc_01".parse().unwrap(),
        kind: NoticeKind::IncidentOpened,
        incident: "inc_01".parse().unwrap(),
        team: Some("Loyalty Product Engineering".to_owned()),
        subject: "Loyalty: points data stopped refreshing.".to_owned(),
        summary: "From 10:00 today 11,500 members will get old balances.".to_owned(),
        detail: vec!["renewal refused twice: invalid_client".to_owned()],
        created_at: "2026-11-22T12:51:29Z".parse().unwrap(),
    }
}

fn configs(json: serde_json::Value) -> Vec<ChannelConfig> {
    serde_json::from_value(json).unwrap()
}

fn build(json: serde_json::Value) -> Channels {
    Channels::build(&configs(json), lookup).unwrap()
}
