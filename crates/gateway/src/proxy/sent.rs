//! A request's body: held whole when it is small enough to be sent twice, streamed otherwise.

use crate::path::Host;
use axum::body::Body;
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use countersign_host::pace::TooSlow;
use futures::StreamExt;
use tokio::sync::Semaphore;

/// Largest body that may be sent a second time, bytes (broker rule 2.10).
const HELD_MAX: usize = 64 * 1024;
/// Largest SOAP request, bytes: its token may stand at its very end, so it is held whole.
const ENVELOPE_MAX: usize = countersign_etframework::xml::BYTES_MAX;

/// A body.
pub(super) enum Sent {
    /// All of it.
    Whole(Bytes),
    /// Too large to be held; it can be sent once.
    Stream(Body),
}

impl Sent {
    /// Takes a body as far as it is held for this host. `places` are those of large envelopes, which
    /// are few: nobody knows yet whose they are.
    ///
    /// # Errors
    /// The status to answer: the body is too large, came too slowly, or broke off.
    pub(super) async fn take(
        host: Host,
        body: Body,
        places: &Semaphore,
    ) -> Result<Sent, StatusCode> {
        let mut place = None;
        let mut held = BytesMut::new();
        let mut stream = body.into_data_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| match TooSlow::is_behind(&error) {
                true => StatusCode::REQUEST_TIMEOUT,
                false => StatusCode::BAD_REQUEST,
            })?;
            held.extend_from_slice(&chunk);
            if held.len() <= HELD_MAX {
                continue;
            }
            if host == Host::Soap {
                if held.len() > ENVELOPE_MAX {
                    return Err(StatusCode::PAYLOAD_TOO_LARGE);
                }
                if place.is_none() {
                    place = places.acquire().await.ok();
                }
                continue;
            }
            let begun = futures::stream::once(std::future::ready(Ok(held.freeze())));
            return Ok(Sent::Stream(Body::from_stream(begun.chain(stream))));
        }
        Ok(Sent::Whole(held.freeze()))
    }

    /// The body, if it is held.
    pub(super) fn whole(&self) -> Option<&Bytes> {
        match self {
            Sent::Whole(bytes) => Some(bytes),
            Sent::Stream(_) => None,
        }
    }
}
