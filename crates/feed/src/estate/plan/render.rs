//! A plan in words: `+` added, `~` changed, `-` removed.

use super::{ObjectKind, Plan};
use serde_json::Value;
use std::fmt;

impl ObjectKind {
    /// What one object of the kind is called.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ObjectKind::Estate => "file",
            ObjectKind::Tenant => "tenant",
            ObjectKind::BusinessUnit => "business unit",
            ObjectKind::Credential => "credential",
            ObjectKind::Integration => "integration",
            ObjectKind::Asset => "asset",
            ObjectKind::Freeze => "freeze",
            ObjectKind::Planned => "planned span",
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("Nothing changes.");
        }
        for (kind, section) in &self.sections {
            let kind = kind.as_str();
            for id in &section.added {
                writeln!(f, "+ {kind} {id}")?;
            }
            for change in &section.changed {
                writeln!(f, "~ {kind} {}", change.id)?;
                for field in &change.fields {
                    let (from, to) = (Shown(&field.from), Shown(&field.to));
                    writeln!(f, "    {}: {from} -> {to}", field.field)?;
                }
            }
            for id in &section.removed {
                writeln!(f, "- {kind} {id}")?;
            }
        }
        let (added, changed, removed) = self.counts();
        write!(
            f,
            "{added} to add, {changed} to change, {removed} to remove."
        )
    }
}

struct Shown<'v>(&'v Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("(none)"),
            Value::String(text) => f.write_str(text),
            Value::Array(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let separator = if index > 0 { ", " } else { "" };
                    write!(f, "{separator}{}", Shown(item))?;
                }
                f.write_str("]")
            }
            other => write!(f, "{other}"),
        }
    }
}
