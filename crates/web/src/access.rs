//! Who is asking: a session cookie or an API token, and whether a change comes from our own page.

use crate::app::{App, IngestScope};
use crate::page::PageProblem;
use crate::problem::{Code, Problem};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

/// How long a session lasts, in seconds of the wall: 12 h.
pub(crate) const SESSION_S: i64 = 12 * 60 * 60;

/// How a caller was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// By the browser's session.
    Session,
    /// By an API token.
    Token {
        /// The label it was given when it was made known.
        label: String,
    },
}

impl Caller {
    /// Whether it came with an API token.
    pub(crate) fn is_token(&self) -> bool {
        matches!(self, Caller::Token { .. })
    }

    /// How the caller is named where it says no team.
    pub(crate) fn principal(&self) -> String {
        match self {
            Caller::Session => "Somebody at the dashboard".to_owned(),
            Caller::Token { label } => format!("Whoever holds the token of {label}"),
        }
    }
}

/// SHA-256 of a token: what the store keeps of links, sessions and API tokens. Tokens are 256 random
/// bits, so a fast hash is enough, and looking up a hash tells an attacker nothing by its timing.
#[must_use]
pub fn token_hash(token: &str) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Lets signed-in people through and sends everybody else to the sign-in page.
pub(crate) async fn require_page(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Response {
    match caller(&app, request.headers()).await {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Ok(None) => Redirect::to("/sign-in").into_response(),
        Err(problem) => PageProblem(problem).into_response(),
    }
}

/// Lets known callers through; a browser's session only for reading or from our own page.
pub(crate) async fn require_api(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let known = caller(&app, request.headers()).await?;
    let caller = known.ok_or_else(|| {
        Problem::new(
            Code::NotSignedIn,
            "The request carries no session and no API token we know.",
        )
    })?;
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if caller == Caller::Session && changes && !from_own_page(&app, request.headers()) {
        return Err(cross_site());
    }
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Lets producers of outcomes through, each with what it may speak for: sources by their ingest key,
/// which opens nothing else, and whoever may use the API at all.
pub(crate) async fn require_ingest(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let given = request.headers().get(header::AUTHORIZATION);
    let key = given.and_then(|value| value.to_str().ok()).and_then(bearer);
    let source = match key {
        // A ping key stands in URLs and crontabs: it says that a job ran, and nothing else.
        Some(key) => app
            .store
            .source_find(token_hash(key))
            .await?
            .filter(|source| !source.ping),
        None => None,
    };
    let Some(source) = source else {
        request.extensions_mut().insert(IngestScope::All);
        return require_api(State(app), request, next).await;
    };
    let scope = source
        .integrations
        .map_or(IngestScope::Broker, IngestScope::Only);
    request.extensions_mut().insert(scope);
    Ok(next.run(request).await)
}

/// Recognises the caller. A token that we do not know is not made good by a session beside it.
async fn caller(app: &App, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        let token = given.to_str().ok().and_then(bearer);
        let Some(token) = token else { return Ok(None) };
        let label = app.store.api_token_label(token_hash(token)).await?;
        return Ok(label.map(|label| Caller::Token { label }));
    }
    let Some(session) = session_cookie(app, headers) else {
        return Ok(None);
    };
    let known = app
        .store
        .session_get(token_hash(session), (app.wall)())
        .await?;
    Ok(known.then_some(Caller::Session))
}

/// The token of `Bearer TOKEN`; the scheme's case does not matter (RFC 9110 section 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The problem of a change that does not come from our own page.
pub(crate) fn cross_site() -> Problem {
    Problem::new(
        Code::CrossSite,
        "The request does not come from a page of this dashboard.",
    )
}

/// Whether a browser sent this from a page of ours: by `Sec-Fetch-Site` where it says, and by
/// `Origin`, which must name this listener as the browser or as the configuration knows it.
pub(crate) fn from_own_page(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !matches!(text("sec-fetch-site"), None | Some("same-origin" | "none")) {
        return false;
    }
    let Some(origin) = text("origin") else {
        return false;
    };
    let host = origin
        .parse::<Uri>()
        .ok()
        .and_then(|uri| Some(uri.authority()?.to_string()));
    origin == &*app.base_url || (host.is_some() && host.as_deref() == text("host"))
}

/// Whether a browser says that this comes from another site. Programs say nothing, and pass.
pub(crate) fn from_foreign_page(app: &App, headers: &HeaderMap) -> bool {
    let speaks = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    speaks && !from_own_page(app, headers)
}

/// The session of the request's cookies, if it carries one.
pub(crate) fn session_cookie<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    let name = cookie_name(app);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(given, value)| (given == name).then_some(value))
}

/// A `Set-Cookie` that starts a session, or ends it with an empty `token`.
pub(crate) fn session_set_cookie(app: &App, token: &str) -> String {
    let name = cookie_name(app);
    let age = if token.is_empty() { 0 } else { SESSION_S };
    let secure = if is_https(app) { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")
}

/// `__Host-` binds the cookie to this host over https; browsers refuse that prefix without TLS.
fn cookie_name(app: &App) -> &'static str {
    if is_https(app) {
        "__Host-countersign"
    } else {
        "countersign_session"
    }
}

fn is_https(app: &App) -> bool {
    app.base_url.starts_with("https://")
}
