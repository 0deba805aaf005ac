//! The gateway's tokens come from the broker: the only place where the two meet.

use countersign_broker::bearer::Unreadable;
use countersign_broker::passage::Passage;
use countersign_broker::vend::NotHanded;
use countersign_gateway::port::{NoToken, NotAdmitted, Passenger, Ticket, TokenSource};
use countersign_model::outcome::Call;
use countersign_model::token::Generation;
use futures::future::BoxFuture;
use std::net::IpAddr;

/// The broker as the gateway sees it.
pub(crate) struct Gate(pub(crate) Passage);

impl TokenSource for Gate {
    fn admit(&self, bearer: &str, peer: Option<IpAddr>) -> Result<Passenger, NotAdmitted> {
        match self.0.admit(bearer, peer) {
            Ok((known, slot)) => Ok(Passenger {
                consumer: known.consumer.id.clone(),
                slot,
                read_only: known.consumer.read_only,
                resends_writes: known.consumer.resends_writes,
            }),
            Err(Unreadable::Foreign) => Err(NotAdmitted::Unknown),
            Err(Unreadable::Ended) => Err(NotAdmitted::Ended),
        }
    }

    fn token<'a>(
        &'a self,
        passenger: &'a Passenger,
        unlike: Option<Generation>,
    ) -> BoxFuture<'a, Result<Ticket, NoToken>> {
        Box::pin(async move {
            match self.0.token(&passenger.slot, unlike).await {
                Ok(handed) => Ok(Ticket {
                    auth_url: handed.live.rest_url.as_deref().map(auth_of),
                    token: handed.live.token,
                    generation: handed.facts.generation,
                    rest_url: handed.live.rest_url,
                    soap_url: handed.live.soap_url,
                }),
                Err(NotHanded::Refused(refusal)) => Err(NoToken {
                    class: refusal.class.class().as_str(),
                    retry_after_s: self.0.wall_wait_s(refusal.retry_after_ms),
                }),
                Err(NotHanded::Mid | NotHanded::Scope | NotHanded::NoSlot) => Err(NoToken {
                    class: "config",
                    retry_after_s: self.0.wall_wait_s(60_000),
                }),
            }
        })
    }

    fn dead<'a>(&'a self, passenger: &'a Passenger, generation: Generation) -> BoxFuture<'a, ()> {
        Box::pin(self.0.dead(&passenger.slot, generation))
    }

    fn seen(&self, passenger: &Passenger, peer: Option<IpAddr>, call: Call) {
        self.0.seen(&passenger.consumer, peer, call);
    }
}

/// The auth host beside a tenant's REST host: `….rest.…` becomes `….auth.…`; a simulator has one for
/// all.
fn auth_of(rest_url: &str) -> String {
    rest_url.replacen(
        ".rest.marketingcloudapis.com",
        ".auth.marketingcloudapis.com",
        1,
    )
}
