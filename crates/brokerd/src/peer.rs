//! Who is really asking. Behind a proxy every peer is the proxy, so one that is trusted is believed about
//! whom it forwards for; nobody else is.

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Routes that see the real peer.
pub(crate) fn behind(router: Router, proxies: &[IpNet]) -> Router {
    if proxies.is_empty() {
        return router;
    }
    let proxies: Arc<[IpNet]> = proxies.into();
    router.layer(from_fn(move |mut request: Request, next: Next| {
        let proxies = Arc::clone(&proxies);
        async move {
            let headers = request.headers();
            let near = request.extensions().get::<ConnectInfo<SocketAddr>>();
            if let Some(peer) = near.map(|ConnectInfo(near)| of(near.ip(), headers, &proxies)) {
                let known = ConnectInfo(SocketAddr::new(peer, 0));
                request.extensions_mut().insert(known);
            }
            next.run(request).await
        }
    }))
}

/// The rightmost address of the chain that is no trusted proxy. A proxy that forwards for nobody, or for
/// what is no address, is the peer itself.
fn of(near: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let trusted = |ip: &IpAddr| proxies.iter().any(|net| net.contains(ip));
    let near = near.to_canonical();
    if !trusted(&near) {
        return near;
    }
    let chain = headers
        .get_all("x-forwarded-for")
        .iter()
        .map(|line| line.to_str().unwrap_or("unreadable"))
        .collect::<Vec<_>>()
        .join(",");
    for one in chain.rsplit(',').map(str::trim) {
        match address(one) {
            None => return near,
            Some(ip) if trusted(&ip) => {}
            Some(ip) => return ip,
        }
    }
    near
}

/// An address, alone or with a port.
fn address(text: &str) -> Option<IpAddr> {
    let alone = text.trim_start_matches('[').trim_end_matches(']').parse();
    let with_port = || text.parse::<SocketAddr>().map(|at| at.ip());
    alone
        .or_else(|_| with_port())
        .ok()
        .map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests;
