//! Programs at work: they get a token, call, and try once more where that is what programs do.

use super::broker::{Held, Vend};
use super::habits::Flow;
use super::say::Told;
use super::trouble::Act;
use super::wire::{Sent, Went};
use super::{CLIENT_LEAD, Due, World};
use crate::traffic::{self, request};
use countersign_model::estate::CredentialKind;
use countersign_model::id::{IntegrationId, OutcomeId, SlotId};
use countersign_model::token::Generation;
use countersign_model::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A program that waits for a token, or whose token was refused, tries again so much later.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(2);
/// By how much a program that repeats itself calls more.
const STORM: u64 = 20;
/// Share of the calls of a hiccup that are refused, where the fault does not say.
const HICCUP_SHARE: f64 = 0.9;

/// Equal events or rows for one asset.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) thing: Option<usize>,
    pub(super) n: u64,
}

/// What a program is about to send.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
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
        if !self.is_real(flow, at) {
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
    /// each of them would go well.
    fn is_real(&self, flow: &Flow, at: Timestamp) -> bool {
        let ahead = if flow.observed {
            CLIENT_LEAD
        } else {
            SignedDuration::ZERO
        };
        at >= self.live_from
            && self.troubles.iter().any(|trouble| {
                let tokens = trouble.is_provided()
                    || matches!(
                        trouble.act,
                        Act::KeyDead | Act::Certificate | Act::JobOverrun | Act::BrokerRestart
                    );
                let hits = trouble.hits_flow(flow) || trouble.reach.feeders.contains(&flow.it.id);
                tokens && hits && trouble.at - ahead <= at
            })
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
                    self.call(at, flow, slot, &attempt, &part, &held);
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

    fn call(
        &mut self,
        at: Timestamp,
        flow: &Flow,
        slot: &SlotId,
        attempt: &Attempt,
        part: &Part,
        held: &Held,
    ) {
        self.hiccup(at, flow, part);
        let sent = self.sent(flow, part.thing);
        let all = self.wire.call(at, part.n, &sent.borrowed(), &held.text);
        let keeps_token = self.held_by_run(attempt).is_some();
        let retry_of = attempt.after.as_ref().map(|(id, _)| id.clone());
        for (went, n) in all {
            let id = self.say_calls(at, &told(flow, &sent, retry_of.clone()), &went, n);
            let part = Part {
                thing: part.thing,
                n,
            };
            if went.is_ok() {
                self.end(at, attempt, part.thing, n, &End::Through);
            } else if went.status == Some(401) && attempt.after.is_none() && !keeps_token {
                self.broker
                    .reject(at, slot, held.generation, &mut self.wire);
                self.hear_broker(at);
                let again = Attempt {
                    parts: vec![part],
                    after: Some((id, held.generation)),
                    last: true,
                    ..attempt.clone()
                };
                self.later(at + AGAIN_AFTER, Due::Again(again));
            } else {
                self.end(at, attempt, part.thing, n, &End::Failed);
            }
        }
        self.storm(at, flow, part);
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

    fn with_client(&mut self, at: Timestamp, flow: &Flow, attempt: &Attempt) {
        let keeps = attempt
            .run
            .and_then(|run| self.ground.running.get(&run))
            .is_some_and(|run| run.overruns && run.turn(at) > 0);
        if !keeps && self.clients[&attempt.flow].wants_token(at) {
            self.client_mints(at, flow, attempt.flow);
        }
        for part in &attempt.parts {
            self.hiccup(at, flow, part);
            let sent = self.sent(flow, part.thing);
            let mut all = self.client_calls(at, flow, attempt.flow, part.n, &sent);
            let refused = Went {
                status: Some(401),
                code: Some("0".to_owned()),
            };
            let n_refused: u64 = all
                .iter()
                .filter(|(went, _)| went.status == Some(401))
                .map(|(_, n)| *n)
                .sum();
            if n_refused > 0 && !keeps && flow.credential_kind != CredentialKind::ExtOauth {
                let id = self.say_calls(at, &told(flow, &sent, None), &refused, n_refused);
                self.client_mints(at, flow, attempt.flow);
                all.retain(|went, _| went.status != Some(401));
                let again = self.client_calls(at, flow, attempt.flow, n_refused, &sent);
                for (went, n) in again {
                    self.say_calls(at, &told(flow, &sent, Some(id.clone())), &went, n);
                    self.end(
                        at,
                        attempt,
                        part.thing,
                        n,
                        if went.is_ok() {
                            &End::Through
                        } else {
                            &End::Failed
                        },
                    );
                }
            }
            let mut answered = all.values().sum::<u64>() + n_refused;
            for (went, n) in all {
                self.say_calls(at, &told(flow, &sent, None), &went, n);
                self.end(
                    at,
                    attempt,
                    part.thing,
                    n,
                    if went.is_ok() {
                        &End::Through
                    } else {
                        &End::Failed
                    },
                );
            }
            answered = answered.min(part.n);
            self.end(at, attempt, part.thing, part.n - answered, &End::Failed);
            self.storm(at, flow, part);
        }
    }

    fn client_mints(&mut self, at: Timestamp, flow: &Flow, place: usize) {
        let Some(client) = self.clients.get_mut(&place) else {
            return;
        };
        let minted = client.mint(at, &mut self.wire);
        self.say_mint(at, flow, &minted);
    }

    /// Calls with the client's own token; empty if it has none and makes none.
    fn client_calls(
        &mut self,
        at: Timestamp,
        flow: &Flow,
        place: usize,
        n: u64,
        sent: &OwnedSent,
    ) -> BTreeMap<Went, u64> {
        let token = self.clients[&place].token(at).map(str::to_owned);
        if flow.credential_kind == CredentialKind::ExtOauth {
            // The called service is not the provider: it takes any token that has not ended.
            let went = match token {
                Some(_) => Went::well(),
                None => Went {
                    status: Some(401),
                    code: Some("invalid_token".to_owned()),
                },
            };
            return BTreeMap::from([(went, n)]);
        }
        match token {
            Some(token) => self.wire.call(at, n, &sent.borrowed(), &token),
            None => BTreeMap::new(),
        }
    }

    /// Middleware that shows a certificate, or a file drop with a key: no token.
    fn with_key(&mut self, at: Timestamp, flow: &Flow, attempt: &Attempt) {
        let act = |act: Act| self.on(at).any(|one| one.act == act && one.hits_flow(flow));
        let (ended, dead) = (act(Act::Certificate), act(Act::KeyDead));
        for part in &attempt.parts {
            let sent = self.sent(flow, part.thing);
            if ended {
                let went = Went {
                    status: None,
                    code: Some("tls_certificate_expired".to_owned()),
                };
                self.say_calls(at, &told(flow, &sent, None), &went, part.n);
            } else if !dead {
                self.say_calls(at, &told(flow, &sent, None), &Went::well(), part.n);
            }
            let end = if ended || dead {
                End::Failed
            } else {
                End::Through
            };
            self.end(at, attempt, part.thing, part.n, &end);
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

    /// A minute in which most calls are refused first and go through when tried again.
    fn hiccup(&mut self, at: Timestamp, flow: &Flow, part: &Part) {
        let share = self
            .on(at)
            .find(|one| one.act == Act::Hiccup && one.hits_flow(flow))
            .map(|one| one.fault.share.unwrap_or(HICCUP_SHARE));
        let Some(share) = share else { return };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a minute's calls"
        )]
        let n = (super::counter::float(part.n) * share).round() as u64;
        if n > 0 {
            let sent = self.sent(flow, part.thing);
            let refused = Went {
                status: Some(401),
                code: Some("0".to_owned()),
            };
            self.say_calls(at, &told(flow, &sent, None), &refused, n);
        }
    }

    /// A program repeats itself, and is throttled for it.
    fn storm(&mut self, at: Timestamp, flow: &Flow, part: &Part) {
        let storms = self
            .on(at)
            .any(|one| one.act == Act::RetryStorm && one.hits_flow(flow));
        if storms {
            let sent = self.sent(flow, part.thing);
            let throttled = Went {
                status: Some(429),
                code: Some("50100".to_owned()),
            };
            self.say_calls(
                at,
                &told(flow, &sent, None),
                &throttled,
                part.n.saturating_mul(STORM),
            );
        }
    }

    fn sent(&self, flow: &Flow, thing: Option<usize>) -> OwnedSent {
        let asset = thing.map(|thing| &self.ground.habits.things[thing].it);
        match flow.credential_kind {
            CredentialKind::CrmOauth => OwnedSent::core(),
            CredentialKind::ExtOauth => OwnedSent::outside(&flow.it.id),
            _ => OwnedSent(request(&flow.it, asset)),
        }
    }
}

/// A request as its sender makes it.
struct OwnedSent(traffic::Sent);

impl OwnedSent {
    /// A call of the CRM's connector.
    fn core() -> OwnedSent {
        OwnedSent(traffic::Sent {
            method: "GET",
            path: "/services/data/v59.0/limits".to_owned(),
            route: "/services/data/{version}/limits",
            body: None,
        })
    }

    /// A journey's call of an outside service.
    fn outside(id: &IntegrationId) -> OwnedSent {
        OwnedSent(traffic::Sent {
            method: "POST",
            path: format!("/outside/{id}"),
            route: "/outside/{service}",
            body: None,
        })
    }

    fn borrowed(&self) -> Sent<'_> {
        Sent {
            method: self.0.method,
            path: &self.0.path,
            body: self.0.body.as_ref(),
        }
    }
}

fn told<'a>(flow: &'a Flow, sent: &'a OwnedSent, retry_of: Option<OutcomeId>) -> Told<'a> {
    Told {
        flow,
        method: sent.0.method,
        route: sent.0.route,
        retry_of,
    }
}
