use super::{Conditions, Unmet, tag};
use countersign_model::estate::Estate;

fn named(name: &str) -> Estate {
    Estate {
        name: name.to_owned(),
        ..Estate::default()
    }
}

fn if_match(list: &str, current: Option<&Estate>) -> bool {
    let if_match = Some(list.to_owned());
    Conditions {
        if_match,
        ..Conditions::default()
    }
    .are_met(current)
}

fn if_none_match(list: &str, current: Option<&Estate>) -> bool {
    let if_none_match = Some(list.to_owned());
    Conditions {
        if_none_match,
        ..Conditions::default()
    }
    .are_met(current)
}

#[test]
fn a_tag_is_that_of_one_state_and_of_no_other() {
    assert_eq!(tag(&named("a")), tag(&named("a")));
    assert_ne!(tag(&named("a")), tag(&named("b")));
    assert_eq!(tag(&named("a")).len(), 34);
}

#[test]
fn without_a_condition_everything_goes() {
    assert!(Conditions::default().are_met(None));
    assert!(Conditions::default().are_met(Some(&named("a"))));
}

#[test]
fn what_is_replaced_has_to_be_named_and_a_change_made_already_is_none() {
    let (a, b) = (named("a"), named("b"));
    let none = Conditions::default();
    assert_eq!(none.allow(None, &a), Ok(()), "the first needs no name");
    assert_eq!(none.allow(Some(&a), &b), Err(Unmet::Missing));
    assert_eq!(none.allow(Some(&a), &a), Err(Unmet::Missing));
    let from_a = Conditions {
        if_match: Some(tag(&a)),
        ..Conditions::default()
    };
    assert_eq!(from_a.allow(Some(&a), &b), Ok(()));
    assert_eq!(from_a.allow(Some(&b), &b), Ok(()), "sent twice, done once");
    assert_eq!(from_a.allow(Some(&named("c")), &b), Err(Unmet::Changed));
    assert_eq!(from_a.allow(None, &b), Err(Unmet::Changed));
    let first = Conditions {
        if_none_match: Some("*".to_owned()),
        ..Conditions::default()
    };
    assert_eq!(first.allow(None, &a), Ok(()));
    assert_eq!(first.allow(Some(&a), &a), Err(Unmet::Changed));
}

#[test]
fn if_match_wants_the_state_that_was_read() {
    let (a, b) = (named("a"), named("b"));
    let own = tag(&a);
    assert!(if_match(&own, Some(&a)) && if_match(&format!("\"x\" , {own}"), Some(&a)));
    assert!(!if_match(&own, Some(&b)) && !if_match(&own, None));
    assert!(if_match("*", Some(&a)) && !if_match("*", None));
    for none in ["", "\"\"", own.trim_matches('"'), &format!("W/{own}")] {
        assert!(!if_match(none, Some(&a)), "{none}");
    }
}

#[test]
fn if_none_match_wants_another_state_or_none() {
    let (a, b) = (named("a"), named("b"));
    let own = tag(&a);
    assert!(if_none_match("*", None) && !if_none_match("*", Some(&a)));
    assert!(if_none_match(&own, Some(&b)) && !if_none_match(&own, Some(&a)));
    assert!(!if_none_match(&format!("W/{own}"), Some(&a)));
}
