//! One program: its key, its habits, and what became of its run.

use axum::Router;
use axum::body::Body as HttpBody;
use axum::http::{HeaderMap, Request as HttpRequest, header};
use countersign_model::Timestamp;
use countersign_model::estate::Integration;
use countersign_model::outcome::{Call, Fact, Outcome};
use countersign_sim::traffic::{Act, Sent, Traffic};
use countersign_sim::{Answer, Body, Reply, Request, Simulator};
use data_encoding::BASE64;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tower::ServiceExt;

/// Least life of the token a program works with, seconds: its calls of one minute.
pub(super) const MIN_TTL_S: u64 = 60;

/// What a program is made of.
pub(super) struct Parts {
    /// The flow it is.
    pub(super) integration: Integration,
    /// Its id as a consumer.
    pub(super) client_id: String,
    /// Its key.
    pub(super) client_secret: String,
    /// Where it asks for tokens.
    pub(super) broker: Router,
    /// Whom it calls.
    pub(super) simulator: Simulator,
    /// What it does when.
    pub(super) habits: Arc<Traffic>,
}

/// A consumer at work.
pub(super) struct Program {
    parts: Parts,
    run: Mutex<Run>,
}

/// What became of the calls of the run under way.
#[derive(Default)]
struct Run {
    ok: u64,
    failed: u64,
    without_token: u64,
}

/// A token, and how to tell the broker that it is dead.
struct Token {
    bearer: String,
    slot: String,
    fingerprint: String,
}

impl Program {
    pub(super) fn new(parts: Parts) -> Program {
        Program {
            parts,
            run: Mutex::default(),
        }
    }

    /// Does what is to be done in the minute that starts at `at`; what it has to tell of it.
    pub(super) async fn act(&self, at: Timestamp) -> Vec<Outcome> {
        let mut told = Vec::new();
        for burst in self.parts.habits.minute(&self.parts.integration.id, at) {
            match burst.act {
                Act::Calls { n, request } => told.extend(self.call(at, n, &request).await),
                Act::RunEnds { rows, duration_ms } => {
                    told.push(self.run_ended(at, rows, duration_ms));
                }
            }
        }
        told
    }

    /// Calls with a token of the broker's; a refused one is reported, and the call made once more
    /// with the next.
    async fn call(&self, at: Timestamp, n: u64, sent: &Sent) -> Vec<Outcome> {
        let Some(token) = self.token().await else {
            // No token, no call: nothing was observed of the platform.
            self.run().without_token += n;
            return Vec::new();
        };
        let first = self.ask(n, sent, &token);
        let mut told = vec![self.outcome(at, n, first.clone())];
        let mut last = first;
        if last.status == Some(401) {
            self.reject(&token).await;
            if let Some(next) = self.token().await {
                last = Call {
                    attempt: Some(2),
                    retry_of: told.first().map(|first| first.id.clone()),
                    ..self.ask(n, sent, &next)
                };
                told.push(self.outcome(at, n, last.clone()));
            }
        }
        match last.status {
            Some(200..=299) => self.run().ok += n,
            _ => self.run().failed += n,
        }
        told
    }

    fn run(&self) -> std::sync::MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run_ended(&self, at: Timestamp, rows: Option<u64>, duration_ms: u64) -> Outcome {
        let run = std::mem::take(&mut *self.run());
        let all = run.ok + run.failed + run.without_token;
        let state = match () {
            () if run.ok == all => "completed",
            () if run.without_token == all => "refused",
            () => "failed",
        };
        let rows = rows.map(|rows| rows.saturating_mul(run.ok) / all.max(1));
        let fact = Fact::Run {
            rows,
            duration_ms: Some(duration_ms),
            state: state.to_owned(),
        };
        self.told(at, "run", 1, fact)
    }

    fn outcome(&self, at: Timestamp, n: u64, call: Call) -> Outcome {
        let name = format!("call{}", call.attempt.unwrap_or(1));
        self.told(at, &name, n, Fact::Call(call))
    }

    fn told(&self, at: Timestamp, what: &str, n: u64, fact: Fact) -> Outcome {
        let flow = &self.parts.integration;
        let id = format!("{}-{what}-{}", self.parts.client_id, at.as_second() / 60);
        Outcome {
            id: id.parse().expect("letters, digits and dashes"),
            ts: at,
            source: "app".to_owned(),
            integration: Some(flow.id.clone()),
            bu: Some(flow.bu.clone()),
            credential: Some(flow.credential.clone()),
            consumer: self.parts.client_id.parse().ok(),
            peer_ip: None,
            n,
            fact,
        }
    }

    /// One request to the platform, which stands for `n`.
    fn ask(&self, n: u64, sent: &Sent, token: &Token) -> Call {
        let bearer = format!("Bearer {}", token.bearer);
        let request = Request {
            method: sent.method.to_owned(),
            path: sent.path.clone(),
            headers: BTreeMap::from([
                ("authorization".to_owned(), bearer),
                ("content-type".to_owned(), "application/json".to_owned()),
            ]),
            body: sent
                .body
                .as_ref()
                .map(|body| body.to_string().into_bytes())
                .unwrap_or_default(),
            n,
            ..Request::default()
        };
        let call = Call {
            method: Some(sent.method.to_owned()),
            route: Some(sent.route.to_owned()),
            attempt: Some(1),
            ..Call::default()
        };
        match self.parts.simulator.step(&request) {
            Reply::Answer(answer) => Call {
                status: Some(answer.status),
                error_code: error_code(&answer),
                latency_ms: Some(answer.latency_ms),
                ..call
            },
            Reply::Drop => Call {
                error_code: Some("connection_reset".to_owned()),
                ..call
            },
        }
    }

    /// Asks the broker as any client does; `None` if it has no token to give.
    async fn token(&self) -> Option<Token> {
        let body = json!({ "grant_type": "client_credentials",
            "client_id": self.parts.client_id, "client_secret": self.parts.client_secret });
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

    async fn reject(&self, token: &Token) {
        let key = format!("{}:{}", self.parts.client_id, self.parts.client_secret);
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
                consumer = self.parts.client_id,
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
        let Ok(response) = self.parts.broker.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let good = parts.status.is_success();
        good.then(|| Some((parts.headers, serde_json::from_slice(&body).ok()?)))?
    }
}

/// SFMC's `errorcode`, or `error` of OAuth, of an answer that is no success.
fn error_code(answer: &Answer) -> Option<String> {
    let Body::Json(body) = &answer.body else {
        return None;
    };
    if answer.status < 400 {
        return None;
    }
    match (&body["errorcode"], &body["error"]) {
        (Value::Number(code), _) => Some(code.to_string()),
        (_, Value::String(code)) => Some(code.clone()),
        _ => None,
    }
}
