//! An answer that repeats the real token: the token is blotted out before anybody sees it. A consumer of
//! the gateway never holds it, whatever an upstream answers.

use crate::inject::blot;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName};
use bytes::{Bytes, BytesMut};
use countersign_secret::TokenBytes;
use futures::StreamExt;
use hyper::body::Body as _;

/// Takes out headers that repeat the token.
pub(crate) fn unheard(headers: &mut HeaderMap, token: &TokenBytes) {
    let repeat = |value: &[u8]| blot(token, &mut value.to_vec()).n > 0;
    let named: Vec<HeaderName> = headers
        .iter()
        .filter(|(_, value)| repeat(value.as_bytes()))
        .map(|(name, _)| name.clone())
        .collect();
    named.iter().for_each(|name| {
        headers.remove(name);
    });
}

/// The same body with every repetition of the token blotted out; its length stays.
pub(crate) fn blotted(body: Body, token: TokenBytes) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let tail = BytesMut::new();
    let begin = (body.into_data_stream(), Some(Blotter { token, tail }));
    let stream = futures::stream::unfold(begin, |(mut chunks, blotter)| async move {
        let mut blotter = blotter?;
        match chunks.next().await {
            Some(Ok(chunk)) => {
                let out = blotter.push(chunk);
                Some((Ok(out), (chunks, Some(blotter))))
            }
            Some(Err(error)) => Some((Err(error), (chunks, None))),
            None => Some((Ok(blotter.tail.freeze()), (chunks, None))),
        }
    });
    Body::from_stream(stream)
}

struct Blotter {
    token: TokenBytes,
    /// The end of what came, which may be the beginning of the token.
    tail: BytesMut,
}

impl Blotter {
    /// What can be passed on after this chunk.
    fn push(&mut self, chunk: Bytes) -> Bytes {
        let mut text = match self.tail.is_empty() {
            true => chunk
                .try_into_mut()
                .unwrap_or_else(|shared| BytesMut::from(&shared[..])),
            false => {
                let mut text = std::mem::take(&mut self.tail);
                text.extend_from_slice(&chunk);
                text
            }
        };
        let begun = blot(&self.token, &mut text).begun;
        self.tail = text.split_off(text.len() - begun);
        text.freeze()
    }
}

#[cfg(test)]
mod tests;
