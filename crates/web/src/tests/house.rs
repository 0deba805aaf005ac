//! A listener on a temporary store, with a wall clock that moves when the test says so.

use crate::app::{
    App, EstatePort, IngestPort, IngestReject, IngestReport, IngestScope, PortError, ResponsePort,
};
use crate::view::sample;
use crate::{Live, Metrics, PingGate, router, token_hash};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use countersign_feed::ndjson::{Limits, decode};
use countersign_host::clock::{Clock, ClockControl};
use countersign_host::entropy::Entropy;
use countersign_incident::{Change, Engine};
use countersign_model::estate::Estate;
use countersign_model::expectation::Withdrawal;
use countersign_model::id::IncidentId;
use countersign_model::incident::Incident;
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::response::Deed;
use countersign_model::status::IntegrationStatus;
use countersign_model::{SignedDuration, Timestamp};
use countersign_store::{PipelineCommit, WatchStore};
use futures::FutureExt;
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use prometheus_client::registry::Registry;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tower::ServiceExt;

/// The API token of every test.
pub(super) const TOKEN: &str = "CANARY-api-token";

/// The listener, its store and its levers.
pub(super) struct House {
    pub(super) app: App,
    wall: Arc<Mutex<Timestamp>>,
    _clock: ClockControl,
    _dir: TempDir,
}

/// An answer, read whole.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// Stands for the watch: decodes lines and keeps estates, as the door's ports do.
struct Watch {
    store: WatchStore,
}

impl House {
    /// The base URL is `base_url`; the store is empty but for the API token.
    pub(super) async fn at(base_url: &str) -> House {
        let dir = TempDir::new().expect("a temporary folder");
        let store = WatchStore::open(dir.path()).expect("a new store");
        store
            .api_token_put(token_hash(TOKEN), "tests".to_owned())
            .await
            .expect("kept");
        let (clock, control) = Clock::stepped(sample::now(), 0.0);
        let wall = Arc::new(Mutex::new(sample::at("20:00:00")));
        let watch = Arc::new(Watch {
            store: store.clone(),
        });
        let wall_now = Arc::clone(&wall);
        let app = App {
            store,
            clock,
            wall: Arc::new(move || *wall_now.lock().expect("not poisoned")),
            entropy: Entropy::default(),
            ingest: Arc::clone(&watch) as Arc<dyn IngestPort>,
            response: Arc::clone(&watch) as Arc<dyn ResponsePort>,
            estate: watch,
            estate_turn: Arc::default(),
            live: Live::new(1),
            metrics: Metrics::new(Registry::default()),
            pings: PingGate::default(),
            base_url: base_url.into(),
        };
        House {
            app,
            wall,
            _clock: control,
            _dir: dir,
        }
    }

    /// An empty house on loopback.
    pub(super) async fn empty() -> House {
        House::at("http://127.0.0.1:8600").await
    }

    /// The demo estate with these statuses and incidents.
    pub(super) async fn with(statuses: Vec<IntegrationStatus>, incidents: Vec<Incident>) -> House {
        let house = House::empty().await;
        house
            .app
            .store
            .estate_put(&sample::estate(), sample::now())
            .await
            .expect("kept");
        house
            .commit(PipelineCommit {
                statuses,
                incidents,
                ..PipelineCommit::default()
            })
            .await;
        house
    }

    /// The quiet Sunday at 12:52 UTC.
    pub(super) async fn on_the_quiet_sunday() -> House {
        House::with(sample::statuses(), vec![sample::points()]).await
    }

    pub(super) async fn commit(&self, turn: PipelineCommit) {
        self.app.store.commit(turn).await.expect("kept");
    }

    /// Moves the wall clock.
    pub(super) fn wait(&self, span: SignedDuration) {
        let mut wall = self.wall.lock().expect("not poisoned");
        *wall += span;
    }

    /// Sends a request.
    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = router(self.app.clone())
            .oneshot(request)
            .await
            .expect("never fails");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        let body = String::from_utf8(bytes.to_vec()).expect("text");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// `GET` with the API token.
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(with_token("GET", path, "", Body::empty())).await
    }

    /// `GET` with the API token, which must succeed; the JSON.
    pub(super) async fn json(&self, path: &str) -> serde_json::Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        serde_json::from_str(&answer.body).expect("JSON")
    }

    /// Signs in with a new link; the cookie to send.
    pub(super) async fn sign_in(&self) -> String {
        let link = crate::sign_in_link(&self.app).await.expect("a link");
        let path = link
            .url
            .strip_prefix(&*self.app.base_url)
            .expect("our own URL")
            .to_owned();
        let answer = self.send(plain("POST", &path)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.cookie()
    }

    /// A page as a signed-in person sees it.
    pub(super) async fn page(&self, path: &str) -> Answer {
        let cookie = self.sign_in().await;
        let request = Request::get(path).header("cookie", cookie);
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }
}

impl Answer {
    /// The code of the problem.
    pub(super) fn code(&self) -> String {
        let kind = self.header("content-type");
        assert_eq!(kind, "application/problem+json", "{}", self.body);
        let problem: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
        assert_eq!(problem["status"], self.status.as_u16());
        problem["code"].as_str().expect("a code").to_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// The `name=value` part of `Set-Cookie`.
    pub(super) fn cookie(&self) -> String {
        self.header("set-cookie")
            .split(';')
            .next()
            .expect("a pair")
            .to_owned()
    }

    /// The page's words without tags and with single spaces, as read aloud.
    pub(super) fn words(&self) -> String {
        let mut words = String::new();
        let mut in_tag = false;
        for letter in self.body.chars() {
            match letter {
                '<' => in_tag = true,
                '>' => in_tag = false,
                _ if in_tag => {}
                _ => words.push(letter),
            }
        }
        words
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace("&#39;", "'")
    }
}

/// A request without any credential.
pub(super) fn plain(method: &str, path: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .body(Body::empty())
        .expect("a request")
}

/// A request with the API token; `kind` is its `Content-Type` unless empty.
pub(super) fn with_token(method: &str, path: &str, kind: &str, body: Body) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header("authorization", format!("Bearer {TOKEN}"));
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    request.body(body).expect("a request")
}

impl IngestPort for Watch {
    fn accept(
        &self,
        lines: Bytes,
        _: IngestScope,
    ) -> BoxFuture<'_, Result<IngestReport, PortError>> {
        let decoded = decode(&lines, sample::now(), &Limits::default());
        let reject = |reject: &countersign_feed::ndjson::Reject| IngestReject {
            line: reject.line,
            reason: reject.reason.to_string(),
        };
        let report = IngestReport {
            accepted: u64::try_from(decoded.outcomes.len()).expect("few"),
            duplicates: 0,
            rejected: decoded.n_rejected,
            contradicted: 0,
            rejects: decoded.rejects.iter().map(reject).collect(),
            unknown_fields: decoded.unknown_fields,
        };
        let busy = lines.starts_with(b"busy");
        async move {
            if busy {
                Err(PortError::Busy)
            } else {
                Ok(report)
            }
        }
        .boxed()
    }
}

impl EstatePort for Watch {
    fn replace(&self, _: Option<Estate>, estate: Estate) -> BoxFuture<'_, Result<(), PortError>> {
        async move {
            if estate.name == "refuse me" {
                let reason = "The broker still vends INT-029.".to_owned();
                return Err(PortError::Refused { reason });
            }
            let kept = self.store.estate_put(&estate, sample::now()).await;
            kept.map_err(|error| PortError::Failed {
                source: Box::new(error),
            })
        }
        .boxed()
    }
}

impl ResponsePort for Watch {
    /// As the watch does it, at once: through the engine of the incident.
    fn note(&self, incident: IncidentId, deed: Deed) -> BoxFuture<'_, Result<(), PortError>> {
        async move {
            let failed = |error| PortError::Failed {
                source: Box::new(error),
            };
            let object = Some(incident.to_string());
            let found = self.store.incident(incident).await.map_err(failed)?;
            let rules = self.store.expectations().await.map_err(failed)?;
            let mut engine = Engine::new(&sample::estate(), 1);
            engine.restore(found.into_iter().collect());
            let action = deed.action();
            let outcome = Outcome {
                id: "out_1".parse().expect("an id"),
                ts: sample::now(),
                source: "watch".to_owned(),
                integration: None,
                bu: None,
                credential: None,
                consumer: None,
                peer_ip: None,
                n: 1,
                fact: Fact::Audit { action, object },
            };
            let mut turn = PipelineCommit::default();
            for change in engine.observe(sample::now(), &outcome) {
                match change {
                    Change::Put(incident) => turn.incidents.push(incident),
                    Change::Notice(_) => {}
                    Change::Expect(rule) => turn.expectations.push(rule),
                    Change::ExpectNoMore { incident, by } => {
                        let mut all = rules.iter().cloned();
                        let mut rule = all
                            .find(|rule| rule.incident == incident)
                            .expect("it was looked up before");
                        let at = sample::now();
                        rule.withdrawn = Some(Withdrawal { at, by });
                        turn.expectations.push(rule);
                    }
                }
            }
            self.store.commit(turn).await.map_err(failed)
        }
        .boxed()
    }
}
