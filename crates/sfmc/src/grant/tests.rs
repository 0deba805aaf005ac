use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn consent(label: &str, family: u64) -> Consent {
    Consent {
        label: label.to_owned(),
        mid: 7,
        scopes: vec!["offline".to_owned()],
        family,
    }
}

fn book() -> GrantBook {
    let mut book = GrantBook::default();
    book.add("one".to_owned(), consent("A", 1), (at(0), at(100)));
    book.add("two".to_owned(), consent("A", 2), (at(0), at(100)));
    book
}

#[test]
fn a_token_is_live_for_its_own_client_until_its_end() {
    let book = book();
    assert!(matches!(book.judge(at(99), "A", "one"), Shown::Live(..)));
    assert!(matches!(book.judge(at(100), "A", "one"), Shown::Nothing));
    assert!(matches!(book.judge(at(1), "B", "one"), Shown::Nothing));
    assert!(matches!(book.judge(at(1), "A", "none"), Shown::Nothing));
    assert_eq!(book.mid_of("A", "one"), Some(7));
    assert_eq!(book.mid_of("B", "one"), None);
}

#[test]
fn a_spent_one_remembers_its_answer_and_a_family_ends_as_one() {
    let mut book = book();
    book.add("next".to_owned(), consent("A", 1), (at(5), at(100)));
    book.spend(at(5), "one", Value::from(9));
    let Shown::Spent {
        at: when, answer, ..
    } = book.judge(at(6), "A", "one")
    else {
        panic!("it was exchanged");
    };
    assert_eq!((when, answer), (at(5), Value::from(9)));
    assert_eq!(book.live(at(6), "A"), ["two", "next"]);
    assert_eq!(book.kill(|consent| consent.family == 1), [1]);
    assert!(matches!(book.judge(at(6), "A", "one"), Shown::Nothing));
    assert_eq!(book.live(at(6), "A"), ["two"]);
}

#[test]
fn the_oldest_give_way_so_that_memory_has_a_bound() {
    let mut book = book();
    for n in 0..TOKENS_MAX {
        book.add(format!("t{n}"), consent("A", 3), (at(0), at(100)));
    }
    assert!(matches!(book.judge(at(1), "A", "one"), Shown::Nothing));
    assert_eq!(book.held.len(), TOKENS_MAX);
}
