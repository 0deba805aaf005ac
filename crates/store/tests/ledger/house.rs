//! What the tests need: a ledger in a folder of its own, and things to put in.

use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::finding::{Finding, Severity, Subject};
use countersign_model::id::{FindingId, IncidentId, NoticeId, OutcomeId};
use countersign_model::incident::{Confidence, Incident, IncidentState, Refused, RootCause};
use countersign_model::notice::{Notice, NoticeKind};
use countersign_model::outcome::{Call, Fact, Outcome};
use countersign_store::{OutboxEntry, WatchStore};
use tempfile::TempDir;

pub(crate) struct House {
    pub(crate) dir: TempDir,
    pub(crate) store: WatchStore,
}

pub(crate) fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let store = WatchStore::open(dir.path()).unwrap();
    House { dir, store }
}

pub(crate) fn at(text: &str) -> Timestamp {
    format!("2026-11-22T{text}Z").parse().unwrap()
}

pub(crate) fn outcome(id: &str, ts: Timestamp) -> Outcome {
    let call = Call {
        status: Some(401),
        error_code: Some("0".to_owned()),
        ..Call::default()
    };
    Outcome {
        id: OutcomeId::new(id).unwrap(),
        ts,
        source: "middleware".to_owned(),
        integration: Some("INT-029".parse().unwrap()),
        bu: None,
        credential: None,
        consumer: None,
        peer_ip: Some("203.0.113.9".parse().unwrap()),
        n: 3,
        fact: Fact::Call(call),
    }
}

pub(crate) fn incident(chance: u64, state: IncidentState, started_at: Timestamp) -> Incident {
    Incident {
        id: IncidentId::mint(started_at, chance),
        root_cause: RootCause::Credential("INT-029".parse().unwrap()),
        class: Class::AuthRejected,
        refused: Some(Refused::Secret),
        state,
        confidence: Confidence::Certain,
        title: "Loyalty: points data stopped refreshing.".to_owned(),
        business_units: vec!["LOY".parse().unwrap()],
        integrations: vec!["INT-029".parse().unwrap()],
        affected: vec![],
        unaffected: vec![],
        harm: None,
        token_ends_at: None,
        outage: None,
        impact: None,
        response: countersign_model::response::Response::default(),
        evidence: vec![],
        blind_spots: vec![],
        owner: None,
        backup: None,
        runbook: vec![],
        timeline: vec![],
        started_at,
        opened_at: (state != IncidentState::Suspect).then_some(started_at),
        notified_at: None,
        asked_at: None,
        locked_at: None,
        part_of: None,
        resolved_at: None,
    }
}

pub(crate) fn notice(incident: &Incident, kind: NoticeKind, chance: u64) -> Notice {
    Notice {
        id: NoticeId::mint(incident.started_at, chance),
        kind,
        incident: incident.id.clone(),
        team: Some("Loyalty Product Engineering".to_owned()),
        subject: "Loyalty: points data stopped refreshing.".to_owned(),
        summary: "From 10:00 today 11,500 members will get old balances.".to_owned(),
        detail: vec!["renewal refused twice, invalid_client".to_owned()],
        created_at: incident.started_at,
    }
}

pub(crate) fn entry(notice: &Notice, channels: &[&str]) -> OutboxEntry {
    let channels = channels.iter().map(|name| (*name).to_owned()).collect();
    OutboxEntry {
        notice: notice.clone(),
        channels,
    }
}

/// A weakness of an integration, since 12:50.
pub(crate) fn finding(kind: &str, integration: &str, severity: Severity) -> Finding {
    let kind = serde_json::from_value(kind.into()).unwrap();
    let subject = Subject::Integration(integration.parse().unwrap());
    Finding {
        id: FindingId::of(kind, &subject),
        kind,
        subject,
        severity,
        since: at("12:50:00"),
        words: "It works in another business unit.".to_owned(),
        fix: "Correct its account_id.".to_owned(),
        evidence: vec![],
        bu: None,
        owner: None,
        due: None,
        closed_at: None,
    }
}
