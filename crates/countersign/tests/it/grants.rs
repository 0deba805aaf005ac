//! Web apps, CRM connectors and the legacy package of the demo: live, renewed, lost and consented anew.

use crate::demo::{advance, demo, incidents, until};
use crate::house::{Folder, Server, ask};
use serde_json::{Value, json};

/// Every credential of the demo that is brokered and is no server-to-server client.
const LIVE: [(&str, &str); 8] = [
    ("INT-005", "webapp_v2"),
    ("INT-013", "webapp_v2"),
    ("INT-019", "webapp_v2"),
    ("INT-026", "webapp_v2"),
    ("INT-046", "webapp_v2"),
    ("INT-012", "crm_oauth"),
    ("INT-039", "crm_oauth"),
    ("INT-044", "crm_oauth"),
];

fn run_token(server: &Server) -> String {
    server.ready["api_token"]
        .as_str()
        .expect("a token")
        .to_owned()
}

async fn slots(server: &Server) -> Vec<Value> {
    let url = format!("{}/admin/api/v1/slots", server.url("broker"));
    let (status, body) = ask("GET", &url, Some(&run_token(server)), None).await;
    assert_eq!(status, 200, "{body}");
    body.as_array().cloned().expect("a list")
}

fn slot_of<'a>(slots: &'a [Value], credential: &str) -> &'a Value {
    let prefix = format!("{credential}.");
    let found = slots.iter().find(|slot| {
        slot["id"]
            .as_str()
            .is_some_and(|id| id.starts_with(&prefix))
    });
    found.unwrap_or_else(|| panic!("{credential} has no slot"))
}

async fn exchanges(server: &Server) -> Value {
    let url = format!("{}/_sim/ledger", server.url("sim_control"));
    let (status, body) = ask("GET", &url, None, None).await;
    assert_eq!(status, 200, "{body}");
    body["refresh_tokens"].clone()
}

/// The integration of that id, wherever it stands.
fn find<'a>(value: &'a Value, id: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) if fields.get("integration").is_some_and(|own| own == id) => {
            Some(value)
        }
        Value::Object(fields) => fields.values().find_map(|inner| find(inner, id)),
        Value::Array(items) => items.iter().find_map(|inner| find(inner, id)),
        _ => None,
    }
}

fn credential(folder: &Folder, id: &str) -> Value {
    let shown = folder.run(&["credential", "show", id, "--json"]).good();
    serde_json::from_str(&shown).expect("one document")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_brokered_kind_of_the_demo_has_a_live_slot() {
    let folder = Folder::new();
    let server = demo(&folder, "none", "1");
    let first = slots(&server).await;
    for (id, kind) in LIVE {
        assert_eq!(slot_of(&first, id)["state"], "valid", "{id}");
        let shown = credential(&folder, id);
        assert_eq!(
            (&shown["kind"], &shown["state"]),
            (&json!(kind), &json!("active")),
            "{id}"
        );
    }
    // The legacy package belongs to a job; asked for, it has a token at once.
    let legacy = folder.run(&["token", "INT-028", "--format", "json"]).good();
    let legacy: Value = serde_json::from_str(&legacy).expect("one document");
    assert!(
        legacy["access_token"]
            .as_str()
            .is_some_and(|token| token.contains("INT-028"))
    );
    // Known to the watch as well.
    let url = format!("{}/api/v1/status", server.url("dashboard"));
    let (_, status) = ask("GET", &url, Some(&run_token(&server)), None).await;
    for (id, _) in LIVE {
        let found = find(&status, id).unwrap_or_else(|| panic!("{id} is not in {status}"));
        assert_eq!(found["health"], "healthy", "{found}");
    }
    // Two hours later each has been renewed, and no refresh token was ever sent twice.
    for _ in 0..12 {
        advance(&server, "10m").await;
    }
    let later = slots(&server).await;
    for (id, kind) in LIVE {
        let slot = slot_of(&later, id);
        assert_eq!(slot["state"], "valid", "{id}");
        let renewed = slot["generation"].as_u64() > slot_of(&first, id)["generation"].as_u64();
        assert!(renewed, "{id} ({kind}): {slot}");
    }
    let seen = exchanges(&server).await;
    assert!(seen["exchanged"].as_u64() > Some(24), "{seen}");
    assert_eq!(
        (&seen["refused"], &seen["answers_lost"]),
        (&json!(0), &json!(0)),
        "{seen}"
    );
    let twice = seen["used_again"].as_array().expect("a list");
    let rotating = twice.iter().filter(|one| {
        LIVE.contains(&(one["credential"].as_str().unwrap_or_default(), "webapp_v2"))
    });
    assert_eq!(rotating.count(), 0, "{seen}");
    assert!(incidents(&server).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_grant_is_a_page_and_a_new_consent_heals_it() {
    let folder = Folder::new();
    let server = demo(&folder, "none", "1");
    folder
        .run(&["sim", "break", "INT-005", "refresh_token_lost"])
        .good();
    for _ in 0..3 {
        advance(&server, "10m").await;
    }
    let open = until(&server, |incidents| {
        incidents
            .iter()
            .find(|one| one["root_cause"] == "credential:INT-005")
            .cloned()
    })
    .await;
    assert_eq!(open["class"], "grant_dead", "{open}");
    assert!(open["locked_at"].is_null(), "never a lock: {open}");
    let shown = credential(&folder, "INT-005");
    assert_eq!(shown["state"], "quarantined");
    assert_eq!(shown["strikes"], 0);
    let words = shown["refresh_token"].as_str().expect("words");
    assert!(
        words.contains("countersign credential authorize INT-005"),
        "{words}"
    );
    let refused = folder.run(&["token", "INT-005"]);
    assert_eq!(refused.code(), 3, "{}", refused.stderr());

    folder.run(&["sim", "mend", "INT-005"]).good();
    consent(&folder, &server, "INT-005").await;
    assert_eq!(credential(&folder, "INT-005")["state"], "active");
    let token = folder.run(&["token", "INT-005"]).good();
    assert!(!token.trim().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_app_of_core_is_consented_to_as_well() {
    let folder = Folder::new();
    let server = demo(&folder, "none", "1");
    consent(&folder, &server, "INT-012").await;
    assert_eq!(credential(&folder, "INT-012")["state"], "active");
    folder.run(&["renew", "INT-012"]).good();
    let seen = exchanges(&server).await;
    assert_eq!(
        seen["refused"], 0,
        "what the consent brought was taken: {seen}"
    );
}

/// Does what a person does: opens the address, consents, is sent back, sees the finished page.
async fn consent(folder: &Folder, server: &Server, id: &str) {
    let begun = folder
        .run(&["credential", "authorize", id, "--json"])
        .good();
    let begun: Value = serde_json::from_str(&begun).expect("one document");
    let client = countersign_host::http::client(std::time::Duration::from_secs(20));
    let client = client.build().expect("a client");
    let asked = client
        .get(begun["url"].as_str().expect("an address"))
        .send()
        .await;
    assert_eq!(
        asked.expect("an answer").status().as_u16(),
        200,
        "the consent page"
    );
    let control = server.url("sim_control");
    let (_, waiting) = ask("GET", &format!("{control}/_sim/consents"), None, None).await;
    let number = &waiting["consents"][0]["number"];
    let decide = format!("{control}/_sim/consents/{number}");
    let body = Some(("application/json", "{\"allow\":true}".to_owned()));
    let (status, decided) = ask("POST", &decide, None, body).await;
    assert_eq!(status, 200, "{decided}");
    let back = decided["redirect"].as_str().expect("where to").to_owned();
    let page = client.get(back).send().await.expect("an answer");
    assert_eq!(page.status().as_u16(), 200);
    let page = page.text().await.expect("a page");
    assert!(page.contains(&format!("{id} is authorized")), "{page}");
}
