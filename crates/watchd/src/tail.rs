//! Log files to follow, as the configuration says it: each `[[tail]]` in `countersign.toml`.

use crate::keep::duration;
use countersign_model::SignedDuration;
use countersign_model::id::{ConsumerId, IntegrationId};
use countersign_watch::{FormatName, IngestScope, Mapping, TailFrom, TailSource};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Most files that are followed: each holds a quarter of a mebibyte while it is read.
const TAILS_MAX: usize = 64;
/// Silence that is no longer usual, where nothing else is said.
const QUIET_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// What one table may hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Option<String>,
    path: Option<PathBuf>,
    format: Option<String>,
    mapping: Option<PathBuf>,
    integration: Option<String>,
    integrations: Option<Vec<String>>,
    from: Option<String>,
    quiet_after: Option<String>,
}

/// Reads the tables.
///
/// # Errors
/// One sentence for each fault, with the field and what to write.
pub(crate) fn read(tables: &[toml::Table]) -> Result<Vec<TailSource>, Vec<String>> {
    let mut sources: Vec<TailSource> = Vec::new();
    let mut faults = Vec::new();
    if tables.len() > TAILS_MAX {
        faults.push(format!(
            "tail: there are {}; at most {TAILS_MAX}",
            tables.len()
        ));
    }
    for (number, table) in tables.iter().enumerate() {
        let mut fault = |why: String| faults.push(format!("tail[{number}]{why}"));
        let written = match table.clone().try_into::<Written>() {
            Ok(written) => written,
            Err(error) => {
                fault(format!(": {}", error.message()));
                continue;
            }
        };
        match one(written) {
            Ok(source) if sources.iter().any(|other| other.name == source.name) => {
                let name = source.name;
                fault(format!(
                    ".name: {name} is taken; give each source a name of its own"
                ));
            }
            Ok(source) => sources.push(source),
            Err(found) => found.into_iter().for_each(fault),
        }
    }
    if faults.is_empty() {
        Ok(sources)
    } else {
        Err(faults)
    }
}

/// One table; each fault begins with `.` and its field.
fn one(written: Written) -> Result<TailSource, Vec<String>> {
    let mut faults = Vec::new();
    let name = kept(&mut faults, name(written.name));
    let path = kept(&mut faults, path(written.path));
    let mapping = kept(&mut faults, mapping(written.mapping.as_deref()));
    let is_mapped = mapping.as_ref().is_some_and(Option::is_some);
    let format = kept(&mut faults, format(written.format.as_deref(), is_mapped));
    let integration = written
        .integration
        .map(|id| integration("integration", &id));
    let integration = kept(&mut faults, integration.transpose());
    let scope = kept(&mut faults, scope(written.integrations));
    if let (Some(Some(id)), Some(IngestScope::Only(ids))) = (&integration, &scope)
        && !ids.contains(id)
    {
        faults.push(format!(
            ".integration: {id} is not among its `integrations`; add it there"
        ));
    }
    let from = kept(&mut faults, from(written.from.as_deref()));
    let quiet_after = kept(&mut faults, quiet_after(written.quiet_after.as_deref()));
    let source = (|| {
        Some(TailSource {
            name: name?,
            path: path?,
            format: format?,
            mapping: mapping?,
            scope: scope?,
            integration: integration?,
            from: from?,
            quiet_after: quiet_after?,
        })
    })();
    source.filter(|_| faults.is_empty()).ok_or(faults)
}

fn kept<T>(faults: &mut Vec<String>, read: Result<T, String>) -> Option<T> {
    read.map_err(|fault| faults.push(fault)).ok()
}

fn name(written: Option<String>) -> Result<String, String> {
    let name = written.ok_or(".name: missing; write what people call it, as in \"etl\"")?;
    // Names follow the rule of every id, so that they can stand in a finding and in a log line.
    match ConsumerId::new(&name) {
        Ok(_) => Ok(name),
        Err(error) => Err(format!(".name: {error}")),
    }
}

fn path(written: Option<PathBuf>) -> Result<PathBuf, String> {
    let path = written.ok_or(".path: missing; write where the file lies")?;
    match path.is_absolute() && path.file_name().is_some() {
        true => Ok(path),
        false => Err(format!(
            ".path: {} is not absolute; write it from the root, as in \"/var/log/etl.ndjson\"",
            path.display()
        )),
    }
}

fn format(written: Option<&str>, is_mapped: bool) -> Result<Option<FormatName>, String> {
    let format = match written {
        None => None,
        Some("ndjson") => Some(FormatName::Ndjson),
        Some("nginx") => Some(FormatName::Nginx),
        Some("csv") => Some(FormatName::Csv),
        Some("json") => Some(FormatName::Json),
        Some(other) => {
            return Err(format!(
                ".format: {other:?} is not known; write ndjson, nginx, csv or json, or leave it out"
            ));
        }
    };
    match (format, is_mapped) {
        (Some(FormatName::Json), false) => {
            Err(".mapping: missing; the format json needs one".to_owned())
        }
        (Some(FormatName::Json) | None, _) | (Some(_), false) => Ok(format),
        (Some(_), true) => Err(".mapping: only the format json has one; leave it out".to_owned()),
    }
}

fn mapping(written: Option<&Path>) -> Result<Option<Arc<Mapping>>, String> {
    let Some(path) = written else {
        return Ok(None);
    };
    let said = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| format!(".mapping: {said}: {error}"))?;
    let is_toml = path
        .extension()
        .is_some_and(|extension| extension == "toml");
    let mapping = Mapping::decode(&text, is_toml);
    mapping
        .map(|mapping| Some(Arc::new(mapping)))
        .map_err(|fault| format!(".mapping: {said}: {fault}"))
}

fn integration(field: &str, written: &str) -> Result<IntegrationId, String> {
    IntegrationId::new(written).map_err(|error| format!(".{field}: {error}"))
}

fn scope(written: Option<Vec<String>>) -> Result<IngestScope, String> {
    let Some(ids) = written else {
        return Ok(IngestScope::All);
    };
    if ids.is_empty() {
        let fault =
            ".integrations: empty; name those that its lines may speak for, or leave it out";
        return Err(fault.to_owned());
    }
    let ids = ids.iter().map(|id| integration("integrations", id));
    ids.collect::<Result<BTreeSet<_>, _>>()
        .map(IngestScope::Only)
}

fn from(written: Option<&str>) -> Result<TailFrom, String> {
    match written {
        None | Some("start") => Ok(TailFrom::Start),
        Some("end") => Ok(TailFrom::End),
        Some(other) => Err(format!(".from: {other:?} is not known; write start or end")),
    }
}

fn quiet_after(written: Option<&str>) -> Result<Option<SignedDuration>, String> {
    match written {
        None => Ok(Some(QUIET_AFTER)),
        Some("never") => Ok(None),
        Some(text) => duration(text).filter(|span| span.is_positive()).map_or_else(
            || {
                Err(".quiet_after: write a span in minutes, hours or days, as in \"26h\", or never"
                    .to_owned())
            },
            |span| Ok(Some(span)),
        ),
    }
}

#[cfg(test)]
mod tests;
