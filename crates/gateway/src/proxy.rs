//! One call: admitted, judged, sent on with the real token, and once more with another one if the
//! platform says that the first is dead.

mod back;
mod begun;
mod broke;
mod forbidden;
mod onward;
mod sent;
mod trip;

use crate::allow::{self, Reads};
use crate::answer;
use crate::dead::{self, LOOKED_AT_MAX};
use crate::hosts::Hosts;
use crate::inject;
use crate::path::{Document, Host, destination, document};
use crate::port::{NotAdmitted, Passenger, Ticket, TokenSource};
use crate::road::{BEGIN, Road};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use back::{Came, Later};
use begun::Begun;
use countersign_etframework::{fault_xsd, wsdl};
use countersign_host::clock::stopwatch;
use countersign_host::listen::Guest;
use countersign_host::pace::{Pace, TooSlow, paced};
use countersign_host::reached;
use countersign_model::outcome::Call;
use forbidden::{Forbidden, Spot};
use sent::Sent;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use trip::{Left, Trip, base_of, bearer};

/// Methods that are sent on. TRACE would repeat the token, CONNECT would open a tunnel.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];
/// Envelopes of more than 64 KiB held at once before it is known whose they are: with their bound,
/// 128 MiB.
const HELD_MAX: usize = 32;
/// A body that is held has to arrive within this.
const ARRIVAL: Duration = Duration::from_secs(120);
/// So many times as patient with an upload.
const UPLOAD: u32 = 10;
/// A call is sent at most this often (broker rule 2.10: once more, with a different generation).
const TRIES: u32 = 2;

pub use crate::road::RoadError;

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Longest time until an answer begins.
    pub begin: Duration,
    /// How slowly a body may come, from either side.
    pub pace: Pace,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            begin: BEGIN,
            pace: Pace::PATIENT,
        }
    }
}

/// The gateway. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    source: Arc<dyn TokenSource>,
    road: Road,
    hosts: Hosts,
    public_url: Option<String>,
    patience: Patience,
    /// Envelopes held before it is known whose they are.
    holding: Semaphore,
    forbidden: Forbidden,
    begun: Begun,
}

impl Gateway {
    /// A gateway that gets its tokens from `source` and sends them to `hosts`. Clients reach it at
    /// `public_url`; `None`: at the address each call names.
    ///
    /// # Errors
    /// [`RoadError`].
    pub fn new(
        source: Arc<dyn TokenSource>,
        hosts: Hosts,
        public_url: Option<String>,
    ) -> Result<Gateway, RoadError> {
        Gateway::patient(source, hosts, public_url, Patience::default())
    }

    /// The same with another patience.
    ///
    /// # Errors
    /// [`RoadError`].
    pub fn patient(
        source: Arc<dyn TokenSource>,
        hosts: Hosts,
        public_url: Option<String>,
        patience: Patience,
    ) -> Result<Gateway, RoadError> {
        let road = Road::new(hosts)?;
        Ok(Gateway(Arc::new(Inner {
            source,
            road,
            hosts,
            public_url,
            patience,
            holding: Semaphore::new(HELD_MAX),
            forbidden: Forbidden::default(),
            begun: Begun::default(),
        })))
    }

    /// Takes every path: what comes before it in a listener is not ours.
    pub fn router(&self) -> Router {
        Router::new().fallback(pass).with_state(self.clone())
    }
}

async fn pass(State(gateway): State<Gateway>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|peer| peer.0.ip());
    gateway.0.pass(&parts, peer, body).await
}

impl Inner {
    async fn pass(&self, parts: &Parts, peer: Option<IpAddr>, body: Body) -> Response {
        let (host, path) = destination(parts.uri.path());
        if !METHODS.contains(&parts.method) || !path.starts_with('/') {
            let words = "This method, or a path that is none, does not go through the gateway.";
            return answer::refused(host, StatusCode::METHOD_NOT_ALLOWED, 0, words);
        }
        if let Some(document) = document(&path).filter(|_| parts.method == Method::GET) {
            return match (document, self.ours(parts)) {
                (Document::FaultXsd, _) => answer::xml(fault_xsd()),
                (Document::Wsdl, Some(ours)) => answer::xml(wsdl(&format!("{ours}/soap.com"))),
                (Document::Wsdl, None) => {
                    let words = "Host: the header is missing, and with it our address.";
                    answer::refused(Host::Rest, StatusCode::BAD_REQUEST, 10_002, words)
                }
            };
        }
        let early = match host {
            Host::Soap => None,
            Host::Rest | Host::Auth => match self.admit(bearer(parts), parts, peer) {
                Ok(passenger) => Some(passenger),
                Err(why) => return answer::not_admitted(host, why),
            },
        };
        let mut sent = match self.take(host, body).await {
            Ok(sent) => sent,
            Err(status) => {
                let words = "The body broke off, came too slowly, or is larger than 4 MiB.";
                return answer::refused(host, status, 10_004, words);
            }
        };
        let held = sent.whole().filter(|_| host == Host::Soap);
        let inside = held.and_then(|body| inject::bearer_in(body));
        let passenger = match early {
            Some(passenger) => passenger,
            None => match self.admit(inside.as_deref(), parts, peer) {
                Ok(passenger) => passenger,
                Err(why) => return answer::not_admitted(host, why),
            },
        };
        let whole = sent.whole().map(|body| &**body);
        let left = match passenger.read_only {
            false => Ok(Left::All),
            true => self.left(&passenger, allow::judge(host, parts, &path, whole)),
        };
        let left = match left {
            Ok(left) => left,
            Err(words) => return answer::refused(host, StatusCode::FORBIDDEN, 20_002, words),
        };
        let trip = Trip {
            passenger,
            parts,
            peer,
            host,
            path,
            bearer: inside,
            left,
        };
        self.travel(&trip, &mut sent).await
    }

    fn admit(
        &self,
        bearer: Option<&str>,
        parts: &Parts,
        peer: Option<IpAddr>,
    ) -> Result<Passenger, NotAdmitted> {
        let admitted = self
            .source
            .admit(bearer.ok_or(NotAdmitted::Unknown)?, peer)?;
        if let Some(guest) = parts.extensions.get::<Guest>() {
            guest.is_known();
        }
        Ok(admitted)
    }

    /// What a read-only consumer may see of an answer; or why it may not ask.
    fn left(&self, passenger: &Passenger, reads: Option<Reads>) -> Result<Left, &'static str> {
        match reads {
            Some(Reads::Json) => Ok(Left::Json),
            Some(Reads::Soap(kind)) => Ok(Left::Soap(kind)),
            Some(Reads::Continues(id)) => match self.begun.kind(&passenger.consumer, &id) {
                Some(kind) => Ok(Left::Soap(Some(kind))),
                None => Err(
                    "This consumer is read-only: it may continue only what it began here within \
                     the last ten minutes. Begin the retrieval again.",
                ),
            },
            None => Err("This consumer is read-only: this route or object is not on its list."),
        }
    }

    /// What the consumer gets of an answer.
    async fn back(&self, trip: &Trip<'_>, ticket: &Ticket, came: Came) -> Response {
        let ours = self.ours(trip.parts);
        let plan = || trip.plan(ticket, ours.as_deref());
        match trip.left {
            Left::All => came.back(trip.kind(), Later(&plan)).await,
            Left::Json => came.json_back(trip.host, Later(&plan)).await,
            Left::Soap(kind) => {
                let (response, more) = came.soap_back(kind, Later(&plan)).await;
                if let (Some(id), Some(kind)) = (more, kind) {
                    self.begun.note(&trip.passenger.consumer, &id, kind);
                }
                response
            }
        }
    }

    async fn travel(&self, trip: &Trip<'_>, sent: &mut Sent) -> Response {
        let (mut unlike, mut first) = (None, None);
        let spot = Spot::of(trip);
        for attempt in 1..=TRIES {
            let ticket = match self.source.token(&trip.passenger, unlike).await {
                Ok(ticket) => ticket,
                // There is no other token: the platform's own refusal says more than ours.
                Err(why) => return first.unwrap_or_else(|| answer::no_token(trip.host, why)),
            };
            let (came, is_dead) = match self.send(trip, sent, &ticket, attempt).await {
                Ok(came) => came,
                Err(response) => return response,
            };
            if !is_dead {
                return self.back(trip, &ticket, came).await;
            }
            // A fresh token refused on the same route: the route is what is refused, for want of a
            // scope, and no renewal will help (docs/provider.md).
            let by_permission = attempt > 1 || self.forbidden.holds(&spot);
            if by_permission {
                self.forbidden.note(spot.clone());
            } else {
                self.source.dead(&trip.passenger, ticket.generation).await;
            }
            let back = self.back(trip, &ticket, came).await;
            if by_permission || !trip.may_be_sent_again(sent) {
                return back;
            }
            unlike = Some(ticket.generation);
            first = Some(back);
        }
        first.expect("the last try was dead too")
    }

    /// One try: the answer, and whether it says that the token is dead. Tells what came of it.
    async fn send(
        &self,
        trip: &Trip<'_>,
        sent: &mut Sent,
        ticket: &Ticket,
        attempt: u32,
    ) -> Result<(Came, bool), Response> {
        let base = self.hosts.check(base_of(ticket, trip.host)).map_err(|refused| {
            tracing::warn!(consumer = %trip.passenger.consumer, why = %refused, "a call was not sent on");
            let words = format!("{refused}; nothing was sent.");
            answer::refused(trip.host, StatusCode::BAD_GATEWAY, 0, &words)
        })?;
        let place = (trip.host, trip.path.as_str());
        let token = (trip.bearer.as_deref(), ticket);
        let back = trip.back_plan(ticket, self.ours(trip.parts).as_deref());
        let request = onward::request(trip.parts, place, &base, sent, token, &back);
        let request = request.ok_or_else(|| {
            let words = "The path or the token cannot stand in a request; nothing was sent.";
            answer::refused(trip.host, StatusCode::BAD_REQUEST, 10_003, words)
        })?;
        let started = stopwatch();
        // A body that streams is sent before an answer begins.
        let patience = match sent.whole() {
            Some(_) => self.patience.begin,
            None => self.patience.begin * UPLOAD,
        };
        let answered = tokio::time::timeout(patience, self.road.send(request)).await;
        let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let seen = |status: Option<u16>, error_code: Option<String>| Call {
            method: Some(trip.parts.method.to_string()),
            route: Some(trip.route()),
            status,
            error_code,
            attempt: Some(attempt),
            retry_of: None,
            latency_ms: Some(latency_ms),
        };
        let response = match answered {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if broke::is_ours(&error) => {
                // The platform had no part in it.
                let status = match TooSlow::is_behind(&error) {
                    true => StatusCode::REQUEST_TIMEOUT,
                    false => StatusCode::BAD_REQUEST,
                };
                let words = "The body broke off, or came too slowly.";
                return Err(answer::refused(trip.host, status, 10_004, words));
            }
            Ok(Err(error)) => {
                let code = broke::code_of(&error);
                self.tell(trip, seen(None, Some(code.to_owned())));
                let words = format!("The platform could not be reached ({code}).");
                return Err(answer::refused(
                    trip.host,
                    StatusCode::BAD_GATEWAY,
                    0,
                    &words,
                ));
            }
            Err(_) => {
                self.tell(trip, seen(None, Some("timeout".to_owned())));
                let seconds = self.patience.begin.as_secs();
                let words = format!("The platform did not begin to answer within {seconds} s.");
                return Err(answer::refused(
                    trip.host,
                    StatusCode::GATEWAY_TIMEOUT,
                    0,
                    &words,
                ));
            }
        };
        let mut came = Came::new(response, self.patience.pace, &ticket.token);
        let status = came.status.as_u16();
        let looked = match status >= 400 || dead::is_doubtful(trip.host, status) {
            true => came.look(LOOKED_AT_MAX).await,
            false => bytes::Bytes::new(),
        };
        let is_dead = dead::is_dead(trip.host, status, &looked);
        let code = (status >= 400)
            .then(|| broke::error_code(trip.host, &looked))
            .flatten();
        self.tell(trip, seen(Some(status), code));
        Ok((came, is_dead))
    }

    /// Takes a body as far as it is held; few at once, and not for ever.
    async fn take(&self, host: Host, body: Body) -> Result<Sent, StatusCode> {
        let body = paced(body, self.patience.pace);
        let taken = Sent::take(host, body, &self.holding);
        let taken = tokio::time::timeout(ARRIVAL, taken).await;
        taken.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
    }

    /// Where this caller reaches us.
    fn ours(&self, parts: &Parts) -> Option<String> {
        let asked = || reached::base_url(&parts.uri, &parts.headers);
        self.public_url.clone().or_else(asked)
    }

    fn tell(&self, trip: &Trip<'_>, call: Call) {
        self.source.seen(&trip.passenger, trip.peer, call);
    }
}
