//! A receiver of webhooks that keeps what it was sent and answers as told.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

/// Called with each request before it is answered.
type OnReceive = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Kept {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    on_receive: OnReceive,
}

/// One request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) body: String,
}

pub(crate) struct HookServer {
    pub(crate) url: String,
    kept: Kept,
    _serving: JoinSet<std::io::Result<()>>,
}

impl HookServer {
    /// Starts it; after the given answers it answers 204.
    pub(crate) async fn start(answers: &[u16], on_receive: OnReceive) -> HookServer {
        let answers = Arc::new(Mutex::new(answers.iter().copied().collect()));
        let kept = Kept {
            received: Arc::default(),
            answers,
            on_receive,
        };
        let app = Router::new()
            .route("/CANARY", post(receive))
            .with_state(kept.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/CANARY", listener.local_addr().unwrap());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await });
        HookServer {
            url,
            kept,
            _serving: serving,
        }
    }

    /// One that another process runs.
    pub(crate) fn elsewhere(url: String) -> HookServer {
        HookServer {
            url,
            kept: Kept {
                received: Arc::default(),
                answers: Arc::default(),
                on_receive: Arc::new(|| {}),
            },
            _serving: JoinSet::new(),
        }
    }

    pub(crate) async fn willing() -> HookServer {
        HookServer::start(&[], Arc::new(|| {})).await
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.kept.received.lock().unwrap().clone()
    }
}

async fn receive(State(kept): State<Kept>, headers: HeaderMap, body: String) -> StatusCode {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    kept.received.lock().unwrap().push(Received { id, body });
    (kept.on_receive)();
    let next = kept.answers.lock().unwrap().pop_front();
    StatusCode::from_u16(next.unwrap_or(204)).unwrap()
}
