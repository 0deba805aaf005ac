use super::*;
use crate::cause::Cause;
use crate::figures::tests::incident as blank;
use countersign_feed::demo_estate;
use countersign_model::class::Class;
use countersign_model::graph::Graph;
use countersign_model::outcome::{Fact, Metric, Outcome};

const DEAD: &str = "2026-11-22T12:55:59Z";

fn incident(root: &str) -> Incident {
    let estate = demo_estate();
    let mut incident = blank(&estate, root, Class::AuthRejected, DEAD);
    let cause = Cause::of(&estate, &incident.root_cause, &incident.integrations);
    incident.affected = crate::impact::affected(&cause, &Graph::of(&estate));
    incident
}

fn sample(minute: &str, metric: Metric, asset: &str, value: f64) -> Outcome {
    Outcome {
        id: "out_1".parse().unwrap(),
        ts: format!("2026-11-22T{minute}:00Z").parse().unwrap(),
        source: "tests".to_owned(),
        integration: None,
        bu: None,
        credential: None,
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Sample {
            metric,
            asset: asset.parse().unwrap(),
            value,
        },
    }
}

fn screen_of(incident: &Incident, samples: &[Outcome], id: &str) -> Screen {
    let estate = demo_estate();
    let mut tally = Tally::new(&estate);
    samples.iter().for_each(|one| tally.observe(one));
    let now = "2026-11-22T13:25:00Z".parse().unwrap();
    let found = screens(&estate, incident, &tally, now);
    found.into_iter().find(|screen| screen.id == id).unwrap()
}

/// "Journey Builder: Running" beside "nobody entered for 25 min".
#[test]
fn a_journey_shows_running_while_counters_say_that_nobody_enters() {
    let incident = incident("credential:INT-010");
    let samples = [
        sample("13:00", Metric::Enrolments, "J-01", 14.0),
        sample("13:24", Metric::Enrolments, "J-01", 0.0),
    ];
    let screen = screen_of(&incident, &samples, "J-01");
    assert!(screen.shown.starts_with("Running."), "{screen:?}");
    assert_eq!(screen.counted, "Nobody entered for 25 min.");
    assert!(screen.seen);
}

#[test]
fn a_send_shows_active_and_a_table_its_rows() {
    let incident = incident("credential:INT-001");
    let samples = [
        sample("13:24", Metric::Sends, "TS-01", 0.0),
        sample("13:24", Metric::QueueDepth, "TS-01", 40.0),
        sample("13:24", Metric::QueueAgeS, "TS-01", 1_500.0),
        sample("13:24", Metric::Unsent, "TS-01", 173.0),
    ];
    let screen = screen_of(&incident, &samples, "TS-01");
    assert!(screen.shown.starts_with("Active"), "{screen:?}");
    assert_eq!(
        screen.counted,
        "Nothing was sent since we count, at least 29 min; 40 wait in Marketing Cloud, the oldest for \
         25 min; 173 wait at the caller."
    );
    let points = self::incident("credential:INT-029");
    let table = screen_of(&points, &[], "DE-16");
    assert_eq!(table.shown, "7,900,000 rows, without their age.");
    assert!(
        !table.seen && table.counted.starts_with("Nothing counts it."),
        "{table:?}"
    );
    let automation = screen_of(&points, &[], "AUT-01");
    assert!(automation.shown.starts_with("Completed"), "{automation:?}");
}

#[test]
fn where_the_customer_notices_stands_first() {
    let mut points = incident("credential:INT-029");
    points.harm = Some(countersign_model::incident::CustomerHarm {
        at: "2026-11-22T16:00:00Z".parse().unwrap(),
        asset: "J-12".parse().unwrap(),
        words: "reminders with old balances".to_owned(),
    });
    let estate = demo_estate();
    let now = "2026-11-22T13:25:00Z".parse().unwrap();
    let found = screens(&estate, &points, &Tally::new(&estate), now);
    assert_eq!(found[0].id, "J-12");
}
