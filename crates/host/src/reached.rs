//! At which address a client reached us: what its request names, for answers that hold our URLs.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};

/// `http://host:port`, as the request names it: in its own target (HTTP/2's `:authority`, or an
/// absolute target), or else in the one `Host` header. `None` if it names none, or what it names is
/// no host: a name with a user before it, a path, two headers.
///
/// Source: RFC 9113 section 8.3.1 (`:authority` comes before `Host`), RFC 9112 section 3.2.
#[must_use]
pub fn base_url(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let named = match uri.authority() {
        Some(authority) => authority.clone(),
        None => {
            let mut hosts = headers.get_all(header::HOST).iter();
            let (host, None) = (hosts.next()?, hosts.next()) else {
                return None;
            };
            Authority::try_from(host.as_bytes()).ok()?
        }
    };
    let is_host = !named.host().is_empty() && !named.as_str().contains('@');
    is_host.then(|| format!("http://{named}"))
}

#[cfg(test)]
mod tests;
