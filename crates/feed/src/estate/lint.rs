//! What an estate's fields mean together: contradictions, and weaknesses that are not outages yet.
//!
//! An **error** makes the estate unusable in part; `apply` refuses it. A **warning** is a weakness
//! that will cost an outage some day. An **info** is a gap in what we know. The lint knows no
//! clock: what ended or ends soon is the watch's affair.

mod asset;
mod calendar;
mod credential;
mod identity;
mod integration;
mod load;
mod reference;

pub use load::{AUTH_HOST_SHARE_MAX, lint_load};

use countersign_model::estate::Estate;
use serde::Serialize;
use std::fmt;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The estate contradicts itself; `apply` refuses it.
    Error,
    /// A weakness that is no outage yet.
    Warning,
    /// Something we do not know.
    Info,
}

/// One thing the lint has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Where, as `integrations[3].backup`.
    pub path: String,
    /// Its kind, stable: `owner_missing`.
    pub code: &'static str,
    /// What is the matter, naming the objects.
    pub message: String,
    /// What to do about it.
    pub fix: String,
}

impl Finding {
    fn new(severity: Severity, path: String, code: &'static str, said: (String, &str)) -> Finding {
        let (message, fix) = said;
        Finding {
            severity,
            path,
            code,
            message,
            fix: fix.to_owned(),
        }
    }

    /// An error; `said` is message and fix.
    fn error(path: String, code: &'static str, said: (String, &str)) -> Finding {
        Finding::new(Severity::Error, path, code, said)
    }

    /// A warning; `said` is message and fix.
    fn warning(path: String, code: &'static str, said: (String, &str)) -> Finding {
        Finding::new(Severity::Warning, path, code, said)
    }

    /// A gap in what we know; `said` is message and fix.
    fn info(path: String, code: &'static str, said: (String, &str)) -> Finding {
        Finding::new(Severity::Info, path, code, said)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        write!(
            f,
            "{severity} {} {}: {} {}",
            self.code, self.path, self.message, self.fix
        )
    }
}

/// Returns everything worth saying about an estate, gravest first, then in the order of the file's
/// sections.
#[must_use]
pub fn lint(estate: &Estate) -> Vec<Finding> {
    let mut findings = Vec::new();
    identity::lint(estate, &mut findings);
    reference::lint(estate, &mut findings);
    calendar::lint(estate, &mut findings);
    credential::lint(estate, &mut findings);
    integration::lint(estate, &mut findings);
    asset::lint(estate, &mut findings);
    findings.sort_by_key(|finding| finding.severity);
    findings
}
