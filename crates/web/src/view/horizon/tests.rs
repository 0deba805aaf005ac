use super::*;
use crate::view::sample::{at, estate, now};

fn row(id: &str, now: Timestamp) -> Option<Ending> {
    endings(&estate(), now)
        .into_iter()
        .find(|ending| ending.id == id)
}

#[test]
fn the_demo_estate_shows_what_ended_ends_today_and_ends_soon() {
    let rows: Vec<String> = endings(&estate(), now())
        .into_iter()
        .map(|ending| {
            format!(
                "{} {} {} {}",
                ending.id, ending.noun, ending.words, ending.tone
            )
        })
        .collect();
    assert_eq!(
        rows[..2],
        [
            "INT-016 secret ended 7 days ago failing",
            "INT-029 secret ends today failing"
        ]
    );
    assert!(
        rows.contains(&"INT-020 certificate in 12 days plain".to_owned()),
        "{rows:?}"
    );
    assert!(
        rows.contains(&"INT-031 secret in 8 days plain".to_owned()),
        "{rows:?}"
    );
}

#[test]
fn the_day_is_the_business_units_own() {
    // 23:30 on the 21st in Chicago.
    let late = "2026-11-22T05:30:00Z".parse().unwrap();
    assert_eq!(row("INT-029", late).unwrap().words, "ends tomorrow");
    assert_eq!(row("INT-029", at("06:00:00")).unwrap().words, "ends today");
}

#[test]
fn what_is_further_away_than_45_days_is_not_shown() {
    assert!(row("INT-030", now()).is_none());
    let mut estate = estate();
    estate
        .credentials
        .retain(|credential| credential.id.as_str() == "INT-030");
    estate.credentials[0].ends = "2027-01-06".parse().ok();
    assert_eq!(endings(&estate, now())[0].words, "in 45 days");
    estate.credentials[0].ends = "2027-01-07".parse().ok();
    assert_eq!(endings(&estate, now()), []);
}
