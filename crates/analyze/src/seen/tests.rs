use super::*;

#[test]
fn an_id_is_new_once() {
    let seen = Seen::with_room_for(10);
    assert!(!seen.take(print(b"01J-a")));
    assert!(!seen.take(print(b"01J-b")));
    assert!(seen.take(print(b"01J-a")));
}

#[test]
fn many_ids_find_room_and_each_is_known_again() {
    let seen = Seen::with_room_for(100_000);
    let id = |n: u32| format!("01J{n:023}");
    let n_known = (0..100_000)
        .filter(|n| seen.take(print(id(*n).as_bytes())))
        .count();
    assert_eq!(n_known, 0);
    let n_known = (0..100_000)
        .filter(|n| seen.take(print(id(*n).as_bytes())))
        .count();
    assert!(n_known > 99_000, "{n_known}");
}

#[test]
fn a_full_table_forgets_and_goes_on() {
    let seen = Seen::with_room_for(1);
    for n in 0..1_000_000_u32 {
        seen.take(print(&n.to_le_bytes()));
    }
    assert!(seen.take(print(&999_999_u32.to_le_bytes())));
}

#[test]
fn equal_texts_are_equal_and_others_are_not() {
    let text = |len: usize| "abcdefghijklmnopqrstuvwxyz"[..len].to_owned();
    for len in 0..26 {
        assert!(equal(text(len).as_bytes(), text(len).as_bytes()));
        assert!(!equal(text(len).as_bytes(), text(len + 1).as_bytes()));
        for at in 0..len {
            let mut other = text(len).into_bytes();
            other[at] = b'!';
            assert!(!equal(text(len).as_bytes(), &other), "{len} {at}");
        }
    }
}
