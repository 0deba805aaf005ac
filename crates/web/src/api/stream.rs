//! `GET /api/v1/stream`: server-sent events `incident`, `finding`, `status` and `reset`.

use crate::api::body::bad_query;
use crate::app::App;
use crate::live::{Listener, STREAMS_MAX};
use crate::problem::{Code, Problem};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream, StreamExt};
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;

/// How long one stream lasts; a browser comes back by itself, and its session is looked at anew.
const STREAM_MAX: Duration = Duration::from_secs(15 * 60);
/// A sign of life for proxies that end silent connections.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Where to go on from, for readers that cannot set a header.
#[derive(Debug, Deserialize)]
pub(crate) struct From {
    after: Option<String>,
}

/// Streams what changes. `Last-Event-ID`, or `after` on the first connection, resumes.
pub(crate) async fn stream_get(
    State(app): State<App>,
    headers: HeaderMap,
    from: Result<Query<From>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(from) = from.map_err(|rejection| bad_query(&rejection))?;
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok());
    let listener = app
        .live
        .listen(last.or(from.after.as_deref()))
        .ok_or_else(|| {
            Problem::new(
                Code::TooManyStreams,
                format!("All {STREAMS_MAX} streams are taken."),
            )
        })?;
    let sse = Sse::new(events(listener)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    let mut response = sse.into_response();
    // Proxies that collect answers would hold events back.
    let plain = HeaderValue::from_static("no");
    response.headers_mut().insert("x-accel-buffering", plain);
    let keep = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, keep);
    Ok(response)
}

fn events(listener: Listener) -> impl Stream<Item = Result<Event, Infallible>> {
    let events = stream::unfold(listener, |mut listener| async {
        let (id, event) = listener.next().await?;
        let told = Event::default().id(id).event(event.kind).data(&event.data);
        Some((Ok(told), listener))
    });
    events.take_until(Box::pin(tokio::time::sleep(STREAM_MAX)))
}
