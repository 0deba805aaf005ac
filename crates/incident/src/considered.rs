//! What else could have looked like this: each weighed with the figures for and against it
//! (detection 5, R018, R019, R048, R111, R160, R211).
//!
//! A sentence says what was seen and since when, and none says more. Nothing seen is no verdict.

use crate::cause::Cause;
use crate::tally::Tally;
use crate::volume;
use crate::words::{plural, thousands};
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::Asset;
use countersign_model::incident::{Confidence, Incident, RootCause};
use countersign_model::response::{Considered, OtherCause, Weighed};
use countersign_model::schedule::zone;

mod audience;
mod calendar;

/// Weighs every other cause, in the order of [`OtherCause::ALL`].
pub(crate) fn considered(
    cause: &Cause<'_>,
    incident: &Incident,
    tally: &Tally,
    now: Timestamp,
) -> Vec<Considered> {
    let case = Case {
        cause,
        incident,
        tally,
        now,
        since: incident.started_at,
    };
    OtherCause::ALL.map(|other| case.weigh(other)).to_vec()
}

struct Case<'a> {
    cause: &'a Cause<'a>,
    incident: &'a Incident,
    tally: &'a Tally,
    now: Timestamp,
    since: Timestamp,
}

/// Sentences for and against.
#[derive(Default)]
struct Evidence {
    in_favour: Vec<String>,
    against: Vec<String>,
}

impl Evidence {
    fn favour(&mut self, words: String) {
        self.in_favour.push(words);
    }

    fn oppose(&mut self, words: String) {
        self.against.push(words);
    }
}

impl Case<'_> {
    fn weigh(&self, other: OtherCause) -> Considered {
        let mut evidence = Evidence::default();
        match other {
            OtherCause::VendorOutage => self.vendor(&mut evidence),
            OtherCause::Throttling => self.throttling(&mut evidence),
            OtherCause::EmptyAudience => self.audience(&mut evidence),
            OtherCause::PlannedPause => self.pause(&mut evidence),
            OtherCause::WeekendOrHoliday => self.day(&mut evidence),
            OtherCause::Maintenance => self.maintenance(&mut evidence),
            OtherCause::OurBlindness => self.blindness(&mut evidence),
        }
        let Evidence { in_favour, against } = evidence;
        let weighed = match (self.is(other), in_favour.is_empty(), against.is_empty()) {
            (true, _, _) => Weighed::IsTheCause,
            (false, false, _) => Weighed::Possible,
            (false, true, false) => Weighed::RuledOut,
            (false, true, true) => Weighed::CannotTell,
        };
        Considered {
            other,
            weighed,
            in_favour,
            against,
        }
    }

    /// Whether it is what the incident says.
    fn is(&self, other: OtherCause) -> bool {
        match other {
            OtherCause::VendorOutage => self.incident.root_cause == RootCause::Platform,
            OtherCause::Throttling => self.incident.class == Class::Throttled,
            OtherCause::OurBlindness => self.incident.root_cause == RootCause::Blind,
            _ => false,
        }
    }

    fn vendor(&self, evidence: &mut Evidence) {
        let flows = &self.cause.integrations;
        let own: Vec<_> = flows.iter().map(|flow| &flow.credential).collect();
        let mints = self.tally.other_mints(&own, self.since);
        let calls = self.tally.other_calls(flows, self.since);
        if self.is(OtherCause::VendorOutage) {
            let n = plural(self.incident.integrations.len(), "flow");
            evidence.favour(format!("It was seen in {n} at once."));
        }
        if self.incident.refused.is_some() {
            evidence.oppose("The provider answered, and refused; an outage does not.".to_owned());
        }
        if let (n @ 1.., Some(last)) = (mints.working, mints.last) {
            let n = plural(n, "other credential");
            let at = self.clock(last);
            evidence.oppose(format!("{n} got a token since it began, the last at {at}."));
        }
        if let (n @ 1.., Some(last)) = (calls.working, calls.last) {
            let n = plural(n, "other flow");
            let at = self.clock(last);
            evidence.oppose(format!(
                "Calls of {n} were answered since it began, the last at {at}."
            ));
        }
        if mints.failing > 0 {
            let n = plural(mints.failing, "other credential");
            evidence.favour(format!(
                "{n} asked for a token since it began and got none since."
            ));
        }
        if calls.failing > 0 {
            let n = plural(calls.failing, "other flow");
            evidence.favour(format!(
                "Calls of {n} failed since it began and none was answered since."
            ));
        }
    }

    fn throttling(&self, evidence: &mut Evidence) {
        let flows = &self.cause.integrations;
        match self.tally.throttled(flows, self.since) {
            (0, 0, _) => {}
            (0, asked, _) => {
                let n = plural(asked, "flow");
                evidence.oppose(format!(
                    "Requests of {n} on the cause were seen since it began, and none was answered 429."
                ));
            }
            (n, asked, last) => {
                let at = last.map_or(String::new(), |at| {
                    format!(", the last at {}", self.clock(at))
                });
                let asked = asked.max(n);
                evidence.favour(format!(
                    "{n} of {asked} flows on the cause were answered 429 since it began{at}."
                ));
            }
        }
        if self.incident.refused.is_some() {
            evidence.oppose("It was refused, and not slowed down.".to_owned());
        }
    }

    fn blindness(&self, evidence: &mut Evidence) {
        let incident = self.incident;
        if self.is_refusal() {
            let n = plural(incident.evidence.len(), "fact");
            let last = incident.evidence.last();
            let last = last.map_or(String::new(), |fact| {
                format!(", the last at {}", self.clock(fact.at))
            });
            evidence.oppose(format!("The failure itself was seen: {n}{last}."));
        }
        for asset in self.own_assets() {
            let row = self.tally.asset(&asset.id);
            match row.read_at {
                Some(at) if at >= self.since => evidence.oppose(format!(
                    "The counter of {} was read since it began, the last time at {}.",
                    asset.name,
                    self.clock(at)
                )),
                Some(at) => evidence.favour(format!(
                    "The counter of {} was last read at {}, before it began.",
                    asset.name,
                    self.clock(at)
                )),
                None => {}
            }
        }
        match self.tally.seen_since(self.since) {
            (_, 0) => {}
            (0, all) => evidence.favour(format!(
                "Of the {all} flows, credentials and counters that were seen before, none was seen since it began."
            )),
            (seen, all) => evidence.oppose(format!(
                "{seen} of the {all} flows, credentials and counters that are seen at all were seen since it began."
            )),
        }
        if incident.confidence != Confidence::Certain && !self.is_refusal() {
            let spots = incident.blind_spots.iter();
            spots.for_each(|spot| evidence.favour(format!("Not seen: {spot}")));
        }
    }

    /// Whether it was refused or broken in front of us, whatever volumes do.
    fn is_refusal(&self) -> bool {
        matches!(
            self.incident.class,
            Class::AuthRejected
                | Class::Scope
                | Class::Policy
                | Class::GrantDead
                | Class::TokenRevoked
                | Class::SecondMinter
                | Class::NotRenewed
                | Class::Certificate
                | Class::Config
                | Class::Upstream
                | Class::Network
                | Class::Malformed
        )
    }

    /// The asset the cause is about, or those that its flows fill.
    fn own_assets(&self) -> Vec<&Asset> {
        let estate = self.cause.estate;
        match self.cause.root {
            RootCause::Asset(id) => estate.asset(id).into_iter().collect(),
            RootCause::Credential(_) if !self.is_refusal() => {
                let flows = self.cause.integrations.iter();
                let fed = flows.flat_map(|flow| &flow.feeds);
                fed.filter_map(|id| estate.asset(id)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What would have come over an asset since it began, weekend and holidays counted in.
    fn expected(&self, asset: &Asset) -> f64 {
        volume::expected(self.cause.estate, asset, self.since, self.now)
    }

    /// The time there, `07:04 CST`.
    fn clock(&self, at: Timestamp) -> String {
        let unit = self.cause.unit();
        match unit.and_then(|unit| zone(&unit.time_zone).ok()) {
            Some(zone) => at.to_zoned(zone).strftime("%H:%M %Z").to_string(),
            None => at.strftime("%H:%M UTC").to_string(),
        }
    }
}

/// A volume as people say it.
fn about(volume: f64) -> String {
    thousands(crate::figures::whole(volume))
}

#[cfg(test)]
mod tests;
