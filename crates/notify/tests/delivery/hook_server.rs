//! A receiver that keeps what it was sent and answers as told.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

/// One request as it came.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// Status and headers of one answer.
pub(crate) type Answer = (u16, Vec<(&'static str, String)>);

#[derive(Clone, Default)]
struct Kept {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

pub(crate) struct HookServer {
    pub(crate) url: String,
    kept: Kept,
    _serving: JoinSet<std::io::Result<()>>,
}

impl HookServer {
    /// Starts it; after the given answers it answers 204.
    pub(crate) async fn start(answers: Vec<Answer>) -> HookServer {
        let kept = Kept {
            answers: Arc::new(Mutex::new(answers.into())),
            ..Kept::default()
        };
        let app = Router::new()
            .route("/hook", post(receive))
            .with_state(kept.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await });
        HookServer {
            url,
            kept,
            _serving: serving,
        }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.kept.received.lock().unwrap().clone()
    }
}

async fn receive(State(kept): State<Kept>, headers: HeaderMap, body: Bytes) -> Response {
    kept.received
        .lock()
        .unwrap()
        .push(Received { headers, body });
    let next = kept.answers.lock().unwrap().pop_front();
    let (status, headers) = next.unwrap_or((204, vec![]));
    let mut answer = StatusCode::from_u16(status).unwrap().into_response();
    for (name, value) in headers {
        answer.headers_mut().insert(name, value.parse().unwrap());
    }
    answer
}
