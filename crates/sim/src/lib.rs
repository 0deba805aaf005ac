//! A simulated tenant on a socket: the provider's routes on one listener, its control on another.
//!
//! Floor 5, workshop wing. Start at [`Simulator`]; [`scenario`] reads what goes wrong and when.

mod control;
mod listener;
pub mod scenario;
mod setup;
mod simulator;

pub use countersign_sfmc::{FaultError, Switch, SwitchError};
pub use setup::secret_for;
pub use simulator::Simulator;

/// All switches of the simulated tenant, with their defaults.
#[must_use]
pub fn switches() -> &'static [Switch] {
    &countersign_sfmc::SWITCHES
}
