//! `POST /api/v1/sign-in-links`.

use crate::access::Caller;
use crate::app::App;
use crate::problem::{Code, Problem};
use crate::sign_in::sign_in_link;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use countersign_model::Timestamp;
use serde::Serialize;

/// A new link.
#[derive(Serialize)]
pub(crate) struct LinkAnswer {
    /// The absolute URL, good once.
    sign_in: String,
    /// When it stops working, in wall time.
    expires_at: Timestamp,
}

/// Makes a sign-in link. A session cannot make more sessions; that takes an API token.
pub(crate) async fn sign_in_link_post(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
) -> Result<(StatusCode, Json<LinkAnswer>), Problem> {
    if !caller.is_token() {
        let detail = "A browser's session cannot hand out sign-in links.";
        return Err(Problem::new(Code::TokenNeeded, detail));
    }
    let link = sign_in_link(&app).await?;
    let answer = LinkAnswer {
        sign_in: link.url,
        expires_at: link.expires_at,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}
