//! The IP allowlist of a tenant: which addresses may ask for tokens and call.

use std::net::IpAddr;
use std::str::FromStr;

/// A span of addresses, written `203.0.113.0/24`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    base: IpAddr,
    bits: u8,
}

/// Why a text is no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address and no range: write 203.0.113.9 or 203.0.113.0/24")]
pub struct AddressError(String);

impl FromStr for AddressRange {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<AddressRange, AddressError> {
        let bad = || AddressError(text.to_owned());
        let (base, bits) = match text.split_once('/') {
            Some((base, bits)) => (base, Some(bits.parse::<u8>().map_err(|_| bad())?)),
            None => (text, None),
        };
        let base: IpAddr = base.parse().map_err(|_| bad())?;
        let width = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        if bits > width {
            Err(bad())
        } else {
            Ok(AddressRange { base, bits })
        }
    }
}

impl std::fmt::Display for AddressRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

impl AddressRange {
    /// Whether an address lies inside.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(one)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                base.to_bits() & mask == one.to_bits() & mask
            }
            (IpAddr::V6(base), IpAddr::V6(one)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.bits))
                    .unwrap_or(0);
                base.to_bits() & mask == one.to_bits() & mask
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
