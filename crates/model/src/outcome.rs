//! One observed fact (design 4.3), and nothing that could be a secret or a contact's data.

use crate::Timestamp;
use crate::id::{AssetId, BuId, ConsumerId, CredentialId, IntegrationId, OutcomeId};
use serde::{Deserialize, Serialize};

/// An observed fact; may stand for `n` equal ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// De-duplicates for 48 h.
    pub id: OutcomeId,
    /// When it happened.
    pub ts: Timestamp,
    /// Who reports it: `broker`, `middleware`, ….
    pub source: String,
    /// The integration, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<IntegrationId>,
    /// The business unit, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bu: Option<BuId>,
    /// The credential, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialId>,
    /// The program that made the call, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<ConsumerId>,
    /// Address the call came from, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_ip: Option<std::net::IpAddr>,
    /// How many equal facts this stands for, at least 1.
    #[serde(default = "one")]
    pub n: u64,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

fn one() -> u64 {
    1
}

/// What happened, by kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// A token request.
    Mint {
        /// How the request went.
        #[serde(flatten)]
        call: Call,
        /// `expires_in` of a success, seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_in: Option<u64>,
        /// Granted scopes of a success, space separated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<String>,
        /// Number of the token in its slot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        generation: Option<u64>,
        /// When the broker means to renew it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refresh_at: Option<Timestamp>,
        /// The grant used: `client_credentials`, `refresh_token`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grant: Option<String>,
    },
    /// An API call.
    Call(Call),
    /// A probe of ours.
    Probe(Call),
    /// A sign of life of a job.
    Ping {
        /// `start`, `ok`, `fail` or an exit code.
        state: String,
    },
    /// One run of a job.
    Run {
        /// Rows moved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rows: Option<u64>,
        /// How long it took.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration_ms: Option<u64>,
        /// `completed`, `failed`, `refused` (no token, no job), ….
        state: String,
    },
    /// A counter read.
    Sample {
        /// Which counter.
        metric: Metric,
        /// Of which asset.
        asset: AssetId,
        /// Its value.
        value: f64,
    },
    /// Something a person or the house did.
    Audit {
        /// What was done, `credential.locked`, `package.modified`, ….
        action: String,
        /// To what.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        object: Option<String>,
    },
}

/// How one HTTP exchange went.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Call {
    /// HTTP method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Route template, without query and without keys' values where the producer can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// HTTP status; `None` if there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// OAuth `error`, SFMC `errorcode`, or `tls_…` / `dns_…` / `connect_…` / `timeout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// 1 for the first try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The outcome this one retries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_of: Option<OutcomeId>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
}

/// Counters that a `sample` may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Contacts that entered a journey.
    Enrolments,
    /// Messages sent.
    Sends,
    /// Rows in a table.
    Rows,
    /// Rows written by a run.
    RowsWritten,
    /// Age of the last change, as a Unix time.
    LastChange,
    /// Messages waiting in SFMC.
    QueueDepth,
    /// Age of the oldest waiting message, seconds.
    QueueAgeS,
    /// Messages waiting in the caller.
    Unsent,
    /// Failures in a row of an automation.
    ConsecutiveFailures,
}
