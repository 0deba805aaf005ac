//! A provider that rotates refresh tokens, revokes the grant when a spent one comes again, and counts.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use countersign_model::estate::{CredentialKind, Estate};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// How it answers an exchange that it has carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    /// The new pair.
    Pair,
    /// A new refresh token beside an access token nobody can use.
    HalfAPair,
    /// Nothing, ever: the answer is lost.
    Nothing,
    /// 503, after the fact.
    Outage,
}

/// What it saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Exchanges carried out.
    pub(crate) exchanged: u32,
    /// Spent refresh tokens that came again.
    pub(crate) reused: u32,
    /// Codes exchanged.
    pub(crate) codes: u32,
    /// Everything sent, in order.
    pub(crate) bodies: Vec<Value>,
}

struct Inner {
    live: u32,
    revoked: bool,
    says: Says,
    seen: Seen,
}

/// The provider.
#[derive(Clone)]
pub(crate) struct Provider {
    inner: Arc<Mutex<Inner>>,
    arrived: watch::Sender<u32>,
}

/// The refresh token of that number.
pub(crate) fn refresh_token(number: u32) -> String {
    format!("CANARY-refresh-{number}")
}

impl Provider {
    /// Serves it on a free port; its base URL. Refresh token 1 is live.
    pub(crate) async fn serve() -> (Provider, String) {
        let inner = Inner {
            live: 1,
            revoked: false,
            says: Says::Pair,
            seen: Seen::default(),
        };
        let provider = Provider {
            inner: Arc::new(Mutex::new(inner)),
            arrived: watch::Sender::new(0),
        };
        let app = Router::new()
            .route("/v2/token", post(token))
            .with_state(provider.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        countersign_host::task::spawn(async move { drop(axum::serve(listener, app).await) });
        (provider, url)
    }

    pub(crate) fn says(&self, says: Says) {
        self.inner.lock().expect("unpoisoned").says = says;
    }

    pub(crate) fn seen(&self) -> Seen {
        self.inner.lock().expect("unpoisoned").seen.clone()
    }

    /// The refresh token that works now.
    pub(crate) fn live(&self) -> String {
        refresh_token(self.inner.lock().expect("unpoisoned").live)
    }

    /// Waits until so many requests have arrived.
    pub(crate) async fn arrived(&self, count: u32) {
        let mut arrived = self.arrived.subscribe();
        let waited = arrived.wait_for(|seen| *seen >= count).await;
        drop(waited.expect("the provider lives"));
    }

    fn answer(&self, body: Value) -> (Says, Result<(u32, u32), Value>) {
        let mut inner = self.inner.lock().expect("unpoisoned");
        let says = inner.says;
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let (grant, shown, code) = (text("grant_type"), text("refresh_token"), text("code"));
        inner.seen.bodies.push(body);
        let grants = match grant.as_str() {
            "authorization_code" if code == "CANARY-code" => {
                inner.seen.codes += 1;
                inner.revoked = false;
                true
            }
            "refresh_token" if !inner.revoked && shown == refresh_token(inner.live) => {
                inner.seen.exchanged += 1;
                true
            }
            "refresh_token" => {
                inner.seen.reused += 1;
                inner.revoked = true;
                false
            }
            _ => false,
        };
        if !grants {
            return (Says::Pair, Err(json!({ "error": "invalid_grant" })));
        }
        inner.live += 1;
        (says, Ok((inner.live, inner.seen.exchanged)))
    }
}

async fn token(State(provider): State<Provider>, body: String) -> Response {
    let body = serde_json::from_str(&body).expect("JSON is sent");
    let (says, answer) = provider.answer(body);
    provider.arrived.send_modify(|count| *count += 1);
    let (live, number) = match answer {
        Ok(pair) => pair,
        Err(refusal) => return (StatusCode::BAD_REQUEST, refusal.to_string()).into_response(),
    };
    let next = refresh_token(live);
    match says {
        Says::Pair => {
            let pair = json!({
                "access_token": format!("CANARY-access-{number}"), "token_type": "Bearer",
                "expires_in": 1_079, "refresh_token": next, "scope": "email_read offline",
            });
            pair.to_string().into_response()
        }
        Says::HalfAPair => json!({ "access_token": "", "refresh_token": next })
            .to_string()
            .into_response(),
        Says::Nothing => std::future::pending().await,
        Says::Outage => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// An estate whose one credential `C-1` (MID 1) is a web app, kept warm.
pub(crate) fn estate(url: &str) -> Estate {
    let mut estate = crate::house::estate(&[url]);
    estate.credentials[0].kind = CredentialKind::WebappV2;
    estate.credentials[0].scopes = vec!["email_read".to_owned(), "offline".to_owned()];
    estate.integrations[0].strategy = None;
    estate
}
