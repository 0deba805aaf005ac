use super::*;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

fn is_ready(future: impl Future) -> bool {
    let mut cx = Context::from_waker(Waker::noop());
    pin!(future).poll(&mut cx).is_ready()
}

#[tokio::test]
async fn when_nothing_more_can_be_opened_a_stranger_goes_and_nobody_who_is_known() {
    let guests = Arc::new(Guests::new(Limits::default()));
    let (known, first, second) = (
        guests.place().await,
        guests.place().await,
        guests.place().await,
    );
    known.guest().is_known();
    guests.make_room();
    assert!(is_ready(first.unwanted()));
    assert!(!is_ready(second.unwanted()) && !is_ready(known.unwanted()));
    guests.make_room();
    guests.make_room();
    assert!(is_ready(second.unwanted()) && !is_ready(known.unwanted()));
}

#[tokio::test]
async fn whoever_leaves_gives_the_place_back() {
    let limits = Limits {
        strangers_max: 1,
        known_max: 1,
        ..Limits::default()
    };
    let guests = Arc::new(Guests::new(limits));
    for _ in 0..3 {
        let place = guests.place().await;
        let guest = place.guest();
        assert!(guests.try_place().is_err(), "a stranger has the only place");
        guest.is_known();
        assert_eq!(guests.known.available_permits(), 0);
        drop((place, guest));
        assert_eq!(guests.known.available_permits(), 1);
    }
}
