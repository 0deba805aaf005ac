//! What the world reports, and whether and when it arrives.

use super::World;
use super::client::Minted;
use super::counter::Reading;
use super::habits::Flow;
use super::trouble::{Act, Trouble};
use super::wire::Went;
use crate::traffic::count::Luck;
use countersign_model::Timestamp;
use countersign_model::estate::CredentialKind;
use countersign_model::id::OutcomeId;
use countersign_model::outcome::{Call, Fact, Metric, Outcome};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Who reports counters of the provider.
const COLLECTOR: &str = "collector";
/// Who reports for programs that get their tokens from the broker.
const APP: &str = "app";
/// Who reports for programs that hold their own secrets.
const MIDDLEWARE: &str = "middleware";
/// Share of calls that fail by themselves and are tried again (demo estate D.8).
const NATURAL_FAILURES: f64 = 0.003;
/// How such failures look: three in five time out, one in four is a 503, the rest are throttled.
const NATURAL: [(f64, Option<u16>, &str); 3] = [
    (0.60, None, "timeout"),
    (0.25, Some(503), "none"),
    (0.15, Some(429), "50100"),
];

/// The address from which a program calls: its usual one (RFC 5737), or a new one where an address
/// is what is refused, as a 403 without a code tells.
fn address(flow: &Flow, went: &Went) -> Ipv4Addr {
    let tail = flow.it.id.as_str().bytes().fold(0_u8, u8::wrapping_add);
    match (went.status, &went.code) {
        (Some(403), None) => Ipv4Addr::new(198, 51, 100, tail),
        _ => Ipv4Addr::new(203, 0, 113, tail),
    }
}

/// A call as it is reported.
pub(super) struct Told<'a> {
    pub(super) flow: &'a Flow,
    pub(super) method: &'a str,
    pub(super) route: &'a str,
    pub(super) retry_of: Option<OutcomeId>,
}

impl World {
    /// Reports equal calls; the report's id.
    pub(super) fn say_calls(
        &mut self,
        at: Timestamp,
        told: &Told<'_>,
        went: &Went,
        n: u64,
    ) -> OutcomeId {
        if !went.is_ok() {
            self.note_failure(told.flow, at);
        }
        let attempt = if told.retry_of.is_some() { 2 } else { 1 };
        let call = Call {
            method: Some(told.method.to_owned()),
            route: Some(told.route.to_owned()),
            status: went.status,
            error_code: went.code.clone(),
            attempt: Some(attempt),
            retry_of: told.retry_of.clone(),
            latency_ms: Some(if went.status.is_some() { 180 } else { 10_000 }),
        };
        if went.is_ok() && told.retry_of.is_none() {
            self.say_natural(at, told, n);
        }
        let mut outcome = self.of_flow(at, told.flow, n, Fact::Call(call));
        outcome.peer_ip = Some(IpAddr::V4(address(told.flow, went)));
        if let Some(mid) = went.elsewhere {
            let mut units = self.estate.business_units.iter();
            outcome.bu = units
                .find(|unit| unit.mid == mid)
                .map(|unit| unit.id.clone());
        }
        let id = outcome.id.clone();
        if told.flow.seen {
            self.send(outcome, |trouble| trouble.hits_flow(told.flow));
        }
        id
    }

    /// A few of many good calls failed first, and went through on the second try.
    fn say_natural(&mut self, at: Timestamp, told: &Told<'_>, n: u64) {
        let mut luck = Luck::new(
            self.ground.habits.seed ^ 0x5EED,
            told.flow.it.id.as_str(),
            at,
        );
        let failed = luck
            .poisson(super::counter::float(n) * NATURAL_FAILURES)
            .min(n);
        if failed == 0 || !told.flow.seen {
            return;
        }
        let mut draw = luck.unit();
        let kind = NATURAL.iter().find(|(share, ..)| {
            draw -= share;
            draw < 0.0
        });
        let (_, status, code) = kind.unwrap_or(&NATURAL[0]);
        let call = Call {
            method: Some(told.method.to_owned()),
            route: Some(told.route.to_owned()),
            status: *status,
            error_code: Some((*code).to_owned()),
            attempt: Some(1),
            retry_of: None,
            latency_ms: Some(2_000),
        };
        let outcome = self.of_flow(at, told.flow, failed, Fact::Call(call));
        self.send(outcome, |trouble| trouble.hits_flow(told.flow));
    }

    /// Reports a token request of somebody else's client.
    pub(super) fn say_mint(&mut self, at: Timestamp, flow: &Flow, minted: &Minted) {
        let ok = minted.status == Some(200) && minted.code.is_none();
        if !ok {
            self.note_failure(flow, at);
        }
        if !flow.seen {
            return;
        }
        let grant = match flow.credential_kind {
            CredentialKind::WebappV2 | CredentialKind::CrmOauth => "refresh_token",
            CredentialKind::LegacyV1 => "legacy_request_token",
            _ => "client_credentials",
        };
        let fact = Fact::Mint {
            call: Call {
                method: Some("POST".to_owned()),
                route: Some("/v2/token".to_owned()),
                status: minted.status,
                error_code: minted.code.clone(),
                attempt: Some(1),
                retry_of: None,
                latency_ms: Some(minted.latency_ms),
            },
            expires_in: minted.expires_in,
            scope: None,
            generation: None,
            refresh_at: None,
            grant: Some(grant.to_owned()),
        };
        let outcome = self.of_flow(at, flow, 1, fact);
        self.send(outcome, |trouble| trouble.hits_flow(flow));
    }

    /// Reports the end of a run.
    pub(super) fn say_run(
        &mut self,
        at: Timestamp,
        flow: &Flow,
        rows: Option<u64>,
        (duration_ms, state): (u64, &str),
    ) {
        if !flow.seen {
            return;
        }
        let fact = Fact::Run {
            rows,
            duration_ms: Some(duration_ms),
            state: state.to_owned(),
        };
        let outcome = self.of_flow(at, flow, 1, fact);
        self.send(outcome, |trouble| trouble.hits_flow(flow));
    }

    /// Reports a counter.
    pub(super) fn say_reading(&mut self, at: Timestamp, reading: &Reading) {
        let habits = Arc::clone(&self.ground.habits);
        let thing = &habits.things[reading.thing];
        let fact = Fact::Sample {
            metric: reading.metric,
            asset: thing.it.id.clone(),
            value: reading.value,
        };
        let feeder = thing.feeder.map(|place| &habits.flows[place]);
        let outcome = match (reading.metric, feeder) {
            // What waits in the caller, the caller alone can tell.
            (Metric::Unsent, Some(flow)) if flow.seen => self.of_flow(at, flow, 1, fact),
            (Metric::Unsent, _) => return,
            _ => Outcome {
                id: self.new_id(),
                ts: at,
                source: COLLECTOR.to_owned(),
                integration: None,
                bu: Some(thing.it.bu.clone()),
                credential: None,
                consumer: None,
                peer_ip: None,
                n: 1,
                fact,
            },
        };
        self.send(outcome, |trouble| trouble.hits_thing(thing));
    }

    /// Takes up what the broker told.
    pub(super) fn hear_broker(&mut self, now: Timestamp) {
        for outcome in self.broker.take_told() {
            if let (Fact::Mint { call, .. }, Some(credential)) =
                (&outcome.fact, &outcome.credential)
            {
                let failed = call.error_code.is_some() || call.status != Some(200);
                let blamed = self.troubles.iter().any(|trouble| {
                    !trouble.is_noise && trouble.at <= now && trouble.hits_credential(credential)
                });
                if failed && blamed {
                    self.evidence.failed(credential, now);
                }
            }
            let credential = outcome.credential.clone();
            self.send_at(now, outcome, |trouble| {
                credential
                    .as_ref()
                    .is_some_and(|id| trouble.hits_credential(id))
            });
        }
    }

    fn note_failure(&mut self, flow: &Flow, at: Timestamp) {
        let blamed = self
            .troubles
            .iter()
            .any(|trouble| !trouble.is_noise && trouble.at <= at && trouble.hits_flow(flow));
        if blamed {
            self.evidence.failed(&flow.it.credential, at);
        }
    }

    fn new_id(&mut self) -> OutcomeId {
        let text = format!("sim-{}", self.ground.next_number());
        text.parse().expect("letters, digits and a dash")
    }

    fn of_flow(&mut self, at: Timestamp, flow: &Flow, n: u64, fact: Fact) -> Outcome {
        let consumer = format!("app-{}", flow.it.id);
        Outcome {
            id: self.new_id(),
            ts: at,
            source: if flow.observed { MIDDLEWARE } else { APP }.to_owned(),
            integration: Some(flow.it.id.clone()),
            bu: Some(flow.it.bu.clone()),
            credential: Some(flow.it.credential.clone()),
            consumer: consumer.parse().ok().filter(|_| !flow.observed),
            peer_ip: None,
            n,
            fact,
        }
    }

    fn send(&mut self, outcome: Outcome, hit: impl Fn(&Trouble) -> bool) {
        self.send_at(outcome.ts, outcome, hit);
    }

    /// Brings a report on its way: it arrives at `at`, later, or never.
    fn send_at(&mut self, at: Timestamp, outcome: Outcome, hit: impl Fn(&Trouble) -> bool) {
        let on_the_way = self.troubles.iter().filter(|trouble| {
            matches!(trouble.act, Act::MissingData | Act::LateData) && trouble.is_on(at)
        });
        let mut arrives = at;
        for trouble in on_the_way.filter(|trouble| hit(trouble)) {
            match trouble.act {
                Act::MissingData => return,
                _ => arrives = arrives.max(trouble.until),
            }
        }
        let number = self.ground.next_number();
        self.mail.insert((arrives, number), outcome);
    }
}
