use super::*;
use proptest::prelude::*;

fn bearers(byte: u8) -> Bearers {
    Bearers::new(|label| {
        assert!(!label.is_empty());
        [byte; 32]
    })
}

fn whose() -> Bearer {
    Bearer {
        consumer: "orders.v2-client_1".parse().unwrap(),
        mid: 519_000_140,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

#[test]
fn a_bearer_says_whose_it_is_for_longer_than_promised() {
    let bearer = bearers(1).issue(&whose(), at(0), 7);
    assert_eq!(bearers(1).read(&bearer, at(0)), Ok(whose()));
    assert_eq!(bearers(1).read(&bearer, at(1_318)), Ok(whose()));
    assert_eq!(bearers(1).read(&bearer, at(1_319)), Err(Unreadable::Ended));
}

#[test]
fn two_of_one_instant_differ_and_neither_reveals_a_key() {
    let (one, two) = (
        bearers(1).issue(&whose(), at(0), 1),
        bearers(1).issue(&whose(), at(0), 2),
    );
    assert_ne!(one, two);
    assert!(one.len() < 200, "{}", one.len());
}

#[test]
fn another_vaults_bearer_is_foreign() {
    let bearer = bearers(2).issue(&whose(), at(0), 7);
    assert_eq!(bearers(1).read(&bearer, at(0)), Err(Unreadable::Foreign));
}

proptest! {
    #[test]
    fn any_change_makes_it_foreign(place in 0_usize..150, letter in "[A-Za-z0-9_.-]") {
        let bearer = bearers(1).issue(&whose(), at(0), 7);
        let place = place % bearer.len();
        let mut other = bearer.clone();
        other.replace_range(place..=place, &letter);
        prop_assume!(other != bearer);
        // The last letter of base64 has bits that mean nothing; the decoder refuses them set.
        prop_assert_eq!(bearers(1).read(&other, at(0)), Err(Unreadable::Foreign));
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in ".{0,300}") {
        prop_assert_eq!(bearers(1).read(&text, at(0)), Err(Unreadable::Foreign));
    }
}
