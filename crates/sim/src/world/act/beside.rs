//! What happens beside a program's calls: a minute of refusals that heal, and a program that repeats
//! itself.

use super::Part;
use super::sent::told;
use crate::world::World;
use crate::world::counter::float;
use crate::world::habits::Flow;
use crate::world::trouble::Act;
use crate::world::wire::Went;
use countersign_model::Timestamp;

/// By how much a program that repeats itself calls more.
const STORM: u64 = 20;
/// Share of the calls of a hiccup that are refused, where the fault does not say.
const HICCUP_SHARE: f64 = 0.9;

impl World {
    /// A minute in which most calls are refused first and go through when tried again.
    pub(super) fn hiccup(&mut self, at: Timestamp, flow: &Flow, part: &Part) {
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
        let n = (float(part.n) * share).round() as u64;
        if n > 0 {
            let sent = self.sent(flow, part.thing);
            let refused = Went::with(Some(401), Some("0"));
            self.say_calls(at, &told(flow, &sent, None), &refused, n);
        }
    }

    /// A program repeats itself, and is throttled for it.
    pub(super) fn storm(&mut self, at: Timestamp, flow: &Flow, part: &Part) {
        let storms = self
            .on(at)
            .any(|one| one.act == Act::RetryStorm && one.hits_flow(flow));
        if storms {
            let sent = self.sent(flow, part.thing);
            let throttled = Went::with(Some(429), Some("50100"));
            self.say_calls(
                at,
                &told(flow, &sent, None),
                &throttled,
                part.n.saturating_mul(STORM),
            );
        }
    }
}
