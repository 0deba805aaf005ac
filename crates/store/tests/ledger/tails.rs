//! Followed files: the place moves with the lines, or not at all.

use crate::house::{at, house, outcome};
use countersign_store::{TailFile, TailPlace, TailStanding, TailState, WatchStore};

fn place(offset: u64) -> TailPlace {
    TailPlace {
        files: vec![TailFile {
            offset,
            ..TailFile::default()
        }],
        ..TailPlace::default()
    }
}

#[tokio::test]
async fn a_source_keeps_its_first_key_and_goes_on_from_its_last_place() {
    let house = house();
    let open = house.store.tail_open("etl".to_owned(), [1; 32]);
    let (tail, key) = open.await.unwrap();
    assert_eq!((tail.place, key), (TailPlace::default(), [1; 32]));

    let lines = vec![outcome("a", at("12:00:00")), outcome("a", at("12:00:00"))];
    let append = house
        .store
        .tail_append("etl".to_owned(), at("12:00:00"), lines, place(200));
    let (appended, moved) = append.await.unwrap();
    assert_eq!((appended.accepted, appended.duplicates), (1, 1));
    assert_eq!((moved.counts.accepted, moved.counts.duplicates), (1, 1));

    drop(house.store);
    let store = WatchStore::open(house.dir.path()).unwrap();
    let (tail, key) = store.tail_open("etl".to_owned(), [2; 32]).await.unwrap();
    assert_eq!((tail.place, key), (moved, [1; 32]));
}

#[tokio::test]
async fn how_a_source_stands_is_listed_by_name() {
    let house = house();
    for name in ["web", "etl"] {
        let open = house.store.tail_open(name.to_owned(), [1; 32]);
        open.await.unwrap();
    }
    let standing = TailStanding {
        state: TailState::Missing,
        since: Some(at("12:00:00")),
        path: "/var/log/etl.log".to_owned(),
        words: "there is no file".to_owned(),
    };
    let stand = house.store.tail_stand("etl".to_owned(), standing.clone());
    stand.await.unwrap();
    let listed = house.store.tail_list().await.unwrap();
    let listed: Vec<_> = listed
        .into_iter()
        .map(|tail| (tail.name, tail.standing))
        .collect();
    let web = ("web".to_owned(), TailStanding::default());
    assert_eq!(listed, [("etl".to_owned(), standing), web]);
}
