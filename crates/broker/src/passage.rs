//! What a gateway asks of the broker: whose a bearer is, a token for a call, and where to tell what
//! came of it.

use crate::bearer::{Bearers, Unreadable};
use crate::calls::{Calls, Sort};
use crate::consumer::{Known, Registry};
use crate::driver::Command;
use crate::vend::{Handed, NotHanded, Vendor};
use countersign_model::estate::VendMode;
use countersign_model::id::{ConsumerId, SlotId};
use countersign_model::outcome::Call;
use countersign_model::token::Generation;
use std::net::IpAddr;
use std::sync::Arc;

/// A token with less life than this is renewed before it is sent on, milliseconds: a call may take
/// that long to arrive.
const MIN_TTL_MS: u64 = 10_000;

/// The way through the broker. Cheap to clone.
#[derive(Clone)]
pub struct Passage {
    /// Makes and reads bearers.
    pub bearers: Arc<Bearers>,
    /// Who asks.
    pub registry: Arc<Registry>,
    /// Who has the tokens.
    pub vendor: Arc<Vendor>,
    /// What passed.
    pub calls: Arc<Calls>,
}

impl Passage {
    /// Whose bearer this is, and the slot it is for.
    ///
    /// # Errors
    /// [`Unreadable`]; a consumer that was revoked, ended, calls from elsewhere, or may no longer act
    /// in the bearer's business unit is a stranger.
    pub fn admit(
        &self,
        bearer: &str,
        peer: Option<IpAddr>,
    ) -> Result<(Arc<Known>, SlotId), Unreadable> {
        let now = self.vendor.clock().now();
        let bearer = self.bearers.read(bearer, now)?;
        let known = self.registry.by_id(&bearer.consumer);
        let known = known
            .filter(|known| known.consumer.vend == VendMode::Gateway)
            .filter(|known| known.consumer.admits(now, peer))
            .filter(|known| known.consumer.may_act_in(bearer.mid))
            .ok_or(Unreadable::Foreign)?;
        let slot = SlotId::of(&known.consumer.credential, bearer.mid, None);
        Ok((known, slot))
    }

    /// A live token of the slot, not of generation `unlike`.
    ///
    /// # Errors
    /// [`NotHanded`].
    pub async fn token(
        &self,
        slot: &SlotId,
        unlike: Option<Generation>,
    ) -> Result<Handed, NotHanded> {
        self.vendor.obtain(slot, MIN_TTL_MS, unlike).await
    }

    /// A wait as its caller's wall will see it, in whole seconds.
    #[must_use]
    pub fn wall_wait_s(&self, wait_ms: u64) -> u64 {
        self.vendor.wall_wait_s(wait_ms)
    }

    /// The platform says that this token is dead.
    pub async fn dead(&self, slot: &SlotId, generation: Generation) {
        let slot = slot.clone();
        let report = Command::Rejected { slot, generation };
        // The road is closed only when the process stops.
        drop(self.vendor.driver().send(report).await);
    }

    /// Counts a call that was made with the consumer's bearer.
    pub fn seen(&self, consumer: &ConsumerId, peer_ip: Option<IpAddr>, call: Call) {
        // Whoever was revoked while its call was under way is not told of any more.
        let Some(known) = self.registry.by_id(consumer) else {
            return;
        };
        let consumer = &known.consumer;
        let sort = Sort {
            consumer: consumer.id.clone(),
            integration: consumer.integration.clone(),
            credential: consumer.credential.clone(),
            peer_ip,
            method: call.method,
            route: call.route,
            status: call.status,
            error_code: call.error_code,
            attempt: call.attempt,
        };
        self.calls.count(sort, call.latency_ms.unwrap_or(0));
    }
}
