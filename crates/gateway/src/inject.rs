//! The one place where the real token goes into a request, and where it is looked for in answers (V1).

use crate::port::Ticket;
use axum::http::HeaderValue;
use bytes::{Bytes, BytesMut};
use countersign_etframework::xml::read;
use countersign_secret::TokenBytes;
use memchr::memmem;

/// What every bearer of ours begins with, so that it is found in a SOAP header of any shape.
pub(crate) const MARK: &str = "csg1.";
/// Shortest token that is looked for, bytes; anything shorter may stand in a text by chance.
const TOKEN_MIN: usize = 8;
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

/// The bearer of a SOAP request: the text of the one `fueloauth` in its header, however deep and under
/// whatever prefix, before or behind the body. `None` if there is none, or more than one.
pub(crate) fn bearer_in(envelope: &[u8]) -> Option<String> {
    let envelope = read(envelope).ok()?;
    let mut headers = envelope
        .children
        .iter()
        .filter(|child| child.name == "Header");
    let (header, None) = (headers.next()?, headers.next()) else {
        return None;
    };
    let mut tokens = header
        .children
        .iter()
        .filter(|child| child.name == "fueloauth");
    let (token, None) = (tokens.next()?, tokens.next()) else {
        return None;
    };
    let bearer = token.first_text()?;
    (bearer.starts_with(MARK) && bearer.len() <= BEARER_MAX).then(|| bearer.to_owned())
}

/// The request with the real token in place of our bearer. `None` if the bearer stands anywhere but
/// in the header's `fueloauth`, or the token's bytes cannot stand in XML: whatever else the platform
/// might repeat in its answer must never hold the token.
pub(crate) fn envelope(sent: &Bytes, bearer: &str, ticket: &Ticket) -> Option<Bytes> {
    let mut places = memmem::find_iter(sent, bearer.as_bytes());
    let (place, None) = (places.next()?, places.next()) else {
        return None;
    };
    ticket.token.expose(|bytes| {
        if bytes
            .iter()
            .any(|byte| matches!(byte, b'<' | b'>' | b'&') || *byte < 0x20)
        {
            return None;
        }
        let mut out = BytesMut::with_capacity(sent.len() + bytes.len());
        out.extend_from_slice(&sent[..place]);
        out.extend_from_slice(bytes);
        out.extend_from_slice(&sent[place + bearer.len()..]);
        let out = out.freeze();
        // The one place that was written is the header's, if the header now holds the token.
        let written = read(&out).ok()?;
        let header = written.child("Header")?.child("fueloauth")?.first_text()?;
        (header.as_bytes() == bytes).then_some(out)
    })
}

/// What was found of the token in a piece of an answer.
pub(crate) struct Blot {
    /// How often it stood there.
    pub(crate) n: usize,
    /// How many bytes at the end may be its beginning.
    pub(crate) begun: usize,
}

/// Writes over the token wherever it stands in `text`.
pub(crate) fn blot(token: &TokenBytes, text: &mut [u8]) -> Blot {
    token.expose(|token| {
        if token.len() < TOKEN_MIN {
            return Blot { n: 0, begun: 0 };
        }
        let places: Vec<usize> = memmem::find_iter(text, token).collect();
        for place in &places {
            text[*place..*place + token.len()].fill(b'*');
        }
        let begun = (1..token.len())
            .rev()
            .find(|n| text.ends_with(&token[..*n]));
        Blot {
            n: places.len(),
            begun: begun.unwrap_or(0),
        }
    })
}

#[cfg(test)]
mod tests;
