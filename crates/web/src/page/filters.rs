//! Filters of the pages' templates.

use askama::filters::{Html, Safe, escape};
use askama::{Result, Values};
use std::fmt::Display;

/// The text, escaped, that may go on in the next line after each underscore.
#[askama::filter_fn]
pub(crate) fn breakable(text: impl Display, _: &dyn Values) -> Result<Safe<String>> {
    let escaped = escape(text, Html)?.to_string();
    Ok(Safe(escaped.replace('_', "_<wbr>")))
}
