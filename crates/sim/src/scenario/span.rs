//! Spans in scenarios: `+10m`, `28d`, `+1d06h30m`, `500ms`.

use countersign_model::SignedDuration;
use serde::{Deserialize, Deserializer, de::Error as _};

/// Reads a span; `None` if the text is none. Units: `d`, `h`, `m`, `s`, `ms`, each at most once a
/// pair of number and unit; a sign may lead.
pub(crate) fn parse(text: &str) -> Option<SignedDuration> {
    let (negative, mut rest) = match text.trim().strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.trim().trim_start_matches('+')),
    };
    if rest.is_empty() {
        return None;
    }
    let mut total_ms = 0_i64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let unit_ms = match &rest[..end] {
            "d" => 86_400_000,
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1_000,
            "ms" => 1,
            _ => return None,
        };
        rest = &rest[end..];
        total_ms = total_ms.checked_add(number.checked_mul(unit_ms)?)?;
    }
    Some(SignedDuration::from_millis(if negative {
        -total_ms
    } else {
        total_ms
    }))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(from)?;
    parse(&text)
        .ok_or_else(|| D::Error::custom(format!("{text:?} is no span such as 10m or 1d06h")))
}

/// A span that may be absent.
pub(crate) mod maybe {
    use countersign_model::SignedDuration;
    use serde::{Deserialize, Deserializer, de::Error as _};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<SignedDuration>, D::Error> {
        let wrong =
            |text: String| D::Error::custom(format!("{text:?} is no span such as 10m or 1d06h"));
        let Some(text) = Option::<String>::deserialize(from)? else {
            return Ok(None);
        };
        super::parse(&text).map(Some).ok_or_else(|| wrong(text))
    }
}

/// Some spans.
pub(crate) mod list {
    use countersign_model::SignedDuration;
    use serde::{Deserialize, Deserializer, de::Error as _};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<SignedDuration>, D::Error> {
        let read = |text: String| {
            super::parse(&text).ok_or_else(|| {
                D::Error::custom(format!("{text:?} is no span such as 10m or 1d06h"))
            })
        };
        let texts = Vec::<String>::deserialize(from)?;
        texts.into_iter().map(read).collect()
    }
}
