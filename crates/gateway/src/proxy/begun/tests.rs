use super::*;

fn consumer(name: &str) -> ConsumerId {
    name.parse().expect("an id")
}

#[test]
fn a_retrieval_is_continued_by_whoever_began_it() {
    let begun = Begun::default();
    begun.note(&consumer("a"), "r-1", "List");
    assert_eq!(begun.kind(&consumer("a"), "r-1"), Some("List"));
    assert_eq!(begun.kind(&consumer("b"), "r-1"), None);
    assert_eq!(begun.kind(&consumer("a"), "r-2"), None);
}

#[test]
fn what_is_remembered_is_bounded_and_the_latest_is_among_it() {
    let begun = Begun::default();
    begun.note(&consumer("a"), &"x".repeat(ID_BYTES_MAX + 1), "List");
    for number in 0..REQUESTS_MAX + 10 {
        begun.note(&consumer("a"), &format!("r-{number}"), "List");
    }
    assert_eq!(begun.0.lock().unwrap().len(), REQUESTS_MAX);
    let last = format!("r-{}", REQUESTS_MAX + 9);
    assert_eq!(begun.kind(&consumer("a"), &last), Some("List"));
}
