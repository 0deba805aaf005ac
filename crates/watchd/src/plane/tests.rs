use super::{OpenError, Options, WatchPlane};
use countersign_host::clock::Clock;
use countersign_store::StoreError;
use countersign_web::token_hash;
use std::path::Path;

async fn open(data: &Path, run_token: &str) -> Result<WatchPlane, OpenError> {
    open_with(data, run_token, "").await
}

async fn open_with(data: &Path, run_token: &str, rules: &str) -> Result<WatchPlane, OpenError> {
    WatchPlane::open(Options {
        rules: rules.parse().expect("TOML"),
        ..options(data, run_token)
    })
    .await
}

/// A watch of this folder, with nobody beside it.
pub(crate) fn options(data: &Path, run_token: &str) -> Options {
    Options {
        data: data.to_owned(),
        clock: Clock::system(),
        base_url: "http://127.0.0.1".to_owned(),
        notify: Vec::new(),
        rules: toml::Table::new(),
        keep: toml::Table::new(),
        tail: Vec::new(),
        run_token: run_token.to_owned(),
        estate_sink: None,
        seed: None,
    }
}

async fn admits(plane: &WatchPlane, token: &str) -> bool {
    let label = plane.app.store.api_token_label(token_hash(token)).await;
    label.expect("it reads").is_some()
}

#[tokio::test]
async fn a_new_run_admits_its_own_token_and_no_earlier_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = open(folder.path(), "CANARY-first").await.expect("a watch");
    assert!(admits(&first, "CANARY-first").await);
    drop(first);
    let second = open(folder.path(), "CANARY-second").await.expect("a watch");
    assert!(admits(&second, "CANARY-second").await);
    assert!(!admits(&second, "CANARY-first").await);
}

#[tokio::test]
async fn a_second_watch_on_a_folder_is_refused_and_costs_the_first_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = open(folder.path(), "CANARY-first").await.expect("a watch");
    let refused = open(folder.path(), "CANARY-second").await.err();
    let refused = refused.expect("it is held");
    assert!(refused.is_refusal());
    assert!(matches!(
        refused,
        OpenError::Store(StoreError::Locked { .. })
    ));
    assert!(admits(&first, "CANARY-first").await);
}

#[tokio::test]
async fn rules_of_paging_are_checked_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = |rules: &'static str| open_with(folder.path(), "CANARY", rules);
    let faults = |opened: Result<WatchPlane, OpenError>| match opened.err() {
        Some(OpenError::Settings(faults)) => faults,
        other => panic!("{other:?}"),
    };
    assert!(
        open("calls_page_s = 240\nplatform_share = 0.75")
            .await
            .is_ok()
    );
    let wrong = faults(open("calls_page_s = 'soon'").await);
    assert_eq!(
        wrong,
        ["rules.calls_page_s: write a whole number from 1 to 86400"]
    );
    let unknown = faults(open("page_s = 5").await);
    assert!(
        unknown[0].starts_with("rules.page_s: there is no such rule"),
        "{unknown:?}"
    );
}
