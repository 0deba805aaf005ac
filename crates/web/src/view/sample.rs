//! What the tests of this crate look at: the demo estate on its quiet Sunday, 12:52 UTC.

use countersign_incident::{Change, Engine};
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::{AssetKind, Estate};
use countersign_model::finding::{Finding, FindingKind, Severity, Subject};
use countersign_model::graph::{Graph, Node, Reached};
use countersign_model::id::FindingId;
use countersign_model::impact::Outage;
use countersign_model::incident::{
    Affected, Confidence, CustomerHarm, Evidence, Incident, IncidentState, Refused, RootCause,
    RunbookStep, TimelineEntry,
};
use countersign_model::status::{
    Bound, Channel, Health, IntegrationStatus, Knowing, OperationalConfidence, Part, PartState,
    Sight, Step, StepKind,
};

/// An instant of the Sunday, written `12:52:00`, UTC.
pub(crate) fn at(clock: &str) -> Timestamp {
    format!("2026-11-22T{clock}Z")
        .parse()
        .expect("a time of day")
}

/// 06:52 in Chicago.
pub(crate) fn now() -> Timestamp {
    at("12:52:00")
}

/// The demo estate.
pub(crate) fn estate() -> Estate {
    countersign_feed::demo_estate()
}

/// INT-029's secret has ended; its renewal was refused twice.
pub(crate) fn points() -> Incident {
    counted(points_uncounted())
}

/// An incident as the engine counts it at [`now`].
pub(crate) fn counted(incident: Incident) -> Incident {
    let mut engine = Engine::new(&estate(), 1);
    engine.restore(vec![incident.clone()]);
    let mut puts = engine
        .tick(now())
        .into_iter()
        .filter_map(|change| match change {
            Change::Put(counted) => Some(counted),
            _ => None,
        });
    puts.next().unwrap_or(incident)
}

/// The same before its impact, steps and screens are counted.
fn points_uncounted() -> Incident {
    let estate = estate();
    let credential = "INT-029".parse().expect("an id");
    let reached = Graph::of(&estate).blast_radius(&Node::Credential(credential));
    Incident {
        id: "inc_01points".parse().expect("an id"),
        root_cause: "credential:INT-029".parse().expect("a cause"),
        class: Class::AuthRejected,
        refused: Some(Refused::Secret),
        state: IncidentState::Open,
        confidence: Confidence::Certain,
        title: "Loyalty: points data stopped refreshing.".to_owned(),
        business_units: vec!["LOY".parse().expect("an id")],
        integrations: vec!["INT-029".parse().expect("an id")],
        affected: reached
            .into_iter()
            .map(|node| affected(&estate, node))
            .collect(),
        unaffected: vec!["Partner accrual files".to_owned()],
        harm: Some(CustomerHarm {
            at: at("16:00:00"),
            asset: "J-12".parse().expect("an id"),
            words: "11,500 members get reminders with old balances".to_owned(),
        }),
        token_ends_at: Some(at("12:55:59")),
        outage: Some(Outage {
            from: at("12:55:59"),
            seen_in: Vec::new(),
        }),
        impact: None,
        response: countersign_model::response::Response::default(),
        evidence: vec![
            fact("12:50:59", "renewal refused: invalid_client (401)"),
            fact("12:51:29", "renewal refused again: invalid_client (401)"),
        ],
        blind_spots: vec!["Whether somebody else still mints with this secret.".to_owned()],
        owner: Some("Loyalty Product Engineering".to_owned()),
        backup: Some("Data Platform".to_owned()),
        runbook: vec![
            step("In Setup, generate a second secret for the package.", None),
            step("Stage it here.", Some("countersign credential add INT-029")),
            step("Renew and see it work.", Some("countersign renew INT-029")),
        ],
        timeline: vec![
            TimelineEntry {
                at: at("12:50:59"),
                words: "First refusal.".to_owned(),
            },
            TimelineEntry {
                at: at("12:51:29"),
                words: "Incident opened.".to_owned(),
            },
        ],
        started_at: at("12:50:59"),
        opened_at: Some(at("12:51:29")),
        notified_at: Some(at("12:51:31")),
        asked_at: None,
        locked_at: None,
        part_of: None,
        resolved_at: None,
    }
}

/// The provider fails, and no schedule tells when a customer notices.
pub(crate) fn platform() -> Incident {
    Incident {
        id: "inc_02platform".parse().expect("an id"),
        root_cause: RootCause::Platform,
        class: Class::Upstream,
        refused: None,
        title: "Marketing Cloud's token host does not answer.".to_owned(),
        harm: None,
        affected: Vec::new(),
        integrations: Vec::new(),
        outage: None,
        impact: None,
        response: countersign_model::response::Response::default(),
        owner: None,
        backup: None,
        runbook: Vec::new(),
        ..points()
    }
}

fn fact(clock: &str, words: &str) -> Evidence {
    Evidence {
        at: at(clock),
        outcome: None,
        words: words.to_owned(),
    }
}

fn step(words: &str, command: Option<&str>) -> RunbookStep {
    RunbookStep {
        words: words.to_owned(),
        command: command.map(str::to_owned),
    }
}

fn affected(estate: &Estate, reached: Reached) -> Affected {
    let (name, words) = match &reached.node {
        Node::Credential(id) => (id.to_string(), "Is refused.".to_owned()),
        Node::Integration(id) => {
            let flow = estate.integration(id).expect("reached flows are declared");
            (
                flow.name.clone(),
                "Its next run starts without a token.".to_owned(),
            )
        }
        Node::Asset(id) => {
            let asset = estate.asset(id).expect("reached assets are declared");
            let words = match asset.kind {
                AssetKind::DataExtension => "Stays at the data of 06:05.".to_owned(),
                AssetKind::Launch => "Would announce points on old balances.".to_owned(),
                _ => format!("Keeps running, with {}.", asset.harm),
            };
            (asset.name.clone(), words)
        }
    };
    Affected {
        reached,
        name,
        words,
    }
}

/// Every integration works, but INT-029 fails and INT-016 is unknown.
pub(crate) fn statuses() -> Vec<IntegrationStatus> {
    let statuses = estate().integrations.into_iter().map(|flow| {
        let (health, reason) = match flow.id.as_str() {
            "INT-029" => (Health::Failing, "Its secret is refused."),
            "INT-016" => (Health::Unknown, "No call has been seen for 291 days."),
            _ => (Health::Healthy, "Its token was renewed in time."),
        };
        let failing = health == Health::Failing;
        let seen = health != Health::Unknown;
        IntegrationStatus {
            health,
            reason: reason.to_owned(),
            token_expires_at: seen.then(|| at("12:55:59")),
            next_renewal_at: (seen && !failing).then(|| at("12:54:30")),
            last_mint_ok_at: seen.then(|| at("12:36:00")),
            last_failure: failing.then(|| (at("12:51:29"), Class::AuthRejected)),
            mints_ok: u64::from(seen),
            mints_failed: if failing { 2 } else { 0 },
            incident: failing.then(|| "inc_01points".parse().expect("an id")),
            confidence: confidence(health),
            knowing: knowing(health),
            ..IntegrationStatus::unseen(flow.id, flow.credential)
        }
    });
    statuses.collect()
}

/// Token and calls are seen, or nothing is.
fn confidence(health: Health) -> OperationalConfidence {
    let part = |state, words: &str| Part {
        state,
        words: words.to_owned(),
    };
    let (token, calls) = match health {
        Health::Unknown => (PartState::Unseen, PartState::Unseen),
        Health::Failing => (PartState::Failing(0), PartState::Working(97)),
        _ => (PartState::Working(100), PartState::Working(97)),
    };
    OperationalConfidence::of(
        part(token, "Its token is good until 06:55 CST."),
        part(
            calls,
            "97 of 100 calls answered in its newest hour with traffic.",
        ),
        Part::default(),
    )
}

fn knowing(health: Health) -> Knowing {
    let sight = Sight {
        channel: Channel::Renewal,
        bound: Bound::At(at("12:55:00")),
    };
    let step = Step {
        kind: StepKind::ReportCalls,
        bound: Bound::Within(120),
    };
    let sights = match health {
        Health::Unknown => vec![],
        _ => vec![sight],
    };
    Knowing {
        sights,
        steps: vec![step],
    }
}

/// Every integration works.
pub(crate) fn all_healthy() -> Vec<IntegrationStatus> {
    let healthy = |status| IntegrationStatus {
        health: Health::Healthy,
        reason: "Its token was renewed in time.".to_owned(),
        incident: None,
        last_failure: None,
        confidence: confidence(Health::Healthy),
        knowing: knowing(Health::Healthy),
        ..status
    };
    statuses().into_iter().map(healthy).collect()
}

/// A weakness of the points balance load, since 12:50.
pub(crate) fn weakness(kind: FindingKind, severity: Severity) -> Finding {
    let subject = Subject::Credential("INT-029".parse().expect("an id"));
    Finding {
        id: FindingId::of(kind, &subject),
        kind,
        subject,
        severity,
        since: at("12:50:00"),
        words: "Points balance load: the permission to write tables was removed.".to_owned(),
        fix: "Give its package the permission back.".to_owned(),
        evidence: Vec::new(),
        bu: Some("LOY".parse().expect("an id")),
        owner: Some("Loyalty Product Engineering".to_owned()),
        due: None,
        closed_at: None,
    }
}
