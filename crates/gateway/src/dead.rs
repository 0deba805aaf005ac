//! Whether an answer says that the token is dead.

use crate::path::Host;

/// Largest answer looked into, bytes.
pub(crate) const LOOKED_AT_MAX: usize = 64 * 1024;

/// Faults by which SOAP refuses a token (`docs/provider.md` B3).
const FAULTS: [&[u8]; 3] = [b"Token Expired", b"Login Failed", b"Login failed"];

/// Whether a body has to be read to know.
pub(crate) fn is_doubtful(host: Host, status: u16) -> bool {
    host == Host::Soap && status == 500
}

/// Whether the token was refused: 401 of REST and auth, a security fault of SOAP.
pub(crate) fn is_dead(host: Host, status: u16, body: &[u8]) -> bool {
    match host {
        Host::Rest | Host::Auth => status == 401,
        Host::Soap => status == 500 && fault(body).is_some(),
    }
}

/// The fault's own words as an error code, if it is one of those.
pub(crate) fn fault(body: &[u8]) -> Option<&'static str> {
    let start = memchr::memmem::find(body, b"<faultstring")?;
    let end = memchr::memmem::find(&body[start..], b"</faultstring")?;
    let words = &body[start..start + end];
    let at = FAULTS
        .iter()
        .position(|fault| memchr::memmem::find(words, fault).is_some())?;
    Some(if at == 0 {
        "Token Expired"
    } else {
        "Login Failed"
    })
}

#[cfg(test)]
mod tests;
