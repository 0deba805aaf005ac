//! For which business unit a token is asked. A caller that names one must never be handed the token of
//! another.

use super::{Holder, Lent};
use crate::agent::road::NoToken;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Business units of one consumer that are kept apart; more are asked for anew each time.
const UNITS_MAX: usize = 16;

/// Holders for further business units, by MID.
#[derive(Default)]
pub(super) struct Others(Mutex<BTreeMap<u64, Arc<Holder>>>);

impl Others {
    fn find(&self, mid: u64) -> Option<Arc<Holder>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&mid).cloned()
    }

    fn keep(&self, mid: u64, holder: Holder) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < UNITS_MAX {
            known.insert(mid, Arc::new(holder));
        }
    }
}

impl Holder {
    /// A token for the business unit that the caller names; without one, for that of the integration
    /// or consumer. Where the MID is not known here, the estate is asked, or, for a consumer, the
    /// broker, which knows what the consumer may have.
    pub(crate) async fn get_for(&self, account_id: Option<u64>) -> Result<Lent, NoToken> {
        let Some(asked) = account_id else {
            return self.get().await;
        };
        if self.mid.get().is_none() && !self.road.is_consumer() {
            let known = self.road.flow(&self.integration).await?.mid;
            let unknown = || NoToken::refused("account_id: its business unit is not in the estate");
            // Another request may have set the same value meanwhile.
            self.mid.get_or_init({
                let known = known.ok_or_else(unknown)?;
                move || known
            });
        }
        match self.mid.get() {
            Some(own) if *own == asked => self.get().await,
            Some(own) => Err(NoToken::denied(format!(
                "account_id: this endpoint is for business unit {own}."
            ))),
            None => self.get_other(asked).await,
        }
    }

    async fn get_other(&self, mid: u64) -> Result<Lent, NoToken> {
        if let Some(other) = self.others.find(mid) {
            return other.get().await;
        }
        let (integration, road) = (self.integration.clone(), Arc::clone(&self.road));
        let other = Holder::new(integration, Some(mid), road, self.min_ttl_s);
        // `get` of a holder with a MID never comes here again.
        let lent = other.get().await?;
        self.others.keep(mid, other);
        Ok(lent)
    }
}
