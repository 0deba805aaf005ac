//! Second minters are named before they harm, and the way back is walked and checked.

use crate::commands::ESTATE;
use crate::house::Folder;
use crate::serve::{serve, set_up};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_told_walked_and_checked() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    assert_eq!(set.token(&server).await.0, 200);
    let told = set.folder.run(&["leave", "INT-1"]).good();
    let auth = format!("{}/v2/token", set.sim.url("sim"));
    for part in [
        auth.as_str(),
        "c-1",
        "INT-1-client-1",
        "countersign leave INT-1 --done",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let early = set.folder.run(&["leave", "INT-1", "--done"]);
    assert_eq!(early.code(), 3, "{}", early.stderr());
    assert!(
        early.stderr().contains("Nothing was revoked"),
        "{}",
        early.stderr()
    );
    assert_eq!(set.token(&server).await.0, 200, "nothing was revoked");

    let left = set
        .folder
        .run(&["leave", "INT-1", "--done", "--anyway", "--json"])
        .good();
    let left: Value = serde_json::from_str(&left).expect("JSON");
    assert_eq!(left["revoked"], serde_json::json!(["INT-1-client-1"]));
    assert_eq!(left["observed"], true);
    let mints = set.mints().await;
    assert_eq!(set.token(&server).await.0, 401);
    let shown = set
        .folder
        .run(&["credential", "show", "INT-1", "--json"])
        .good();
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["state"], "observed");
    let token = set.folder.run(&["token", "INT-1"]);
    assert_eq!(token.code(), 3, "{}", token.stderr());
    assert_eq!(
        set.mints().await,
        mints,
        "nothing is minted for it any more"
    );
    let unknown = set.folder.run(&["leave", "INT-9"]);
    assert_eq!(unknown.code(), 2, "{}", unknown.stderr());
    let verified = set.folder.run(&["audit", "verify"]);
    assert_eq!(verified.code(), 0, "{}", verified.stderr());
}

/// The small estate with a second credential of the same client, and a second user of it.
fn shared() -> String {
    let credential = "  - { id: INT-2, bu: BU, kind: s2s_v2, mode: observed, client_id: c-1, scopes: [email_read] }\n";
    let flow = "  - { id: INT-2, name: Receipts, bu: BU, kind: on-demand, tier: T1, owner: Orders, backup: Operations, credential: INT-2 }\n";
    ESTATE.replace("integrations:\n", &format!("{credential}integrations:\n")) + flow
}

#[test]
fn who_else_uses_the_client_is_named_and_must_have_moved() {
    let folder = Folder::new();
    let key = folder.run(&["init"]).good().trim().to_owned();
    let file = folder.path().join("estate.yaml");
    std::fs::write(&file, shared()).expect("written");
    let file = file.to_string_lossy().into_owned();
    folder
        .run_with(&key, "", &["estate", "apply", &file])
        .good();
    let add = |words: &[&str]| {
        let mut all = vec!["credential", "add", "INT-1"];
        all.extend(words);
        folder.run_with(&key, "CANARY-secret", &all)
    };
    let dry = add(&["--dry-run"]).good();
    assert!(
        dry.contains("The same client id: INT-2 (used by INT-2)"),
        "{dry}"
    );
    let refused = add(&[]);
    assert_eq!(refused.code(), 3, "{}", refused.stderr());
    assert!(refused.stderr().contains("INT-2"), "{}", refused.stderr());
    assert!(
        refused.stderr().contains("--others-moved"),
        "{}",
        refused.stderr()
    );
    let shown = folder
        .run_with(&key, "", &["credential", "show", "INT-1"])
        .good();
    assert!(shown.contains("no_secret"), "nothing was put in: {shown}");
    add(&["--others-moved"]).good();
    // It is brokered now; a new secret for it is no new minter.
    add(&[]).good();
}
