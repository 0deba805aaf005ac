//! One call: admitted, judged, sent on with the real token, and once more with another one if the
//! platform says that the first is dead.

mod back;
mod begun;
mod forbidden;
mod onward;
mod sent;

use crate::allow::{self, Reads};
use crate::answer;
use crate::dead::{self, LOOKED_AT_MAX};
use crate::hosts::Hosts;
use crate::inject;
use crate::path::{BASES, Document, Host, destination, document};
use crate::port::{NotAdmitted, Passenger, Ticket, TokenSource};
use crate::rewrite::Plan;
use crate::road::{BEGIN, Road};
use crate::route;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
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
use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

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

/// A call under way.
struct Trip<'a> {
    passenger: Passenger,
    parts: &'a Parts,
    peer: Option<IpAddr>,
    host: Host,
    path: String,
    bearer: Option<String>,
    left: Left,
}

/// What of an answer the consumer may see.
enum Left {
    /// All of it.
    All,
    /// JSON without contacts.
    Json,
    /// SOAP objects of a kind, without what names a person.
    Soap(Option<&'static str>),
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
        let whole: &[u8] = sent.whole().map_or(b"", |body| body);
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
        let plan = || self.plan(trip, ticket);
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
            if by_permission || !may_resend(trip, sent) {
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
        let base = match trip.host {
            Host::Rest => &ticket.rest_url,
            Host::Soap => &ticket.soap_url,
            Host::Auth => &ticket.auth_url,
        };
        let base = self.hosts.check(base.as_deref()).map_err(|refused| {
            tracing::warn!(consumer = %trip.passenger.consumer, why = %refused, "a call was not sent on");
            let words = format!("{refused}; nothing was sent.");
            answer::refused(trip.host, StatusCode::BAD_GATEWAY, 0, &words)
        })?;
        let place = (trip.host, trip.path.as_str());
        let token = (trip.bearer.as_deref(), ticket);
        let back = self.back_plan(trip, ticket);
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
            Ok(Err(error)) if is_ours(&error) => {
                // The platform had no part in it.
                let status = match TooSlow::is_behind(&error) {
                    true => StatusCode::REQUEST_TIMEOUT,
                    false => StatusCode::BAD_REQUEST,
                };
                let words = "The body broke off, or came too slowly.";
                return Err(answer::refused(trip.host, status, 10_004, words));
            }
            Ok(Err(error)) => {
                let code = code_of(&error);
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
        let mut came = Came::new(response, self.patience.pace);
        let status = came.status.as_u16();
        let looked = match status >= 400 || dead::is_doubtful(trip.host, status) {
            true => came.look(LOOKED_AT_MAX).await,
            false => bytes::Bytes::new(),
        };
        let is_dead = dead::is_dead(trip.host, status, &looked);
        let code = (status >= 400)
            .then(|| error_code(trip.host, &looked))
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

    /// Our addresses, as the caller was shown them, and the tenant's again.
    fn back_plan(&self, trip: &Trip<'_>, ticket: &Ticket) -> Plan {
        let Some(ours) = self.ours(trip.parts) else {
            return Plan::default();
        };
        let pairs = BASES.iter().filter_map(|(path, host)| {
            let theirs = match host {
                Host::Rest => ticket.rest_url.as_deref(),
                Host::Soap => ticket.soap_url.as_deref(),
                Host::Auth => ticket.auth_url.as_deref(),
            };
            Some((format!("{ours}{path}"), theirs?.to_owned()))
        });
        let pairs: Vec<(String, String)> = pairs.collect();
        Plan::new(pairs.iter().map(|(from, to)| (from.as_str(), to.as_str())))
    }

    fn plan(&self, trip: &Trip<'_>, ticket: &Ticket) -> Plan {
        match self.ours(trip.parts) {
            Some(ours) => plan(trip, ticket, &ours),
            None => Plan::default(),
        }
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

impl Trip<'_> {
    /// The host, and whether there is no body to an answer.
    fn kind(&self) -> (Host, bool) {
        (self.host, self.parts.method == Method::HEAD)
    }

    fn route(&self) -> String {
        match self.host {
            Host::Rest | Host::Auth => route::rest(&self.path),
            Host::Soap => {
                let action = self.parts.headers.get("soapaction");
                route::soap(action.and_then(|value| value.to_str().ok()))
            }
        }
    }
}

/// The bearer of a REST call.
fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, bearer) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| bearer.trim())
}

/// A dead token is refused before anything is done, so a call may be made again: a read always, a
/// write when its integration says so; a body that streamed is gone.
fn may_resend(trip: &Trip<'_>, sent: &Sent) -> bool {
    let reads = matches!(trip.parts.method, Method::GET | Method::HEAD);
    sent.whole().is_some() && (reads || trip.passenger.resends_writes)
}

/// The tenant's URLs and ours, the called host's first.
fn plan(trip: &Trip<'_>, ticket: &Ticket, ours: &str) -> Plan {
    let base = |host: Host| match host {
        Host::Rest => ticket.rest_url.as_deref(),
        Host::Soap => ticket.soap_url.as_deref(),
        Host::Auth => ticket.auth_url.as_deref(),
    };
    let mut pairs: Vec<(String, String, bool)> = BASES
        .iter()
        .filter_map(|(path, host)| {
            Some((
                base(*host)?.to_owned(),
                format!("{ours}{path}"),
                *host != trip.host,
            ))
        })
        .collect();
    pairs.sort_by_key(|(.., later)| *later);
    Plan::new(
        pairs
            .iter()
            .map(|(from, to, _)| (from.as_str(), to.as_str())),
    )
}

/// SFMC's `errorcode`, OAuth's `error` or a SOAP fault of an answer.
fn error_code(host: Host, body: &[u8]) -> Option<String> {
    if host == Host::Soap {
        return dead::fault(body).map(str::to_owned);
    }
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    match (&body["errorcode"], &body["error"]) {
        (serde_json::Value::Number(code), _) => Some(code.to_string()),
        (_, serde_json::Value::String(code)) => {
            let word = code
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
                .take(40);
            Some(word.collect())
        }
        _ => None,
    }
}

/// Whether it broke on our side: the caller's own body came to no end.
fn is_ours(error: &hyper_util::client::legacy::Error) -> bool {
    let mut cause = error.source();
    while let Some(link) = cause {
        if let Some(hyper) = link.downcast_ref::<hyper::Error>() {
            return hyper.is_user();
        }
        cause = link.source();
    }
    false
}

/// Where it broke, as outcomes call it.
fn code_of(error: &hyper_util::client::legacy::Error) -> &'static str {
    if !error.is_connect() {
        return "connection_reset";
    }
    let mut cause = error.source();
    while let Some(link) = cause {
        let words = link.to_string();
        if words.contains("address inside") {
            return "connect_inside";
        }
        if words.contains("dns error") {
            return "dns_failed";
        }
        if words.contains("certificate") {
            return "tls_certificate";
        }
        cause = link.source();
    }
    "connect_failed"
}
