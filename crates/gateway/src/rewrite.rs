//! Absolute URLs of the tenant in an answer become ours, while the answer streams through: a client
//! that follows a link of the tenant would carry our bearer to it.

use bytes::{Bytes, BytesMut};
use memchr::memmem;

/// What every needle begins with.
const HEAD: &[u8] = b"http";

/// Which URLs become which.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Plan {
    /// Base URLs and their replacements; a slash at the end of either does not matter. Where two
    /// are equal the first decides.
    pub(crate) fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Plan {
        let mut plan = Plan::default();
        for (from, to) in pairs {
            let (from, to) = (from.trim_end_matches('/'), to.trim_end_matches('/'));
            if !from.starts_with("http") {
                continue;
            }
            plan.add(from.to_owned(), to.to_owned());
            // As some JSON writers put it.
            plan.add(from.replace('/', "\\/"), to.replace('/', "\\/"));
        }
        plan
    }

    fn add(&mut self, from: String, to: String) {
        if self
            .pairs
            .iter()
            .all(|(known, _)| *known != from.as_bytes())
        {
            self.pairs.push((from.into_bytes(), to.into_bytes()));
        }
    }

    /// A whole text at once; the same bytes if nothing in it is a needle.
    pub(crate) fn whole(self, text: Bytes) -> Bytes {
        let rewriter = Rewriter::new(self);
        match rewriter.has_needle(&text) {
            true => rewriter.rewritten(&text, true).0,
            false => text,
        }
    }
}

/// Rewrites a stream.
pub(crate) struct Rewriter {
    plan: Plan,
    /// The end of what came, which may be the beginning of a needle.
    tail: BytesMut,
}

/// What stands at a place.
enum Found {
    Nothing,
    /// A needle of this number.
    Needle(usize),
    /// More bytes are needed to tell.
    Perhaps,
}

impl Rewriter {
    pub(crate) fn new(plan: Plan) -> Rewriter {
        Rewriter {
            plan,
            tail: BytesMut::new(),
        }
    }

    fn has_needle(&self, text: &[u8]) -> bool {
        let mut places = memmem::find_iter(text, HEAD);
        places.any(|at| matches!(self.at(&text[at..], true), Found::Needle(_)))
    }

    /// What can be passed on after this chunk.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Bytes {
        let mut text = std::mem::take(&mut self.tail);
        text.extend_from_slice(chunk);
        let (out, used) = self.rewritten(&text, false);
        self.tail = text.split_off(used);
        out
    }

    /// What is left at the end.
    pub(crate) fn finish(&mut self) -> Bytes {
        let text = std::mem::take(&mut self.tail);
        self.rewritten(&text, true).0
    }

    fn rewritten(&self, text: &[u8], ended: bool) -> (Bytes, usize) {
        let mut out = BytesMut::with_capacity(text.len());
        let (mut copied, mut from) = (0, 0);
        while let Some(found) = memmem::find(&text[from..], HEAD) {
            let at = from + found;
            match self.at(&text[at..], ended) {
                Found::Needle(number) => {
                    let (needle, replacement) = &self.plan.pairs[number];
                    out.extend_from_slice(&text[copied..at]);
                    out.extend_from_slice(replacement);
                    copied = at + needle.len();
                    from = copied;
                }
                Found::Perhaps => {
                    out.extend_from_slice(&text[copied..at]);
                    return (out.freeze(), at);
                }
                Found::Nothing => from = at + HEAD.len(),
            }
        }
        let used = if ended {
            text.len()
        } else {
            text.len() - head_begun(&text[from..])
        };
        out.extend_from_slice(&text[copied..used]);
        (out.freeze(), used)
    }

    fn at(&self, text: &[u8], ended: bool) -> Found {
        let mut perhaps = false;
        for (number, (needle, _)) in self.plan.pairs.iter().enumerate() {
            if text.starts_with(needle) {
                match text.get(needle.len()) {
                    Some(next) if goes_on(*next) => {}
                    None if !ended => perhaps = true,
                    Some(_) | None => return Found::Needle(number),
                }
            } else if needle.starts_with(text) && !ended {
                perhaps = true;
            }
        }
        if perhaps {
            Found::Perhaps
        } else {
            Found::Nothing
        }
    }
}

/// Whether a host's name or port goes on with this byte, so that it is another one.
fn goes_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'@')
}

/// How many bytes at the end may be the beginning of [`HEAD`].
fn head_begun(text: &[u8]) -> usize {
    (1..HEAD.len())
        .rev()
        .find(|n| text.ends_with(&HEAD[..*n]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
