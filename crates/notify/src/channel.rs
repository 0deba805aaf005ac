//! The channels of the house, built once from the configuration.

mod mail;
mod webhook;

use crate::config::{ChannelConfig, ChannelFault};
use countersign_model::Timestamp;
use countersign_model::notice::Notice;
use mail::Mail;
use std::collections::BTreeMap;
use webhook::Webhook;

/// How one attempt went. Its words are shown to people and hold no secret and no URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryResult {
    /// The channel took it.
    Accepted,
    /// It may work later.
    Failed {
        /// What happened, in words.
        error: String,
        /// What the receiver asked for in `Retry-After`, milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// It will never work: the receiver is gone, or refuses this message for good.
    Refused {
        /// What happened, in words.
        error: String,
    },
}

impl DeliveryResult {
    pub(crate) fn failed(error: impl Into<String>) -> DeliveryResult {
        DeliveryResult::Failed {
            error: error.into(),
            retry_after_ms: None,
        }
    }
}

/// One way to reach people. Its `Debug` shows its name only.
pub struct Channel {
    name: String,
    way: Way,
}

enum Way {
    Webhook(Webhook),
    Mail(Box<Mail>),
}

impl Channel {
    /// Its name: that of the configuration, for mail with the address behind it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes one attempt, within 30 s. `now` is wall time; `dashboard_url` is where links lead.
    pub async fn deliver(
        &self,
        now: Timestamp,
        notice: &Notice,
        dashboard_url: Option<&str>,
    ) -> DeliveryResult {
        match &self.way {
            Way::Webhook(webhook) => webhook.deliver(now, notice, dashboard_url).await,
            Way::Mail(mail) => mail.deliver(now, notice, dashboard_url).await,
        }
    }
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Channel({})", self.name)
    }
}

/// All channels, by name.
#[derive(Debug, Default)]
pub struct Channels(BTreeMap<String, Channel>);

impl Channels {
    /// Builds every channel. `lookup` gives the value of an environment variable.
    ///
    /// # Errors
    /// Every fault of every channel at once.
    pub fn build(
        configs: &[ChannelConfig],
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Channels, Vec<ChannelFault>> {
        let mut channels = BTreeMap::new();
        let mut faults = Vec::new();
        for config in configs {
            match build_one(config, &lookup) {
                Err(fault) => faults.push(fault),
                Ok(built) => {
                    for channel in built {
                        if channels.contains_key(&channel.name) {
                            faults.push(config.fault("name", "is taken: give each its own"));
                        }
                        channels.insert(channel.name.clone(), channel);
                    }
                }
            }
        }
        if faults.is_empty() {
            Ok(Channels(channels))
        } else {
            Err(faults)
        }
    }

    /// The channel of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Channel> {
        self.0.get(name)
    }

    /// All names, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

fn build_one(
    config: &ChannelConfig,
    lookup: &impl Fn(&str) -> Option<String>,
) -> Result<Vec<Channel>, ChannelFault> {
    match config {
        ChannelConfig::Webhook(webhook) => {
            let way = Way::Webhook(Webhook::build(config, webhook, lookup)?);
            Ok(vec![Channel {
                name: webhook.name.clone(),
                way,
            }])
        }
        ChannelConfig::Mail(mail) => {
            let built = Mail::build(config, mail, lookup)?;
            let named = |(address, mail): (String, Mail)| Channel {
                name: format!("{}:{address}", config.name()),
                way: Way::Mail(Box::new(mail)),
            };
            Ok(built.into_iter().map(named).collect())
        }
    }
}

/// Whether a host, as written in a URL or a server field, is this machine.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let parsed: Result<std::net::IpAddr, _> = bare.parse();
    parsed.map_or(host.eq_ignore_ascii_case("localhost"), |ip| {
        ip.is_loopback()
    })
}

/// The value of a variable, or a fault that names it.
fn secret_of(
    config: &ChannelConfig,
    field: &'static str,
    variable: &str,
    lookup: &impl Fn(&str) -> Option<String>,
) -> Result<String, ChannelFault> {
    lookup(variable)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| config.fault(field, format!("set the environment variable {variable}")))
}
