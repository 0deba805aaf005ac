//! Unmodified Python clients of Salesforce core and of the REST routes, against the simulator.

use crate::house::BIN;
use std::path::Path;
use std::process::Command;

#[test]
fn unmodified_python_clients_work_against_core_and_rest() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sdk-core-python");
    let python = folder.join(".venv/bin/python");
    assert!(
        python.is_file(),
        "the clients are not installed: run bash tests/run"
    );
    for module in ["test_simple_salesforce", "test_pysfmc"] {
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
