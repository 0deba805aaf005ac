//! Brings a notice to people: signed webhooks and mail, and what follows when a channel refuses.
//!
//! Floor 3, open wing. Start at [`Channels`]: it is built from the configuration, and
//! [`Channel::deliver`] makes one attempt. [`plan_retry`] decides, purely, when the next one is.
//! Every attempt carries the notice's id as idempotency key (invariant N1).

mod channel;
mod config;
mod message;
mod retry;
mod secret;

pub use channel::{Channel, Channels, DeliveryResult};
pub use config::{ChannelConfig, ChannelFault, MailConfig, MailSecurity, WebhookConfig};
pub use retry::{FailedAttempt, NextAttempt, plan_retry};
pub use secret::ChannelSecret;
