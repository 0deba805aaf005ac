use super::*;
use countersign_feed::demo_estate;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_763_800_000 + minute * 60).unwrap()
}

fn outcome(minute: i64, fact: Fact) -> Outcome {
    Outcome {
        id: format!("out_{minute}").parse().unwrap(),
        ts: at(minute),
        source: "tests".to_owned(),
        integration: "INT-029".parse().ok(),
        bu: None,
        credential: "INT-029".parse().ok(),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact,
    }
}

fn sample(minute: i64, metric: Metric, asset: &str, value: f64) -> Outcome {
    let asset = asset.parse().unwrap();
    outcome(
        minute,
        Fact::Sample {
            metric,
            asset,
            value,
        },
    )
}

#[test]
fn a_flow_counter_tells_when_it_was_read_and_when_it_moved() {
    let mut tally = Tally::new(&demo_estate());
    tally.observe(&sample(0, Metric::Enrolments, "J-01", 9.0));
    tally.observe(&sample(25, Metric::Enrolments, "J-01", 0.0));
    tally.observe(&sample(10, Metric::Enrolments, "J-01", 0.0));
    let row = tally.asset(&"J-01".parse().unwrap());
    assert_eq!((row.read_at, row.moved_at), (Some(at(25)), Some(at(0))));
    let rows = sample(5, Metric::Rows, "DE-16", 7_900_000.0);
    tally.observe(&rows);
    assert_eq!(
        tally.asset(&"DE-16".parse().unwrap()),
        AssetTally::default(),
        "an upsert keeps rows"
    );
}

#[test]
fn what_the_estate_does_not_know_is_not_kept() {
    let mut tally = Tally::new(&demo_estate());
    for n in 0..1_000 {
        tally.observe(&sample(n, Metric::Sends, &format!("unknown-{n}"), 1.0));
    }
    assert_eq!(tally, Tally::new(&demo_estate()));
    assert_eq!(tally.take_changed(), []);
}

#[test]
fn a_kept_tally_goes_on_where_it_was() {
    let mut tally = Tally::new(&demo_estate());
    let mint = |status, expires_in| Fact::Mint {
        call: Call {
            status: Some(status),
            ..Call::default()
        },
        expires_in,
        scope: None,
        generation: None,
        refresh_at: None,
        grant: None,
    };
    tally.observe(&outcome(0, mint(200, Some(1_199))));
    tally.observe(&outcome(3, mint(401, None)));
    tally.observe(&sample(4, Metric::Unsent, "TS-01", 12.0));
    let parts = tally.take_changed();
    let names: Vec<&str> = parts.iter().map(|(part, _)| part.as_str()).collect();
    assert_eq!(names, ["tally/asset/TS-01", "tally/mint/INT-029"]);
    assert_eq!(tally.take_changed(), [], "a turn writes what it changed");
    let mut next = Tally::new(&demo_estate());
    for (part, text) in &parts {
        assert!(Tally::is_part(part));
        next.recall(part, text.as_ref().unwrap()).unwrap();
    }
    assert_eq!(next, tally);
    assert!(next.recall("tally/asset/TS-01", "rubbish").is_err());
    next.recall("tally/asset/gone", "{}").unwrap();
    assert_eq!(next, tally);
    let row = next.mint(&"INT-029".parse().unwrap());
    assert_eq!((row.ok_at, row.failed_at), (Some(at(0)), Some(at(3))));
    assert_eq!(next.others_issued(&[], at(0)), 1);
    assert_eq!(next.others_issued(&[&"INT-029".parse().unwrap()], at(0)), 0);
    let mut smaller = demo_estate();
    smaller.assets.retain(|asset| asset.id.as_str() != "TS-01");
    next.set_estate(&smaller);
    assert_eq!(
        next.take_changed(),
        [("tally/asset/TS-01".to_owned(), None)]
    );
    assert_eq!(next.asset(&"TS-01".parse().unwrap()), AssetTally::default());
}
