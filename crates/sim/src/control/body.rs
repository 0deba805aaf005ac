//! Orders in, answers and refusals out, all of them JSON.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// An answer.
pub(super) type Answer = (StatusCode, Json<Value>);

pub(super) fn good(body: Value) -> Answer {
    (StatusCode::OK, Json(body))
}

pub(super) fn created(body: Value) -> Answer {
    (StatusCode::CREATED, Json(body))
}

/// Why an order was not carried out: `{"error", "field"}`. The sentence says what would be right.
pub(super) struct Refusal {
    status: StatusCode,
    field: Option<String>,
    words: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, words: impl ToString) -> Refusal {
        Refusal {
            status,
            field: None,
            words: words.to_string(),
        }
    }

    /// A field that holds something wrong.
    pub(super) fn of(field: &str, words: impl ToString) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, words).at(field)
    }

    pub(super) fn at(mut self, field: &str) -> Refusal {
        self.field = Some(field.to_owned());
        self
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.words, "field": self.field });
        (self.status, Json(body)).into_response()
    }
}

/// Reads an order, whatever its content type, so that a bare `curl -d` will do.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let from = &mut serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(from).map_err(|error| {
        let field = error.path().to_string();
        let words = error.into_inner().to_string();
        match field.as_str() {
            "." => Refusal::new(StatusCode::BAD_REQUEST, words),
            field => Refusal::of(field, format!("{field}: {words}")),
        }
    })
}
