//! Reads a call's line where it lies: nothing is copied and nothing is built.
//!
//! A fast road beside [`decode`](super::decode), for lines by the million. It understands flat
//! objects of kind `call` without escapes, and says nothing about all others: whoever gets `None`
//! asks `decode`, which is the one that judges. What it does read it reads as `decode` does.

use crate::line::Line;
use crate::time::Minutes;
use countersign_model::id::ID_BYTES_MAX;

/// Reads lines, and remembers the minute of the last one and how its fields were laid out: most
/// lines are laid out like the one before.
#[derive(Debug, Default)]
pub struct Scanner {
    minutes: Minutes,
    layout: Vec<Written>,
}

/// `"name":` of at most 16 bytes as it was written, in two words whose other bytes are zero.
#[derive(Debug, Clone, Copy)]
struct Written {
    words: [u64; 2],
    masks: [u64; 2],
    len: usize,
    /// The place of the name.
    place: Option<u32>,
}

impl Written {
    /// `None` if it is too long to be remembered.
    fn of(bytes: &[u8], place: Option<u32>) -> Option<Written> {
        let (mut text, mut mask) = ([0; 16], [0; 16]);
        text.get_mut(..bytes.len())?.copy_from_slice(bytes);
        mask[..bytes.len()].fill(0xff);
        Some(Written {
            words: words(&text),
            masks: words(&mask),
            len: bytes.len(),
            place,
        })
    }

    /// Whether bytes begin with it; 16 of them must be there.
    fn begins(&self, bytes: &[u8]) -> bool {
        bytes.first_chunk().is_some_and(|bytes| {
            let [first, second] = words(bytes);
            first & self.masks[0] == self.words[0] && second & self.masks[1] == self.words[1]
        })
    }
}

fn words(bytes: &[u8; 16]) -> [u64; 2] {
    let (first, second) = bytes.split_at(8);
    [first, second].map(|half| u64::from_le_bytes(half.try_into().expect("eight bytes")))
}

/// A value as it lies in the line.
enum Value<'a> {
    Text(&'a str),
    Number(&'a str),
    Null,
    Bool,
}

impl Scanner {
    /// The call of a line, without its line end; `None` if [`decode`](super::decode) has to be asked.
    pub fn call<'a>(&mut self, line: &'a str) -> Option<Line<'a>> {
        let mut line_read = Line {
            n: 1,
            ..Line::default()
        };
        let mut rest = Cursor::new(line);
        let mut seen = 0_u32;
        let mut n_others = 0;
        let mut is_call = false;
        rest.open(b'{')?;
        for number in 0.. {
            let (name, field) = self.name(number, &mut rest)?;
            let value = rest.value()?;
            if let Some(place) = field {
                let bit = 1 << place;
                if seen & bit != 0 {
                    return None;
                }
                seen |= bit;
            }
            match (field, value) {
                (Some(_), Value::Null) => {}
                (Some(KIND), Value::Text("call")) => is_call = true,
                (Some(TS), Value::Text(text)) => line_read.ts_ms = Some(self.minutes.ms(text)?),
                (Some(place), value) => put(&mut line_read, place, &value)?,
                (None, _) => {
                    *line_read.others.get_mut(n_others)? = name;
                    n_others += 1;
                }
            }
            match rest.step()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        (rest.is_at_end() && is_call).then_some(line_read)
    }

    /// The name of a line's next field and its place, past its colon.
    fn name<'a>(&mut self, number: usize, rest: &mut Cursor<'a>) -> Option<(&'a str, Option<u32>)> {
        let from = rest.at;
        let bytes = &rest.line.as_bytes()[from..];
        if let Some(known) = self.layout.get(number)
            && known.begins(bytes)
        {
            rest.at += known.len;
            return Some((rest.line.get(from + 1..rest.at - 2)?, known.place));
        }
        let name = rest.text()?;
        rest.open(b':')?;
        let place = place_of(name);
        let written = &bytes[..rest.at - from];
        // With blanks in it, it is read anew each time.
        if written.len() == name.len() + 3 && number < LAYOUT_MAX && number <= self.layout.len() {
            self.layout.truncate(number);
            self.layout.extend(Written::of(written, place));
        }
        Some((name, place))
    }
}

/// Fields whose layout is remembered.
const LAYOUT_MAX: usize = 64;

const KIND: u32 = 0;
const TS: u32 = 1;

/// The place of a known name; the number is a bit in `seen`.
fn place_of(name: &str) -> Option<u32> {
    Some(match name {
        "kind" => KIND,
        "ts" => TS,
        "id" => 2,
        "source" => 3,
        "integration" => 4,
        "bu" => 5,
        "credential" => 6,
        "consumer" => 7,
        "client_id" => 8,
        "peer_ip" => 9,
        "method" => 10,
        "route" => 11,
        "status" => 12,
        "error_code" => 13,
        "attempt" => 14,
        "retry_of" => 15,
        "latency_ms" => 16,
        "n" => 17,
        _ => return None,
    })
}

fn put<'a>(line: &mut Line<'a>, place: u32, value: &Value<'a>) -> Option<()> {
    match (place, value) {
        (2, Value::Text(text)) => line.id = legal_id(text)?,
        (3, Value::Text(text)) => line.source = text,
        (4, Value::Text(text)) => line.integration = filled(text)?,
        (5, Value::Text(text)) => line.bu = filled(text)?,
        (6, Value::Text(text)) => line.credential = filled(text)?,
        (7, Value::Text(text)) => line.consumer = filled(text)?,
        (8, Value::Text(text)) => line.client_id = text,
        (9, Value::Text(text)) => line.peer_ip = filled(text)?,
        (10, Value::Text(text)) => line.method = text,
        (11, Value::Text(text)) => line.route = without_query(text),
        (12, Value::Number(digits)) => {
            line.status = digits.parse().ok()?;
            (100..=599).contains(&line.status).then_some(())?;
        }
        (13, Value::Text(text)) => line.error_code = text,
        (13, Value::Number(digits)) => {
            digits.parse::<u64>().ok()?;
            line.error_code = digits;
        }
        (14, Value::Number(digits)) => line.attempt = Some(digits.parse().ok()?),
        (15, Value::Text(text)) => line.retry_of = legal_id(text)?,
        (16, Value::Number(digits)) => line.latency_ms = Some(digits.parse().ok()?),
        (17, Value::Number(digits)) => {
            line.n = digits.parse().ok()?;
            (line.n > 0).then_some(())?;
        }
        _ => return None,
    }
    Some(())
}

/// An empty text would read as an absent one.
fn filled(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

pub(crate) fn legal_id(text: &str) -> Option<&str> {
    let is_legal = text
        .bytes()
        .fold(true, |legal, byte| legal & IN_IDS[usize::from(byte)]);
    (is_legal && (1..=ID_BYTES_MAX).contains(&text.len())).then_some(text)
}

/// Bytes that an id may hold.
const IN_IDS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte as usize] = (byte as u8).is_ascii_alphanumeric()
            || matches!(byte as u8, b'.' | b'_' | b':' | b'@' | b'-');
        byte += 1;
    }
    table
};

/// A query can hold a contact's data or a key; the route does without it.
fn without_query(route: &str) -> &str {
    let end = route.find(['?', '#']).unwrap_or(route.len());
    &route[..end]
}

/// Walks over a line. Every step skips the blanks before it.
struct Cursor<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(line: &'a str) -> Cursor<'a> {
        Cursor { line, at: 0 }
    }

    fn peek(&mut self) -> Option<u8> {
        let bytes = self.line.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn step(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn open(&mut self, wanted: u8) -> Option<()> {
        (self.step()? == wanted).then_some(())
    }

    /// A text without escapes.
    fn text(&mut self) -> Option<&'a str> {
        self.open(b'"')?;
        let rest = &self.line.as_bytes()[self.at..];
        let len = end_of_text(rest)?;
        let text = self.line.get(self.at..self.at + len)?;
        // Right here: a tab would be passed over as a blank, and belongs into no text.
        (rest[len] == b'"').then_some(())?;
        self.at += len + 1;
        Some(text)
    }

    /// A text, a whole number from 0, `null`, `true` or `false`.
    fn value(&mut self) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' => self.text().map(Value::Text),
            b'0'..=b'9' => self.digits().map(Value::Number),
            b'n' => self.word("null").map(|()| Value::Null),
            b't' => self.word("true").map(|()| Value::Bool),
            b'f' => self.word("false").map(|()| Value::Bool),
            _ => None,
        }
    }

    fn digits(&mut self) -> Option<&'a str> {
        let rest = &self.line.as_bytes()[self.at..];
        let len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = self.line.get(self.at..self.at + len)?;
        let is_plain = len == 1 || !digits.starts_with('0');
        // A fraction or an exponent follows: not a whole number.
        let ends = matches!(rest.get(len), Some(b',' | b'}' | b' ' | b'\t'));
        self.at += len;
        (is_plain && ends).then_some(digits)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let found = self.line.get(self.at..)?.starts_with(word);
        self.at += word.len();
        found.then_some(())
    }

    fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }
}

/// Where a text ends: at the first quote, backslash or control character. Eight bytes at a time.
///
/// Source: "Bit Twiddling Hacks", determining if a word has a byte equal to, or less than, n. A
/// carry may mark bytes above the first that is meant, and never one below it.
fn end_of_text(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut words = bytes.chunks_exact(8);
    let mut at = 0;
    for word in &mut words {
        let word = u64::from_le_bytes(word.try_into().expect("eight bytes"));
        let quotes = zeros(word ^ (ONES * u64::from(b'"')));
        let escapes = zeros(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = quotes | escapes | controls;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = words.remainder().iter();
    let is_end = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    Some(at + rest.clone().position(is_end)?)
}

#[cfg(test)]
mod tests;
