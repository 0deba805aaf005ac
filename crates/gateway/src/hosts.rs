//! Which hosts a token may be sent to, and which addresses those may have.

use std::net::IpAddr;
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
        match address {
            IpAddr::V4(v4) => {
                let inside = v4.is_private()
                    || v4.is_link_local()
                    || v4.is_unspecified()
                    || v4.is_broadcast()
                    || v4.is_multicast()
                    || v4.is_documentation()
                    // Shared space of carriers (RFC 6598), and this network.
                    || (v4.octets()[0] == 100 && v4.octets()[1] & 0xC0 == 64)
                    || v4.octets()[0] == 0;
                (self.loopback || !v4.is_loopback()) && !inside
            }
            IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
                Some(v4) => self.admits(IpAddr::V4(v4)),
                None => {
                    let inside = v6.is_unique_local()
                        || v6.is_unicast_link_local()
                        || v6.is_unspecified()
                        || v6.is_multicast();
                    (self.loopback || !v6.is_loopback()) && !inside
                }
            },
        }
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
