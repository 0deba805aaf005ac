//! Telemetry of others, sent by their own SDK.

use crate::house::BIN;
use std::path::Path;
use std::process::Command;

#[test]
fn opentelemetrys_python_sdk_tells_the_watch_of_a_dead_credential() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/otel-python");
    let python = folder.join(".venv/bin/python");
    assert!(
        python.is_file(),
        "the SDK is not installed: run bash tests/run"
    );
    let ended = Command::new(&python)
        .args(["-B", "-m", "unittest", "test_watch"])
        .current_dir(&folder)
        .env("COUNTERSIGN_BIN", BIN)
        .env_remove("COUNTERSIGN_MASTER_KEY")
        .output()
        .expect("python is installed");
    let words = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{words}");
    assert!(!words.contains("Ran 0 tests"), "{words}");
}
