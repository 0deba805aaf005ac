//! Speaks to token endpoints (RFC 6749) and turns whatever comes back into facts.
//!
//! Floor 3, sealed wing. Start at [`client::TokenClient::exchange`]. What an answer *means* is decided
//! elsewhere, by pure code; here one request is sent, once, and its answer is read within bounds.

pub mod answer;
pub mod client;
pub mod request;
