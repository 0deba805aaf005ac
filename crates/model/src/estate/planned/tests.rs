use super::*;

fn estate() -> Estate {
    let json = serde_json::json!({
        "version": 1,
        "integrations": [{
            "id": "F-1", "name": "Loads", "bu": "A", "kind": "etl", "tier": "T1",
            "credential": "C-1", "feeds": ["DE-1"],
        }],
        "assets": [
            { "id": "DE-1", "name": "Orders", "bu": "A", "kind": "data_extension" },
            { "id": "J-9", "name": "Welcome", "bu": "B", "kind": "journey" },
        ],
        "planned": [
            { "id": "flow", "kind": "pause", "from": "2026-12-01T00:00:00Z",
              "to": "2026-12-02T00:00:00Z", "integration": "F-1" },
            { "id": "unit", "kind": "holiday", "from": "2026-12-03T00:00:00Z",
              "to": "2026-12-04T00:00:00Z", "bu": "B" },
            { "id": "all", "kind": "maintenance", "from": "2026-12-05T00:00:00Z",
              "to": "2026-12-06T00:00:00Z" },
        ],
    });
    serde_json::from_value(json).unwrap()
}

#[test]
fn a_span_covers_itself_what_the_flow_feeds_its_unit_or_everything() {
    let estate = estate();
    let of = |asset: &str, at: &str| {
        let asset = estate.asset(&asset.parse().unwrap()).unwrap();
        let found = estate.planned_for_asset(asset, at.parse().unwrap());
        found.map(|span| span.id.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of("DE-1", "2026-12-01T00:00:00Z"), ["flow"]);
    assert_eq!(
        of("DE-1", "2026-12-02T00:00:00Z"),
        [""; 0],
        "its end is not in it"
    );
    assert_eq!(of("J-9", "2026-12-01T12:00:00Z"), [""; 0]);
    assert_eq!(of("J-9", "2026-12-03T12:00:00Z"), ["unit"]);
    assert_eq!(of("DE-1", "2026-12-03T12:00:00Z"), [""; 0]);
    assert_eq!(of("J-9", "2026-12-05T12:00:00Z"), ["all"]);
    let flow = &estate.integrations[0];
    let at = "2026-12-01T12:00:00Z".parse().unwrap();
    assert_eq!(estate.planned_for_flow(flow, at).count(), 1);
}
