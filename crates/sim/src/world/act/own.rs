//! Programs that hold their own secrets, keys and certificates.

use super::sent::{OwnedSent, told};
use super::{Attempt, End, Part};
use crate::world::World;
use crate::world::habits::Flow;
use crate::world::trouble::Act;
use crate::world::wire::Went;
use countersign_model::Timestamp;
use countersign_model::estate::CredentialKind;
use std::collections::BTreeMap;

impl World {
    /// A program with a client of its own: it mints when its token ends, and once more when a call
    /// is refused.
    pub(super) fn with_client(&mut self, at: Timestamp, flow: &Flow, attempt: &Attempt) {
        let run = attempt.run.and_then(|run| self.ground.running.get(&run));
        let keeps = run.is_some_and(|run| run.overruns && run.turn(at) > 0);
        if !keeps && self.clients[&attempt.flow].wants_token(at) {
            self.client_mints(at, flow, attempt.flow);
        }
        for part in &attempt.parts {
            self.hiccup(at, flow, part);
            let sent = self.sent(flow, part.thing);
            for (went, n) in self.client_calls(at, flow, attempt, part, &sent) {
                let id = self.say_calls(at, &told(flow, &sent, None), &went, n);
                let outside = flow.credential_kind == CredentialKind::ExtOauth;
                if went.status != Some(401) || keeps || outside {
                    self.end(at, attempt, part.thing, n, &End::of(&went));
                    continue;
                }
                self.client_mints(at, flow, attempt.flow);
                let again = Part {
                    thing: part.thing,
                    n,
                };
                for (went, n) in self.client_calls(at, flow, attempt, &again, &sent) {
                    self.say_calls(at, &told(flow, &sent, Some(id.clone())), &went, n);
                    self.end(at, attempt, part.thing, n, &End::of(&went));
                }
            }
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

    /// Calls with the client's own token. Without one it makes none, and what it was to send fails.
    fn client_calls(
        &mut self,
        at: Timestamp,
        flow: &Flow,
        attempt: &Attempt,
        part: &Part,
        sent: &OwnedSent,
    ) -> BTreeMap<Went, u64> {
        let token = self.clients[&attempt.flow].token(at).map(str::to_owned);
        if flow.credential_kind == CredentialKind::ExtOauth {
            // The called service is not the provider: it takes any token that has not ended.
            let went = match token {
                Some(_) => Went::well(),
                None => Went::with(Some(401), Some("invalid_token")),
            };
            return BTreeMap::from([(went, part.n)]);
        }
        match token {
            Some(token) => self.wire.call(at, part.n, &sent.borrowed(), &token),
            None => {
                self.end(at, attempt, part.thing, part.n, &End::Failed);
                BTreeMap::new()
            }
        }
    }

    /// Middleware that shows a certificate, or a file drop with a key: no token.
    pub(super) fn with_key(&mut self, at: Timestamp, flow: &Flow, attempt: &Attempt) {
        let act = |act: Act| self.on(at).any(|one| one.act == act && one.hits_flow(flow));
        let (ended, dead) = (act(Act::Certificate), act(Act::KeyDead));
        for part in &attempt.parts {
            let sent = self.sent(flow, part.thing);
            if ended {
                let went = Went::with(None, Some("tls_certificate_expired"));
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
}
