use super::*;

fn unit(hours: Vec<BusinessHours>) -> BusinessUnit {
    let mut unit: BusinessUnit = serde_json::from_value(serde_json::json!({
        "id": "RNA", "name": "Retail", "tenant": "demo", "mid": 1, "time_zone": "America/New_York",
    }))
    .unwrap();
    unit.business_hours = hours;
    unit
}

fn staffed(unit: &BusinessUnit, at: &str) -> bool {
    is_staffed(unit, at.parse().unwrap())
}

#[test]
fn without_hours_it_is_the_working_week_in_the_units_zone() {
    let unit = unit(Vec::new());
    // 2026-11-23 is a Monday; New York is five hours behind.
    assert!(!staffed(&unit, "2026-11-23T12:59:59Z"));
    assert!(staffed(&unit, "2026-11-23T13:00:00Z"));
    assert!(staffed(&unit, "2026-11-23T22:59:59Z"));
    assert!(!staffed(&unit, "2026-11-23T23:00:00Z"));
    assert!(!staffed(&unit, "2026-11-22T15:00:00Z"), "a Sunday");
}

#[test]
fn a_span_holds_on_its_days_and_to_its_last_day() {
    let weekend = BusinessHours {
        days: vec!["sat".into(), "sun".into()],
        from: "09:00".into(),
        to: "17:00".into(),
        until: Some("2026-11-22".into()),
    };
    let unit = unit(vec![weekend]);
    assert!(staffed(&unit, "2026-11-22T15:00:00Z"));
    assert!(!staffed(&unit, "2026-11-23T15:00:00Z"), "not its day");
    assert!(!staffed(&unit, "2026-11-28T15:00:00Z"), "past its last day");
}
