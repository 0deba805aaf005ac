//! The whole runbook of an incident, each step saying for itself whether it is done (R113 to R121).

use crate::cause::Cause;
use crate::figures::outage_of;
use crate::hits::{Hit, How, hits};
use crate::tally::{Tally, Worked};
use crate::words::{plural, span};
use countersign_model::class::Class;
use countersign_model::estate::{AssetKind, CredentialMode, Estate};
use countersign_model::incident::{Incident, IncidentState, RootCause};
use countersign_model::response::{Step, StepPart, StepState};
use countersign_model::schedule::zone;
use countersign_model::{SignedDuration, Timestamp};

/// Sends and launches named in the advice to hold them.
const HELD_MAX: usize = 4;
/// Starts that lie further ahead are not held yet.
const HOLD_AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The names of the steps that a person may mark as done.
pub const BY_HAND: [&str; 4] = ["scope", "hold", "cause", "procedure"];

/// All steps as they stand at `now`.
pub(crate) fn steps(
    cause: &Cause<'_>,
    incident: &Incident,
    tally: &Tally,
    now: Timestamp,
) -> Vec<Step> {
    let case = Case {
        cause,
        incident,
        tally,
        now,
    };
    let mut steps = vec![case.scope(), case.hold()];
    steps.extend(case.mend());
    steps.extend([case.credential(), case.endpoint(), case.recovery()]);
    steps.extend([case.why(), case.procedure()]);
    steps
}

struct Case<'a> {
    cause: &'a Cause<'a>,
    incident: &'a Incident,
    tally: &'a Tally,
    now: Timestamp,
}

type Known = (StepState, String);

impl Case<'_> {
    fn scope(&self) -> Step {
        let assets = self.incident.affected.len();
        let flows = self.incident.integrations.len();
        let known = match &self.incident.response.acknowledged {
            Some(taken) => done(format!("Taken on {} ago.", span(taken.at, self.now))),
            None => open("Nobody has taken it on yet."),
        };
        let words = format!(
            "Confirm who is hit: {} on the cause, {} behind. See the chain and the impact below.",
            plural(flows, "flow"),
            plural(assets, "thing")
        );
        self.by_hand("scope", StepPart::Contain, words, known)
    }

    /// Which sends and launches to hold, by name and time.
    fn hold(&self) -> Step {
        let held = self.to_hold();
        if held.is_empty() {
            let words =
                "Hold nothing: no planned send or launch depends on it within a week.".to_owned();
            let known = done("The estate plans none.".to_owned());
            return self.step("hold", StepPart::Contain, words, None, known);
        }
        let names: Vec<String> = held
            .iter()
            .take(HELD_MAX)
            .map(|(_, words)| words.clone())
            .collect();
        let more = match held.len().saturating_sub(HELD_MAX) {
            0 => String::new(),
            n => format!(", and {n} more"),
        };
        let words = format!("Hold until its data is fresh: {}{more}.", names.join("; "));
        let passed = held.iter().filter(|(at, _)| *at <= self.now).count();
        let known = match (self.is_over(), passed) {
            (true, _) => done("It is over; what was held may go.".to_owned()),
            (false, 0) => open("Whether it is held cannot be seen; mark it when it is."),
            (false, n) => open(&format!("{} already due.", plural(n, "start"))),
        };
        self.by_hand("hold", StepPart::Contain, words, known)
    }

    fn to_hold(&self) -> Vec<(Timestamp, String)> {
        let outage = outage_of(self.incident);
        let from = outage.from.max(self.now);
        let mut held: Vec<(Timestamp, String)> = hits(self.cause, &outage)
            .iter()
            .filter(|hit| hit.how == How::OldData)
            .filter_map(|hit| {
                let at = next_start(self.cause.estate, hit, from)?;
                let until = self.now.checked_add(HOLD_AHEAD).ok()?;
                (at <= until).then(|| {
                    let when = local(self.cause.estate, hit, at);
                    (at, format!("{} at {when}", hit.asset.name))
                })
            })
            .collect();
        held.sort();
        held
    }

    /// The exact steps for this kind of failure; the token that follows proves them all.
    fn mend(&self) -> Vec<Step> {
        let known = match self.issued_since() {
            Some(at) => done(format!("A token was issued {} ago.", span(at, self.now))),
            None if self.is_over() => done("It works again.".to_owned()),
            None if self.is_brokered() => open("No token has been issued since."),
            None => (
                StepState::CannotTell,
                "Token requests of this flow are not seen.".to_owned(),
            ),
        };
        let named = |(n, step): (usize, &countersign_model::incident::RunbookStep)| Step {
            name: format!("mend-{}", n + 1),
            ..self.step(
                "mend",
                StepPart::Restore,
                step.words.clone(),
                step.command.clone(),
                known.clone(),
            )
        };
        self.incident
            .runbook
            .iter()
            .enumerate()
            .map(named)
            .collect()
    }

    /// Whether the credential is good (R117).
    fn credential(&self) -> Step {
        let words = "See that the credential is neither revoked, ended nor changed.".to_owned();
        let RootCause::Credential(id) = self.cause.root else {
            let known = done("No credential is to blame.".to_owned());
            return self.step("credential", StepPart::Verify, words, None, known);
        };
        let command = self
            .is_brokered()
            .then(|| format!("countersign credential show {id}"));
        let known = self.judged(self.tally.mint(id), "token request");
        self.step("credential", StepPart::Verify, words, command, known)
    }

    /// Whether the token service answers others (R118).
    fn endpoint(&self) -> Step {
        let words = "See that the token service and the endpoints answer.".to_owned();
        let own: Vec<_> = self
            .cause
            .integrations
            .iter()
            .map(|flow| &flow.credential)
            .collect();
        let since = self.incident.started_at;
        let known = match self.tally.others_issued(&own, since) {
            0 if self.is_platform() && self.is_over() => done("It answers again.".to_owned()),
            0 if self.is_platform() => {
                open("No credential has been issued a token since it began.")
            }
            0 => (
                StepState::CannotTell,
                "No other credential asked for a token since it began.".to_owned(),
            ),
            n => done(format!(
                "{} got a token since it began.",
                plural(n, "other credential")
            )),
        };
        self.step("endpoint", StepPart::Verify, words, None, known)
    }

    /// Whether what was hit goes on (R119, R120).
    fn recovery(&self) -> Step {
        let words =
            "Watch every affected thing go on again; the recovery sheet ticks them off.".to_owned();
        let response = &self.incident.response;
        let known = match (&response.recovery, response.recovered_at) {
            (_, Some(at)) => done(format!(
                "Everything that is counted goes on since {} ago.",
                span(at, self.now)
            )),
            (None, None) => open("It is not restored yet."),
            (Some(sheet), None) => {
                let left = sheet
                    .lines
                    .iter()
                    .filter(|line| line.state == StepState::Open);
                match left.count() {
                    0 => (
                        StepState::CannotTell,
                        "Nothing counts what was hit.".to_owned(),
                    ),
                    n => open(&format!("{} not seen to go on yet.", plural(n, "thing"))),
                }
            }
        };
        self.step("recovery", StepPart::Verify, words, None, known)
    }

    fn why(&self) -> Step {
        let words = "Write down why renewal failed, and what the report should add.".to_owned();
        self.by_hand(
            "cause",
            StepPart::Learn,
            words,
            open("Not marked as written yet."),
        )
    }

    fn procedure(&self) -> Step {
        let words = format!(
            "Change the procedure: {}",
            change(self.cause, self.incident)
        );
        self.by_hand(
            "procedure",
            StepPart::Learn,
            words,
            open("Not marked as changed yet."),
        )
    }

    fn judged(&self, row: Worked, what: &str) -> Known {
        match (row.ok_at, row.failed_at) {
            (None, None) => (StepState::CannotTell, format!("No {what} of it is seen.")),
            (Some(ok), failed) if failed.is_none_or(|failed| ok > failed) => done(format!(
                "Its last {what} worked, {} ago.",
                span(ok, self.now)
            )),
            (_, failed) => {
                let ago =
                    failed.map_or(String::new(), |at| format!(", {} ago", span(at, self.now)));
                open(&format!("Its last {what} failed{ago}."))
            }
        }
    }

    fn issued_since(&self) -> Option<Timestamp> {
        let RootCause::Credential(id) = self.cause.root else {
            return None;
        };
        let row = self.tally.mint(id);
        let healed = |at: &Timestamp| {
            *at > self.incident.started_at && row.failed_at.is_none_or(|failed| failed < *at)
        };
        row.ok_at.filter(healed)
    }

    fn is_brokered(&self) -> bool {
        let found = self.cause.credential();
        found.is_some_and(|found| found.mode == CredentialMode::Brokered)
    }

    fn is_platform(&self) -> bool {
        *self.cause.root == RootCause::Platform
    }

    fn is_over(&self) -> bool {
        self.incident.state == IncidentState::Resolved
    }

    /// What a person marked is done, whatever the data says.
    fn by_hand(&self, name: &str, part: StepPart, words: String, known: Known) -> Step {
        let known = match self.incident.response.ticked.get(name) {
            Some(at) => done(format!("Marked as done {} ago.", span(*at, self.now))),
            None => known,
        };
        Step {
            by_hand: known.0 != StepState::Done,
            ..self.step(name, part, words, None, known)
        }
    }

    fn step(
        &self,
        name: &str,
        part: StepPart,
        words: String,
        command: Option<String>,
        (state, because): Known,
    ) -> Step {
        Step {
            name: name.to_owned(),
            part,
            words,
            command,
            state,
            because,
            by_hand: false,
        }
    }
}

fn done(because: String) -> Known {
    (StepState::Done, because)
}

fn open(because: &str) -> Known {
    (StepState::Open, because.to_owned())
}

/// When a thing next goes out with old data.
fn next_start(estate: &Estate, hit: &Hit<'_>, from: Timestamp) -> Option<Timestamp> {
    let later = Hit {
        since: hit.since.max(from),
        ..*hit
    };
    matches!(
        hit.asset.kind,
        AssetKind::Journey | AssetKind::TriggeredSend | AssetKind::Launch
    )
    .then(|| crate::harm::noticed_at(estate, &later))?
}

/// `Sunday 10:00`, with the date when it is further away.
fn local(estate: &Estate, hit: &Hit<'_>, at: Timestamp) -> String {
    let unit = estate.business_unit(&hit.asset.bu);
    match unit.and_then(|unit| zone(&unit.time_zone).ok()) {
        Some(zone) => at
            .to_zoned(zone)
            .strftime("%A %-d %B, %H:%M %Z")
            .to_string(),
        None => at.strftime("%A %-d %B, %H:%M UTC").to_string(),
    }
}

/// What would keep it from coming back.
pub(crate) fn change(cause: &Cause<'_>, incident: &Incident) -> &'static str {
    let observed = cause
        .credential()
        .is_some_and(|found| found.mode == CredentialMode::Observed);
    match incident.class {
        Class::AuthRejected if observed => {
            "let the broker hold this credential, so that its end is planned and its renewal seen."
        }
        Class::AuthRejected => {
            "stage the next secret 30 days before the end, with an owner for the date."
        }
        Class::Scope => {
            "name the flow in the change form of the package, and compare scopes after each edit."
        }
        Class::Policy => "register exit addresses before a worker moves.",
        Class::GrantDead => {
            "bind the consent to a service user, and check it after each change of people."
        }
        Class::TokenRevoked | Class::SecondMinter => "give each program a client of its own.",
        Class::NotRenewed => "let the program ask the broker for its token before each run.",
        Class::Certificate => {
            "put the certificate into the estate with its end, so that it is announced."
        }
        Class::Throttled => "spread the callers, and give the loudest a limit of its own.",
        Class::Upstream | Class::Network | Class::Malformed => {
            "keep jobs that can wait away from the hours in which the provider was down."
        }
        Class::Config => "test the token request against the simulator before it is deployed.",
        Class::LongJob => "let the job ask for a token between its parts.",
        Class::Stopped | Class::Reduced | Class::ZeroRows | Class::Frozen | Class::QueueGrowth => {
            "have its counters read every few minutes, so that the next one is seen sooner."
        }
        Class::Local => "watch our own store, key and disk from outside.",
    }
}

#[cfg(test)]
mod tests;
