use super::*;
use PartState::{Failing, NoTraffic, NotApplicable, Unseen, Working};

fn figure_of(token: PartState, calls: PartState, freshness: PartState) -> Option<u8> {
    let part = |state| Part {
        state,
        words: String::new(),
    };
    OperationalConfidence::of(part(token), part(calls), part(freshness)).figure
}

#[test]
fn the_figure_weighs_what_is_seen() {
    for (token, calls, freshness, figure) in [
        (Working(100), Working(100), Working(100), Some(100)),
        (Working(100), Working(80), Working(60), Some(83)),
        (Working(50), Working(100), Working(100), Some(80)),
        // Unseen parts give their weight to the others.
        (Working(100), Unseen, Working(60), Some(85)),
        (Working(100), NoTraffic, Working(60), Some(85)),
        (Working(100), Working(98), Unseen, Some(99)),
    ] {
        assert_eq!(
            figure_of(token, calls, freshness),
            figure,
            "{token:?} {calls:?} {freshness:?}"
        );
    }
}

#[test]
fn one_part_that_fails_caps_the_figure_at_40() {
    assert_eq!(figure_of(Failing(0), Working(100), Working(100)), Some(40));
    assert_eq!(figure_of(Working(100), Failing(79), Working(100)), Some(40));
    assert_eq!(figure_of(Failing(0), Failing(0), Working(100)), Some(25));
}

#[test]
fn less_than_half_of_the_weight_seen_is_no_figure() {
    assert_eq!(figure_of(Working(100), Unseen, Unseen), None);
    assert_eq!(figure_of(Failing(0), Unseen, Unseen), None);
    assert_eq!(figure_of(Unseen, Working(100), Unseen), None);
    assert_eq!(figure_of(Unseen, NoTraffic, Working(100)), None);
    assert_eq!(
        figure_of(Unseen, Working(100), Working(100)),
        Some(100),
        "0.6 is enough"
    );
    assert_eq!(figure_of(NotApplicable, NotApplicable, NotApplicable), None);
}

#[test]
fn what_does_not_exist_has_no_weight() {
    assert_eq!(figure_of(NotApplicable, Working(90), Unseen), Some(90));
    assert_eq!(figure_of(NotApplicable, Unseen, Working(90)), None);
}

#[test]
fn coverage_names_each_part() {
    let part = |state| Part {
        state,
        words: String::new(),
    };
    let words = |token, calls, freshness| {
        OperationalConfidence::of(part(token), part(calls), part(freshness))
            .coverage()
            .words()
    };
    assert_eq!(
        words(Working(100), Unseen, Failing(0)),
        "refresh seen, calls not seen, downstream seen"
    );
    assert_eq!(
        words(NotApplicable, NoTraffic, Unseen),
        "calls seen, no traffic now, downstream not seen"
    );
}

#[test]
fn a_part_says_its_state_and_score_on_the_wire() {
    let part = Part {
        state: Working(98),
        words: "Fine.".to_owned(),
    };
    let json = serde_json::to_value(&part).unwrap();
    let expected = serde_json::json!({"state": "working", "score": 98, "words": "Fine."});
    assert_eq!(json, expected);
    assert_eq!(serde_json::from_value::<Part>(json).unwrap(), part);
    let unseen = serde_json::to_value(Part::default()).unwrap();
    assert_eq!(unseen["state"], "unseen");
    assert_eq!(
        serde_json::from_value::<Part>(unseen).unwrap(),
        Part::default()
    );
}
