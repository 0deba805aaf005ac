//! What the tests of this module start from.

use crate::estate::Estate;
use crate::incident::Incident;
use serde_json::json;

/// `A` is of tier T0, `B` of T3.
pub(super) fn estate() -> Estate {
    let flow = |id: &str, kind: &str, tier: &str| json!({"id": id, "name": id, "bu": "RNA", "kind": kind, "tier": tier, "credential": id});
    let flows = [flow("A", "on-demand", "T0"), flow("B", "reporting", "T3")];
    serde_json::from_value(json!({"version": 1, "integrations": flows})).expect("an estate")
}

/// An open incident with nothing in it.
pub(super) fn incident() -> Incident {
    let incident = json!({
        "id": "inc_1",
        "root_cause": "credential:A",
        "class": "auth_rejected",
        "state": "open",
        "confidence": "certain",
        "title": "Orders stopped.",
        "business_units": [],
        "integrations": [],
        "affected": [],
        "unaffected": [],
        "evidence": [],
        "blind_spots": [],
        "runbook": [],
        "timeline": [],
        "started_at": "2026-11-10T10:00:00Z",
    });
    serde_json::from_value(incident).expect("an incident")
}
