//! Logs: one line per event on standard error.

use tracing_subscriber::EnvFilter;

/// Starts logging. `filter` as in `info,countersign=debug`; `json` for one object a line. A second
/// call does nothing.
///
/// # Errors
/// A sentence if the filter cannot be read.
pub fn install(filter: &str, json: bool) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| format!("log filter {filter:?} cannot be read: {error}"))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // An error only says that logging runs already.
    drop(if json {
        lines.json().try_init()
    } else {
        lines.try_init()
    });
    Ok(())
}
