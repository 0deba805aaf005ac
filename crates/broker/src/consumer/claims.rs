//! Wrong keys under the id of somebody who exists: counted by whom they claimed to be and from where, and
//! told once a second. Only requests that are refused come here, so a lock is in nobody's way.

use super::Known;
use countersign_model::id::ConsumerId;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Most (consumer, address) pairs kept apart in one second; beyond, the address is left out.
const PAIRS_MAX: usize = 256;

/// Requests that claimed to be a consumer and were not accepted.
pub struct Claim {
    /// Whom they claimed to be.
    pub known: Arc<Known>,
    /// From where; `None`: from various addresses, or not known.
    pub peer_ip: Option<IpAddr>,
    /// How many.
    pub n: u64,
}

/// All of them since the last telling.
#[derive(Default)]
pub(super) struct Claims(Mutex<BTreeMap<(ConsumerId, Option<IpAddr>), Claim>>);

impl Claims {
    /// Counts one.
    pub(super) fn count(&self, known: Arc<Known>, peer_ip: Option<IpAddr>) {
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = known.consumer.id.clone();
        let mut pair = (id, peer_ip.map(|peer| peer.to_canonical()));
        if claims.len() >= PAIRS_MAX && !claims.contains_key(&pair) {
            pair.1 = None;
        }
        let peer_ip = pair.1;
        let claim = claims.entry(pair).or_insert(Claim {
            known,
            peer_ip,
            n: 0,
        });
        claim.n += 1;
    }

    /// What was counted since the last time.
    pub(super) fn take(&self) -> Vec<Claim> {
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *claims).into_values().collect()
    }
}
