//! What follows an answer: a token is published, a late one reconciled, a lost one given up.

use super::Machine;
use super::exchange::Ended;
use super::slot::{Flight, Phase};
use crate::breaker::Change;
use crate::effect::{AttemptEnd, AttemptId};
use crate::event::Event;
use crate::grant::GrantState;
use crate::input::CredentialState;
use crate::instant::{after, ms_until};
use crate::lines::{Margin, lines};
use crate::refusal::{RefusalClass, classify, host_in_trouble};
use countersign_model::Timestamp;
use countersign_model::id::SlotId;
use countersign_model::mint::{MintResult, NetCause, Phase as SendPhase};
use countersign_model::token::TokenFacts;

/// Requests given up whose answer is still awaited, per slot.
const LOST_MAX: usize = 8;

/// What a request brought.
pub(super) struct Landed {
    pub(super) sent_at: Timestamp,
    pub(super) result: MintResult,
    pub(super) fingerprint: Option<String>,
    pub(super) rotated: bool,
}

/// A success, as far as it matters here.
struct Issued {
    sent_at: Timestamp,
    expires_in_s: Option<u64>,
    scope: Option<Vec<String>>,
    fingerprint: String,
    late: bool,
}

impl Machine {
    /// An answer has come. It is applied once (R2): the flight it belongs to ends with it, one that
    /// was given up is reconciled, any other is a double and is dropped.
    pub(super) fn answered(
        &mut self,
        now: Timestamp,
        id: &SlotId,
        attempt: AttemptId,
        landed: Landed,
    ) {
        let Landed {
            sent_at,
            result,
            fingerprint,
            rotated,
        } = landed;
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        let grant = slot.spec.grant;
        let late = match slot.phase {
            Phase::Flying(flight) if flight.attempt == attempt => false,
            _ => match slot.lost.iter().position(|lost| *lost == attempt) {
                Some(place) => {
                    slot.lost.remove(place);
                    true
                }
                None => return,
            },
        };
        if !late {
            self.land(id);
            self.note_host(now, id, attempt, ms_until(sent_at, now), Some(&result));
        }
        let class = classify(&result, grant);
        let ended = Ended {
            attempt,
            sent_at,
            result: &result,
            rotated,
        };
        let class = if late {
            self.exchange_ended_late(now, id, ended, class);
            class
        } else {
            self.exchange_ended(now, id, ended, class)
        };
        match (class, result) {
            (
                None,
                MintResult::Issued {
                    expires_in_s,
                    scope,
                    ..
                },
            ) => {
                let fingerprint = fingerprint.unwrap_or_default();
                self.issued(
                    now,
                    id,
                    Issued {
                        sent_at,
                        expires_in_s,
                        scope,
                        fingerprint,
                        late,
                    },
                );
            }
            (Some(class), result) if !late => {
                self.failed(now, id, attempt, sent_at, Some(result), class);
            }
            (_, _) => {}
        }
    }

    /// The request could not be made for a reason of our own.
    pub(super) fn aborted(&mut self, now: Timestamp, id: &SlotId, attempt: AttemptId) {
        let Some(flight) = self
            .flight_of(id)
            .filter(|flight| flight.attempt == attempt)
        else {
            return;
        };
        self.land(id);
        if let Some(host) = self
            .slots
            .get(id)
            .and_then(|slot| self.hosts.get_mut(&slot.host))
        {
            host.breaker.probe_void(attempt);
        }
        self.exchange_not_made(id, attempt);
        self.failed(now, id, attempt, flight.asked_at, None, RefusalClass::Local);
    }

    /// An answer of an earlier run (R3).
    pub(super) fn recovered(&mut self, now: Timestamp, id: &SlotId, landed: Landed) {
        let Some(slot) = self.slots.get(id) else {
            return;
        };
        let name = slot.spec.credential.clone();
        let class = classify(&landed.result, slot.spec.grant);
        if let Some(credential) = self.credentials.get_mut(&name) {
            credential.grant = GrantState::FRESH;
        }
        match (class, landed.result) {
            (
                None,
                MintResult::Issued {
                    expires_in_s,
                    scope,
                    ..
                },
            ) if !self.has_newer(id, landed.sent_at) => {
                let issued = Issued {
                    sent_at: landed.sent_at,
                    expires_in_s,
                    scope,
                    fingerprint: landed.fingerprint.unwrap_or_default(),
                    late: true,
                };
                self.issued(now, id, issued);
            }
            (_, _) => self.out.attempt(id.clone(), None, AttemptEnd::Rotated),
        }
        self.refresh_holds(&name);
    }

    /// True if the present token was asked for no earlier.
    pub(super) fn has_newer(&self, id: &SlotId, sent_at: Timestamp) -> bool {
        let token = self.slots.get(id).and_then(|slot| slot.token.as_ref());
        token.is_some_and(|token| token.issued_at >= sent_at)
    }

    /// No answer in time: goes on without it, and remembers it in case it still comes.
    pub(super) fn give_up_if_due(&mut self, now: Timestamp, id: &SlotId) {
        let Some(flight) = self.flight_of(id).filter(|flight| flight.give_up_at <= now) else {
            return;
        };
        if let Some(slot) = self.slots.get_mut(id) {
            if slot.lost.len() == LOST_MAX {
                slot.lost.pop_front();
            }
            slot.lost.push_back(flight.attempt);
        }
        let silence = MintResult::NoAnswer {
            phase: SendPhase::AfterSend,
            cause: NetCause::Timeout,
        };
        self.land(id);
        let waited_ms = ms_until(flight.asked_at, now);
        self.note_host(now, id, flight.attempt, waited_ms, Some(&silence));
        let class = Some(RefusalClass::NetPostSend);
        let ended = Ended {
            attempt: flight.attempt,
            sent_at: flight.asked_at,
            result: &silence,
            rotated: false,
        };
        let class = self.exchange_ended(now, id, ended, class);
        let class = class.unwrap_or(RefusalClass::NetPostSend);
        self.failed(
            now,
            id,
            flight.attempt,
            flight.asked_at,
            Some(silence),
            class,
        );
    }

    pub(super) fn flight_of(&self, id: &SlotId) -> Option<Flight> {
        match self.slots.get(id)?.phase {
            Phase::Flying(flight) => Some(flight),
            Phase::Idle | Phase::Queued { .. } | Phase::Parked => None,
        }
    }

    /// Tells the host's estimates and its breaker how a request went.
    fn note_host(
        &mut self,
        now: Timestamp,
        id: &SlotId,
        attempt: AttemptId,
        latency_ms: u64,
        result: Option<&MintResult>,
    ) {
        let Some(slot) = self.slots.get(id) else {
            return;
        };
        let Some(host) = self.hosts.get_mut(&slot.host) else {
            return;
        };
        host.latency.note(latency_ms);
        let change = if result.is_some_and(host_in_trouble) {
            let unit = self.key.unit("breaker", &slot.spec.host, attempt.0);
            let alone = host.n_slots == 1;
            host.breaker.failed(now, (id, attempt), alone, unit)
        } else {
            host.breaker.answered(now, attempt)
        };
        let name = slot.spec.host.clone();
        match change {
            Some(Change::Opened(until)) => {
                let waiting = std::mem::take(&mut host.waiting);
                self.out.tell(Event::BreakerOpened { host: name, until });
                for waiting_id in waiting {
                    self.refuse_if_down(now, &waiting_id);
                }
            }
            Some(Change::Closed) => {
                host.bucket.ramp(now);
                self.out.tell(Event::BreakerClosed { host: name });
            }
            None => {}
        }
    }

    /// A token has come. A late one is taken only if it is newer than the present one (R5).
    fn issued(&mut self, now: Timestamp, id: &SlotId, issued: Issued) {
        let Some(slot) = self.slots.get(id) else {
            return;
        };
        if issued.late && self.has_newer(id, issued.sent_at) {
            return;
        }
        let margin = self
            .hosts
            .get(&slot.host)
            .map_or(Margin::CALM, |host| host.margin());
        let facts = self.facts_of(now, id, &issued, margin);
        self.unqueue(id);
        self.clear_doubt(now, id, issued.sent_at);
        self.publish(now, id, facts, &issued);
    }

    fn facts_of(
        &mut self,
        now: Timestamp,
        id: &SlotId,
        issued: &Issued,
        margin: Margin,
    ) -> TokenFacts {
        let slot = self.slots.get_mut(id).expect("the caller has just seen it");
        let lifetime_ms = match issued.expires_in_s {
            Some(seconds) => seconds.saturating_mul(1_000),
            None => slot.spec.default_lifetime_ms,
        };
        if issued.expires_in_s.is_none() && !slot.default_told {
            slot.default_told = true;
            self.out.tell(Event::DefaultLifetimeUsed {
                slot: id.clone(),
                lifetime_ms,
            });
        }
        let generation = slot.last_generation.next();
        let unit = self.key.unit("refresh", id.as_str(), generation.0);
        let drawn = lines(
            issued.sent_at,
            now,
            lifetime_ms,
            &slot.spec.policy,
            unit,
            margin,
        );
        if drawn.too_short {
            let lifetime_ms = drawn.lifetime_ms;
            self.out.tell(Event::LifeTooShort {
                slot: id.clone(),
                lifetime_ms,
            });
        }
        TokenFacts {
            generation,
            issued_at: issued.sent_at,
            expires_at: drawn.expires_at,
            lifetime_ms: drawn.lifetime_ms,
            refresh_at: drawn.refresh_at,
            hard_at: drawn.hard_at,
            scope: issued.scope.clone(),
            fingerprint: issued.fingerprint.clone(),
        }
    }

    /// The secret works: strikes fall, a lock opens, parked slots go on. A request sent before the
    /// last strike says nothing about it.
    fn clear_doubt(&mut self, now: Timestamp, id: &SlotId, sent_at: Timestamp) {
        let Some(slot) = self.slots.get(id) else {
            return;
        };
        let name = slot.spec.credential.clone();
        if let Some(host) = self.hosts.get_mut(&slot.host) {
            host.tries.note(now, &name, false);
        }
        let Some(credential) = self.credentials.get_mut(&name) else {
            return;
        };
        let (strikes, locked) = (
            credential.record.strikes,
            credential.record.state == CredentialState::Locked,
        );
        let doubted = credential.trial.is_some();
        let outdated = credential
            .record
            .last_strike_at
            .is_some_and(|last| sent_at <= last);
        if outdated || (strikes == 0 && !locked && !doubted) {
            return;
        }
        credential.clear();
        if locked {
            credential.record.state = CredentialState::Active;
            self.out.tell(Event::Unlocked {
                credential: name.clone(),
            });
        }
        if strikes > 0 || locked {
            self.out.save(credential.record.clone());
            self.out.tell(Event::Recovered {
                credential: name.clone(),
                strikes,
            });
        }
        self.refresh_holds(&name);
        self.release_parked(now, &name);
    }

    fn publish(&mut self, now: Timestamp, id: &SlotId, facts: TokenFacts, issued: &Issued) {
        let key = self.key;
        let rest_until = after(now, self.config.forced_rest_ms);
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        let known = slot.token.as_ref();
        let same = !facts.fingerprint.is_empty()
            && known.is_some_and(|token| token.fingerprint == facts.fingerprint);
        let reactive = slot.warm() && known.is_some_and(|token| now >= token.hard_at);
        if !same {
            slot.same_since = facts.generation;
        }
        let forced = std::mem::take(&mut slot.reports.pending);
        slot.reports.born = forced.then_some(facts.generation);
        if forced && same {
            slot.reports.rest_until = Some(rest_until);
            self.out.tell(Event::ApiSideRejection { slot: id.clone() });
        }
        let attempts = slot.fails.saturating_add(1);
        slot.token = Some(facts.clone());
        slot.last_generation = facts.generation;
        slot.fails = 0;
        slot.confirms = 0;
        slot.failing = None;
        slot.quarantined = false;
        slot.next_attempt_at = None;
        slot.wanted_at = None;
        slot.minted_at = Some(now);
        slot.mints_ok += 1;
        slot.plan(now, key);
        if let Some(since) = slot.gap_since.take() {
            let gap_ms = ms_until(since, now);
            self.out.tell(Event::GapEnded {
                slot: id.clone(),
                gap_ms,
            });
        }
        let generation = facts.generation;
        self.out.publish(id.clone(), facts.clone());
        self.out.tell(Event::Minted {
            slot: id.clone(),
            generation,
            facts,
            reactive,
            attempts,
            latency_ms: ms_until(issued.sent_at, now),
            late: issued.late,
        });
        self.touch(id);
        self.settle(id, Ok(generation));
        self.grant_works(now, id);
        self.refresh_hold(id);
    }
}
