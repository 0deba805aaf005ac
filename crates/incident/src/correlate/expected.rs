//! What people said is to be expected: it pages nobody while its window lasts.

use super::covered::AFTER_PLAN;
use super::{Correlator, Held};
use countersign_model::Timestamp;
use countersign_model::expectation::{Expectation, Pattern, Withdrawal};
use countersign_model::id::{AssetId, IncidentId};
use countersign_model::incident::RootCause;
use countersign_model::signal::{Signal, Strength};

/// Rules kept at most; the oldest go first.
const RULES_MAX: usize = 500;

impl Correlator {
    /// Takes up the rules that stood at the last stop.
    pub fn restore_expected(&mut self, rules: Vec<Expectation>) {
        self.expected = rules;
    }

    /// Takes a rule, and gives it back with everything that is a part of the same failure now. What is
    /// live of it is held until its window is over, and told then if it goes on.
    pub fn expect(&mut self, now: Timestamp, mut rule: Expectation) -> Expectation {
        self.changed = true;
        for cause in rule
            .patterns
            .clone()
            .into_iter()
            .map(|pattern| pattern.cause)
        {
            self.add_parts(&cause, &mut rule);
        }
        let is_over = |rule: &Expectation| rule.over_at().is_some_and(|over| over <= now);
        self.expected
            .retain(|other| other.incident != rule.incident && !is_over(other));
        self.expected.push(rule.clone());
        let surplus = self.expected.len().saturating_sub(RULES_MAX);
        self.expected.drain(..surplus);
        self.hold_expected(now);
        rule
    }

    /// Takes back the rule of an incident; what it held is told at the next tick, if it goes on.
    pub fn expect_no_more(
        &mut self,
        now: Timestamp,
        incident: &IncidentId,
        by: &str,
    ) -> Option<Expectation> {
        let place = self
            .expected
            .iter()
            .position(|rule| rule.incident == *incident)?;
        self.changed = true;
        let mut rule = self.expected.remove(place);
        for pattern in &rule.patterns {
            if let Some(held) = self.state.held.get_mut(&pattern.cause) {
                held.until = now;
                held.signal.at = now;
            }
        }
        rule.withdrawn = Some(Withdrawal {
            at: now,
            by: by.to_owned(),
        });
        Some(rule)
    }

    /// Until when a signal is expected: the end of its window, and the time that an end takes to show.
    pub(super) fn expected_until(&self, now: Timestamp, signal: &Signal) -> Option<Timestamp> {
        let just_now = now.checked_sub(AFTER_PLAN).unwrap_or(now);
        let ends = |rule: &Expectation| {
            let instants = [now, just_now, signal.at];
            let ends = instants.into_iter().filter_map(|at| rule.window_end(at));
            ends.max()
        };
        let about = self.rules_about(signal);
        let until = about.filter_map(ends).max()?.checked_add(AFTER_PLAN).ok();
        until.filter(|until| *until > now)
    }

    /// A held signal as it is told once it is expected no more: judged now, because what was said about
    /// it is older.
    pub(super) fn judged_anew(&self, now: Timestamp, signal: &Signal) -> Signal {
        let at = match self.rules_about(signal).next() {
            Some(_) => now,
            None => signal.at,
        };
        Signal {
            at,
            ..signal.clone()
        }
    }

    fn rules_about<'a>(&'a self, signal: &'a Signal) -> impl Iterator<Item = &'a Expectation> {
        let rules = self.expected.iter();
        rules.filter(|rule| rule.is_about(&signal.cause, signal.class))
    }

    /// The symptoms that are a part of a cause fail with it.
    fn add_parts(&self, cause: &RootCause, rule: &mut Expectation) {
        let part_of = self.state.part_of.iter();
        let parts = part_of.filter(|(_, parent)| *parent == cause);
        for (asset, _) in parts {
            let Some(symptom) = self.state.symptoms.get(asset) else {
                continue;
            };
            let pattern = Pattern {
                cause: RootCause::Asset(asset.clone()),
                class: symptom.class,
            };
            if !rule.patterns.contains(&pattern) {
                rule.patterns.push(pattern);
            }
        }
    }

    /// Holds what is live and expected; a guess made of it is dropped.
    fn hold_expected(&mut self, now: Timestamp) {
        let state = &self.state;
        let live = state.direct.values().chain(state.symptoms.values());
        let live = live.chain(state.pooled.values());
        let mut found: Vec<Held> = Vec::new();
        for signal in live.filter(|signal| is_told(signal)) {
            if let Some(until) = self.expected_until(now, signal) {
                let signal = signal.clone();
                found.push(Held { signal, until });
            }
        }
        for held in found {
            self.quieten(&held.signal.cause);
            self.state.held.insert(held.signal.cause.clone(), held);
        }
        let symptoms: Vec<AssetId> = self.state.symptoms.keys().cloned().collect();
        let guesses = std::mem::take(&mut self.state.inferred);
        for (credential, guess) in guesses {
            if self.expected_until(now, &guess).is_none() {
                self.state.inferred.insert(credential, guess);
                continue;
            }
            let cause = RootCause::Credential(credential);
            for id in &symptoms {
                if self.state.part_of.get(id) == Some(&cause) {
                    self.state.part_of.remove(id);
                }
            }
        }
    }

    fn quieten(&mut self, cause: &RootCause) {
        let state = &mut self.state;
        let known = match cause {
            RootCause::Asset(id) => state.symptoms.get_mut(id),
            RootCause::Credential(id) if state.pooled.contains_key(id) => state.pooled.get_mut(id),
            _ => state.direct.get_mut(cause),
        };
        if let Some(signal) = known {
            signal.strength = Strength::Suspect;
        }
        if let Some(signal) = state.direct.get_mut(cause) {
            signal.strength = Strength::Suspect;
        }
    }
}

fn is_told(signal: &Signal) -> bool {
    !matches!(signal.strength, Strength::Suspect | Strength::Healed)
}

#[cfg(test)]
mod tests;
