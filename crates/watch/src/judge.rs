//! The pure judgement of one turn: outcomes through the detectors to the incident engine.

use crate::weakness;
use countersign_detect::{
    Changes, Claim, Counters, Detector, FindingRules, Findings, Rules, Statuses,
};
use countersign_incident::{Change, Correlator, Engine, Health, Step, Tally};
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::expectation::Expectation;
use countersign_model::finding::{Finding, FindingKind, Subject};
use countersign_model::id::IncidentId;
use countersign_model::incident::Incident;
use countersign_model::notice::Notice;
use countersign_model::outcome::Outcome;
use countersign_model::signal::Signal;
use countersign_model::status::IntegrationStatus;
use countersign_store::Loaded;
use serde::Serialize;

/// Name of the part of memory that is the correlator's.
const CORRELATOR: &str = "correlator";

/// Detectors, statuses and incidents, in memory. It reads no clock and does no I/O: the live
/// pipeline, `analyze` and simulated time drive the same one.
pub struct Judge {
    detector: Detector,
    counters: Counters,
    statuses: Statuses,
    correlator: Correlator,
    engine: Engine,
    health: Health,
    /// `None` where somebody else drives them: see [`halves`](Self::halves).
    findings: Option<Findings>,
    verdict: Verdict,
}

/// What a turn came to.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Incidents that changed, each once, as they are now.
    pub incidents: Vec<Incident>,
    /// Findings that changed, each once, as they are now.
    pub findings: Vec<Finding>,
    /// Rules that people wrote or took back, as they are now.
    pub expectations: Vec<Expectation>,
    /// Notices to send.
    pub notices: Vec<Notice>,
}

impl Judge {
    /// Goes on from what the ledger holds. A memory of an older form is started afresh: the
    /// incidents themselves are kept.
    #[must_use]
    pub fn new(rules: Rules, estate: &Estate, seed: u64, loaded: &Loaded) -> Judge {
        let mut judge = Judge {
            statuses: Statuses::under(rules.clone(), estate),
            detector: Detector::new(rules.clone(), estate),
            counters: Counters::under(rules, estate),
            correlator: Correlator::new(estate),
            engine: Engine::new(estate, seed),
            health: Health::default(),
            findings: None,
            verdict: Verdict::default(),
        };
        judge.statuses.resume(loaded.statuses.iter().cloned());
        judge.engine.restore(loaded.ended.clone());
        judge.engine.restore(loaded.incidents.clone());
        judge
            .correlator
            .restore_expected(loaded.expectations.clone());
        let mut findings = Findings::new(FindingRules::default(), estate);
        findings.declare(weakness::declared(estate));
        findings.restore(loaded.findings.clone());
        judge.findings = Some(findings);
        for (part, text) in &loaded.memory {
            if let Err(error) = judge.recall(part, text) {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    error,
                    part,
                    "a part of the memory is unreadable and starts afresh"
                );
            }
        }
        judge
    }

    fn recall(&mut self, part: &str, text: &str) -> Result<(), serde_json::Error> {
        match part {
            CORRELATOR => self.correlator.restore(serde_json::from_str(text)?),
            _ if self.recall_finding(part, text)? => {}
            _ if Tally::is_part(part) => self.engine.recall_tally(part, text)?,
            _ if self.counters.recall(part, text)? => {}
            _ if self.statuses.recall(part, text)? => {}
            _ => drop(self.detector.recall(part, text)?),
        }
        Ok(())
    }

    fn recall_finding(&mut self, part: &str, text: &str) -> Result<bool, serde_json::Error> {
        let findings = self.findings.as_mut();
        findings.map_or(Ok(false), |findings| findings.recall(part, text))
    }

    /// The judgement in two halves that share nothing, for two threads: what opens incidents, and the
    /// weaknesses, which take the same outcomes and ticks.
    #[must_use]
    pub fn halves(self) -> (Judge, Findings) {
        let nothing = || Findings::new(FindingRules::default(), &Estate::default());
        let findings = self.findings.unwrap_or_else(nothing);
        let judge = Judge {
            findings: None,
            ..self
        };
        (judge, findings)
    }

    /// Takes a new estate.
    pub fn set_estate(&mut self, estate: &Estate) {
        self.detector.set_estate(estate);
        self.counters.set_estate(estate);
        self.statuses.set_estate(estate);
        self.correlator.set_estate(estate);
        self.engine.set_estate(estate);
        if let Some(findings) = &mut self.findings {
            findings.set_estate(estate);
            findings.declare(weakness::declared(estate));
        }
    }

    /// Judges one outcome; in any order, twice is once.
    pub fn observe(&mut self, now: Timestamp, outcome: &Outcome) {
        self.statuses.observe(now, outcome);
        if let Some(findings) = &mut self.findings {
            findings.observe(now, outcome);
        }
        let mut signals = self.detector.observe(now, outcome);
        signals.extend(self.counters.observe(now, outcome));
        self.weigh(now, &signals);
        let changes = self.engine.observe(now, outcome);
        self.keep(now, changes);
    }

    /// Files a weakness that another room found; it stands for a week after it was filed last.
    pub fn file(&mut self, now: Timestamp, claim: Claim) {
        if let Some(findings) = &mut self.findings {
            findings.file(now, claim);
        }
    }

    /// Takes back what was filed.
    pub fn withdraw(&mut self, now: Timestamp, kind: FindingKind, subject: &Subject) {
        if let Some(findings) = &mut self.findings {
            findings.withdraw(now, kind, subject);
        }
    }

    /// A channel accepted a notice of that incident.
    pub fn delivered(&mut self, now: Timestamp, incident: &IncidentId) {
        let changes = self.engine.delivered(now, incident);
        self.keep(now, changes);
    }

    /// Judges what time alone made true.
    pub fn tick(&mut self, now: Timestamp) {
        let mut signals = self.detector.tick(now);
        signals.extend(self.counters.tick(now));
        self.weigh(now, &signals);
        for (asset, minutes) in self.counters.take_noticeable(now) {
            self.statuses.set_noticeable(&asset, minutes);
        }
        if self.correlator.is_holding() {
            let health = self.take_health(now);
            let steps = self.correlator.tick(now, &health);
            self.carry_out(now, steps, &health);
            self.health = health;
        }
        let changes = self.engine.tick(now);
        self.keep(now, changes);
        if let Some(findings) = &mut self.findings {
            findings.tick(now);
        }
    }

    fn weigh(&mut self, now: Timestamp, signals: &[Signal]) {
        if signals.is_empty() {
            return;
        }
        let health = self.take_health(now);
        for signal in signals {
            let steps = self.correlator.weigh(now, signal, &health);
            self.carry_out(now, steps, &health);
        }
        self.health = health;
    }

    /// What works, brought up to date; to be put back, so that the next call goes on from it.
    fn take_health(&mut self, now: Timestamp) -> Health {
        let mut health = std::mem::take(&mut self.health);
        self.statuses
            .refresh(now, &mut health.healthy, &mut health.worked_at);
        self.counters.refresh(&mut health.went_on_at);
        health
    }

    fn carry_out(&mut self, now: Timestamp, steps: Vec<Step>, health: &Health) {
        for step in steps {
            let changes = match step {
                Step::Take(signal) => self.engine.step(now, &signal, &health.healthy),
                Step::Absorb { child, parent } => self.engine.absorb(now, &child, &parent),
            };
            self.keep(now, changes);
        }
    }

    fn keep(&mut self, now: Timestamp, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Put(incident) => {
                    self.verdict
                        .incidents
                        .retain(|older| older.id != incident.id);
                    self.verdict.incidents.push(incident);
                }
                Change::Notice(notice) => self.verdict.notices.push(notice),
                Change::Expect(rule) => {
                    let rule = self.correlator.expect(now, rule);
                    self.verdict.expectations.push(rule);
                }
                Change::ExpectNoMore { incident, by } => {
                    let rule = self.correlator.expect_no_more(now, &incident, &by);
                    self.verdict.expectations.extend(rule);
                }
            }
        }
    }

    /// What came of everything since the last call.
    pub fn take_verdict(&mut self) -> Verdict {
        let findings = self.findings.as_mut().map(Findings::take_findings);
        Verdict {
            findings: findings.unwrap_or_default(),
            ..std::mem::take(&mut self.verdict)
        }
    }

    /// How every integration is doing.
    #[must_use]
    pub fn statuses(&self, now: Timestamp) -> Vec<IntegrationStatus> {
        let open: Vec<Incident> = self.engine.open().into_iter().cloned().collect();
        self.statuses.view(now, &open)
    }

    /// The integrations whose status is not what it was at the last call, or in the ledger.
    pub fn status_changes(&mut self, now: Timestamp) -> Changes {
        self.statuses.changes(now, self.engine.open().into_iter())
    }

    /// When [`tick`](Self::tick) may say something new, if nothing comes before.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        let wakes = [self.detector.next_wake(), self.correlator.next_wake()];
        wakes.into_iter().flatten().min()
    }

    /// The parts of memory that changed since the last call, to be stored with the turn; `None`
    /// forgets one.
    pub fn take_memory(&mut self) -> Vec<(String, Option<String>)> {
        let mut parts = self.detector.take_changed();
        parts.extend(self.counters.take_changed());
        parts.extend(self.findings.iter_mut().flat_map(Findings::take_changed));
        if let Some(state) = self.correlator.take_changed() {
            parts.push((CORRELATOR.to_owned(), Some(text(state))));
        }
        parts.extend(self.statuses.take_changed());
        parts.extend(self.engine.take_tally());
        parts
    }
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("maps with text for keys, numbers and text")
}
