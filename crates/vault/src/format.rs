//! Canonical bytes: fields behind their length, so that no two values share an encoding.

/// Why bytes are not what they should be. Says where, never what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The bytes end inside a field.
    #[error("the record ends early, at byte {at}")]
    EndsEarly {
        /// Where the missing field should start.
        at: usize,
    },
    /// Bytes follow the last field.
    #[error("the record has {extra} bytes too many")]
    TooLong {
        /// How many.
        extra: usize,
    },
    /// The first byte names a format this version does not know.
    #[error("the record has format {found}, which this version does not know")]
    UnknownFormat {
        /// The first byte.
        found: u8,
    },
    /// A field holds a value outside its set.
    #[error("the record's field {field} is not valid")]
    BadField {
        /// Which.
        field: &'static str,
    },
}

/// Writes fields one after the other.
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    /// A record that starts with its format byte.
    pub(crate) fn new(format: u8) -> Writer {
        Writer(vec![format])
    }

    /// Bytes of a fixed length, as they are.
    pub(crate) fn fixed(mut self, bytes: &[u8]) -> Writer {
        self.0.extend_from_slice(bytes);
        self
    }

    /// A number, 8 bytes, most significant first.
    pub(crate) fn number(self, number: u64) -> Writer {
        self.fixed(&number.to_be_bytes())
    }

    /// Bytes behind their length (4 bytes, most significant first).
    pub(crate) fn field(self, bytes: &[u8]) -> Writer {
        let len = u32::try_from(bytes.len()).expect("a field is far shorter than 4 GiB");
        self.fixed(&len.to_be_bytes()).fixed(bytes)
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads what [`Writer`] wrote.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts behind the format byte, which has to be `format`.
    pub(crate) fn new(format: u8, bytes: &'a [u8]) -> Result<Reader<'a>, FormatError> {
        let mut reader = Reader { bytes, at: 0 };
        match reader.fixed::<1>()? {
            [found] if found == format => Ok(reader),
            [found] => Err(FormatError::UnknownFormat { found }),
        }
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], FormatError> {
        let early = FormatError::EndsEarly { at: self.at };
        let end = self.at.checked_add(len).ok_or(early)?;
        let taken = self.bytes.get(self.at..end).ok_or(early)?;
        self.at = end;
        Ok(taken)
    }

    /// Bytes of a fixed length.
    pub(crate) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let taken = self.take(N)?;
        Ok(taken.try_into().expect("exactly N bytes were taken"))
    }

    /// A number.
    pub(crate) fn number(&mut self) -> Result<u64, FormatError> {
        self.fixed().map(u64::from_be_bytes)
    }

    /// Bytes behind their length.
    pub(crate) fn field(&mut self) -> Result<&'a [u8], FormatError> {
        let len = self.fixed().map(u32::from_be_bytes)?;
        let early = FormatError::EndsEarly { at: self.at };
        self.take(usize::try_from(len).map_err(|_| early)?)
    }

    /// Text behind its length.
    pub(crate) fn text(&mut self, field: &'static str) -> Result<&'a str, FormatError> {
        std::str::from_utf8(self.field()?).map_err(|_| FormatError::BadField { field })
    }

    /// Everything that is left.
    pub(crate) fn rest(self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<(), FormatError> {
        match self.bytes.len() - self.at {
            0 => Ok(()),
            extra => Err(FormatError::TooLong { extra }),
        }
    }
}

#[cfg(test)]
mod tests;
