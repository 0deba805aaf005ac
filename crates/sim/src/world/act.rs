//! Programs at work: they get a token, call, and try once more where that is what programs do.

mod beside;
mod errand;
mod own;
mod sent;

use super::broker::{Held, Vend};
use super::habits::Flow;
use super::trouble::Act;
use super::wire::Went;
use super::{CLIENT_LEAD, Due, World};
use countersign_model::estate::CredentialKind;
use countersign_model::id::{OutcomeId, SlotId};
use countersign_model::token::Generation;
use countersign_model::{SignedDuration, Timestamp};
use sent::told;
use std::sync::Arc;

/// A program that waits for a token, or whose token was refused, tries again so much later.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(2);

/// Equal events or rows for one asset.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) thing: Option<usize>,
    pub(super) n: u64,
}

/// What a program is about to send.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    flow: usize,
    run: Option<u64>,
    parts: Vec<Part>,
    /// The call that was refused before, and the token it was refused with.
    after: Option<(OutcomeId, Generation)>,
    last: bool,
}

/// How some of an attempt ended.
enum End {
    Through,
    Failed,
    NoToken,
}

impl End {
    fn of(went: &Went) -> End {
        if went.is_ok() {
            End::Through
        } else {
            End::Failed
        }
    }
}

impl Attempt {
    pub(super) fn first(flow: usize, run: Option<u64>, parts: Vec<Part>) -> Attempt {
        Attempt {
            flow,
            run,
            parts,
            after: None,
            last: false,
        }
    }
}

impl World {
    pub(super) fn attempt(&mut self, at: Timestamp, attempt: Attempt) {
        let habits = Arc::clone(&self.ground.habits);
        let flow = &habits.flows[attempt.flow];
        if at >= self.live_from && self.outside.contains(&attempt.flow) {
            self.errands.push(attempt);
        } else if !self.is_real(flow, at) {
            self.as_usual(at, flow, &attempt);
        } else if let Some(slot) = self.broker.slot_of(&flow.it.id).cloned() {
            self.with_broker(at, flow, &slot, attempt);
        } else if self.clients.contains_key(&attempt.flow) {
            self.with_client(at, flow, &attempt);
        } else {
            self.with_key(at, flow, &attempt);
        }
    }

    /// Whether a flow's calls are made one by one to the provider's model. Until a fault reaches it,
    /// each of them would go well; a provider that others break too is always asked.
    fn is_real(&self, flow: &Flow, at: Timestamp) -> bool {
        let ahead = if flow.observed {
            CLIENT_LEAD
        } else {
            SignedDuration::ZERO
        };
        let lent = self.wire.is_lent() && flow.credential_kind != CredentialKind::ExtOauth;
        let reached = || {
            self.troubles.iter().any(|trouble| {
                let tokens = trouble.is_provided()
                    || matches!(
                        trouble.act,
                        Act::KeyDead | Act::Certificate | Act::JobOverrun | Act::BrokerRestart
                    );
                let hits = trouble.hits_flow(flow) || trouble.reach.feeders.contains(&flow.it.id);
                // An outside service goes on when the provider and all its tenants do not.
                let its_own = flow.credential_kind != CredentialKind::ExtOauth
                    || trouble.fault.tenant.is_none();
                tokens && hits && its_own && trouble.at - ahead <= at
            })
        };
        at >= self.live_from && (lent || reached())
    }

    fn as_usual(&mut self, at: Timestamp, flow: &Flow, attempt: &Attempt) {
        for part in &attempt.parts {
            self.hiccup(at, flow, part);
            let sent = self.sent(flow, part.thing);
            let told = told(flow, &sent, None);
            self.say_calls(at, &told, &Went::well(), part.n);
            self.storm(at, flow, part);
            self.end(at, attempt, part.thing, part.n, &End::Through);
        }
    }

    fn with_broker(&mut self, at: Timestamp, flow: &Flow, slot: &SlotId, attempt: Attempt) {
        let unlike = attempt.after.as_ref().map(|(_, generation)| *generation);
        let held = match self.held_by_run(&attempt) {
            Some(held) => Vend::Token(held),
            None => self.broker.vend(at, slot, unlike, &mut self.wire),
        };
        self.hear_broker(at);
        match held {
            Vend::Token(held) if Some(held.generation) != unlike => {
                self.keep_for_run(&attempt, &held);
                for part in attempt.parts.clone() {
                    for again in self.call(at, flow, &attempt, &part, &held) {
                        self.broker
                            .reject(at, slot, held.generation, &mut self.wire);
                        self.hear_broker(at);
                        self.later(at + AGAIN_AFTER, Due::Again(again));
                    }
                }
            }
            Vend::Wait if !attempt.last => {
                let again = Attempt {
                    last: true,
                    ..attempt
                };
                self.later(at + AGAIN_AFTER, Due::Again(again));
            }
            Vend::Token(_) => self.all_end(at, &attempt, &End::Failed),
            Vend::Wait | Vend::Refused => {
                self.broker.tally.failed_vends += 1;
                let end = match attempt.after {
                    Some(_) => End::Failed,
                    None => End::NoToken,
                };
                self.all_end(at, &attempt, &end);
            }
        }
    }

    /// Calls with a token; what was refused and is to be tried once more with another.
    fn call(
        &mut self,
        at: Timestamp,
        flow: &Flow,
        attempt: &Attempt,
        part: &Part,
        held: &Held,
    ) -> Vec<Attempt> {
        self.hiccup(at, flow, part);
        let sent = self.sent(flow, part.thing);
        let all = self.wire.call(at, part.n, &sent.borrowed(), &held.text);
        let keeps_token = self.held_by_run(attempt).is_some();
        let retry_of = attempt.after.as_ref().map(|(id, _)| id.clone());
        let mut refused = Vec::new();
        for (went, n) in all {
            let id = self.say_calls(at, &told(flow, &sent, retry_of.clone()), &went, n);
            let part = Part {
                thing: part.thing,
                n,
            };
            if went.is_ok() {
                self.end(at, attempt, part.thing, n, &End::Through);
            } else if went.status == Some(401) && attempt.after.is_none() && !keeps_token {
                refused.push(Attempt {
                    parts: vec![part],
                    after: Some((id, held.generation)),
                    last: true,
                    ..attempt.clone()
                });
            } else {
                self.end(at, attempt, part.thing, n, &End::Failed);
            }
        }
        self.storm(at, flow, part);
        refused
    }

    /// The token that a run goes on using, whatever becomes of it.
    fn held_by_run(&self, attempt: &Attempt) -> Option<Held> {
        let run = self.ground.running.get(&attempt.run?)?;
        run.held.clone().filter(|_| run.overruns)
    }

    fn keep_for_run(&mut self, attempt: &Attempt, held: &Held) {
        let run = attempt
            .run
            .and_then(|run| self.ground.running.get_mut(&run));
        if let Some(run) = run.filter(|run| run.overruns) {
            run.held.get_or_insert_with(|| held.clone());
        }
    }

    fn all_end(&mut self, at: Timestamp, attempt: &Attempt, end: &End) {
        for part in &attempt.parts {
            self.end(at, attempt, part.thing, part.n, end);
        }
    }

    /// What became of `n` events or rows.
    fn end(&mut self, at: Timestamp, attempt: &Attempt, thing: Option<usize>, n: u64, end: &End) {
        if n == 0 {
            return;
        }
        if let Some(number) = attempt.run {
            let Some(run) = self.ground.running.get_mut(&number) else {
                return;
            };
            match end {
                End::Through => run.ok += n,
                End::Failed => run.failed += n,
                End::NoToken => run.without_token += n,
            }
            // No token, no job: nothing has been moved that would have to be finished.
            let gated = run.without_token > 0 && run.ok + run.failed == 0;
            if gated && !self.ground.habits.flows[attempt.flow].observed {
                self.end_run(number);
            }
            return;
        }
        let feeds =
            thing.filter(|thing| self.ground.habits.things[*thing].feeder == Some(attempt.flow));
        match (feeds, end) {
            (Some(thing), End::Through) => self.deliver(thing, n, at),
            (Some(thing), End::Failed | End::NoToken) => self.fail(thing, n, at),
            (None, _) => {}
        }
    }
}
