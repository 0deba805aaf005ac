//! The public key of a connected app, from a certificate or bare: as much DER as that takes.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

/// Largest PEM taken, bytes.
const PEM_BYTES_MAX: usize = 64 * 1024;

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// The explicit tag of a certificate's version.
const VERSION: u8 = 0xA0;

/// Why a text is no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is not PEM.
    #[error("write PEM: -----BEGIN CERTIFICATE----- or -----BEGIN PUBLIC KEY-----, at most 64 KiB")]
    Pem,
    /// What is inside is no certificate or public key of an RSA key.
    #[error("what is inside is no certificate and no public key")]
    Der,
}

/// A public key, and when its certificate is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// PKCS #1.
    key: Vec<u8>,
    /// From when to when; a bare key has no end.
    good: Option<(Timestamp, Timestamp)>,
}

/// What remains to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next element: its tag and its content.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let n = usize::from(first & 0x7F);
            let digits = rest.get(..n).filter(|_| (1..=4).contains(&n))?;
            let length = digits
                .iter()
                .fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
            (length, rest.get(n..)?)
        };
        let content = rest.get(..length)?;
        self.0 = rest.get(length..)?;
        Some((tag, content))
    }

    /// The content of the next element, which must have that tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, content) = self.next()?;
        (found == tag).then_some(content)
    }
}

impl Certificate {
    /// Reads a certificate or a bare public key in PEM.
    pub(crate) fn parse(pem: &str) -> Result<Certificate, KeyError> {
        if pem.len() > PEM_BYTES_MAX {
            return Err(KeyError::Pem);
        }
        if let Some(der) = unwrapped(pem, "CERTIFICATE") {
            return certificate(&der?).ok_or(KeyError::Der);
        }
        let der = unwrapped(pem, "PUBLIC KEY").ok_or(KeyError::Pem)??;
        let key = Reader(&der).take(SEQUENCE).and_then(key);
        key.map(|key| Certificate { key, good: None })
            .ok_or(KeyError::Der)
    }

    /// Whether it is good at an instant.
    pub(crate) fn is_good(&self, now: Timestamp) -> bool {
        self.good
            .is_none_or(|(from, to)| (from..=to).contains(&now))
    }

    /// Whether `signature` is its owner's signature of `message` (RS256).
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.key)
            .verify(message, signature)
            .is_ok()
    }
}

/// What stands between the first two lines of that name; `None` if there are none.
fn unwrapped(pem: &str, name: &str) -> Option<Result<Vec<u8>, KeyError>> {
    let (begin, end) = (
        format!("-----BEGIN {name}-----"),
        format!("-----END {name}-----"),
    );
    let (_, rest) = pem.split_once(&begin)?;
    let inside = rest.split_once(&end).map(|(inside, _)| inside);
    Some(inside.ok_or(KeyError::Pem).and_then(|inside| {
        let text: String = inside.split_whitespace().collect();
        BASE64_STANDARD.decode(text).map_err(|_| KeyError::Pem)
    }))
}

/// The key inside the content of a `SubjectPublicKeyInfo`.
fn key(info: &[u8]) -> Option<Vec<u8>> {
    let mut info = Reader(info);
    info.take(SEQUENCE)?;
    let bits = info.take(BIT_STRING)?;
    // The first byte counts unused bits.
    let (&unused, key) = bits.split_first()?;
    let is_rsa = Reader(Reader(key).take(SEQUENCE)?).next().is_some();
    (unused == 0 && is_rsa).then(|| key.to_vec())
}

fn certificate(der: &[u8]) -> Option<Certificate> {
    let mut inside = Reader(Reader(Reader(der).take(SEQUENCE)?).take(SEQUENCE)?);
    let (mut tag, _) = inside.next()?;
    if tag == VERSION {
        (tag, _) = inside.next()?;
    }
    // That was the serial number; the signature's algorithm and the issuer follow.
    if tag != 0x02 {
        return None;
    }
    inside.take(SEQUENCE)?;
    inside.take(SEQUENCE)?;
    let mut span = Reader(inside.take(SEQUENCE)?);
    let good = (instant(span.next()?)?, instant(span.next()?)?);
    inside.take(SEQUENCE)?;
    let key = key(inside.take(SEQUENCE)?)?;
    Some(Certificate {
        key,
        good: Some(good),
    })
}

/// A time of a certificate: `YYMMDDHHMMSSZ` up to 2049, `YYYYMMDDHHMMSSZ` after (RFC 5280).
fn instant((tag, content): (u8, &[u8])) -> Option<Timestamp> {
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let full = match (tag, text.len()) {
        (UTC_TIME, 12) => {
            let year: u32 = text.get(..2)?.parse().ok()?;
            format!("{}{text}", if year < 50 { "20" } else { "19" })
        }
        (GENERALIZED_TIME, 14) => text.to_owned(),
        _ => return None,
    };
    let at = DateTime::strptime("%Y%m%d%H%M%S", full).ok()?;
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests;
