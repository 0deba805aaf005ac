//! Assets: what integrations feed, down to what customers see.

use super::Tier;
use crate::id::{AssetId, BuId};
use crate::schedule::Schedule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of asset it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AssetKind {
    /// A table.
    DataExtension,
    /// A journey.
    Journey,
    /// A triggered or transactional send.
    TriggeredSend,
    /// An automation inside SFMC.
    Automation,
    /// A dated campaign start.
    Launch,
    /// A system outside SFMC that uses its data.
    OutsideSystem,
}

/// What lets contacts into a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A caller fires an event per contact.
    ApiEvent,
    /// Contacts are picked from a table on a schedule.
    DataTable,
    /// A change in the CRM.
    CrmEvent,
}

/// A data extension, journey, triggered send, automation, launch or outside system. Fields that do
/// not belong to its kind stay absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// A name for people.
    pub name: String,
    /// Its business unit.
    pub bu: BuId,
    /// What it is.
    pub kind: AssetKind,
    /// How much its failure costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// Assets it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<AssetId>,
    /// Assets it writes (automations).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<AssetId>,
    /// When it runs, sends or starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Its rhythm in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rhythm: String,
    /// External key in SFMC; default: its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Table: rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Table: rows written by a usual run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_per_run: Option<u64>,
    /// Table: what changes, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub normal_change: String,
    /// Table: minutes without change before a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_after_min: Option<u32>,
    /// Table: minutes without change before it is critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical_after_min: Option<u32>,
    /// Journey: what lets contacts in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Entry>,
    /// Journey: enrolments on a weekday. Send: messages on a weekday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_weekday: Option<u64>,
    /// Volume of a Saturday or Sunday as a share of a weekday's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekend_factor: Option<f64>,
    /// Journey: value of one enrolment in US dollars; an assumption of the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_usd: Option<f64>,
    /// Send: minutes for which a message is still useful.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub useful_min: Option<u32>,
    /// Launch: when it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<crate::schedule::ZonedStart>,
    /// Launch: contacts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<u64>,
    /// What customers see wrong when this is stale or still, for notices:
    /// "reminders with old balances".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub harm: String,
}
