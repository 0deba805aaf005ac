use super::is_rotated;

#[test]
fn numbers_and_dates_are_rotations_and_other_files_are_not() {
    for name in [
        "app.log.1",
        "app.log.12.gz",
        "app.log-20261125",
        "app.log-2026-11-25.gz",
        "app.log.old",
        "app-20261125.log",
        "app.2026-11-25T01.log.gz",
        "app.1.log",
    ] {
        assert!(is_rotated("app.log", name), "{name}");
    }
    for name in [
        "app.log",
        "app.log.swp",
        "app.log.1.xz",
        "app-audit.log",
        "app.log.offset",
        "app.log-",
        "other.log.1",
        "app.json",
    ] {
        assert!(!is_rotated("app.log", name), "{name}");
    }
    assert!(is_rotated("access", "access.1"));
    assert!(!is_rotated("access", "access.log"));
}
