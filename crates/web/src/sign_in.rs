//! One-time links, sessions, signing out.
//!
//! Opening a link only shows a button, so that link previews and mail scanners do not use it up; the
//! button's POST does. Links and sessions live in wall time.

use crate::access::{
    SESSION_S, cross_site, from_foreign_page, from_own_page, session_cookie, session_set_cookie,
    token_hash,
};
use crate::app::App;
use crate::assets;
use crate::page::{PageProblem, html};
use crate::problem::{Code, Problem};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use countersign_model::{SignedDuration, Timestamp};
use countersign_store::StoreError;
use data_encoding::BASE64URL_NOPAD;

/// How long a link lasts: 15 min of the wall.
const LINK_MIN: i64 = 15;
/// Length of a token as text: 32 bytes in base64url.
const TOKEN_CHARS: usize = 43;

/// A new sign-in link. Whoever opens it is an administrator: show it to one person.
#[derive(Clone)]
pub struct SignInLink {
    /// The absolute URL.
    pub url: String,
    /// When it stops working, in wall time.
    pub expires_at: Timestamp,
}

/// Makes a link that signs one browser in, once, within 15 minutes.
///
/// # Errors
/// [`StoreError`] if it cannot be kept.
pub async fn sign_in_link(app: &App) -> Result<SignInLink, StoreError> {
    let token = new_token(app);
    let expires_at = (app.wall)() + SignedDuration::from_mins(LINK_MIN);
    app.store
        .sign_in_link_put(token_hash(&token), expires_at)
        .await?;
    Ok(SignInLink {
        url: format!("{}/sign-in/{token}", app.base_url),
        expires_at,
    })
}

/// 256 random bits as text: a link, a session or an ingest key.
pub(crate) fn new_token(app: &App) -> String {
    BASE64URL_NOPAD.encode(&app.entropy.bytes_32())
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    assets: &'static str,
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage<'a> {
    assets: &'static str,
    token: &'a str,
}

/// `GET /sign-in`: says where to get a link.
pub(crate) async fn explain() -> Result<Response, PageProblem> {
    html(
        StatusCode::OK,
        &SignInPage {
            assets: assets::version(),
        },
    )
}

/// `GET /sign-in/{token}`: shows the button, whether the link works or not.
pub(crate) async fn offer(Path(token): Path<String>) -> Result<Response, PageProblem> {
    if !is_token(&token) {
        return Err(PageProblem(spent()));
    }
    html(
        StatusCode::OK,
        &LinkPage {
            assets: assets::version(),
            token: &token,
        },
    )
}

/// `POST /sign-in/{token}`: uses the link up and starts a session.
pub(crate) async fn take(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, PageProblem> {
    if from_foreign_page(&app, &headers) {
        return Err(PageProblem(cross_site()));
    }
    let now = (app.wall)();
    let taken = is_token(&token) && app.store.sign_in_link_take(token_hash(&token), now).await?;
    if !taken {
        return Err(PageProblem(spent()));
    }
    let session = new_token(&app);
    let expires_at = now + SignedDuration::from_secs(SESSION_S);
    app.store
        .session_put(token_hash(&session), expires_at)
        .await?;
    tracing::info!("a browser signed in with a one-time link");
    Ok((
        [(header::SET_COOKIE, session_set_cookie(&app, &session))],
        Redirect::to("/"),
    )
        .into_response())
}

/// `POST /sign-out`: ends the session, here and in the store.
pub(crate) async fn sign_out(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, PageProblem> {
    if !from_own_page(&app, &headers) {
        return Err(PageProblem(cross_site()));
    }
    if let Some(session) = session_cookie(&app, &headers) {
        app.store.session_delete(token_hash(session)).await?;
    }
    Ok((
        [(header::SET_COOKIE, session_set_cookie(&app, ""))],
        Redirect::to("/sign-in"),
    )
        .into_response())
}

fn is_token(text: &str) -> bool {
    text.len() == TOKEN_CHARS
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn spent() -> Problem {
    Problem::new(
        Code::SignInLinkSpent,
        "A sign-in link works once and for 15 minutes. This one was used, has ended, or is incomplete.",
    )
}
