//! SDKs and tools, and how each is pointed at a token endpoint of ours: the lines to paste, and what
//! to know first. Data in four tables; [`fill`] puts the addresses in.

mod crm;
mod node;
mod python;
mod tools;

use std::fmt::Write;

/// A client of Marketing Cloud or of Salesforce core.
pub(crate) struct Client {
    /// How it is named on the command line.
    pub(crate) name: &'static str,
    /// Which versions this is true of.
    pub(crate) versions: &'static str,
    /// Where the lines go.
    pub(crate) place: &'static str,
    /// The lines, with `{…}` where [`Filling`] has something.
    pub(crate) lines: &'static str,
    /// Least life its tokens should have, seconds: its own buffer and some air. 0: any.
    pub(crate) min_ttl_s: u64,
    /// Whether it asks for the next token by itself when one ends.
    pub(crate) asks_again: bool,
    /// Whether it needs the real token: the gateway passes calls to Marketing Cloud only.
    pub(crate) direct_only: bool,
    /// Whether a setting can point it elsewhere.
    pub(crate) steered: Steered,
    /// Variables that `exec` sets for it beside its own.
    pub(crate) env: &'static [(&'static str, &'static str)],
    /// What goes wrong if one does not know.
    pub(crate) traps: &'static [&'static str],
}

/// How a client can be pointed at an endpoint of ours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Steered {
    /// By a URL in its settings.
    ByUrl,
    /// Not by a setting: why, and what helps.
    Not {
        /// Why.
        why: &'static str,
        /// What helps.
        fix: &'static str,
    },
}

/// What is put into a client's lines.
pub(crate) struct Filling<'a> {
    /// Base URL of the endpoint, without a slash at its end.
    pub(crate) base: &'a str,
    /// The client id.
    pub(crate) client_id: &'a str,
    /// The key, or a word that stands for it.
    pub(crate) key: &'a str,
    /// The MID.
    pub(crate) account_id: &'a str,
    /// Where the description of the SOAP interface is.
    pub(crate) wsdl_url: &'a str,
}

/// What satisfies the check of sfmc-sdk and mcdev; it follows a `#`, and HTTP never sends that.
const FRAGMENT: &str = "https://mcxxxxxxxxxxxxxxxxxxxxxxxxxx.auth.marketingcloudapis.com/";

/// All clients, in the order they are listed.
pub(crate) fn all() -> impl Iterator<Item = &'static Client> {
    node::CLIENTS
        .iter()
        .chain(python::CLIENTS)
        .chain(tools::CLIENTS)
        .chain(crm::CLIENTS)
}

/// The client of that name.
pub(crate) fn find(name: &str) -> Option<&'static Client> {
    all().find(|client| client.name == name)
}

/// What to say of a name that is none.
pub(crate) fn unknown(name: &str) -> String {
    let mut words = format!("--client {name}: not known; one of ");
    for (n, client) in all().enumerate() {
        let comma = if n == 0 { "" } else { ", " };
        write!(words, "{comma}{}", client.name).expect("a string takes all");
    }
    words
}

/// Puts addresses and names into a template.
pub(crate) fn fill(template: &str, filling: &Filling<'_>) -> String {
    template
        .replace("{token_url#}", &fragment_url(filling.base))
        .replace("{token_url}", &format!("{}/v2/token", filling.base))
        .replace("{base}", filling.base)
        .replace("{client_id}", filling.client_id)
        .replace("{account_id}", filling.account_id)
        .replace("{wsdl_url}", filling.wsdl_url)
        .replace("{key}", filling.key)
}

/// The token URL as sfmc-sdk and mcdev take it.
pub(crate) fn fragment_url(base: &str) -> String {
    format!("{base}/v2/token#{FRAGMENT}")
}

#[cfg(test)]
mod tests;
