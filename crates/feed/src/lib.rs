//! Outside formats, decoded: the estate file, outcome lines, bodies of our own APIs.
//!
//! Floor 2, open wing, pure: text and bytes in, values and complaints out; no clock, no I/O.
//! Start at [`estate::decode`] and [`ndjson::decode`]. Decoding outcomes never fails as a whole:
//! what can be read is kept, what cannot is named with its line and its reason.

pub mod estate;
pub mod gzip;
pub mod json;
pub mod line;
pub mod logs;
pub mod ndjson;
pub mod otlp;
pub mod ping;
pub mod route;
pub mod time;

pub use estate::demo_estate;
