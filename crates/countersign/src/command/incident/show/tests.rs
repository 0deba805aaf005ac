use super::*;
use serde_json::json;

#[test]
fn an_incident_says_what_whose_since_when_why_and_what_to_do() {
    let incident = json!({
        "id": "inc_01points", "state": "open", "title": "Loyalty: points data stopped refreshing.",
        "root_cause": "credential:INT-029", "class": "auth_rejected", "confidence": "certain",
        "started_at": "2026-11-22T12:50:59Z", "resolved_at": null, "harm": null, "owner": null,
        "response": {
            "acknowledged": { "at": "2026-11-22T12:53:00Z", "found_by": "system",
                              "by": "Loyalty Product Engineering" },
            "steps": [{ "name": "mend-1", "words": "Set the new secret.", "state": "cannot_tell",
                        "command": "countersign credential add INT-029" }],
            "considered": [{ "other": "vendor_outage", "weighed": "ruled_out",
                             "against": ["6 other credentials got a token since it began."] }],
        },
        "clocks": [
            { "clock": "detected", "at": "2026-11-22T12:51:29Z", "standing": "met",
              "objective": "within 5 min of the start" },
            { "clock": "restored", "at": null, "standing": "running",
              "objective": "within 15 min of detection" },
        ],
        "evidence": [{ "at": "2026-11-22T12:50:59Z", "words": "renewal refused" }],
        "blind_spots": [], "unaffected": ["Order mails: no failure seen until 12:51 UTC."],
        "timeline": [],
    });
    assert_eq!(
        lines(&incident),
        [
            "Loyalty: points data stopped refreshing.",
            "inc_01points  open, credential:INT-029 (auth_rejected, certain), since 2026-11-22T12:50:59Z",
            "",
            "First customer harm: no schedule tells; it may be now.",
            "Owner: nobody",
            "Taken on: 2026-11-22T12:53:00Z, by Loyalty Product Engineering",
            "",
            "Clocks:",
            "  detected: 2026-11-22T12:51:29Z: met, within 5 min of the start",
            "  restored: not yet: running, within 15 min of detection",
            "",
            "How we know:",
            "  2026-11-22T12:50:59Z  renewal refused",
            "",
            "What else it could have been:",
            "  vendor outage: ruled out",
            "    against: 6 other credentials got a token since it began.",
            "",
            "Not affected:",
            "  Order mails: no failure seen until 12:51 UTC.",
            "",
            "What to do:",
            "  [cannot tell] Set the new secret.  countersign credential add INT-029",
        ]
    );
}
