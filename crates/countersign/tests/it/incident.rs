//! What people do about an incident, by the command line, on the demo's quiet Sunday.

use crate::demo::{advance, demo, until};
use crate::house::{Folder, Server};
use serde_json::Value;

/// The quiet Sunday once its incident is open, and that incident's id.
async fn open(folder: &Folder) -> (Server, String) {
    let server = demo(folder, "quiet-sunday", "60");
    advance(&server, "22m").await;
    let id = until(&server, |incidents| {
        let open = incidents.iter().find(|one| one["state"] == "open")?;
        open["id"].as_str().map(str::to_owned)
    })
    .await;
    (server, id)
}

fn shown(folder: &Folder, id: &str) -> Value {
    let shown = folder.run(&["incident", "show", id, "--json"]).good();
    serde_json::from_str(&shown).expect("a document")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_listed_taken_on_by_a_team_and_shown() {
    let folder = Folder::new();
    let (server, id) = open(&folder).await;
    let listed = folder.run(&["incident", "list"]).good();
    assert!(
        listed.contains(&id) && listed.contains("nobody"),
        "{listed}"
    );

    let team = "Loyalty Product Engineering";
    folder.run(&["incident", "ack", &id, "--by", team]).good();
    let taken = until(&server, |incidents| {
        let one = incidents.iter().find(|one| one["id"] == id.as_str())?;
        one["response"]["acknowledged"]["by"]
            .as_str()
            .map(str::to_owned)
    })
    .await;
    assert_eq!(taken, team);
    let clocks = shown(&folder, &id)["clocks"].clone();
    let stopped = clocks.as_array().expect("a list").iter();
    let mut stopped = stopped.filter(|one| one["clock"] == "acknowledged");
    assert!(stopped.all(|one| one["at"].is_string()), "{clocks}");
    let words = folder.run(&["incident", "show", &id]).good();
    for part in ["Taken on: 2026-11-22T", team, "How we know:", "What to do:"] {
        assert!(words.contains(part), "{part} in {words}");
    }
    let listed = folder.run(&["incident", "list"]).good();
    assert!(listed.contains(team), "{listed}");

    let unknown = folder.run(&["incident", "ack", "inc_none"]);
    assert_eq!(unknown.code(), 2, "{}", unknown.stderr());
    let said = unknown.stderr();
    assert!(said.contains("countersign incidents --all"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_that_was_expected_ends_and_its_rule_is_listed_and_taken_back() {
    let folder = Folder::new();
    let (server, id) = open(&folder).await;
    let bare = folder.run(&["incident", "expected", &id]);
    assert_eq!(bare.code(), 2, "{}", bare.stderr());
    let endless = folder.run(&["incident", "expected", &id, "--reason", "exchanged"]);
    assert_eq!(endless.code(), 2, "{}", endless.stderr());
    let said = endless.stderr();
    assert!(
        said.contains("until: auth_rejected is expected only"),
        "{said}"
    );

    let words = [
        "incident",
        "expected",
        &id,
        "--reason",
        "exchanged",
        "--until",
        "2026-11-22T20:00:00Z",
        "--by",
        "Loyalty",
    ];
    let said = folder.run(&words).good();
    assert!(
        said.contains("until Sunday 22 November 2026 14:00"),
        "{said}"
    );
    until(&server, |incidents| {
        let one = incidents.iter().find(|one| one["id"] == id.as_str())?;
        (one["state"] == "dismissed").then_some(())
    })
    .await;
    let listed = folder.run(&["incident", "expected"]).good();
    assert!(
        listed.contains("credential:INT-029 auth_rejected"),
        "{listed}"
    );
    // The third refusal locks it, and that is expected too.
    advance(&server, "1h").await;
    let open = folder.run(&["incidents", "--json"]).good();
    assert_eq!(open.trim(), "[]");

    folder
        .run(&["incident", "expected", &id, "--withdraw"])
        .good();
    until(&server, |incidents| {
        let again = incidents.iter().find(|one| one["state"] == "open")?;
        (again["root_cause"] == "credential:INT-029").then_some(())
    })
    .await;
    let listed = folder.run(&["incident", "expected", "--json"]).good();
    assert_eq!(listed.trim(), "[]");
}
