//! A listener that strangers cannot fill: heads have a time, connections a number, and whoever has
//! shown nothing yet makes room for newcomers.

mod guests;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use guests::{Guests, Place};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

pub use guests::Guest;

/// What one connection may hold of unread heads and frames, bytes.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// Requests under way on one connection (HTTP/2).
const STREAMS_MAX: u32 = 32;
/// Unread body bytes of one connection (HTTP/2).
const WINDOW_BYTES: u32 = 256 * 1024;
/// Rest after an accept that failed for want of something, such as file descriptors.
const OUT_OF_BREATH: Duration = Duration::from_secs(1);

/// The bounds of a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once on which nobody has proved who they are.
    pub strangers_max: usize,
    /// Connections at once on which somebody has.
    pub known_max: usize,
    /// The first request's head has to be there within this.
    pub head: Duration,
    /// Longest rest between two requests of a connection, the later one's head included.
    pub idle: Duration,
    /// So long a stranger is not asked to leave, however many wait: a burst of honest clients
    /// proves itself within it.
    pub grace: Duration,
    /// Longest time that a client takes nothing of an answer.
    pub stall: Duration,
}

impl Default for Limits {
    /// A stranger's connection holds at most 64 KiB of unread head, or 32 requests of HTTP/2 with 256 KiB
    /// of unread frames: all together 160 MiB. Load balancers keep connections for 60 s: the rest between
    /// two requests is longer, so that they close first.
    fn default() -> Limits {
        Limits {
            strangers_max: 512,
            known_max: 4_096,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            grace: Duration::from_secs(1),
            stall: Duration::from_secs(60),
        }
    }
}

/// Serves `router` until the future is dropped; its connections end with it. Requests carry
/// [`ConnectInfo`] of their peer, and the [`Guest`] to vouch for once it is known who asks.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits) {
    let guests = Arc::new(Guests::new(limits));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => {
                    let place = guests.place().await;
                    connections.spawn(attend(socket, peer, router.clone(), place, limits));
                }
                Err(error) => after(&error, &guests).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A connection that broke before it was accepted is nothing to wait for. Anything else is: when the
/// process may open no more, a stranger gives its place.
async fn after(error: &io::Error, guests: &Guests) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    ) {
        tracing::error!(%error, "a connection could not be accepted");
        guests.make_room();
        tokio::time::sleep(OUT_OF_BREATH).await;
    }
}

/// One connection, until it ends by itself, has sent no head in time or has to make room.
async fn attend(socket: TcpStream, peer: SocketAddr, router: Router, place: Place, limits: Limits) {
    drop(socket.set_nodelay(true));
    let mut socket = TimeoutStream::new(socket);
    socket.set_write_timeout(Some(limits.stall));
    let guest = place.guest();
    let service = service_fn(|request: Request<Incoming>| {
        guest.has_asked();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(guest.clone());
        router.clone().oneshot(request)
    });
    let builder = builder(limits);
    let connection =
        builder.serve_connection_with_upgrades(TokioIo::new(Box::pin(socket)), service);
    tokio::select! {
        // How a client's connection broke is the client's to know.
        _ = connection => {}
        () = place.silent(limits.head) => {}
        () = place.unwanted() => {}
    }
}

fn builder(limits: Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_buf_size(BUFFER_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.idle)
        .keep_alive_timeout(limits.head)
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(BUFFER_BYTES_MAX as u32)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES);
    builder
}
