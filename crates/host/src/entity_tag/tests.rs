use super::{Conditions, tag};
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
