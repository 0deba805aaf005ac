use super::*;
use countersign_feed::demo_estate;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn habits() -> Habits {
    let span = Span {
        from: at("2026-11-15T23:59:59Z"),
        to: at("2026-11-23T00:00:00Z"),
    };
    Habits::new(&demo_estate(), 7, span)
}

fn thing<'a>(habits: &'a Habits, id: &str) -> &'a Thing {
    habits
        .things
        .iter()
        .find(|thing| thing.it.id.as_str() == id)
        .unwrap()
}

fn flow<'a>(habits: &'a Habits, id: &str) -> &'a Flow {
    habits
        .flows
        .iter()
        .find(|flow| flow.it.id.as_str() == id)
        .unwrap()
}

/// What is to be expected of an asset on one day of its unit.
fn day(habits: &Habits, id: &str, from: &str) -> f64 {
    let thing = thing(habits, id);
    let beats = (0..288).map(|beat| at(from) + SignedDuration::from_mins(beat * 5));
    beats
        .map(|at| habits.expected(thing, habits.locals(at)[thing.unit], at, 5))
        .sum()
}

#[test]
fn a_day_holds_what_the_estate_says_of_a_weekday_and_of_a_sunday() {
    let habits = habits();
    for (id, weekday, sunday) in [
        ("J-01", 14_200.0, 16_330.0),
        ("TS-03", 46_800.0, 56_160.0),
        ("J-12", 11_500.0, 11_500.0),
        ("J-16", 420.0, 0.0),
        ("J-18", 35.0, 0.0),
        ("DE-01", 31_000.0, 31_000.0),
    ] {
        // From one midnight of New York to the next; whole days of other units hold as much.
        let told = (
            day(&habits, id, "2026-11-18T05:00:00Z"),
            day(&habits, id, "2026-11-22T05:00:00Z"),
        );
        let near = |told: f64, said: f64| (told - said).abs() <= said * 0.08;
        assert!(
            near(told.0, weekday) && near(told.1, sunday),
            "{id}: {told:?}"
        );
    }
}

#[test]
fn runs_start_when_their_schedule_says_in_their_own_zone() {
    let habits = habits();
    let starts = |id: &str| flow(&habits, id).starts.clone().unwrap();
    assert_eq!(starts("INT-029").len(), 7 * 24);
    assert_eq!(starts("INT-006").len(), 7 * 288);
    let daily = starts("INT-028");
    assert_eq!(daily.len(), 7);
    assert_eq!(daily[0], at("2026-11-16T17:30:00Z"), "01:30 in Singapore");
    assert!(flow(&habits, "INT-034").starts.is_none());
}

#[test]
fn everything_knows_who_feeds_it_and_the_crm_event_hangs_on_its_connector() {
    let habits = habits();
    let feeder = |id: &str| {
        thing(&habits, id)
            .feeder
            .map(|flow| habits.flows[flow].it.id.to_string())
    };
    assert_eq!(
        feeder("J-01").as_deref(),
        Some("INT-010"),
        "not the service it calls"
    );
    assert_eq!(feeder("TS-04").as_deref(), Some("INT-009"));
    assert_eq!(feeder("J-02"), None);
    let connector = thing(&habits, "J-05").hangs_on.unwrap();
    assert_eq!(habits.flows[connector].it.id.as_str(), "INT-012");
}

#[test]
fn tables_that_are_overwritten_do_not_grow() {
    let habits = habits();
    for (id, grows) in [
        ("DE-16", false),
        ("DE-02", false),
        ("DE-12", false),
        ("DE-08", true),
    ] {
        assert_eq!(thing(&habits, id).grows, grows, "{id}");
    }
}
