//! The road of outcomes.

use crate::house::{at, house, outcome};
use countersign_model::SignedDuration;
use countersign_store::{Appended, Backlog, DATABASE_FILE, Dropped, PipelineCommit};

#[tokio::test]
async fn outcomes_come_back_whole_and_in_order() {
    let house = house();
    let sent: Vec<_> = (0..5)
        .map(|n| outcome(&format!("out-{n}"), at("12:40:59.120")))
        .collect();
    house
        .store
        .outcomes_append(at("12:41:00"), sent.clone())
        .await
        .unwrap();

    let read = house.store.outcomes_after(0, 100).await.unwrap().outcomes;
    assert_eq!(
        read.iter()
            .map(|(_, outcome)| outcome.clone())
            .collect::<Vec<_>>(),
        sent
    );

    let second_page = house.store.outcomes_after(read[2].0, 1).await.unwrap();
    assert_eq!(second_page.outcomes, vec![read[3].clone()]);
}

#[tokio::test]
async fn an_id_counts_once_in_48_hours_and_again_after() {
    let house = house();
    let first = at("00:00:00");
    let again = |hours| first + SignedDuration::from_hours(hours);
    let send = |now| {
        house
            .store
            .outcomes_append(now, vec![outcome("same", first)])
    };

    assert_eq!(
        send(first).await.unwrap(),
        Appended {
            accepted: 1,
            duplicates: 0
        }
    );
    assert_eq!(
        send(again(47)).await.unwrap(),
        Appended {
            accepted: 0,
            duplicates: 1
        }
    );
    assert_eq!(
        send(again(48)).await.unwrap(),
        Appended {
            accepted: 1,
            duplicates: 0
        }
    );
}

#[tokio::test]
async fn a_doubled_id_inside_one_batch_counts_once() {
    let house = house();
    let batch = vec![outcome("a", at("12:00:00")), outcome("a", at("12:00:00"))];
    let appended = house
        .store
        .outcomes_append(at("12:00:00"), batch)
        .await
        .unwrap();
    assert_eq!(
        appended,
        Appended {
            accepted: 1,
            duplicates: 1
        }
    );
    assert_eq!(house.store.outcomes_after(0, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn many_writers_at_once_lose_nothing() {
    let house = house();
    let mut all = tokio::task::JoinSet::new();
    for n in 0..400 {
        let store = house.store.clone();
        let batch = vec![outcome(&format!("p{n}"), at("12:00:00"))];
        all.spawn(async move { store.outcomes_append(at("12:00:00"), batch).await });
    }
    while let Some(appended) = all.join_next().await {
        assert_eq!(appended.unwrap().unwrap().accepted, 1);
    }
    assert_eq!(
        house.store.outcomes_after(0, 1_000).await.unwrap().len(),
        400
    );
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_and_the_others_are_read() {
    let house = house();
    let sent = ["one", "two", "three", "four"].map(|id| outcome(id, at("12:00:00")));
    let append = house.store.outcomes_append(at("12:00:00"), sent.to_vec());
    append.await.unwrap();
    {
        let file = house.dir.path().join(DATABASE_FILE);
        let direct = rusqlite::Connection::open(file).unwrap();
        let spoil = |seq: i64, sql: &str| {
            let sql = format!("UPDATE outcome SET body = {sql} WHERE seq = {seq}");
            assert_eq!(direct.execute(&sql, []).unwrap(), 1);
        };
        spoil(2, "CAST(x'7b22ff' AS TEXT)");
        spoil(4, "'{\"kind\":\"dance\",\"secret\":\"CANARY\"}'");
    }
    let stretch = house.store.outcomes_after(0, 100).await.unwrap();
    let read = stretch.outcomes.iter();
    let read: Vec<_> = read.map(|(seq, it)| (*seq, it.id.as_str())).collect();
    assert_eq!(read, [(1, "one"), (3, "three")]);
    let named: Vec<_> = stretch.unreadable.iter().map(|row| row.seq).collect();
    assert_eq!((named, stretch.end()), (vec![2, 4], Some(4)));
    assert!(!format!("{stretch:?}").contains("CANARY"));

    let turn = PipelineCommit {
        cursor: 4,
        unreadable: stretch.unreadable,
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
    let dropped = house.store.dropped().await.unwrap();
    assert_eq!(dropped[&Dropped::OutcomesUnreadable], 2);
    let left = house.store.outcomes_after(0, 100).await.unwrap();
    assert_eq!((left.len(), left.unreadable.len()), (2, 0));
}

#[tokio::test]
async fn what_waits_is_counted_from_the_oldest() {
    let house = house();
    assert_eq!(house.store.backlog().await.unwrap(), Backlog::default());
    for (minute, id) in [("12:00:00", "a"), ("12:01:00", "b"), ("12:02:00", "c")] {
        let append = house
            .store
            .outcomes_append(at(minute), vec![outcome(id, at(minute))]);
        append.await.unwrap();
    }
    let turn = PipelineCommit {
        cursor: 1,
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
    let expected = Backlog {
        outcomes: 2,
        oldest_at: Some(at("12:01:00")),
    };
    assert_eq!(house.store.backlog().await.unwrap(), expected);
}
