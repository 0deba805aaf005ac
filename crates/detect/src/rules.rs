//! When to page: the numbers of the rule table (design 4.7), as data.

use countersign_model::SignedDuration;
use serde::{Deserialize, Serialize};

/// The numbers by which outcomes become signals. All spans in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// A second refusal at least so long after the first pages. Default 30.
    pub second_refusal_s: u32,
    /// Share of the credentials that tried, from which the provider is to blame. Default 0.6.
    pub platform_share: f64,
    /// Fewest failing credentials that can blame the provider. Default 2.
    pub platform_credentials_min: u32,
    /// A credential counts as having tried for so long. Default 600.
    pub platform_window_s: u32,
    /// A platform failure of this length is a suspicion. Default 90.
    pub platform_suspect_s: u32,
    /// A platform failure of this length pages. Default 300.
    pub platform_page_s: u32,
    /// A single credential without a live token pages after failures over this span. Default 300.
    pub lone_page_s: u32,
    /// Fewest refused calls that count. Default 5.
    pub calls_min: u64,
    /// Calls refused over so long are a suspicion. Default 90 (design 4.7; detection 4, measured).
    pub calls_suspect_s: u32,
    /// Calls refused over so long page where a T0 flow hangs on the credential. Default 120.
    pub calls_page_t0_s: u32,
    /// Calls refused over so long page elsewhere. Default 180.
    pub calls_page_s: u32,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            second_refusal_s: 30,
            platform_share: 0.6,
            platform_credentials_min: 2,
            platform_window_s: 600,
            platform_suspect_s: 90,
            platform_page_s: 300,
            lone_page_s: 300,
            calls_min: 5,
            calls_suspect_s: 90,
            calls_page_t0_s: 120,
            calls_page_s: 180,
        }
    }
}

/// Seconds as a span.
pub(crate) fn span(seconds: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(seconds))
}
