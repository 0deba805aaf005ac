//! Numbers in 16 bits, and how arrays of them are kept: thousands of series have to fit in memory.

use data_encoding::BASE64;
use serde::{Deserialize, Deserializer, Serializer};

/// A non-negative number in 16 bits on a logarithmic scale: zero exactly, else to 0.03 %, up to 10¹¹.
/// Or no number at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packed(u16);

/// Steps for each factor e.
const STEPS: f64 = 2000.0;
/// Below this the scale is nearly linear.
const UNIT: f64 = 1e-3;

impl Packed {
    /// No number.
    pub(super) const NONE: Packed = Packed(u16::MAX);

    /// Packs a number; negative ones read as zero, and what is no number as none.
    pub(super) fn of(value: f64) -> Packed {
        if value.is_nan() {
            return Packed::NONE;
        }
        if value <= 0.0 {
            return Packed(0);
        }
        let steps = ((value / UNIT).ln_1p() * STEPS).round();
        Packed(steps.clamp(1.0, f64::from(u16::MAX - 1)) as u16)
    }

    /// The number, if it is one.
    pub(super) fn get(self) -> Option<f64> {
        (self != Packed::NONE).then(|| (f64::from(self.0) / STEPS).exp_m1() * UNIT)
    }
}

/// What has a fixed width in bytes.
pub(super) trait Bytes: Copy {
    /// How many.
    const WIDTH: usize;
    /// Appends them.
    fn write(self, to: &mut Vec<u8>);
    /// Reads them back; `from` is [`WIDTH`](Self::WIDTH) long.
    fn read(from: &[u8]) -> Self;
}

impl Bytes for Packed {
    const WIDTH: usize = 2;
    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.0.to_le_bytes());
    }
    fn read(from: &[u8]) -> Packed {
        Packed(u16::from_le_bytes([from[0], from[1]]))
    }
}

impl Bytes for f32 {
    const WIDTH: usize = 4;
    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.to_le_bytes());
    }
    fn read(from: &[u8]) -> f32 {
        f32::from_le_bytes([from[0], from[1], from[2], from[3]])
    }
}

impl Bytes for u16 {
    const WIDTH: usize = 2;
    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.to_le_bytes());
    }
    fn read(from: &[u8]) -> u16 {
        u16::from_le_bytes([from[0], from[1]])
    }
}

/// Writes an array as base64 of its bytes; for `#[serde(with = "packed")]`.
pub(super) fn serialize<'a, T, C, S>(values: &'a C, to: S) -> Result<S::Ok, S::Error>
where
    T: Bytes + 'a,
    &'a C: IntoIterator<Item = &'a T>,
    S: Serializer,
{
    let mut bytes = Vec::new();
    values.into_iter().for_each(|value| value.write(&mut bytes));
    to.serialize_str(&BASE64.encode(&bytes))
}

/// Reads what [`serialize`] wrote.
pub(super) fn deserialize<'de, T, C, D>(from: D) -> Result<C, D::Error>
where
    T: Bytes,
    C: FromIterator<T>,
    D: Deserializer<'de>,
{
    let text = String::deserialize(from)?;
    let bytes = BASE64
        .decode(text.as_bytes())
        .map_err(serde::de::Error::custom)?;
    if bytes.len() % T::WIDTH != 0 {
        return Err(serde::de::Error::custom("an array is cut off"));
    }
    Ok(bytes.chunks_exact(T::WIDTH).map(T::read).collect())
}

#[cfg(test)]
mod tests;
