use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_348_800 + second).unwrap()
}

fn sight(channel: Channel, bound: Bound) -> Sight {
    Sight { channel, bound }
}

fn step(kind: StepKind, bound: Bound) -> Step {
    Step { kind, bound }
}

#[test]
fn the_soonest_channel_is_the_answer_and_moves_with_the_clock() {
    let knowing = Knowing {
        sights: vec![
            sight(Channel::Renewal, Bound::At(at(900))),
            sight(Channel::Table, Bound::Within(600)),
        ],
        steps: vec![],
    };
    let told = |now| {
        let told = knowing.at(at(now));
        (told.within_s, told.channel, told.words)
    };
    assert_eq!(
        told(0),
        (Some(600), Some(Channel::Table), "10 min".to_owned())
    );
    assert_eq!(
        told(840),
        (Some(60), Some(Channel::Renewal), "1 min".to_owned())
    );
    assert_eq!(
        told(960),
        (Some(0), Some(Channel::Renewal), "0 s".to_owned()),
        "an answer that is due may be on its way"
    );
    assert_eq!(
        told(1_021),
        (Some(600), Some(Channel::Table), "10 min".to_owned()),
        "a renewal that did not come shows nothing"
    );
}

#[test]
fn nothing_seen_is_never_and_any_step_is_better() {
    let knowing = Knowing {
        sights: vec![],
        steps: vec![
            step(StepKind::Broker, Bound::Within(930)),
            step(StepKind::ReportCalls, Bound::Within(180)),
        ],
    };
    let told = knowing.at(at(0));
    assert_eq!(
        (told.within_s, told.words.as_str(), told.channel),
        (None, "never", None)
    );
    assert_eq!(
        told.next_step.unwrap().words,
        "report its calls: 3 min instead of never"
    );
}

#[test]
fn a_step_is_named_only_if_it_saves_a_minute() {
    let knowing = |current, with_it| Knowing {
        sights: vec![sight(Channel::Table, Bound::Within(current))],
        steps: vec![step(StepKind::ReportCalls, Bound::Within(with_it))],
    };
    let step = |current, with_it| knowing(current, with_it).at(at(0)).next_step;
    assert_eq!(
        step(3_900, 180).unwrap().words,
        "report its calls: 3 min instead of 65 min"
    );
    assert!(step(240, 180).is_some());
    assert_eq!(step(239, 180), None);
    assert_eq!(step(180, 3_900), None);
}

#[test]
fn spans_are_told_rounded_up() {
    for (seconds, words) in [
        (0, "0 s"),
        (45, "45 s"),
        (60, "1 min"),
        (181, "4 min"),
        (7_199, "120 min"),
        (7_200, "2 h"),
        (90_001, "26 h"),
        (172_800, "2 days"),
    ] {
        assert_eq!(within(Some(seconds)), words, "{seconds}");
    }
}

#[test]
fn it_changes_when_the_first_bound_stops_to_hold() {
    let knowing = Knowing {
        sights: vec![
            sight(Channel::Renewal, Bound::At(at(900))),
            sight(Channel::Calls, Bound::Within(180)),
        ],
        steps: vec![step(StepKind::Ping, Bound::At(at(300)))],
    };
    assert_eq!(knowing.changes_at(at(0)), Some(at(420)));
    assert_eq!(knowing.changes_at(at(420)), Some(at(1_020)));
    assert_eq!(knowing.changes_at(at(2_000)), None);
}
