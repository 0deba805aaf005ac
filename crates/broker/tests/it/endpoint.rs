//! A token endpoint that answers as told and counts what it is asked.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the endpoint answers.
#[derive(Clone)]
pub(crate) enum Say {
    /// A token of this life, seconds.
    Token(u64),
    /// This status and body.
    Refuse(u16, &'static str),
    /// Nothing, ever.
    Silence,
}

/// The endpoint.
#[derive(Clone)]
pub(crate) struct Endpoint(Arc<Shared>);

struct Shared {
    say: Say,
    /// Waits this long before it answers, so that callers can gather.
    slow: Duration,
    asked: AtomicU64,
    bodies: Mutex<Vec<String>>,
}

impl Endpoint {
    /// Serves it on a free port; its base URL.
    pub(crate) async fn serve(say: Say, slow: Duration) -> (Endpoint, String) {
        let shared = Shared {
            say,
            slow,
            asked: AtomicU64::new(0),
            bodies: Mutex::default(),
        };
        let endpoint = Endpoint(Arc::new(shared));
        let app = Router::new()
            .route("/v2/token", post(answer))
            .with_state(endpoint.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        countersign_host::task::spawn(async move { drop(axum::serve(listener, app).await) });
        (endpoint, url)
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> u64 {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// What it was sent.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.0.bodies.lock().expect("unpoisoned").clone()
    }
}

async fn answer(State(endpoint): State<Endpoint>, body: String) -> Response {
    let number = endpoint.0.asked.fetch_add(1, Ordering::SeqCst);
    endpoint.0.bodies.lock().expect("unpoisoned").push(body);
    tokio::time::sleep(endpoint.0.slow).await;
    match endpoint.0.say.clone() {
        Say::Token(life) => {
            let body = format!(
                r#"{{"access_token":"CANARY-token-{number}","token_type":"Bearer","expires_in":{life},
                    "scope":"email_read email_send","rest_instance_url":"https://rest.test/",
                    "soap_instance_url":"https://soap.test/"}}"#
            );
            (StatusCode::OK, body).into_response()
        }
        Say::Refuse(status, body) => {
            (StatusCode::from_u16(status).expect("a status"), body).into_response()
        }
        Say::Silence => std::future::pending().await,
    }
}
