use super::*;
use countersign_feed::demo_estate;
use countersign_model::incident::{Confidence, Refused, RootCause};
use countersign_model::outcome::Call;

mod calls;
mod provider;
mod scale;
mod tokens;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn later(from: Timestamp, seconds: i64) -> Timestamp {
    from + countersign_model::SignedDuration::from_secs(seconds)
}

fn mint(id: &str, ts: Timestamp, status: u16, code: Option<&str>) -> Outcome {
    Outcome {
        id: format!("out_{id}_{ts}")
            .replace(['+', ' '], "-")
            .parse()
            .unwrap(),
        ts,
        source: "broker".into(),
        integration: None,
        bu: None,
        credential: Some(id.parse().unwrap()),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Mint {
            call: Call {
                status: Some(status),
                error_code: code.map(str::to_owned),
                ..Call::default()
            },
            expires_in: (status == 200).then_some(1_199),
            scope: None,
            generation: None,
            refresh_at: None,
            grant: None,
        },
    }
}

fn refused(id: &str, ts: &str) -> Outcome {
    mint(id, at(ts), 401, Some("invalid_client"))
}

fn detector() -> Detector {
    Detector::new(Rules::default(), &demo_estate())
}

fn observe(detector: &mut Detector, outcome: &Outcome) -> Vec<Signal> {
    detector.observe(outcome.ts, outcome)
}

fn strengths(signals: &[Signal]) -> Vec<Strength> {
    signals.iter().map(|signal| signal.strength).collect()
}

fn locked(ts: &str) -> Outcome {
    let mut audit = refused("INT-029", ts);
    audit.id = "out_lock".parse().unwrap();
    audit.credential = None;
    audit.fact = Fact::Audit {
        action: "credential.locked".into(),
        object: Some("INT-029".into()),
    };
    audit
}

fn call(id: &str, ts: Timestamp, status: u16, code: Option<&str>) -> Outcome {
    let mut outcome = mint(id, ts, status, code);
    let Fact::Mint { call, .. } = outcome.fact else {
        unreachable!("a mint")
    };
    outcome.fact = Fact::Call(call);
    outcome
}

/// Refuses every call for ten minutes; the signals.
fn calls_refused(detector: &mut Detector, id: &str, status: u16, code: &str) -> Vec<Signal> {
    let start = at("2026-11-22T12:30:00Z");
    let mut signals = Vec::new();
    for second in 0..600 {
        signals.extend(observe(
            detector,
            &call(id, later(start, second), status, Some(code)),
        ));
    }
    signals
}
