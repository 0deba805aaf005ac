//! The analysis as a short text.

use super::{Analysis, Opened};
use countersign_model::Timestamp;
use std::fmt;

/// Evidence told of each incident.
const EVIDENCE_MAX: usize = 5;
/// Rejected lines told.
const REJECTS_MAX: usize = 10;
/// Integrations told: those with most failures.
const INTEGRATIONS_MAX: usize = 40;

impl fmt::Display for Analysis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.incidents.len() {
            0 => writeln!(f, "No incident in these lines.")?,
            1 => writeln!(f, "1 incident")?,
            n => writeln!(f, "{n} incidents")?,
        }
        for incident in &self.incidents {
            writeln!(f, "\n{incident}")?;
        }
        self.findings(f)?;
        self.integrations(f)?;
        self.lines(f)
    }
}

impl Analysis {
    fn findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.findings.is_empty() {
            writeln!(f, "\nFindings")?;
        }
        for finding in &self.findings {
            writeln!(
                f,
                "  {:<14} {}: {}",
                finding.kind, finding.subject, finding.words
            )?;
        }
        Ok(())
    }

    fn integrations(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all: Vec<_> = self.integrations.iter().collect();
        all.sort_by_key(|(_, counted)| std::cmp::Reverse(counted.failures));
        writeln!(
            f,
            "\n{:<24} {:>10} {:>8} {:>9} {:>8} {:>9}  most often",
            "Integration", "calls", "mints", "failures", "retries", "recovered"
        )?;
        for (name, counted) in all.iter().take(INTEGRATIONS_MAX) {
            let most = counted.failed_with.iter().max_by_key(|(_, n)| **n);
            writeln!(
                f,
                "{name:<24} {:>10} {:>8} {:>9} {:>8} {:>9}  {}",
                counted.calls,
                counted.mints,
                counted.failures,
                counted.retries,
                counted.recovered,
                most.map_or(String::new(), |(how, n)| format!("{how} ({n})")),
            )?;
        }
        if all.len() > INTEGRATIONS_MAX {
            writeln!(f, "and {} more", all.len() - INTEGRATIONS_MAX)?;
        }
        Ok(())
    }

    fn lines(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = &self.lines;
        writeln!(
            f,
            "\n{} lines: {} outcomes, {} duplicates, {} rejected",
            counts.lines, counts.outcomes, counts.duplicates, counts.rejected
        )?;
        for reject in self.rejects.iter().take(REJECTS_MAX) {
            writeln!(
                f,
                "  {} line {}: {}",
                reject.file, reject.line, reject.reason
            )?;
        }
        let n_told = REJECTS_MAX.min(self.rejects.len()) as u64;
        if counts.rejected > n_told {
            writeln!(f, "  and {} more", counts.rejected - n_told)?;
        }
        if !counts.unknown_fields.is_empty() {
            let names: Vec<&str> = counts.unknown_fields.keys().map(String::as_str).collect();
            writeln!(f, "Fields ignored: {}", names.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        writeln!(
            f,
            "  cause     {} ({})",
            self.root_cause,
            self.class.as_str()
        )?;
        let ended = match self.resolved_at {
            Some(at) => format!("ended {}", shown(at)),
            None => "not ended in these lines".to_owned(),
        };
        writeln!(
            f,
            "  time      first evidence {}, would have opened {}, {ended}",
            shown(self.started_at),
            shown(self.opened_at)
        )?;
        if !self.affects.is_empty() {
            writeln!(f, "  affects   {}", self.affects.join(", "))?;
        }
        if let Some(harm) = &self.harm {
            writeln!(f, "  harm      {}: {}", shown(harm.at), harm.words)?;
        }
        for evidence in self.evidence.iter().take(EVIDENCE_MAX) {
            writeln!(f, "  evidence  {} {}", shown(evidence.at), evidence.words)?;
        }
        if self.evidence.len() > EVIDENCE_MAX {
            let more = self.evidence.len() - EVIDENCE_MAX;
            writeln!(f, "            and {more} more")?;
        }
        for step in self.runbook.iter().take(3) {
            writeln!(f, "  next      {}", step.words)?;
        }
        Ok(())
    }
}

/// To the second, in UTC.
fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
