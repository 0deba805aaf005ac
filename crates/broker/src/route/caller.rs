//! Who is at the other end of a request, as far as its connection and its head tell.

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Uri};
use countersign_host::listen::Guest;
use countersign_host::reached;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

/// A caller.
pub(super) struct Caller {
    pub(super) peer: Option<IpAddr>,
    guest: Option<Guest>,
    uri: Uri,
    pub(super) headers: HeaderMap,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Caller {
            peer: peer.map(|ConnectInfo(peer)| peer.ip()),
            guest: parts.extensions.get().cloned(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
        })
    }
}

impl Caller {
    /// A header that is there and is text.
    pub(super) fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Where this caller reached us.
    pub(super) fn base_url(&self) -> Option<String> {
        reached::base_url(&self.uri, &self.headers)
    }

    /// It has proved who it is, so its connection keeps its place.
    pub(super) fn is_known(&self) {
        if let Some(guest) = &self.guest {
            guest.is_known();
        }
    }
}
