//! Unmodified clients, driven by their own language's test runner.

use crate::house::BIN;
use std::path::Path;
use std::process::Command;

#[test]
fn unmodified_node_clients_work_through_the_broker() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sdk");
    assert!(
        folder.join("node_modules/sfmc-sdk").is_dir(),
        "the clients are not installed: run bash tests/run"
    );
    let ended = Command::new("node")
        .args(["--test", "--test-concurrency=3"])
        .current_dir(&folder)
        .env("COUNTERSIGN_BIN", BIN)
        .env_remove("COUNTERSIGN_MASTER_KEY")
        .output()
        .expect("node is installed");
    let words = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success(),
        "{words}{}",
        String::from_utf8_lossy(&ended.stderr)
    );
}
