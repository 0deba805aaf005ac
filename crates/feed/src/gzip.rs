//! Bodies and files that come compressed with gzip (RFC 1952), within bounds.

use std::io::Read;

/// Why a compressed body was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InflateFault {
    /// It is no gzip, or it is cut short or damaged.
    #[error("the body is not whole gzip")]
    Damaged,
    /// It would have more bytes than are taken.
    #[error("the body has more than {bytes_max} bytes when inflated")]
    TooLarge {
        /// The bound.
        bytes_max: usize,
    },
}

/// Whether bytes begin as gzip does (RFC 1952 section 2.3.1).
#[must_use]
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Inflates all members of a gzip body, to at most `bytes_max` bytes.
///
/// # Errors
/// [`InflateFault`]; nothing is handed out then.
pub fn inflate(bytes: &[u8], bytes_max: usize) -> Result<Vec<u8>, InflateFault> {
    let mut inflated = Vec::new();
    let bound = u64::try_from(bytes_max)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    flate2::read::MultiGzDecoder::new(bytes)
        .take(bound)
        .read_to_end(&mut inflated)
        .map_err(|_| InflateFault::Damaged)?;
    if inflated.len() > bytes_max {
        return Err(InflateFault::TooLarge { bytes_max });
    }
    Ok(inflated)
}

#[cfg(test)]
mod tests;
