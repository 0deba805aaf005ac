//! Claims into the book: for one subject after its outcome, for all after a while.

use super::job::{Jobs, Life};
use super::memory::{Caller, Memory};
use super::part::Part;
use super::{Claim, Findings, deadline};
use countersign_model::Timestamp;
use countersign_model::finding::{Finding, FindingKind, Subject};
use countersign_model::id::{CredentialId, FindingId, IntegrationId};
use countersign_model::outcome::Outcome;
use std::collections::BTreeSet;

impl Findings {
    /// Whom an outcome speaks of as a program: its integration, else its credential.
    pub(super) fn caller_of(&self, outcome: &Outcome) -> Option<Subject> {
        let flow = outcome.integration.as_ref();
        match flow.filter(|id| self.known.flows.contains_key(*id)) {
            Some(id) => Some(Subject::Integration(id.clone())),
            None => self.known.credential_of(outcome).map(Subject::Credential),
        }
    }

    /// What outcomes and the calendar say of one credential.
    pub(super) fn settle_credential(&mut self, now: Timestamp, id: &CredentialId) {
        let (Some(known), Some(memory)) = (
            self.known.credentials.get(id),
            self.state.credentials.get(id),
        ) else {
            return;
        };
        let subject = Subject::Credential(id.clone());
        let claims = [
            (
                FindingKind::ScopeRemoved,
                memory.scopes.removed(known, &subject),
            ),
            (
                FindingKind::ScopeAdded,
                memory.scopes.added(known, &subject),
            ),
            (
                FindingKind::RenewalOverdue,
                memory.renewals.claim(now, &self.rules, known, &subject),
            ),
            (
                FindingKind::SecondUser,
                memory.users.claim(now, &self.rules, known, &subject),
            ),
            (
                FindingKind::EndDateStale,
                memory.stale.claim(known, &subject),
            ),
        ];
        let was_stale = self.book.holds(FindingKind::EndDateStale, &subject);
        for (kind, claim) in claims {
            self.book.settle(now, kind, &subject, claim);
        }
        if was_stale != self.book.holds(FindingKind::EndDateStale, &subject) {
            self.settle_calendar(now, id);
        }
    }

    /// What time alone makes of tokens that near their end.
    pub(super) fn settle_tokens(&mut self, now: Timestamp) {
        for (id, memory) in &self.state.credentials {
            if let Some(known) = self
                .known
                .credentials
                .get(id)
                .filter(|one| !one.is_brokered)
            {
                let subject = Subject::Credential(id.clone());
                let claim = memory.renewals.claim(now, &self.rules, known, &subject);
                self.book
                    .settle(now, FindingKind::RenewalOverdue, &subject, claim);
            }
        }
    }

    /// What outcomes say of one program.
    pub(super) fn settle_caller(&mut self, now: Timestamp, subject: &Subject) {
        let Some((name, place)) = self.known.name_and_place(subject) else {
            return;
        };
        let nothing = Caller::default();
        let caller = self.state.callers.get(subject).unwrap_or(&nothing);
        let mut claims = vec![
            (
                FindingKind::RetriesRising,
                caller.retries.claim(name, place, subject),
            ),
            (
                FindingKind::RetryStorm,
                caller.storm.claim(now, &self.rules, (name, place), subject),
            ),
            (
                FindingKind::WrongBu,
                caller.units.claim(now, &self.rules, (name, place), subject),
            ),
            (
                FindingKind::Throttled,
                caller.throttle.claim(name, place, subject),
            ),
        ];
        if let Subject::Integration(id) = subject {
            claims.push((FindingKind::LongJob, self.long_job(id, subject)));
        }
        for (kind, claim) in claims {
            self.book.settle(now, kind, subject, claim);
        }
    }

    fn long_job(&self, id: &IntegrationId, subject: &Subject) -> Option<Claim> {
        let flow = self.known.flows.get(id)?;
        let credential = self.known.credentials.get(&flow.credential)?;
        let seen = self.state.credentials.get(&flow.credential);
        let seen = seen.and_then(|memory| memory.renewals.life_s());
        let life = Life {
            seconds: seen.or_else(|| credential.usual_life_s())?,
            was_seen: seen.is_some(),
        };
        let nothing = Jobs::default();
        let jobs = self.state.jobs.get(id).unwrap_or(&nothing);
        jobs.claim(&self.rules, flow, life, subject)
    }

    /// Everything that time or a new estate can change.
    pub(super) fn settle_all(&mut self, now: Timestamp) {
        let known = &self.known;
        let is_gone = |finding: &Finding| !known.holds(&finding.subject);
        self.book.close_where(now, is_gone);
        for id in self.known.credentials.keys().cloned().collect::<Vec<_>>() {
            self.settle_credential(now, &id);
            self.settle_calendar(now, &id);
        }
        self.turn_days(now);
        let flows = self.known.flows.keys().cloned().map(Subject::Integration);
        let credentials = self.state.callers.keys();
        let credentials = credentials.filter(|subject| matches!(subject, Subject::Credential(_)));
        for subject in flows.chain(credentials.cloned()).collect::<Vec<_>>() {
            self.settle_caller(now, &subject);
        }
        self.forget_silent(now);
        self.settle_filed(now);
        self.settle_declared(now);
    }

    /// What the calendar alone says of one credential.
    fn settle_calendar(&mut self, now: Timestamp, id: &CredentialId) {
        let Some(known) = self.known.credentials.get(id) else {
            return;
        };
        let subject = Subject::Credential(id.clone());
        let nothing = Memory::default();
        let memory = self.state.credentials.get(id).unwrap_or(&nothing);
        let watched = (known, self.state.watching_from);
        // A date that is known to be wrong warns of nothing.
        let is_stale = self.book.holds(FindingKind::EndDateStale, &subject);
        let ending = deadline::ending(now, &self.rules, known, &subject);
        let last_use = &memory.last_use;
        let claims = [
            (FindingKind::Ending, ending.filter(|_| !is_stale)),
            (
                FindingKind::KeyOld,
                deadline::old(now, &self.rules, known, &subject),
            ),
            (
                FindingKind::IdleCredential,
                last_use.claim(now, &self.rules, watched, &subject),
            ),
            (
                FindingKind::IdleServiceUser,
                last_use.claim_user(now, &self.rules, watched, &subject),
            ),
        ];
        for (kind, claim) in claims {
            self.book.settle(now, kind, &subject, claim);
        }
    }

    /// Ends days that are over, also of those who do not call any more.
    fn turn_days(&mut self, now: Timestamp) {
        for (subject, caller) in &mut self.state.callers {
            let place = self.known.name_and_place(subject);
            if place.is_some_and(|(_, place)| caller.throttle.turn_at(&self.rules, now, place)) {
                self.changed.insert(Part::Caller(subject.clone()));
            }
        }
    }

    /// Forgets sources that were not heard for long.
    fn forget_silent(&mut self, now: Timestamp) {
        let silent = self.state.sources.iter();
        let silent = silent.filter(|(_, skew)| skew.is_silent(now, &self.rules));
        for name in silent.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.state.sources.remove(&name);
            let subject = Subject::Source(name.clone());
            self.book.close(now, FindingKind::ClockSkew, &subject);
            self.changed.insert(Part::Source(name));
        }
    }

    fn settle_filed(&mut self, now: Timestamp) {
        let over = self.state.filed.values().filter(|one| one.until <= now);
        for claim in over.map(|one| one.claim.clone()).collect::<Vec<_>>() {
            let id = FindingId::of(claim.kind, &claim.subject);
            self.state.filed.remove(&id);
            self.changed.insert(Part::Filed(id));
            self.book.close(now, claim.kind, &claim.subject);
        }
    }

    fn settle_declared(&mut self, now: Timestamp) {
        let told: BTreeSet<(FindingKind, Subject)> = self
            .declared
            .iter()
            .map(|claim| (claim.kind, claim.subject.clone()))
            .collect();
        for claim in self.declared.clone() {
            let (kind, subject) = (claim.kind, claim.subject.clone());
            self.book.settle(now, kind, &subject, Some(claim));
        }
        self.book.close_where(now, |finding| {
            finding.kind.is_declared() && !told.contains(&(finding.kind, finding.subject.clone()))
        });
    }
}
