//! What a server answered, and what becomes of a problem: the exit code and the words of the command.

use crate::exit::Exit;
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An answer of a server.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its body, if it is JSON.
    pub(crate) body: Value,
    /// Its entity tag, if it has one.
    pub(crate) tag: Option<String>,
}

impl Answer {
    /// The body as what it should be; a problem becomes the right exit code and its words.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<T, Exit> {
        let body = self.checked()?;
        serde_json::from_value(body)
            .map_err(|error| Exit::failed(format!("the server's answer cannot be read: {error}")))
    }

    /// The body, if the server did what was asked.
    pub(crate) fn checked(self) -> Result<Value, Exit> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        let text = |name: &str| self.body.get(name).and_then(Value::as_str);
        let words = match (text("detail"), text("fix")) {
            (Some(detail), Some(fix)) => format!("{detail} {fix}"),
            (Some(detail), None) => detail.to_owned(),
            _ => format!("the server answered {}", self.status),
        };
        let refused = matches!(
            text("code"),
            Some(
                "observed_credential"
                    | "credential_locked"
                    | "grant_quarantined"
                    | "estate_changed"
            )
        ) || self.status == StatusCode::FORBIDDEN.as_u16();
        Err(match self.status {
            _ if refused => Exit::refused(words),
            401 => Exit::refused(words),
            503 => Exit::away(words),
            400..=499 => Exit::input(words),
            _ => Exit::failed(words),
        })
    }
}

#[cfg(test)]
mod tests;
