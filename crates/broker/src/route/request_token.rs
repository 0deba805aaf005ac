//! `POST /v1/requestToken`: the legacy shape. The same consumers, keys and rules as `/v2/token`, which
//! answers.

use super::App;
use super::caller::Caller;
use super::token::{self, Shape};
use crate::legacy::{Legacy, asked, renamed};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Query, State};
use axum::response::Response;

pub(super) async fn vend(
    State(app): State<App>,
    Query(query): Query<Legacy>,
    caller: Caller,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match asked(&query, body) {
        Ok(request) => renamed(token::answer(&app, &caller, request, Shape::Legacy).await).await,
        Err(refusal) => refusal,
    }
}
