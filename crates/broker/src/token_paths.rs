//! Token routes as clients really write them: SFMC takes them in any case, with doubled slashes and
//! with one at the end.

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::middleware::{Next, from_fn};
use tower::ServiceExt;

/// The paths as our routes have them.
const PATHS: [&str; 2] = ["/v2/token", "/v1/requestToken"];
/// Longest spelling looked at, bytes.
const LEN_MAX: usize = 32;

/// `rest`, with `tokens` before it for every other spelling of a token route.
pub fn before(rest: Router, tokens: Router) -> Router {
    rest.layer(from_fn(move |mut request: Request, next: Next| {
        let tokens = tokens.clone();
        async move {
            let Some(uri) = as_ours(request.uri()) else {
                return next.run(request).await;
            };
            *request.uri_mut() = uri;
            let Ok(response) = tokens.oneshot(request).await;
            response
        }
    }))
}

/// The address with the path as our routes have it, if it is a token route.
fn as_ours(uri: &Uri) -> Option<Uri> {
    // Every call through the gateway comes by here, and hardly any is that short.
    let given = Some(uri.path()).filter(|path| path.len() <= LEN_MAX)?;
    let given = plain(given);
    let path = PATHS.iter().find(|path| plain(path) == given)?;
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => (*path).to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

/// A path without what clients write differently.
fn plain(path: &str) -> String {
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("/").to_ascii_lowercase()
}
