//! The road out: pooled connections over one TLS, to checked addresses only.

use crate::hosts::Hosts;
use axum::body::Body;
use axum::http::{Request, Response};
use futures::future::BoxFuture;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::Service;

/// Longest time to connect.
const CONNECT: Duration = Duration::from_secs(5);
/// An idle connection is closed after this: before a load balancer's usual 60 s.
const IDLE: Duration = Duration::from_secs(50);
/// Longest time until an answer begins; the platform's own slowest calls take two minutes.
pub(crate) const BEGIN: Duration = Duration::from_secs(120);

/// The way to the platform. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Road(Client<HttpsConnector<HttpConnector<Checked>>, Body>);

/// The road could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum RoadError {
    /// No certificates to trust.
    #[error("the system's trusted certificates could not be read")]
    Certificates(#[source] std::io::Error),
}

impl Road {
    pub(crate) fn new(hosts: Hosts) -> Result<Road, RoadError> {
        countersign_host::http::install_tls();
        let mut http = HttpConnector::new_with_resolver(Checked(hosts));
        http.set_connect_timeout(Some(CONNECT));
        http.set_nodelay(true);
        http.enforce_http(false);
        let https = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(RoadError::Certificates)?
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .retry_canceled_requests(false)
            .build(https);
        Ok(Road(client))
    }

    pub(crate) async fn send(
        &self,
        request: Request<Body>,
    ) -> Result<Response<hyper::body::Incoming>, Error> {
        self.0.request(request).await
    }
}

/// Resolves a name and gives only addresses that a token may be sent to.
#[derive(Clone)]
pub(crate) struct Checked(Hosts);

impl Service<Name> for Checked {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = BoxFuture<'static, Result<Self::Response, std::io::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), std::io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let hosts = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (good, bad): (Vec<SocketAddr>, Vec<SocketAddr>) =
                found.partition(|address| hosts.admits(address.ip()));
            if good.is_empty() && !bad.is_empty() {
                let words = "the name resolves to an address inside";
                return Err(std::io::Error::new(
                    std::io::ErrorKind::PermissionDenied,
                    words,
                ));
            }
            Ok(good.into_iter())
        })
    }
}
