use super::*;
use crate::plane::WatchPlane;
use crate::plane::tests::options;
use std::path::Path;
use std::sync::Mutex;

/// A broker beside the watch, as far as its estate goes.
#[derive(Default)]
struct Beside(Mutex<Option<Estate>>);

impl Beside {
    fn has(&self) -> Option<String> {
        let has = self.0.lock().expect("unpoisoned");
        has.as_ref().map(|estate| estate.name.clone())
    }
}

impl EstateSink for Beside {
    fn put(&self, before: Option<Estate>, next: Estate) -> BoxFuture<'_, Result<(), NotPut>> {
        Box::pin(async move {
            let mut has = self.0.lock().expect("unpoisoned");
            if has.is_some() && *has != before && *has != Some(next.clone()) {
                return Err(NotPut::Other);
            }
            *has = Some(next);
            Ok(())
        })
    }
}

fn named(name: &str) -> Estate {
    Estate {
        name: name.to_owned(),
        ..Estate::default()
    }
}

/// A watch with a broker beside it, and the door between them.
async fn door(data: &Path, beside: &Arc<Beside>) -> (WatchPlane, EstateDoor) {
    let plane = WatchPlane::open(options(data, "CANARY"));
    let plane = plane.await.expect("a watch");
    let sink = Arc::clone(beside) as Arc<dyn EstateSink>;
    let door = EstateDoor::new(plane.watch.clone(), Some(sink), Live::new(1));
    (plane, door)
}

async fn replace(door: &EstateDoor, before: Option<&str>, next: &str) -> Result<(), PortError> {
    door.replace(before.map(named), named(next)).await
}

#[tokio::test]
async fn an_estate_goes_to_the_broker_and_then_to_the_watch() {
    let folder = tempfile::tempdir().expect("a folder");
    let beside = Arc::default();
    let (plane, door) = door(folder.path(), &beside).await;
    replace(&door, None, "a").await.expect("the first");
    replace(&door, Some("a"), "b").await.expect("the next");
    assert_eq!(beside.has().as_deref(), Some("b"));
    assert_eq!(plane.watch.estate().name, "b");
}

#[tokio::test]
async fn what_the_broker_was_given_alone_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let beside = Arc::default();
    let (plane, door) = door(folder.path(), &beside).await;
    replace(&door, None, "a").await.expect("the first");
    *beside.0.lock().expect("unpoisoned") = Some(named("theirs"));
    let refused = replace(&door, Some("a"), "b").await;
    let Err(PortError::Changed { reason }) = refused else {
        panic!("{refused:?}");
    };
    assert!(reason.contains("countersign estate apply"), "{reason}");
    assert_eq!(beside.has().as_deref(), Some("theirs"));
    assert_eq!(plane.watch.estate().name, "a");
}

#[tokio::test]
async fn what_the_watch_cannot_keep_the_broker_gives_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let beside = Arc::default();
    let (plane, door) = door(folder.path(), &beside).await;
    replace(&door, None, "a").await.expect("the first");
    std::fs::remove_file(folder.path().join("watch.db")).expect("removed");
    let failed = replace(&door, Some("a"), "b").await;
    assert!(
        matches!(failed, Err(PortError::Failed { .. })),
        "{failed:?}"
    );
    assert_eq!(beside.has().as_deref(), Some("a"), "still a pair");
    assert_eq!(plane.watch.estate().name, "a");
}
