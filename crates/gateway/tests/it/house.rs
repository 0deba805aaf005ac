//! A gateway, a source of tokens that counts, and an upstream of the test's own.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use countersign_gateway::Hosts;
use countersign_gateway::port::{NoToken, NotAdmitted, Passenger, Ticket, TokenSource};
use countersign_gateway::proxy::{Gateway, Patience};
use countersign_host::pace::Pace;
use countersign_model::outcome::Call;
use countersign_model::token::Generation;
use countersign_secret::TokenBytes;
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower::ServiceExt;

/// The bearer that is admitted.
pub(crate) const BEARER: &str = "csg1.good.bearer";

/// Hands out generation after generation; the present one until it is reported dead.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) upstream: String,
    pub(crate) read_only: bool,
    pub(crate) never_resends: bool,
    /// Longest silence of a body; `None`: half a second.
    pub(crate) silence: Option<Duration>,
    /// Without a token to give.
    pub(crate) dry: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    generation: u64,
    dead: Vec<u64>,
    seen: Vec<Call>,
}

impl TokenSource for Source {
    fn admit(&self, bearer: &str, _: Option<IpAddr>) -> Result<Passenger, NotAdmitted> {
        match bearer {
            BEARER => Ok(Passenger {
                consumer: "app-1".parse().expect("an id"),
                slot: "C-1.7".parse().expect("an id"),
                read_only: self.read_only,
                resends_writes: !self.never_resends,
            }),
            "csg1.old.bearer" => Err(NotAdmitted::Ended),
            _ => Err(NotAdmitted::Unknown),
        }
    }

    fn token<'a>(
        &'a self,
        _: &'a Passenger,
        unlike: Option<Generation>,
    ) -> BoxFuture<'a, Result<Ticket, NoToken>> {
        let mut state = self.state.lock().expect("unpoisoned");
        if unlike == Some(Generation(state.generation)) {
            state.generation += 1;
        }
        let generation = state.generation;
        let dry = self.dry;
        let base = Some(self.upstream.clone());
        Box::pin(async move {
            if dry {
                let class = "upstream";
                return Err(NoToken {
                    class,
                    retry_after_s: 7,
                });
            }
            Ok(Ticket {
                token: TokenBytes::new(format!("CANARY-{generation}").into_bytes()),
                generation: Generation(generation),
                rest_url: base.clone(),
                soap_url: base.clone(),
                auth_url: base,
            })
        })
    }

    fn dead<'a>(&'a self, _: &'a Passenger, generation: Generation) -> BoxFuture<'a, ()> {
        let mut state = self.state.lock().expect("unpoisoned");
        state.dead.push(generation.0);
        Box::pin(std::future::ready(()))
    }

    fn seen(&self, _: &Passenger, _: Option<IpAddr>, call: Call) {
        self.state.lock().expect("unpoisoned").seen.push(call);
    }
}

/// A gateway at `http://gate.test`.
pub(crate) struct House {
    gateway: Gateway,
    source: Arc<Source>,
}

impl House {
    /// In front of an upstream.
    pub(crate) async fn before(upstream: Router, changes: impl FnOnce(&mut Source)) -> House {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        countersign_host::task::spawn(async move { drop(axum::serve(listener, upstream).await) });
        House::at(url, changes)
    }

    /// In front of an address.
    pub(crate) fn at(upstream: String, changes: impl FnOnce(&mut Source)) -> House {
        let mut source = Source {
            upstream,
            ..Source::default()
        };
        changes(&mut source);
        let silence = source.silence.unwrap_or(Duration::from_millis(500));
        let source = Arc::new(source);
        let tokens: Arc<dyn TokenSource> = source.clone();
        let hosts = Hosts { loopback: true };
        let url = Some("http://gate.test".to_owned());
        let patience = Patience {
            begin: Duration::from_secs(1),
            pace: Pace {
                silence,
                bytes_per_s_min: 1_024,
            },
        };
        let gateway = Gateway::patient(tokens, hosts, url, patience);
        House {
            gateway: gateway.expect("a gateway"),
            source,
        }
    }

    pub(crate) fn upstream(&self) -> &str {
        &self.source.upstream
    }

    /// Sends one request through it.
    pub(crate) async fn send(&self, request: Request) -> Response {
        let Ok(response) = self.gateway.router().oneshot(request).await;
        response
    }

    /// A call with the good bearer: status and body.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {BEARER}"))
            .body(Body::from(body.to_owned()));
        whole(self.send(request.expect("sound")).await).await
    }

    pub(crate) fn dead(&self) -> Vec<u64> {
        self.source.state.lock().expect("unpoisoned").dead.clone()
    }

    pub(crate) fn seen(&self) -> Vec<Call> {
        self.source.state.lock().expect("unpoisoned").seen.clone()
    }
}

/// Status and body of an answer.
pub(crate) async fn whole(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body = match response.into_body().collect().await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        Err(error) => format!("broke off: {error}"),
    };
    (status, body)
}
