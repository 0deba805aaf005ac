//! The one place where the real token goes into a request (V1).

use crate::port::Ticket;
use axum::http::HeaderValue;
use bytes::{Bytes, BytesMut};
use memchr::memmem;

/// What every bearer of ours begins with, so that it is found in a SOAP header of any shape.
pub(crate) const MARK: &str = "csg1.";
/// Longest bearer looked for, bytes.
const BEARER_MAX: usize = 512;

/// The `Authorization` header; `None` if the token's bytes cannot stand in one.
pub(crate) fn authorization(ticket: &Ticket) -> Option<HeaderValue> {
    ticket.token.expose(|bytes| {
        let mut text = BytesMut::with_capacity(bytes.len() + 7);
        text.extend_from_slice(b"Bearer ");
        text.extend_from_slice(bytes);
        let mut value = HeaderValue::from_maybe_shared(text.freeze()).ok()?;
        value.set_sensitive(true);
        Some(value)
    })
}

/// Where a bearer of ours stands in a SOAP request: in its `fueloauth`, however deep and under
/// whatever prefix, before or behind the body.
pub(crate) fn bearer_in(envelope: &[u8]) -> Option<std::ops::Range<usize>> {
    let element = memmem::find(envelope, b"fueloauth")?;
    let start = element + memmem::find(&envelope[element..], MARK.as_bytes())?;
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let length = envelope[start..]
        .iter()
        .take_while(|byte| letter(byte))
        .count();
    // The element it stands in has to be this one.
    let closed = memmem::find(&envelope[element..start], b"</").is_some();
    (length <= BEARER_MAX && !closed).then(|| start..start + length)
}

/// The request with the real token in place of our bearer; `None` if its bytes cannot stand in XML.
pub(crate) fn envelope(
    sent: &Bytes,
    bearer: std::ops::Range<usize>,
    ticket: &Ticket,
) -> Option<Bytes> {
    ticket.token.expose(|bytes| {
        if bytes
            .iter()
            .any(|byte| matches!(byte, b'<' | b'>' | b'&') || *byte < 0x20)
        {
            return None;
        }
        let mut out = BytesMut::with_capacity(sent.len() + bytes.len());
        out.extend_from_slice(&sent[..bearer.start]);
        out.extend_from_slice(bytes);
        out.extend_from_slice(&sent[bearer.end..]);
        Some(out.freeze())
    })
}

#[cfg(test)]
mod tests;
