//! Decides *when* a token is renewed and *what* follows each answer of the token endpoint.
//!
//! Floor 2, open wing, pure: no clock, no network, no chance of its own, no secret bytes. A driver
//! hands [`Machine::step`] the time and one [`Input`], and carries out the [`Effect`]s it returns,
//! in their order. Readers never enter the machine: they judge the [`ReadView`] last shown to them
//! with [`read`], and send [`Input::Demand`] only when that verdict says so.
//!
//! Invariants asserted here: R1 (one request in flight per slot), R2 (an answer is applied at most
//! once), R3 and R6 (a refresh token is neither lost nor sent into the unknown twice), R4 (waits are
//! bounded and jittered), R5 (an error never displaces a valid token).
//! The numbered rules that comments cite are in `docs/rules.md`.

mod breaker;
mod chance;
mod config;
mod deadline;
mod delay;
mod effect;
mod event;
mod grant;
mod input;
mod instant;
mod latency;
mod limit;
mod lines;
mod lint;
mod machine;
mod policy;
mod read;
mod refusal;
mod tries;
mod view;

pub use breaker::BreakerPhase;
pub use chance::JitterKey;
pub use config::{Config, ConfigError};
pub use delay::{Delay, backoff};
pub use effect::{AttemptEnd, AttemptId, Effect, Refusal};
pub use event::{Event, ForcedRefusal, Waiver};
pub use grant::{Fate, GrantState, Profile, fate};
pub use input::{CredentialRecord, CredentialState, Input, SlotSpec};
pub use lines::{Lines, Margin, lines};
pub use lint::{HostLoad, host_load};
pub use machine::Machine;
pub use policy::{Life, Mode, Policy, Strategy};
pub use read::{Flag, Hold, ReadView, Verdict, expires_in_s, read, retry_after_spread};
pub use refusal::{Disposition, RefusalClass, classify};
pub use view::{CredentialView, HostView, SlotPhase, SlotView};
