//! One program: its key, and how it gets and gives back tokens.

use axum::Router;
use axum::body::Body as HttpBody;
use axum::http::{HeaderMap, Request as HttpRequest, header};
use data_encoding::BASE64;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// Least life of the token a program works with, seconds: its calls of one minute.
pub(super) const MIN_TTL_S: u64 = 60;

/// A consumer at work.
pub(super) struct Program {
    /// Its id as a consumer.
    pub(super) client_id: String,
    /// Its key.
    pub(super) client_secret: String,
    /// Where it asks for tokens.
    pub(super) broker: Router,
}

/// A token, and how to tell the broker that it is dead.
pub(super) struct Token {
    pub(super) bearer: String,
    slot: String,
    fingerprint: String,
}

impl Program {
    /// Asks the broker as any client does; `None` if it has no token to give.
    pub(super) async fn token(&self) -> Option<Token> {
        let body = json!({ "grant_type": "client_credentials",
            "client_id": self.client_id, "client_secret": self.client_secret });
        let request =
            HttpRequest::post("/v2/token").header(header::CONTENT_TYPE, "application/json");
        let (headers, body) = self
            .broker(request.body(HttpBody::from(body.to_string())))
            .await?;
        let text = |name| Some(headers.get(name)?.to_str().ok()?.to_owned());
        Some(Token {
            bearer: body["access_token"].as_str()?.to_owned(),
            slot: text("x-countersign-slot")?,
            fingerprint: text("x-countersign-fingerprint")?,
        })
    }

    /// Tells the broker that a token is dead.
    pub(super) async fn reject(&self, token: &Token) {
        let key = format!("{}:{}", self.client_id, self.client_secret);
        let request = HttpRequest::post(format!("/api/v1/slots/{}/reject", token.slot)).header(
            header::AUTHORIZATION,
            format!("Basic {}", BASE64.encode(key.as_bytes())),
        );
        let body = json!({ "fingerprint": token.fingerprint }).to_string();
        if self
            .broker(request.body(HttpBody::from(body)))
            .await
            .is_none()
        {
            tracing::warn!(
                consumer = self.client_id,
                "a dead token could not be reported"
            );
        }
    }

    /// Headers and JSON of a good answer; `None` for any other.
    async fn broker(
        &self,
        request: Result<HttpRequest<HttpBody>, axum::http::Error>,
    ) -> Option<(HeaderMap, Value)> {
        let request = request.expect("a path and headers of our own");
        // A router's error type has no values.
        let Ok(response) = self.broker.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let good = parts.status.is_success();
        good.then(|| Some((parts.headers, serde_json::from_slice(&body).ok()?)))?
    }
}
