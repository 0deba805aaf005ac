//! Channels as they are written in the configuration.
//!
//! ```toml
//! [[notify]]
//! kind = "webhook"
//! name = "on-call"
//! url = "https://hooks.example.org/countersign"
//! secret_env = "COUNTERSIGN_HOOK_SECRET"   # whsec_… as in Standard Webhooks
//!
//! [[notify]]
//! kind = "mail"
//! server = "smtp.example.org"
//! from = "Countersign <countersign@example.org>"
//! to = ["marketing-on-call@example.org"]
//! user = "countersign"
//! password_env = "COUNTERSIGN_SMTP_PASSWORD"
//! ```
//! Secrets are never written here, only the names of the environment variables that hold them.

use serde::{Deserialize, Serialize};

/// One channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChannelConfig {
    /// A signed POST.
    Webhook(WebhookConfig),
    /// Mail over SMTP.
    Mail(MailConfig),
}

/// A webhook as in Standard Webhooks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// Name of the channel. Default `webhook`.
    #[serde(default = "webhook_name")]
    pub name: String,
    /// Where to POST: `https`, or `http` to a loopback address.
    pub url: String,
    /// Variable that holds the signing secret, `whsec_` + base64 of 24 to 64 bytes.
    pub secret_env: String,
    /// Variable that holds the secret of before, while receivers change over: both then sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_secret_env: Option<String>,
}

impl std::fmt::Debug for WebhookConfig {
    /// Without the URL, since many receivers put a key in its path.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookConfig")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Mail to one or more addresses; each is a delivery of its own, so that one that is refused does
/// not hold up the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// Name of the channel. Default `mail`.
    #[serde(default = "mail_name")]
    pub name: String,
    /// The SMTP server.
    pub server: String,
    /// Its port. Default 587, 465 for `implicit`, 25 for `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How the connection is protected. Default `starttls`.
    #[serde(default)]
    pub security: MailSecurity,
    /// The sender, `Name <address>` or an address.
    pub from: String,
    /// The addresses to tell; teams, not persons.
    pub to: Vec<String>,
    /// User to sign in as, if the server asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Variable that holds the user's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_env: Option<String>,
}

/// How an SMTP connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS by STARTTLS, and no mail without it (RFC 3207).
    #[default]
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// None; only to a loopback address.
    None,
}

fn webhook_name() -> String {
    "webhook".to_owned()
}

fn mail_name() -> String {
    "mail".to_owned()
}

/// Why a channel cannot be built from what was written: which field, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("notify channel {channel:?}: {field}: {why}")]
pub struct ChannelFault {
    /// Name of the channel.
    pub channel: String,
    /// Name of the field.
    pub field: &'static str,
    /// What is wrong and what would be right; holds no secret.
    pub why: String,
}

impl ChannelConfig {
    /// Name of the channel, unique in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            ChannelConfig::Webhook(webhook) => &webhook.name,
            ChannelConfig::Mail(mail) => &mail.name,
        }
    }

    pub(crate) fn fault(&self, field: &'static str, why: impl Into<String>) -> ChannelFault {
        ChannelFault {
            channel: self.name().to_owned(),
            field,
            why: why.into(),
        }
    }
}
