//! Bearers of the gateway: what a consumer is handed in place of a token. They carry whose they are
//! and until when, under a key of the vault, so that none is stored and all outlive a restart.

use countersign_model::id::ConsumerId;
use countersign_model::{SignedDuration, Timestamp};
use data_encoding::BASE64URL_NOPAD;
use ring::hmac;

/// What every bearer begins with; the gateway finds them by it.
const MARK: &str = "csg1.";
/// Life a consumer is told, seconds: the life of a Marketing Cloud token (design 4.1).
pub const PROMISED_S: u64 = 1_199;
/// So much longer it is admitted: clients without a margin start their clock after receipt.
const GRACE: SignedDuration = SignedDuration::from_secs(120);
/// Names the key among others made from the same one.
const LABEL: &[u8] = b"bearers of the gateway, version 1";

/// Makes and reads bearers.
pub struct Bearers(hmac::Key);

/// Whose a bearer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// The consumer.
    pub consumer: ConsumerId,
    /// The business unit.
    pub mid: u64,
}

/// Why a bearer says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// None of ours.
    Foreign,
    /// Ours, and past its life.
    Ended,
}

impl Bearers {
    /// Bearers under a key derived by `derive`, a keyed hash of the vault.
    pub fn new(derive: impl FnOnce(&[u8]) -> [u8; 32]) -> Bearers {
        Bearers(hmac::Key::new(hmac::HMAC_SHA256, &derive(LABEL)))
    }

    /// A bearer of `whose`, made at `now`; `chance` tells two of the same instant apart.
    #[must_use]
    pub fn issue(&self, whose: &Bearer, now: Timestamp, chance: u64) -> String {
        let life = SignedDuration::from_secs(PROMISED_S.cast_signed()) + GRACE;
        let ends = now.checked_add(life).unwrap_or(Timestamp::MAX);
        let words = format!(
            "{:x}.{:x}.{chance:x}.{}",
            ends.as_millisecond(),
            whose.mid,
            whose.consumer
        );
        let tag = hmac::sign(&self.0, words.as_bytes());
        let (words, tag) = (words.as_bytes(), tag.as_ref());
        let mut text = MARK.to_owned();
        BASE64URL_NOPAD.encode_append(words, &mut text);
        text.push('.');
        BASE64URL_NOPAD.encode_append(tag, &mut text);
        text
    }

    /// Whose a bearer is.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn read(&self, text: &str, now: Timestamp) -> Result<Bearer, Unreadable> {
        let (words, ends) = self.verified(text).ok_or(Unreadable::Foreign)?;
        if now >= ends {
            return Err(Unreadable::Ended);
        }
        Ok(words)
    }

    fn verified(&self, text: &str) -> Option<(Bearer, Timestamp)> {
        let (words, tag) = text.strip_prefix(MARK)?.split_once('.')?;
        let words = BASE64URL_NOPAD.decode(words.as_bytes()).ok()?;
        let tag = BASE64URL_NOPAD.decode(tag.as_bytes()).ok()?;
        hmac::verify(&self.0, &words, &tag).ok()?;
        let words = std::str::from_utf8(&words).ok()?;
        let mut parts = words.splitn(4, '.');
        let number = |part: Option<&str>| u64::from_str_radix(part?, 16).ok();
        let ends = number(parts.next())?.cast_signed();
        let mid = number(parts.next())?;
        let _chance = parts.next()?;
        let consumer = parts.next()?.parse().ok()?;
        let ends = Timestamp::from_millisecond(ends).ok()?;
        Some((Bearer { consumer, mid }, ends))
    }
}

#[cfg(test)]
mod tests;
