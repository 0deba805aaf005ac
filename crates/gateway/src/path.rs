//! Where a call goes: to which host of the tenant, and under which path.

/// A host of the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    /// `…rest.marketingcloudapis.com`.
    Rest,
    /// `…soap.marketingcloudapis.com`.
    Soap,
    /// `…auth.marketingcloudapis.com`.
    Auth,
}

/// Base paths under which we hand out a tenant's hosts. One SDK looks for `.com/` in the base URL
/// before it renews (fuel-rest 3.2.2), and a tenant's real ones have it too.
pub(crate) const BASES: [(&str, Host); 3] = [
    ("/rest.com", Host::Rest),
    ("/soap.com", Host::Soap),
    ("/auth.com", Host::Auth),
];

/// Host and path of a call, its query aside. Doubled slashes are one; the base path is taken off;
/// `/Service.asmx` in any case is SOAP and `/v2/…` of the auth host, whatever the base.
pub(crate) fn destination(path: &str) -> (Host, String) {
    let path = collapsed(path);
    let (named, rest) = BASES
        .iter()
        .find_map(|(base, host)| Some((*host, under(&path, base)?)))
        .map_or((None, path.as_str()), |(host, rest)| (Some(host), rest));
    let lower = rest.to_ascii_lowercase();
    let host = match lower.as_str() {
        "/service.asmx" => Host::Soap,
        "/v2/userinfo" | "/v2/discovery" => Host::Auth,
        _ => named.unwrap_or(Host::Rest),
    };
    (host, rest.to_owned())
}

/// What follows `base` in `path`, whatever the case; `None` if it does not begin with it.
fn under<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    let head = path.get(..base.len())?;
    let rest = path.get(base.len()..)?;
    (head.eq_ignore_ascii_case(base) && (rest.is_empty() || rest.starts_with('/')))
        .then_some(if rest.is_empty() { "/" } else { rest })
}

fn collapsed(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter != '/' || !out.ends_with('/') {
            out.push(letter);
        }
    }
    out
}

/// A document that clients fetch without a bearer, if the path names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    /// The description of the SOAP interface.
    Wsdl,
    /// The schema it imports.
    FaultXsd,
}

/// The document a path names.
pub(crate) fn document(path: &str) -> Option<Document> {
    match path.to_ascii_lowercase().as_str() {
        "/etframework.wsdl" => Some(Document::Wsdl),
        "/etframeworkfault.xsd" => Some(Document::FaultXsd),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
