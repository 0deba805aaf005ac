use super::*;
use crate::view::sample::{points, statuses};

async fn next(listener: &mut Listener) -> (String, &'static str) {
    let (id, event) = listener.next().await.expect("an event");
    (id, event.kind)
}

#[tokio::test]
async fn a_listener_hears_what_is_told_after_it_came() {
    let live = Live::new(7);
    live.incident(&points());
    let mut listener = live.listen(None).unwrap();
    live.status(&statuses()[0]);
    assert_eq!(
        next(&mut listener).await,
        ("0000000000000007-2".to_owned(), "status")
    );
}

#[tokio::test]
async fn who_comes_back_gets_exactly_what_was_missed() {
    let live = Live::new(7);
    live.incident(&points());
    let seen = live.latest();
    live.incident(&points());
    live.reset();
    let mut listener = live.listen(Some(&seen)).unwrap();
    assert_eq!(
        next(&mut listener).await,
        ("0000000000000007-2".to_owned(), "incident")
    );
    assert_eq!(
        next(&mut listener).await,
        ("0000000000000007-3".to_owned(), "reset")
    );
    live.incident(&points());
    assert_eq!(
        next(&mut listener).await,
        ("0000000000000007-4".to_owned(), "incident")
    );
}

#[tokio::test]
async fn an_id_that_cannot_be_resumed_from_means_read_anew() {
    let live = Live::new(7);
    for _ in 0..=KEPT_MAX {
        live.reset();
    }
    for stale in [
        "0000000000000007-0",
        "0000000000000008-5",
        "0000000000000007-99999",
        "rubbish",
    ] {
        let mut listener = live.listen(Some(stale)).unwrap();
        let latest = live.latest();
        assert_eq!(next(&mut listener).await, (latest, "reset"), "{stale}");
    }
}

#[tokio::test]
async fn a_listener_that_falls_behind_is_told_to_read_anew() {
    let live = Live::new(7);
    let mut listener = live.listen(None).unwrap();
    let incident = points();
    for _ in 0..=KEPT_MAX {
        live.incident(&incident);
    }
    assert_eq!(next(&mut listener).await, (live.latest(), "reset"));
    live.incident(&points());
    assert_eq!(next(&mut listener).await, (live.latest(), "incident"));
}

#[tokio::test]
async fn closing_ends_every_stream_also_later_ones() {
    let live = Live::new(7);
    let mut early = live.listen(None).unwrap();
    live.close();
    assert!(early.next().await.is_none());
    assert!(live.listen(None).unwrap().next().await.is_none());
}

#[tokio::test]
async fn places_are_bounded_and_given_back() {
    let live = Live::new(7);
    let taken: Vec<Listener> = (0..STREAMS_MAX)
        .map(|_| live.listen(None).unwrap())
        .collect();
    assert!(live.listen(None).is_none());
    assert_eq!(live.n_streams(), STREAMS_MAX);
    drop(taken);
    assert!(live.listen(None).is_some());
}
