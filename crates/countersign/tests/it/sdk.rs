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

/// Each file in a process of its own: one of the clients changes a library that others use.
#[test]
fn unmodified_python_clients_work_with_simulator_and_broker() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sdk-python");
    let python = folder.join(".venv/bin/python");
    assert!(
        python.is_file(),
        "the clients are not installed: run bash tests/run"
    );
    for module in [
        "test_fuelsdk",
        "test_suds",
        "test_zeep",
        "test_broker_fuelsdk",
        "test_broker_pysfmc",
        "test_broker_connect",
        "test_broker_oauth",
    ] {
        let ended = Command::new(&python)
            .args(["-B", "-m", "unittest", module])
            .current_dir(&folder)
            .env("COUNTERSIGN_BIN", BIN)
            .env_remove("COUNTERSIGN_MASTER_KEY")
            .output()
            .expect("python is installed");
        let words = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{module}: {words}");
        assert!(!words.contains("Ran 0 tests"), "{module}: {words}");
    }
}
