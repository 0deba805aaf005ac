//! A house with three flows, and scripts of what is seen of them.

mod calendar;
mod jobs;
mod life;
mod quiet;
mod requests;
mod sources;
mod tokens;

use super::*;
use countersign_feed::estate::{Format, decode};
use countersign_model::id::IntegrationId;
use std::collections::BTreeMap;

/// Three flows without a weakness. ORD is brokered; LOAD and MAIL are of other people.
const ESTATE: &str = r#"
version: 1
tenants: [{ id: shop, subdomain: shop-estate-not-a-real-one }]
business_units:
  - { id: EAST, tenant: shop, mid: 100, time_zone: America/New_York }
  - { id: WEST, tenant: shop, mid: 200, time_zone: America/Los_Angeles }
credentials:
  - { id: ORD, bu: EAST, kind: s2s_v2, mode: brokered, client_id: c-ord, scopes: [email_read, email_send], issued: 2026-09-01, ends: 2027-02-28 }
  - { id: LOAD, bu: EAST, kind: s2s_v2, client_id: c-load, scopes: [data_extensions_write], issued: 2026-09-01, ends: 2027-02-28 }
  - { id: MAIL, bu: WEST, kind: s2s_v2, client_id: c-mail, scopes: [email_send], issued: 2026-09-01, ends: 2027-02-28 }
integrations:
  - { id: ORD, name: Order mails, bu: EAST, kind: on-demand, tier: T0, owner: Commerce, backup: Platform, credential: ORD }
  - { id: LOAD, name: Points load, bu: EAST, kind: etl, tier: T1, owner: Data Platform, backup: Platform, credential: LOAD, schedule: { cron: "5 * * * *", usual_min: 4 }, feeds: [TABLE] }
  - { id: MAIL, name: News mails, bu: WEST, kind: on-demand, tier: T2, owner: Campaigns, backup: Platform, credential: MAIL }
assets:
  - { id: TABLE, name: Points, bu: EAST, kind: data_extension, rows_per_run: 61000 }
"#;

pub(super) fn estate() -> Estate {
    changed(&[])
}

/// The estate with some pieces replaced.
pub(super) fn changed(pieces: &[(&str, &str)]) -> Estate {
    let mut text = ESTATE.to_owned();
    for (from, to) in pieces {
        assert!(text.contains(from), "{from} is in the estate");
        text = text.replacen(from, to, 1);
    }
    decode(&text, Format::Yaml).expect("an estate")
}

/// 10:00 in the east.
pub(super) fn start() -> Timestamp {
    "2026-11-10T15:00:00Z".parse().expect("an instant")
}

/// So many seconds after the start.
pub(super) fn after(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

pub(super) fn minutes(minutes: i64) -> Timestamp {
    after(minutes * 60)
}

/// One outcome of a flow that has its credential's id.
pub(super) fn outcome(flow: &str, ts: Timestamp, fact: Fact) -> Outcome {
    Outcome {
        id: format!("out_{flow}_{}", ts.as_microsecond())
            .parse()
            .expect("an id"),
        ts,
        source: "middleware".to_owned(),
        integration: Some(flow.parse().expect("an id")),
        bu: None,
        credential: Some(flow.parse().expect("an id")),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact,
    }
}

pub(super) fn answered(status: u16) -> Call {
    Call {
        status: Some(status),
        ..Call::default()
    }
}

pub(super) fn mint(flow: &str, ts: Timestamp, scope: Option<&str>) -> Outcome {
    let fact = Fact::Mint {
        call: answered(200),
        expires_in: Some(1_200),
        scope: scope.map(str::to_owned),
        generation: None,
        refresh_at: None,
        grant: None,
    };
    outcome(flow, ts, fact)
}

pub(super) fn refusal(flow: &str, ts: Timestamp) -> Outcome {
    let fact = Fact::Mint {
        call: Call {
            error_code: Some("invalid_client".to_owned()),
            ..answered(401)
        },
        expires_in: None,
        scope: None,
        generation: None,
        refresh_at: None,
        grant: None,
    };
    outcome(flow, ts, fact)
}

pub(super) fn call(flow: &str, ts: Timestamp, status: u16) -> Outcome {
    outcome(flow, ts, Fact::Call(answered(status)))
}

pub(super) fn run(flow: &str, ended: Timestamp, minutes: u64, rows: u64) -> Outcome {
    let fact = Fact::Run {
        rows: Some(rows),
        duration_ms: Some(minutes * 60_000),
        state: "completed".to_owned(),
    };
    outcome(flow, ended, fact)
}

/// The detectors, and every finding as it was last told.
pub(super) struct House {
    pub(super) findings: Findings,
    told: BTreeMap<FindingId, Finding>,
    pub(super) n_told: usize,
    pub(super) kept: BTreeMap<String, String>,
}

impl House {
    pub(super) fn on(estate: &Estate) -> House {
        House {
            findings: Findings::new(FindingRules::default(), estate),
            told: BTreeMap::new(),
            n_told: 0,
            kept: BTreeMap::new(),
        }
    }

    /// Sees outcomes when they happen.
    pub(super) fn sees(&mut self, outcomes: impl IntoIterator<Item = Outcome>) -> &mut House {
        for outcome in outcomes {
            self.sees_at(outcome.ts, &outcome);
        }
        self
    }

    pub(super) fn sees_at(&mut self, now: Timestamp, outcome: &Outcome) -> &mut House {
        self.findings.observe(now, outcome);
        self.at(now)
    }

    /// Lets it be `now`.
    pub(super) fn at(&mut self, now: Timestamp) -> &mut House {
        self.findings.tick(now);
        for finding in self.findings.take_findings() {
            self.n_told += 1;
            self.told.insert(finding.id.clone(), finding);
        }
        self
    }

    /// Ids of what is open, by what was told.
    pub(super) fn open(&self) -> Vec<String> {
        let open = self.told.values().filter(|finding| finding.is_open());
        let told: Vec<String> = open.map(|finding| finding.id.to_string()).collect();
        let mut held: Vec<String> = self.findings.open().map(|one| one.id.to_string()).collect();
        held.sort();
        assert_eq!(told, held, "what is told is what is held");
        told
    }

    pub(super) fn finding(&self, id: &str) -> &Finding {
        let id: FindingId = id.parse().expect("an id");
        self.told
            .get(&id)
            .unwrap_or_else(|| panic!("no {id} in {:?}", self.told.keys()))
    }

    /// Stops, and starts anew from what would have been kept.
    pub(super) fn restarts(&mut self, estate: &Estate) {
        self.keeps();
        let mut findings = Findings::new(FindingRules::default(), estate);
        findings.restore(self.findings.open().cloned().collect());
        for (part, text) in &self.kept {
            assert!(findings.recall(part, text).expect("its own text"), "{part}");
        }
        assert_eq!(
            findings.state, self.findings.state,
            "all that changed was kept"
        );
        self.findings = findings;
    }

    /// Stores what changed, as a turn does.
    pub(super) fn keeps(&mut self) {
        for (part, text) in self.findings.take_changed() {
            match text {
                Some(text) => drop(self.kept.insert(part, text)),
                None => drop(self.kept.remove(&part)),
            }
        }
    }
}

/// Every so many minutes from the start, so many times.
pub(super) fn every(span_min: i64, n: i64) -> impl Iterator<Item = Timestamp> {
    (0..n).map(move |i| minutes(i * span_min))
}

pub(super) fn id(text: &str) -> IntegrationId {
    text.parse().expect("an id")
}
