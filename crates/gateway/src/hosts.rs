//! Which hosts a token may be sent to, and which addresses those may have.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::Url;

/// Suffixes of a tenant's hosts.
const TENANT: [&str; 3] = [
    ".rest.marketingcloudapis.com",
    ".soap.marketingcloudapis.com",
    ".auth.marketingcloudapis.com",
];

/// The allow-list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hosts {
    /// Also plain HTTP to this machine, for a simulator.
    pub loopback: bool,
}

/// Why a call is not sent there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The token answer named no such host.
    #[error("the token answer named no host for this call")]
    Absent,
    /// Not a tenant's host.
    #[error("{0} is not a Marketing Cloud API host")]
    Foreign(String),
}

impl Hosts {
    /// A base URL that a token may be sent to, without its slash at the end.
    pub(crate) fn check(self, base: Option<&str>) -> Result<Url, Refused> {
        let base = base.ok_or(Refused::Absent)?;
        let foreign = || Refused::Foreign(host_of(base));
        let url = Url::parse(base).map_err(|_| foreign())?;
        let host = url.host_str().ok_or_else(foreign)?;
        let tenants = url.scheme() == "https"
            && url.port().is_none()
            && TENANT.iter().any(|suffix| {
                host.strip_suffix(suffix)
                    .is_some_and(|name| !name.is_empty() && !name.contains('.'))
            });
        if tenants || (self.loopback && is_loopback(&url)) {
            Ok(url)
        } else {
            Err(foreign())
        }
    }

    /// Whether a call may be sent to this address of an allowed name: a name of the public net that
    /// resolves to an address inside is a way in (rebinding).
    pub(crate) fn admits(self, address: IpAddr) -> bool {
        match address.to_canonical() {
            address if address.is_loopback() => self.loopback,
            IpAddr::V4(v4) => is_public(v4),
            IpAddr::V6(v6) => match carried(v6) {
                Some(v4) => is_public(v4),
                None => is_public_v6(v6),
            },
        }
    }
}

/// Whether an address belongs to the public net.
///
/// Source: IANA IPv4 Special-Purpose Address Registry (RFC 6890), `Globally Reachable`.
fn is_public(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let special = matches!(
        (a, b, c),
        // This network, shared space of carriers, protocol assignments, the relays of 6to4,
        // benchmarking, and what is reserved.
        (0, ..)
            | (100, 64..=127, _)
            | (192, 0, 0)
            | (192, 88, 99)
            | (198, 18..=19, _)
            | (240.., ..)
    );
    let inside = v4.is_private() || v4.is_loopback() || v4.is_link_local();
    !(special || inside || v4.is_multicast() || v4.is_documentation())
}

/// The IPv4 address that a translator or tunnel would make of this one: it is reached through it.
fn carried(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let o = v6.octets();
    match v6.segments() {
        // NAT64 (RFC 6052).
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(Ipv4Addr::new(o[12], o[13], o[14], o[15])),
        // 6to4 (RFC 3056).
        [0x2002, ..] => Some(Ipv4Addr::new(o[2], o[3], o[4], o[5])),
        _ => None,
    }
}

/// Only what was given out for the public net (2000::/3), less what is special in it. NAT64 of a
/// network's own (64:ff9b:1::/48) lies outside: where in it an IPv4 address stands, only that network
/// knows.
///
/// Source: IANA IPv6 Special-Purpose Address Registry (RFC 6890).
fn is_public_v6(v6: Ipv6Addr) -> bool {
    match v6.segments() {
        // Protocol assignments, among them Teredo; documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The host alone, for messages: a URL may carry what nobody should read.
fn host_of(base: &str) -> String {
    let host = Url::parse(base)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "what the token answer named".to_owned())
}

#[cfg(test)]
mod tests;
